/**
 * Float arithmetic of one node in chains: results are used at once, and only at a chain's end it is seen whether all of them were
 * finite. Most need not be looked at even then, because infinities and NaN pass through what is computed from them. A chain that
 * fails is undone: it has changed nothing but registers. IEEE 754-2019 §6.
 */
import type { Effect } from "../isa/index.ts";
import { type FloatClass, floatWidth } from "./float-classes.ts";
import { type GuestInstruction, NO_REGISTERS, type RegisterSet, union } from "./registers.ts";

export interface FloatChain {
  /** Index of its first instruction, and of the one before which its results are looked at. */
  readonly start: number;
  readonly end: number;
  /** Instructions whose results are to be looked at, by index. */
  readonly checked: ReadonlySet<number>;
  readonly written: RegisterSet;
}

export interface FloatPlan {
  /** By the index of their first instruction. */
  readonly chains: ReadonlyMap<number, FloatChain>;
  /** By index of an instruction: what is no NaN before it, unless the chain that it is in fails. */
  readonly numbers: readonly Numbers[];
}

/** The f registers, as bits, that hold a number of that width. */
export type Numbers = { readonly [width in FloatClass]: number };

type FloatOperation = Extract<Effect, { kind: "float" }>["operation"];
type Operand = "rs1" | "rs2" | "rs3";

/** What computes a finite result or is looked at: with the operands whose infinity or NaN makes the result one. */
const ARITHMETIC: { readonly [K in FloatOperation]?: readonly Operand[] } = {
  add: ["rs1", "rs2"],
  sub: ["rs1", "rs2"],
  mul: ["rs1", "rs2"],
  // What is divided by infinity is zero.
  div: ["rs1"],
  sqrt: ["rs1"],
  fmadd: ["rs1", "rs2", "rs3"],
  fmsub: ["rs1", "rs2", "rs3"],
  fnmsub: ["rs1", "rs2", "rs3"],
  fnmadd: ["rs1", "rs2", "rs3"],
  fromDouble: ["rs1"],
};
const SIGN_OPERATIONS: readonly FloatOperation[] = ["copySign", "copyNegatedSign", "xorSign"];
/** They compute no NaN: translated code is left before. */
const NUMBER_OPERATIONS: readonly FloatOperation[] = ["fromInt", "fromUnsigned", "fromSingle", "min", "max"];

/** What others see is done only once the results before it are looked at. */
const isSeen = ({ kind }: Effect): boolean =>
  kind === "store" || kind === "amo" || kind === "loadReserved" || kind === "storeConditional";

const NO_FLOATS: FloatPlan = { chains: new Map(), numbers: [] };

export const planFloats = (instructions: readonly GuestInstruction[]): FloatPlan =>
  instructions.some(({ instruction }) => instruction.effect.kind === "float")
    ? new Planner(instructions).plan()
    : NO_FLOATS;

class Planner {
  readonly #instructions: readonly GuestInstruction[];
  readonly #chains = new Map<number, FloatChain>();
  readonly #numbers: Numbers[] = [];
  #known: Numbers = { f32: 0, f64: 0 };
  /** Of the open chain: its first instruction, and the results that nothing has been computed from; null: none is open. */
  #start: number | null = null;
  #unused = new Set<number>();
  /** By f register, the instruction of the open chain whose result it holds, whatever its sign. */
  #results = new Map<number, { readonly index: number; readonly width: FloatClass }>();

  constructor(instructions: readonly GuestInstruction[]) {
    this.#instructions = instructions;
  }

  plan(): FloatPlan {
    for (const [index, expanded] of this.#instructions.entries()) {
      if (isSeen(expanded.instruction.effect)) this.#close(index);
      this.#numbers.push(this.#known);
      if (expanded.writes.f !== 0) this.#note(index, expanded);
    }
    this.#close(this.#instructions.length);
    return { chains: this.#chains, numbers: this.#numbers };
  }

  /** An instruction that writes an f register. */
  #note(index: number, expanded: GuestInstruction): void {
    const { effect } = expanded.instruction;
    const { rd, rs1, rs2 } = expanded.operands;
    const operation = effect.kind === "float" ? effect.operation : null;
    const operands = operation === null ? undefined : ARITHMETIC[operation];
    if (operands !== undefined) {
      for (const operand of operands) this.#unused.delete(this.#resultIn(expanded, operand) ?? -1);
      this.#start ??= index;
      this.#unused.add(index);
      this.#results.set(rd, { index, width: floatWidth(expanded, "rd") });
      this.#know(expanded, true);
      return;
    }
    const isMove = operation !== null && SIGN_OPERATIONS.includes(operation) && rs1 === rs2;
    const result = isMove ? this.#resultIn(expanded, "rs1") : null;
    if (result === null) this.#results.delete(rd);
    else this.#results.set(rd, { index: result, width: floatWidth(expanded, "rd") });
    const isNumber = isMove
      ? (this.#known[floatWidth(expanded, "rs1")] & (1 << rs1)) !== 0
      : operation !== null && NUMBER_OPERATIONS.includes(operation);
    this.#know(expanded, isNumber);
  }

  /** The instruction whose result an operand is; null: none, or it is read in another width: a NaN of doubles may look like any single. */
  #resultIn(expanded: GuestInstruction, operand: Operand): number | null {
    const result = this.#results.get(expanded.operands[operand]);
    return result?.width === floatWidth(expanded, operand) ? result.index : null;
  }

  #know(expanded: GuestInstruction, isNumber: boolean): void {
    const bit = 1 << expanded.operands.rd;
    const { f32, f64 } = this.#known;
    const others = { f32: f32 & ~bit, f64: f64 & ~bit };
    const width = floatWidth(expanded, "rd");
    this.#known = isNumber ? { ...others, [width]: others[width] | bit } : others;
  }

  #close(end: number): void {
    if (this.#start === null) return;
    const inside = this.#instructions.slice(this.#start, end);
    const written = inside.reduce((set, { writes }) => union(set, writes), NO_REGISTERS);
    this.#chains.set(this.#start, { start: this.#start, end, checked: this.#unused, written });
    this.#start = null;
    this.#unused = new Set();
    this.#results = new Map();
  }
}
