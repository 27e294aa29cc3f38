/** Where regions look at their budget. */
import { expect, test } from "vitest";
import { FEW } from "../hart/dispatch.ts";
import { RAM_BASE } from "../hart/layout.ts";
import { Assembly } from "../hart/testing/assembly.ts";
import { X } from "../isa/index.ts";
import { planBudget } from "./budget-plan.ts";
import { CodeImage } from "./code-image.ts";
import { findEntries } from "./entries.ts";
import { Program } from "./program.ts";
import { buildRegionGraph, successorsOf } from "./region-graph.ts";
import { findSkipped } from "./skipped-code.ts";

const { a0, a1, ra, s1 } = X;

test("before a few nodes there is one look, for the longest way; a loop's round and what is longer have their own", () => {
  const code = new Assembly();
  const times = (count: number): Assembly => {
    for (let index = 0; index < count; index++) code.op("addi", { rd: a0, rs1: a0, imm: 1 });
    return code;
  };
  const places = new Map<string, number>();
  const place = (name: string): Assembly => {
    places.set(name, RAM_BASE + code.size);
    return code.label(name);
  };
  times(2).jump("beq", { rs1: a0, rs2: a1 }, "join");
  place("side");
  times(4);
  place("join");
  times(3);
  place("loop");
  times(1).jump("beq", { rs1: a0, rs2: a1 }, "next");
  place("long");
  times(FEW);
  place("next").op("addi", { rd: s1, rs1: s1, imm: -1 }).jump("bne", { rs1: s1, rs2: 0 }, "loop");
  place("end").op("jalr", { rd: 0, rs1: ra, imm: 0 });
  const ram = Uint8Array.from(code.bytes);
  const program = new Program(
    new CodeImage({
      ...{ ram, ramBytes: 0x1_0000, start: RAM_BASE, end: RAM_BASE + ram.length, functions: [RAM_BASE] },
      ...{ careful: false, volatile: [] },
    }),
  );
  const graph = buildRegionGraph(program, program.functionAt(RAM_BASE)!);
  const successors = graph.nodes.map((node) => successorsOf(node).map(({ id }) => id));
  const { flow } = findEntries(graph, successors);
  const asked = planBudget(graph.nodes, flow, findSkipped(graph.nodes, flow));
  const at = (pc: number): number => asked[graph.nodes.find((node) => node.pc === pc)!.id]!;
  expect(at(RAM_BASE)).toBe(3 + 4 + 3);
  expect(["side", "join", "end"].map((name) => at(places.get(name)!))).toEqual([0, 0, 0]);
  expect(["loop", "long", "next"].map((name) => at(places.get(name)!))).toEqual([2, FEW, 2 + 1]);
});
