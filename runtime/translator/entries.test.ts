/** Which nodes of a region can be entered. */
import { expect, test } from "vitest";
import { RAM_BASE } from "../hart/layout.ts";
import { Assembly } from "../hart/testing/assembly.ts";
import { X } from "../isa/index.ts";
import { CodeImage } from "./code-image.ts";
import { findEntries } from "./entries.ts";
import { Program } from "./program.ts";
import { buildRegionGraph, successorsOf } from "./region-graph.ts";

const { a0, a1, ra, s1, t0 } = X;

/** A loop with so many instructions behind its call, and a call behind the loop. */
const entriesWith = (behind: number) => {
  const code = new Assembly()
    .label("loop")
    .op("addi", { rd: a0, rs1: a0, imm: 1 })
    .op("jalr", { rd: ra, rs1: t0, imm: 0 });
  const returnPc = RAM_BASE + code.size;
  for (let index = 0; index < behind; index++) code.op("addi", { rd: a1, rs1: a1, imm: 1 });
  code
    .op("addi", { rd: s1, rs1: s1, imm: -1 })
    .jump("bne", { rs1: s1, rs2: 0 }, "loop")
    .op("jalr", { rd: ra, rs1: t0, imm: 0 });
  const lastPc = RAM_BASE + code.size;
  code.op("jalr", { rd: 0, rs1: ra, imm: 0 });
  const ram = Uint8Array.from(code.bytes);
  const program = new Program(
    new CodeImage({
      ...{ ram, ramBytes: 0x1_0000, start: RAM_BASE, end: RAM_BASE + ram.length, functions: [RAM_BASE] },
      ...{ careful: false, volatile: [] },
    }),
  );
  const graph = buildRegionGraph(program, program.functionAt(RAM_BASE)!);
  const { entries } = findEntries(
    graph,
    graph.nodes.map((node) => successorsOf(node).map(({ id }) => id)),
  );
  return { pcs: entries.map(({ pc }) => pc), returnPc, lastPc };
};

test("behind a call near to the end of a loop's round there is none, behind others there is", () => {
  const near = entriesWith(5);
  expect(near.pcs).toEqual([RAM_BASE, near.lastPc]);
  const far = entriesWith(60);
  expect(far.pcs).toEqual([RAM_BASE, far.returnPc, far.lastPc]);
});
