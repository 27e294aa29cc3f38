/** Which nodes of a function can be entered, and in which of its regions. */
import { expect, test } from "vitest";
import { RAM_BASE } from "../hart/layout.ts";
import { Assembly } from "../hart/testing/assembly.ts";
import { X } from "../isa/index.ts";
import { translateChunk } from "./chunk.ts";
import { CodeImage } from "./code-image.ts";
import { findEntries, restOf } from "./entries.ts";
import { Program } from "./program.ts";
import { buildRegionGraph, LARGE_CODE_BYTES, type RegionGraph, type RegionNode, successorsOf } from "./region-graph.ts";

const { a0, a1, ra, s1, t0 } = X;

interface LoopShape {
  /** What the loop calls: through a pointer, or a function that is copied. */
  readonly calls: "pointer" | "copy";
  /** Instructions behind that call. */
  readonly behind: number;
  /** Of code in the whole program, at least; left out: no more than there is. */
  readonly bytes?: number;
}

/** A loop with a call in it, and a call behind the loop. */
const entriesWith = ({ calls, behind, bytes = 0 }: LoopShape) => {
  const code = new Assembly().label("loop").op("addi", { rd: a0, rs1: a0, imm: 1 });
  if (calls === "copy") code.jump("jal", { rd: ra }, "callee");
  else code.op("jalr", { rd: ra, rs1: t0, imm: 0 });
  const returnPc = RAM_BASE + code.size;
  for (let index = 0; index < behind; index++) code.op("addi", { rd: a1, rs1: a1, imm: 1 });
  code
    .op("addi", { rd: s1, rs1: s1, imm: -1 })
    .jump("bne", { rs1: s1, rs2: 0 }, "loop")
    .op("jalr", { rd: ra, rs1: t0, imm: 0 });
  const lastPc = RAM_BASE + code.size;
  code.op("jalr", { rd: 0, rs1: ra, imm: 0 });
  const calleePc = RAM_BASE + code.size;
  code.label("callee").op("jalr", { rd: 0, rs1: ra, imm: 0 });
  const ram = new Uint8Array(Math.max(code.size, bytes));
  ram.set(code.bytes);
  const program = new Program(
    new CodeImage({
      ...{ ram, ramBytes: 0x10_0000, start: RAM_BASE, end: RAM_BASE + ram.length, functions: [RAM_BASE, calleePc] },
      ...{ careful: false, volatile: [] },
    }),
  );
  const graph = buildRegionGraph(program, program.functionAt(RAM_BASE)!);
  const entriesOf = (each: RegionGraph) =>
    findEntries(
      each,
      each.nodes.map((node) => successorsOf(node).map(({ id }) => id)),
    );
  const found = entriesOf(graph);
  const rest = entriesOf(restOf(graph, found));
  const pcs = (nodes: readonly RegionNode[]): number[] => nodes.map(({ pc }) => pc);
  const chunk = translateChunk(program, program.functions);
  return {
    translated: [...chunk.entryPcs].map((pc) => pc >>> 0).sort((a, b) => a - b),
    ...{ returnPc, lastPc, calleePc, pcs: pcs(found.entries), restPcs: pcs(found.restEntries) },
    rest: { pcs: pcs(rest.entries), loops: rest.flow.loopHeaders.size },
  };
};

test("behind a call near to the end of a loop's round there is none, behind others there is", () => {
  const near = entriesWith({ calls: "pointer", behind: 5 });
  expect(near.pcs).toEqual([RAM_BASE, near.lastPc]);
  const far = entriesWith({ calls: "pointer", behind: 60 });
  expect(far.pcs).toEqual([RAM_BASE, far.returnPc, far.lastPc]);
  expect(far.restPcs).toEqual([]);
});

test("behind a copied call far from the end of a loop's round, what is left of it is entered alone", () => {
  const near = entriesWith({ calls: "copy", behind: 5 });
  expect(near.pcs).toEqual([RAM_BASE, near.lastPc]);
  expect(near.restPcs).toEqual([]);
  const far = entriesWith({ calls: "copy", behind: 60 });
  expect(far.pcs).toEqual([RAM_BASE, far.lastPc]);
  expect(far.restPcs).toEqual([far.returnPc]);
  expect(far.rest).toEqual({ pcs: [RAM_BASE, far.returnPc], loops: 0 });
  // Every place once, in whichever region.
  expect(far.translated).toEqual([RAM_BASE, far.returnPc, far.lastPc, far.calleePc]);
});

test("behind a copied call of a large program there is none", () => {
  const { pcs, restPcs, lastPc } = entriesWith({ calls: "copy", behind: 60, bytes: LARGE_CODE_BYTES + 4 });
  expect(pcs).toEqual([RAM_BASE, lastPc]);
  expect(restPcs).toEqual([]);
});
