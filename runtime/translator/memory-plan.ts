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
  /** Set at the first access of a stretch: where it starts relative to the base register's value there, and its length. */
  readonly check: { readonly start: number; readonly bytes: number; readonly stores: boolean } | null;
}

/** A stretch farther apart than this is two. */
const LONGEST_STRETCH = 2048;

/** Accesses by one root that are checked together; all distances are from the root's value. */
class Stretch {
  readonly #accesses: { readonly index: number; readonly at: number }[] = [];
  /** Of the base register at the first access, its immediate left out. */
  readonly #firstDelta: number;
  #stores = false;
  #low: number;
  #high: number;

  constructor(firstDelta: number, at: number) {
    this.#firstDelta = firstDelta;
    this.#low = at;
    this.#high = at;
  }

  takes(at: number, bytes: number): boolean {
    return Math.max(this.#high, at + bytes) - Math.min(this.#low, at) <= LONGEST_STRETCH;
  }

  add(index: number, at: number, bytes: number, isStore: boolean): void {
    this.#accesses.push({ index, at });
    this.#low = Math.min(this.#low, at);
    this.#high = Math.max(this.#high, at + bytes);
    this.#stores ||= isStore;
  }

  /** Once all accesses are known. */
  plan(stretch: number, plan: (PlannedAccess | undefined)[]): void {
    const bytes = this.#high - this.#low;
    let check: PlannedAccess["check"] = { start: this.#low - this.#firstDelta, bytes, stores: this.#stores };
    for (const { index, at } of this.#accesses) {
      plan[index] = { stretch, offset: at - this.#low, check };
      check = null;
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

/** @returns by index into `instructions`: loads and stores of x and f; atomics are not planned. */
export const planAccesses = (instructions: readonly GuestInstruction[]): readonly (PlannedAccess | undefined)[] => {
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
      const at = delta + imm;
      let stretch = open[root];
      if (stretch === undefined || !stretch.takes(at, effect.bytes)) {
        stretch = new Stretch(delta, at);
        stretches.push(stretch);
        open[root] = stretch;
      }
      stretch.add(index, at, effect.bytes, effect.kind === "store");
    }
    bases.note(instruction);
  }
  const plan: (PlannedAccess | undefined)[] = [];
  for (let number = 0; number < stretches.length; number++) stretches[number]!.plan(number, plan);
  return plan;
};
