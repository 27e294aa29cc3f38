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

interface Stretch {
  /** By index of the instruction: distance from the root's value. */
  readonly accesses: { readonly index: number; readonly at: number; readonly bytes: number }[];
  readonly isStore: boolean;
  stores: boolean;
  low: number;
  high: number;
  /** Root's value + this is the base register at the first access, its immediate left out. */
  readonly firstDelta: number;
}

/** @returns by index into `instructions`: loads and stores of x and f; atomics are not planned. */
export const planAccesses = (instructions: readonly Expanded[]): ReadonlyMap<number, PlannedAccess> => {
  /** A register's value as the value of a root plus a distance. Roots are numbered from 32; x itself is one at the start. */
  const roots = Array.from({ length: 32 }, (_, register) => register);
  const deltas = new Array<number>(32).fill(0);
  let nextRoot = 32;
  const spRoot = roots[SP]!;
  const stretches: Stretch[] = [];
  const open = new Map<string, Stretch>();
  for (const [index, { instruction, operands }] of instructions.entries()) {
    const { effect } = instruction;
    if (effect.kind === "load" || effect.kind === "store") {
      const root = roots[operands.rs1]!;
      const delta = deltas[operands.rs1]!;
      const at = delta + operands.imm;
      // The stack lies where stores are plain: there loads may share their check.
      const key = root === spRoot ? "sp" : `${root} ${effect.kind}`;
      let stretch = open.get(key);
      if (
        stretch !== undefined &&
        Math.max(stretch.high, at + effect.bytes) - Math.min(stretch.low, at) > LONGEST_STRETCH
      ) {
        stretch = undefined;
      }
      if (stretch === undefined) {
        const isStore = effect.kind === "store";
        stretch = { accesses: [], isStore, stores: isStore, low: at, high: at + effect.bytes, firstDelta: delta };
        stretches.push(stretch);
        open.set(key, stretch);
      }
      stretch.accesses.push({ index, at, bytes: effect.bytes });
      stretch.low = Math.min(stretch.low, at);
      stretch.high = Math.max(stretch.high, at + effect.bytes);
      stretch.stores ||= effect.kind === "store";
    }
    if (instruction.format.operands.rd?.kind !== "x" || operands.rd === 0) continue;
    const isMoved =
      effect.kind === "compute" && effect.operation === "add" && effect.second === "imm" && operands.rs1 !== 0;
    const root = isMoved ? roots[operands.rs1]! : nextRoot++;
    const delta = isMoved ? deltas[operands.rs1]! + operands.imm : 0;
    roots[operands.rd] = root;
    deltas[operands.rd] = delta;
  }
  const plan = new Map<number, PlannedAccess>();
  for (const [number, { accesses, low, high, firstDelta, stores }] of stretches.entries()) {
    for (const [position, { index, at }] of accesses.entries()) {
      const check = position === 0 ? { start: low - firstDelta, bytes: high - low, stores } : null;
      plan.set(index, { stretch: number, offset: at - low, check });
    }
  }
  return plan;
};
