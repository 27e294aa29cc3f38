/** Writes a random program: the assembler, its random numbers, labels of its own, and what was written so far. */
import { RAM_BASE } from "../../hart/index.ts";
import { Assembly } from "../../hart/testing/assembly.ts";
import { Random } from "../../hart/testing/random.ts";
import { encode, type Instruction, type Operands, rangeOf, stepOf, TABLE, X } from "../../isa/index.ts";
import type { Floats, Habits } from "./flow-habits.ts";

/** The bits that lui or auipc add, such that a signed 12-bit rest remains. */
const upperOf = (value: number): number => ((value + 0x800) & ~0xfff) | 0;
const restOf = (value: number): number => (value - upperOf(value)) | 0;

const SHORT_JUMP_REACH = 2048;
const SHORT_BRANCH_REACH = 256;
const NOP = 0x0001;
const DYNAMIC_ROUNDING = 7;

type ShortJump = "c.j" | "c.jal";
type ShortBranch = "c.beqz" | "c.bnez";
export type Branch = "beq" | "bne" | "blt" | "bge" | "bltu" | "bgeu";
export const BRANCHES: readonly Branch[] = ["beq", "bne", "blt", "bge", "bltu", "bgeu"];

const INVERSE = { beq: "bne", bne: "beq", blt: "bge", bge: "blt", bltu: "bgeu", bgeu: "bltu" } as const;

export class FlowWriter extends Assembly {
  readonly random: Random;
  readonly habits: Habits;
  readonly floats: Floats;
  /** How often each row of the table was written, by mnemonic. */
  readonly counts = new Map<string, number>();
  readonly #data: (() => void)[] = [];
  readonly #confusesFloats: boolean;
  #labels = 0;

  constructor(seed: number, habits: Habits) {
    super();
    this.habits = habits;
    this.random = new Random(seed);
    this.floats = this.random.oneOf(habits.floats);
    this.#confusesFloats = this.random.chance(30);
  }

  /** A label that nobody else uses. */
  fresh(purpose: string): string {
    this.#labels++;
    return `${purpose} ${this.#labels}`;
  }

  row(instruction: Instruction, operands: Partial<Operands>): this {
    this.counts.set(instruction.mnemonic, (this.counts.get(instruction.mnemonic) ?? 0) + 1);
    return this.instruction(instruction, operands);
  }

  /** Random operands; only `writable` registers and x0 are written. */
  operands(row: Instruction, writable: readonly number[]): Partial<Operands> {
    const { fields, nonzero } = row;
    const operands: Partial<Operands> = {};
    for (const [name, field] of fields) {
      const { min, max } = rangeOf(field);
      const anything = () => min + stepOf(field) * this.random.below((max - min) / stepOf(field) + 1);
      const targets = [...(min === 0 ? [X.zero] : []), ...writable.filter((x) => x >= min && x <= max)];
      const isTarget = name === "rd" && field.kind === "x";
      const next = field.kind === "rounding" ? () => this.#roundingMode() : anything;
      do operands[name] = isTarget ? this.random.oneOf(targets) : next();
      while (operands[name] === 0 && nonzero.includes(name));
      if (field.kind === "f" && this.floats === "apart") operands[name] = this.#ofWidth(row, name, operands[name]);
    }
    return operands;
  }

  /** A register for that width; but for one time in many, in some programs. */
  #ofWidth(row: Instruction, name: keyof Operands, register: number): number {
    if (this.#confusesFloats && this.random.below(300) === 0) return register;
    return (register & ~1) | (isDouble(row, name) ? 1 : 0);
  }

  #roundingMode(): number {
    return this.random.chance(this.habits.ownRounding) ? this.random.below(5) : DYNAMIC_ROUNDING;
  }

  /** x[rd] = the address of a label, by its distance or absolutely. */
  address(
    rd: number,
    label: string,
    how: "relative" | "absolute" = this.random.chance(50) ? "relative" : "absolute",
  ): this {
    const isRelative = how === "relative";
    const value = (target: number, first: number) => (isRelative ? target - first : RAM_BASE + target);
    const upper = isRelative ? "auipc" : "lui";
    this.wordFor(label, (target, at) => encode(upper, { rd, imm: upperOf(value(target, at)) }));
    return this.wordFor(label, (target, at) => encode("addi", { rd, rs1: rd, imm: restOf(value(target, at - 4)) }));
  }

  /** A far jump: auipc and jalr, the target in `rd` first. */
  farJump(link: number, through: number, label: string): this {
    this.wordFor(label, (target, at) => encode("auipc", { rd: through, imm: upperOf(target - at) }));
    return this.wordFor(label, (target, at) =>
      encode("jalr", { rd: link, rs1: through, imm: restOf(target - (at - 4)) }),
    );
  }

  /** jal, or where it reaches its 16-bit form and a nop. */
  nearJump(link: typeof X.zero | typeof X.ra, label: string): this {
    const short: ShortJump = link === X.zero ? "c.j" : "c.jal";
    const prefersShort = this.random.chance(50);
    return this.wordFor(label, (target, at) => {
      const imm = target - at;
      const reaches = imm >= -SHORT_JUMP_REACH && imm < SHORT_JUMP_REACH;
      return prefersShort && reaches ? encode(short, { imm }) | (NOP << 16) : encode("jal", { rd: link, imm });
    });
  }

  /**
   * Any branch; against zero sometimes, where it reaches, in its 16-bit form with a nop behind.
   * @param reach far: around a jump, as compilers do where a branch may not reach.
   */
  branch(mnemonic: Branch, rs1: number, rs2: number, label: string, reach: "near" | "far" = "near"): this {
    if (reach === "far") return this.op(INVERSE[mnemonic], { rs1, rs2, imm: 8 }).jump("jal", {}, label);
    const isShort = rs2 === X.zero && rs1 >= X.s0 && rs1 <= X.a5 && (mnemonic === "beq" || mnemonic === "bne");
    if (!isShort || this.random.chance(50)) return this.jump(mnemonic, { rs1, rs2 }, label);
    const short: ShortBranch = mnemonic === "beq" ? "c.beqz" : "c.bnez";
    return this.wordFor(label, (target, at) => {
      const imm = target - at;
      const reaches = imm >= -SHORT_BRANCH_REACH && imm < SHORT_BRANCH_REACH;
      return reaches ? encode(short, { rs1, imm }) | (NOP << 16) : encode(mnemonic, { rs1, rs2, imm });
    });
  }

  /** A word of data: the address of a label, or its distance from another one. */
  pointer(label: string): this {
    return this.wordFor(label, (target) => RAM_BASE + target);
  }

  distance(label: string, from: string): this {
    const start = this.offsetOf(from);
    return this.wordFor(label, (target) => target - start);
  }

  /** Written behind all code: data. */
  later(write: () => void): void {
    this.#data.push(write);
  }

  writeData(): void {
    for (const write of this.#data) write();
  }

  align(bytes: number): this {
    while (this.size % bytes !== 0) this.word(NOP, 2);
    return this;
  }

  /** x[rd] = the next of the program's own random numbers (xorshift32). Writes t5, or t6 when that is rd. */
  nextRandom(rd: number, cell: number): this {
    const shifted = rd === X.t5 ? X.t6 : X.t5;
    this.op("lw", { rd, rs1: X.gp, imm: cell });
    this.op("slli", { rd: shifted, rs1: rd, imm: 13 }).op("xor", { rd, rs1: rd, rs2: shifted });
    this.op("srli", { rd: shifted, rs1: rd, imm: 17 }).op("xor", { rd, rs1: rd, rs2: shifted });
    this.op("slli", { rd: shifted, rs1: rd, imm: 5 }).op("xor", { rd, rs1: rd, rs2: shifted });
    return this.op("sw", { rs1: X.gp, rs2: rd, imm: cell });
  }
}

/** Where singles and doubles are apart: what an f register holds. */
export const isForDouble = (register: number): boolean => register % 2 === 1;

/** What the f register that an operand of this name is holds. */
const isDouble = (row: Instruction, name: keyof Operands): boolean => {
  const { effect } = row.kind === "base" ? row : row.expandsTo;
  if (effect.kind === "load" || effect.kind === "store") return effect.bytes === 8;
  if (effect.kind !== "float") throw new RangeError(`${row.mnemonic} has no floats`);
  const isConverted = effect.operation === "fromSingle" || effect.operation === "fromDouble";
  return (effect.precision === "double") === (name === "rd" || !isConverted);
};

/** Rows that a test may find missing while an extension is not there. */
export const rowNamed = (mnemonic: string): Instruction | undefined =>
  TABLE.find((instruction) => instruction.mnemonic === mnemonic);
