/** What is known of addresses when a node begins. */
import { describe, expect, test } from "vitest";
import { RAM_BASE } from "../hart/layout.ts";
import { Assembly } from "../hart/testing/assembly.ts";
import { X } from "../isa/index.ts";
import { findChecks } from "./checked-ranges.ts";
import { CodeImage } from "./code-image.ts";
import { findEntries } from "./entries.ts";
import type { Range } from "./memory-plan.ts";
import { Program } from "./program.ts";
import { buildRegionGraph, successorsOf } from "./region-graph.ts";
import { ALL_REGISTERS, LIGHT_REGISTERS, NO_REGISTERS } from "./registers.ts";

const { a0, a1, a2, a3, ra, t0 } = X;

class Guest {
  readonly code = new Assembly();
  readonly #places = new Map<string, number>();

  /** What the access that comes next asks to be checked is to be known by this name. */
  at(name: string): this {
    this.#places.set(name, RAM_BASE + this.code.size);
    this.code.label(name);
    return this;
  }

  load(imm: number): this {
    this.code.op("lw", { rd: a2, rs1: a0, imm });
    return this;
  }

  store(imm: number): this {
    this.code.op("sw", { rs1: a0, rs2: a1, imm });
    return this;
  }

  moveOn(): this {
    this.code.op("addi", { rd: a0, rs1: a0, imm: 4 });
    return this;
  }

  branch(to: string): this {
    this.code.jump("beq", { rs1: a1, rs2: a3 }, to);
    return this;
  }

  /** By name: what the node's only stretch asks to be checked; null: it is known. */
  checks(): ReadonlyMap<string, Range | null> {
    this.code.op("jalr", { rd: 0, rs1: ra, imm: 0 });
    const ram = Uint8Array.from(this.code.bytes);
    const program = new Program(
      new CodeImage({
        ...{ ram, ramBytes: 0x1_0000, start: RAM_BASE, end: RAM_BASE + ram.length, functions: [RAM_BASE] },
        ...{ careful: false, volatile: [] },
      }),
    );
    const graph = buildRegionGraph(program, program.functionAt(RAM_BASE)!);
    const successors = graph.nodes.map((node) => successorsOf(node).map(({ id }) => id));
    const stretches = findChecks({
      ...{ nodes: graph.nodes, flow: findEntries({ ...graph, returnSites: [] }, successors).flow },
      touchedBy: () => LIGHT_REGISTERS,
      writtenByRequest: () => NO_REGISTERS,
      changedByCall: ({ end }) => (end.kind === "indirectCall" ? ALL_REGISTERS : NO_REGISTERS),
    });
    const nodeAt = (pc: number): number => graph.nodes.find((node) => node.pc === pc)!.id;
    return new Map(Array.from(this.#places, ([name, pc]) => [name, stretches[nodeAt(pc)]![0]!.checked]));
  }
}

describe("an access by a register", () => {
  test("is checked with those before it, for all of them", () => {
    const guest = new Guest()
      .at("first")
      .load(0)
      .branch("then")
      .load(16)
      .at("then")
      .store(8)
      .branch("last")
      .at("last")
      .load(4);
    const checks = guest.checks();
    expect(checks.get("first")).toEqual({ low: 0, high: 20, stores: true });
    expect([checks.get("then"), checks.get("last")]).toEqual([null, null]);
  });

  test("is checked by itself where the register has become another, or the access is far away", () => {
    const moved = new Guest().at("first").load(0).moveOn().branch("then").at("then").load(8).checks();
    expect(moved.get("first")).toEqual({ low: 0, high: 4, stores: false });
    expect(moved.get("then")).toEqual({ low: 8, high: 12, stores: false });
    const far = new Guest().at("first").load(-2000).branch("then").at("then").load(2000).checks();
    expect(far.get("first")).toEqual({ low: -2000, high: -1996, stores: false });
    expect(far.get("then")).toEqual({ low: 2000, high: 2004, stores: false });
  });

  test("is checked where only one of the ways to it did", () => {
    const guest = new Guest().branch("join").load(0).at("join");
    expect(guest.load(0).checks().get("join")).toEqual({ low: 0, high: 4, stores: false });
  });

  test("is checked once a round in a loop, which can be entered from elsewhere, unless the loop changes the register", () => {
    const round = (): Guest => new Guest().at("before").load(0).at("loop").load(4).branch("loop").at("rest");
    const still = round().load(8).branch("loop").checks();
    expect([still.get("before"), still.get("loop")]).toEqual([
      { low: 0, high: 12, stores: false },
      { low: 4, high: 12, stores: false },
    ]);
    expect(still.get("rest")).toBeNull();
    const moving = new Guest().at("loop").load(4).moveOn().branch("loop").at("rest").load(8).branch("loop").checks();
    expect(moving.get("rest")).toEqual({ low: 8, high: 12, stores: false });
  });

  test("is checked again behind a call through a pointer", () => {
    const guest = new Guest().at("first").load(0);
    guest.code.op("jalr", { rd: ra, rs1: t0, imm: 0 });
    expect(guest.at("behind").load(0).checks().get("behind")).toEqual({ low: 0, high: 4, stores: false });
  });
});
