/** What exits spill. */
import { expect, test } from "vitest";
import { NO_REGISTERS, type RegisterSet, setOf, union } from "./registers.ts";
import { SpillTree } from "./spill-tree.ts";

const setOfAll = (...registers: readonly number[]): RegisterSet =>
  registers.reduce((set, register) => union(set, setOf(register)), NO_REGISTERS);

/** What comes together on the way from a set to the root. */
const spilledFrom = ({ sets }: SpillTree, index: number): RegisterSet =>
  index === 0 ? NO_REGISTERS : union(sets[index]!.own, spilledFrom({ sets } as SpillTree, sets[index]!.parent));

test("every set spills itself and nothing else, most of it by way of a smaller one", () => {
  const sets = [setOfAll(5, 6, 40), setOfAll(5), setOfAll(5, 6, 40), setOfAll(9), setOfAll(5, 9), setOfAll(40, 63, 31)];
  const tree = new SpillTree(sets);
  for (const set of sets) expect(spilledFrom(tree, tree.indexOf(set))).toEqual(set);
  expect(tree.sets[tree.indexOf(sets[0]!)]!.own).toEqual(setOfAll(6, 40));
  expect(tree.sets).toHaveLength(6);
});

test("nothing is dirty at the first, wherever a region is left", () => {
  expect(new SpillTree([]).indexOf(NO_REGISTERS)).toBe(0);
});

test("a set that was not foreseen is our own bug", () => {
  expect(() => new SpillTree([setOf(5)]).indexOf(setOf(6))).toThrow("foreseen");
});
