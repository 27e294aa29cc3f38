/** Machine code written by a test, instruction by instruction; position-independent as long as its author keeps it so. */
import {
  encode,
  encodeInstruction,
  type Instruction,
  type Mnemonic,
  type OperandArguments,
  type Operands,
} from "../../isa/index.ts";

/** Instructions whose `imm` is a distance. */
type JumpMnemonic = "jal" | "beq" | "bne" | "blt" | "bge" | "bltu" | "bgeu";

export class Assembly {
  readonly bytes: number[] = [];
  readonly #labels = new Map<string, number>();
  readonly #openWords = new Map<string, ((target: number) => void)[]>();

  get size(): number {
    return this.bytes.length;
  }

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

  csrRead(rd: number, csr: number): this {
    return this.op("csrrs", { rd, csr, rs1: 0 });
  }

  csrWrite(csr: number, rs1: number): this {
    return this.op("csrrw", { rd: 0, csr, rs1 });
  }

  /** Names this place in this piece of code. */
  label(name: string): this {
    this.#labels.set(name, this.size);
    for (const close of this.#openWords.get(name) ?? []) close(this.size);
    this.#openWords.delete(name);
    return this;
  }

  /** Where a label before this place lies. */
  offsetOf(label: string): number {
    const offset = this.#labels.get(label);
    if (offset === undefined) throw new RangeError(`no label ${label} so far`);
    return offset;
  }

  /** A jump or branch to a label before or after it. */
  jump(mnemonic: JumpMnemonic, operands: Partial<Operands>, label: string): this {
    const jumpTo = (distance: number) => encode(mnemonic, { rd: 0, rs1: 0, rs2: 0, ...operands, imm: distance });
    return this.wordFor(label, (target, at) => jumpTo(target - at));
  }

  /** Four bytes that depend on where a label, before or after them, comes to lie. @param word of both offsets here. */
  wordFor(label: string, word: (target: number, at: number) => number): this {
    const at = this.size;
    const place = (target: number) => {
      const placed = word(target, at);
      for (let byte = 0; byte < 4; byte++) this.bytes[at + byte] = (placed >>> (8 * byte)) & 0xff;
    };
    this.word(0);
    const known = this.#labels.get(label);
    if (known !== undefined) place(known);
    else this.#openWords.set(label, [...(this.#openWords.get(label) ?? []), place]);
    return this;
  }

  append(...parts: readonly Assembly[]): this {
    for (const { bytes } of parts) for (const byte of bytes) this.bytes.push(byte);
    return this;
  }
}
