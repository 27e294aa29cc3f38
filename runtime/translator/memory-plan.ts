/**
 * Accesses of one node that go by the same base register are checked together: once, at the first of them, for the whole stretch
 * that they reach. A check that fails sends the guest to the interpreter there, which then does each of them by itself.
 */
import type { Expanded } from "../isa/index.ts";

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
const SP = 2;

/** Accesses by one root that are checked together; all distances are from the root's value. */
class Stretch {
  readonly accesses: { readonly index: number; readonly at: number }[] = [];
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
    this.accesses.push({ index, at });
    this.#low = Math.min(this.#low, at);
    this.#high = Math.max(this.#high, at + bytes);
    this.#stores ||= isStore;
  }

  /** Once all accesses are known. */
  planned(stretch: number, position: number): PlannedAccess {
    const bytes = this.#high - this.#low;
    const check = { start: this.#low - this.#firstDelta, bytes, stores: this.#stores };
    return { stretch, offset: this.accesses[position]!.at - this.#low, check: position === 0 ? check : null };
  }
}

/** Each register's value as that of a root plus a distance. Roots 0 … 31 are the registers as the node found them. */
class Bases {
  readonly roots = Array.from({ length: 32 }, (_, register) => register);
  readonly deltas = new Array<number>(32).fill(0);
  #nextRoot = 32;

  note({ instruction, operands }: Expanded): void {
    const { rd, rs1, imm } = operands;
    if (instruction.format.operands.rd?.kind !== "x" || rd === 0) return;
    const { effect } = instruction;
    const isMoved = effect.kind === "compute" && effect.operation === "add" && effect.second === "imm" && rs1 !== 0;
    const [root, delta] = isMoved ? [this.roots[rs1]!, this.deltas[rs1]! + imm] : [this.#nextRoot++, 0];
    this.roots[rd] = root;
    this.deltas[rd] = delta;
  }
}

/** @returns by index into `instructions`: loads and stores of x and f; atomics are not planned. */
export const planAccesses = (instructions: readonly Expanded[]): ReadonlyMap<number, PlannedAccess> => {
  const bases = new Bases();
  const stretches: Stretch[] = [];
  const open = new Map<string, Stretch>();
  for (const [index, expanded] of instructions.entries()) {
    const { effect } = expanded.instruction;
    if (effect.kind === "load" || effect.kind === "store") {
      const { rs1, imm } = expanded.operands;
      const root = bases.roots[rs1]!;
      const delta = bases.deltas[rs1]!;
      const at = delta + imm;
      // The stack lies where stores are plain: there loads may share their check.
      const key = root === SP ? "stack" : `${root} ${effect.kind}`;
      let stretch = open.get(key);
      if (stretch === undefined || !stretch.takes(at, effect.bytes)) {
        stretch = new Stretch(delta, at);
        stretches.push(stretch);
        open.set(key, stretch);
      }
      stretch.add(index, at, effect.bytes, effect.kind === "store");
    }
    bases.note(expanded);
  }
  return new Map(
    stretches.flatMap((stretch, number) =>
      stretch.accesses.map(({ index }, position) => [index, stretch.planned(number, position)] as const),
    ),
  );
};
