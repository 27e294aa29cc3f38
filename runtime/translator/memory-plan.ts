/**
 * Accesses of one node that go by the same base register are checked together: once, at the first of them, for the whole stretch
 * that they reach. A check that fails sends the guest to the interpreter there, which then does each of them by itself. Where one of
 * them stores, all are expected where stores are plain.
 */
import type { GuestInstruction } from "./registers.ts";

export interface PlannedAccess {
  /** Which of the node's stretches, from 0. */
  readonly stretch: number;
  /** Bytes from the stretch's start. */
  readonly offset: number;
  /** Set at the first access of a stretch: where it starts relative to the base register's value there. */
  readonly begin: {
    readonly start: number;
    readonly stores: boolean;
    /** Bytes to be checked; 0: it is known that they may be accessed. */
    readonly bytes: number;
  } | null;
}

/** Distances from the value of a register; where `stores`, for stores as well. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly stores: boolean;
}

/** A stretch farther apart than this is two. */
const LONGEST_STRETCH = 2048;

export const areTogether = (a: Range, b: Range): boolean =>
  Math.max(a.high, b.high) - Math.min(a.low, b.low) <= LONGEST_STRETCH;

export const hull = (a: Range, b: Range): Range => ({
  low: Math.min(a.low, b.low),
  high: Math.max(a.high, b.high),
  stores: a.stores || b.stores,
});

/** Accesses by one root that are checked together; all distances are from the root's value. */
export class Stretch {
  /** 0 … 31: that register as the node found it. */
  readonly root: number;
  readonly #accesses: { readonly index: number; readonly at: number }[] = [];
  /** Of the base register at the first access, its immediate left out. */
  readonly #firstDelta: number;
  /** What is accessed. */
  range: Range;
  /** What is checked at the first access, no less than that; null: it is known. */
  checked: Range | null;

  constructor(root: number, firstDelta: number, range: Range) {
    this.root = root;
    this.#firstDelta = firstDelta;
    this.range = range;
    this.checked = range;
  }

  add(index: number, range: Range): void {
    this.#accesses.push({ index, at: range.low });
    this.range = hull(this.range, range);
    this.checked = this.range;
  }

  /** Once all accesses are known. */
  plan(stretch: number, plan: (PlannedAccess | undefined)[]): void {
    const { low, high, stores } = this.checked ?? this.range;
    const bytes = this.checked === null ? 0 : high - low;
    let begin: PlannedAccess["begin"] = { start: low - this.#firstDelta, bytes, stores };
    for (const { index, at } of this.#accesses) {
      plan[index] = { stretch, offset: at - low, begin };
      begin = null;
    }
  }
}

/** Each register's value as that of a root plus a distance. Roots 0 … 31 are the registers as the node found them. */
class Bases {
  readonly roots = new Int32Array(32);
  readonly deltas = new Int32Array(32);
  #nextRoot = 32;

  begin(): void {
    for (let register = 0; register < 32; register++) this.roots[register] = register;
    this.deltas.fill(0);
    this.#nextRoot = 32;
  }

  note({ instruction: { effect }, operands, writes }: GuestInstruction): void {
    if (writes.x === 0) return;
    const { rd, rs1, imm } = operands;
    const isMoved = effect.kind === "compute" && effect.operation === "add" && effect.second === "imm" && rs1 !== 0;
    this.deltas[rd] = isMoved ? this.deltas[rs1]! + imm : 0;
    this.roots[rd] = isMoved ? this.roots[rs1]! : this.#nextRoot++;
  }
}

/** Of the node at hand. */
const bases = new Bases();

/** In the order of their first accesses: loads and stores of x and f; atomics are in none. */
export const findStretches = (instructions: readonly GuestInstruction[]): readonly Stretch[] => {
  bases.begin();
  const stretches: Stretch[] = [];
  /** By root. */
  const open: Stretch[] = [];
  for (let index = 0; index < instructions.length; index++) {
    const instruction = instructions[index]!;
    const { effect } = instruction.instruction;
    if (effect.kind === "load" || effect.kind === "store") {
      const { rs1, imm } = instruction.operands;
      const root = bases.roots[rs1]!;
      const delta = bases.deltas[rs1]!;
      const range = { low: delta + imm, high: delta + imm + effect.bytes, stores: effect.kind === "store" };
      let stretch = open[root];
      if (stretch === undefined || !areTogether(stretch.range, range)) {
        stretch = new Stretch(root, delta, range);
        stretches.push(stretch);
        open[root] = stretch;
      }
      stretch.add(index, range);
    }
    bases.note(instruction);
  }
  return stretches;
};

/** @returns by index of the instruction. */
export const planAccesses = (stretches: readonly Stretch[]): readonly (PlannedAccess | undefined)[] => {
  const plan: (PlannedAccess | undefined)[] = [];
  for (let number = 0; number < stretches.length; number++) stretches[number]!.plan(number, plan);
  return plan;
};
