/**
 * What a region spills where it is left: at each exit just what is dirty there. The sets that occur form a tree. Each spills what is
 * not in its parent, which is a subset of it, and goes on there; so most of the code is written once.
 */
import { isWithin, NO_REGISTERS, type RegisterSet, without } from "./registers.ts";

/** One of the sets that are spilled; the first is empty and its own parent. */
export interface SpilledSet {
  readonly all: RegisterSet;
  /** Those that the parent leaves to it. */
  readonly own: RegisterSet;
  /** By index, less than its own. */
  readonly parent: number;
}

export class SpillTree {
  readonly sets: readonly SpilledSet[];
  /** By x, then by f. */
  readonly #indices = new Map<number, Map<number, number>>();

  /** @param dirty what is dirty at some exit, in any order, repeated or not. */
  constructor(dirty: readonly RegisterSet[]) {
    const sets: SpilledSet[] = [{ all: NO_REGISTERS, own: NO_REGISTERS, parent: 0 }];
    this.#note(NO_REGISTERS, 0);
    for (const all of dirty.toSorted((a, b) => sizeOf(a) - sizeOf(b))) {
      if (this.#find(all) !== undefined) continue;
      const parent = sets.findLastIndex((smaller) => isWithin(smaller.all, all));
      this.#note(all, sets.push({ all, own: without(all, sets[parent]!.all), parent }) - 1);
    }
    this.sets = sets;
  }

  indexOf(dirty: RegisterSet): number {
    const index = this.#find(dirty);
    if (index === undefined) throw new Error("a region is left with other registers dirty than was foreseen");
    return index;
  }

  #find({ x, f }: RegisterSet): number | undefined {
    return this.#indices.get(x)?.get(f);
  }

  #note({ x, f }: RegisterSet, index: number): void {
    const byF = this.#indices.get(x) ?? new Map<number, number>();
    this.#indices.set(x, byF.set(f, index));
  }
}

const sizeOf = ({ x, f }: RegisterSet): number => bitsIn(x) + bitsIn(f);

const bitsIn = (mask: number): number => {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
};
