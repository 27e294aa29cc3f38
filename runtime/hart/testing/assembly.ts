/** Machine code written by a test, instruction by instruction. */
import {
  encode,
  encodeInstruction,
  type Instruction,
  type Mnemonic,
  type OperandArguments,
  type Operands,
} from "../../isa/index.ts";

/** Code that is yet to get its place: position-independent, whole instructions. */
export class Assembly {
  readonly bytes: number[] = [];

  word(word: number, size: 2 | 4 = 4): this {
    for (let shift = 0; shift < size * 8; shift += 8) this.bytes.push((word >>> shift) & 0xff);
    return this;
  }

  op<M extends Mnemonic>(mnemonic: M, ...operands: OperandArguments<M>): this {
    return this.word(encode(mnemonic, ...operands), mnemonic.startsWith("c.") ? 2 : 4);
  }

  instruction(instruction: Instruction, operands: Partial<Operands>): this {
    return this.word(encodeInstruction(instruction, operands), instruction.format.bytes);
  }

  /** rd = value, in two instructions. */
  li(rd: number, value: number): this {
    const upper = (value + 0x800) & ~0xfff;
    return this.op("lui", { rd, imm: upper }).op("addi", { rd, rs1: rd, imm: (value - upper) | 0 });
  }

  append(...parts: readonly Assembly[]): this {
    for (const { bytes } of parts) for (const byte of bytes) this.bytes.push(byte);
    return this;
  }

  get size(): number {
    return this.bytes.length;
  }
}
