/** What holds on every way to a point of a function, or from it on: bit vectors, to the greatest fixed point (Muchnick, §8). */
import { Bits } from "./bits.ts";
import type { ControlFlow } from "./control-flow.ts";
import { type Block, successorsOf } from "./ir.ts";

/** What going through a block makes of what holds. */
export class Transfer {
  readonly #set: Bits;
  readonly #cleared: Bits;

  constructor(count: number) {
    this.#set = new Bits(count);
    this.#cleared = new Bits(count);
  }

  set(index: number): void {
    this.#set.add(index);
  }

  clear(index: number): void {
    this.#cleared.add(index);
    this.#set.delete(index);
  }

  clearAll(indices: Bits): void {
    this.#cleared.addAll(indices);
    this.#set.deleteAll(indices);
  }

  apply(before: Bits): Bits {
    const after = Bits.copyOf(before);
    after.deleteAll(this.#cleared);
    after.addAll(this.#set);
    return after;
  }
}

/** @returns what holds where each block begins; at the entry nothing does. */
export const holdsAtStart = (flow: ControlFlow, count: number, transferOf: (block: Block) => Transfer) =>
  solve(
    flow.order,
    (block) => (block === flow.entry ? [] : flow.predecessors(block)),
    new Bits(count),
    count,
    transferOf,
    flow.isStraight,
  );

/** @returns what holds where each block ends, `atExit` being what does where the function is left. */
export const holdsAtEnd = (
  flow: ControlFlow,
  count: number,
  transferOf: (block: Block) => Transfer,
  atExit: Bits,
): ReadonlyMap<Block, Bits> =>
  solve(
    flow.order.toReversed(),
    ({ terminator }) => successorsOf(terminator),
    atExit,
    count,
    transferOf,
    flow.isStraight,
  );

const solve = (
  order: readonly Block[],
  comesFrom: (block: Block) => readonly Block[],
  outermost: Bits,
  count: number,
  transferOf: (block: Block) => Transfer,
  isStraight: boolean,
): ReadonlyMap<Block, Bits> => {
  const transfers = new Map(order.map((block) => [block, transferOf(block)]));
  const [before, after] = [new Map<Block, Bits>(), new Map<Block, Bits>()];
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of order) {
      const sources = comesFrom(block);
      const holds = sources.length === 0 ? outermost : new Bits(count).fill();
      // What is still to come is taken to spoil nothing.
      for (const source of sources) {
        const known = after.get(source);
        if (known !== undefined) holds.keepOnly(known);
      }
      before.set(block, holds);
      const then = transfers.get(block)!.apply(holds);
      const known = after.get(block);
      if (known?.equals(then)) continue;
      after.set(block, then);
      changed = !isStraight;
    }
  }
  return before;
};
