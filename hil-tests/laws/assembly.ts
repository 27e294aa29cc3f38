/** Assembles small guests for tests from the instruction table: words, labels, constants. */
import { encode, X } from "../../runtime/isa/index.ts";

type Branch = "beq" | "bne" | "blt" | "bge" | "bltu" | "bgeu";

export class Assembly {
  /** Each word, as a function of where the labels came to lie. */
  readonly #words: ((labels: ReadonlyMap<string, number>) => number)[] = [];
  readonly #labels = new Map<string, number>();

  /** Bytes from the first word to the next one. */
  get here(): number {
    return 4 * this.#words.length;
  }

  add(...words: number[]): this {
    this.#words.push(...words.map((word) => () => word));
    return this;
  }

  label(name: string): this {
    this.#labels.set(name, this.here);
    return this;
  }

  /** x[register] = value, in one instruction or two. */
  constant(register: number, value: number): this {
    const low = (value << 20) >> 20;
    const high = (value - low) | 0;
    if (high === 0) return this.add(encode("addi", { rd: register, rs1: X.zero, imm: low }));
    this.add(encode("lui", { rd: register, imm: high }));
    return low === 0 ? this : this.add(encode("addi", { rd: register, rs1: register, imm: low }));
  }

  branch(mnemonic: Branch, rs1: number, rs2: number, target: string): this {
    const from = this.here;
    this.#words.push((labels) => encode(mnemonic, { rs1, rs2, imm: labels.get(target)! - from }));
    return this;
  }

  jump(target: string): this {
    const from = this.here;
    this.#words.push((labels) => encode("jal", { rd: X.zero, imm: labels.get(target)! - from }));
    return this;
  }

  /** x[register] = the address of `target` in an image at the start of RAM. */
  address(register: number, target: string): this {
    const from = this.here;
    this.add(encode("auipc", { rd: register, imm: 0 }));
    this.#words.push((labels) => encode("addi", { rd: register, rs1: register, imm: labels.get(target)! - from }));
    return this;
  }

  /** A flat image for the start of RAM. */
  image(): Uint8Array {
    return new Uint8Array(Uint32Array.from(this.#words, (word) => word(this.#labels)).buffer);
  }
}
