/** The loops of small graphs, and what a loop with a call in it makes of registers. */
import { expect, test } from "vitest";
import { RAM_BASE } from "../hart/layout.ts";
import { Assembly } from "../hart/testing/assembly.ts";
import { X } from "../isa/index.ts";
import { CodeImage } from "./code-image.ts";
import { analyzeRegisters } from "./dataflow.ts";
import { structureFlow } from "./flow.ts";
import { areNested, findLoops } from "./loops.ts";
import { Program } from "./program.ts";
import { buildRegionGraph, successorsOf } from "./region-graph.ts";
import { both, LIGHT_REGISTERS, NO_REGISTERS, setOf } from "./registers.ts";

const loopsOf = (successors: readonly (readonly number[])[]) => findLoops(structureFlow(successors, [0]));

const bodies = (successors: readonly (readonly number[])[]) =>
  new Map(Array.from(loopsOf(successors), ([header, body]) => [header, [...body].sort((a, b) => a - b)]));

test("a loop holds all that leads back to its header, inner loops with it", () => {
  const nested = [[1], [2, 5], [3, 4], [2], [1], []];
  expect(bodies(nested)).toEqual(
    new Map([
      [1, [1, 2, 3, 4]],
      [2, [2, 3]],
    ]),
  );
  expect(areNested(loopsOf(nested))).toBe(true);
});

test("loops that follow each other are not nested, and there need not be any", () => {
  const two = [[1], [1, 2], [3], [2, 4], []];
  expect(bodies(two)).toEqual(
    new Map([
      [1, [1]],
      [2, [2, 3]],
    ]),
  );
  expect(areNested(loopsOf(two))).toBe(false);
  expect(bodies([[1], []])).toEqual(new Map());
});

test("what calls in a loop may touch and nothing in it writes is spilled before the loop", () => {
  const { a0, a5, ra, s1, t0, t1 } = X;
  const code = new Assembly()
    .op("addi", { rd: a5, rs1: 0, imm: 7 })
    .op("addi", { rd: t1, rs1: 0, imm: 9 })
    .label("loop")
    .op("addi", { rd: t1, rs1: t1, imm: 1 })
    .op("jalr", { rd: ra, rs1: t0, imm: 0 })
    .op("addi", { rd: s1, rs1: s1, imm: -1 })
    .jump("bne", { rs1: s1, rs2: 0 }, "loop")
    .op("add", { rd: a0, rs1: a5, rs2: t1 })
    .op("jalr", { rd: 0, rs1: ra, imm: 0 });
  const ram = Uint8Array.from(code.bytes);
  const program = new Program(
    new CodeImage({
      ...{ ram, ramBytes: 0x1_0000, start: RAM_BASE, end: RAM_BASE + ram.length, functions: [RAM_BASE] },
      ...{ careful: false, volatile: [] },
    }),
  );
  const { nodes, entries } = buildRegionGraph(program, program.functionAt(RAM_BASE)!);
  const flow = structureFlow(
    nodes.map((node) => successorsOf(node).map(({ id }) => id)),
    entries.map(({ id }) => id),
  );
  const { dirtyAtStart, spilledBefore, spills } = analyzeRegisters({
    ...{ nodes, flow },
    touchedBy: () => LIGHT_REGISTERS,
    writtenByRequest: () => NO_REGISTERS,
  });
  const [header] = flow.loopHeaders;
  const spilled = spilledBefore.get(header!)!;
  expect(both(spilled, setOf(a5))).toEqual(setOf(a5));
  for (const written of [t1, ra, s1]) expect(both(spilled, setOf(written))).toEqual(NO_REGISTERS);
  expect(both(dirtyAtStart[header!]!, setOf(a5))).toEqual(NO_REGISTERS);
  expect(both(dirtyAtStart[header!]!, setOf(t1))).toEqual(setOf(t1));
  // The call may come back to elsewhere: s1 alone is still dirty then.
  expect(spills.sets.map(({ all }) => all)).toContainEqual(setOf(s1));
});
