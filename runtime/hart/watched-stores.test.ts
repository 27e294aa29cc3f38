import { describe, expect, it } from "vitest";
import { CSRS, X } from "../isa/index.ts";
import { guestAddress } from "../units.ts";
import { RAM_BASE } from "./layout.ts";
import { Assembly } from "./testing/assembly.ts";
import { TestBoard } from "./testing/test-board.ts";

/** The eight bytes that are watched. */
const WATCHED = 0x2100;
const VALUE = 0x1234_5678;
const MSTATUS_FS = 0x6000;

/** A store of x7, f0 or a register pair to the address in x5, and how many bytes it touches. */
const STORES: Readonly<Record<string, { readonly bytes: number; readonly code: (code: Assembly) => Assembly }>> = {
  sb: { bytes: 1, code: (code) => code.op("sb", { rs2: X.t2, rs1: X.t0, imm: 0 }) },
  sh: { bytes: 2, code: (code) => code.op("sh", { rs2: X.t2, rs1: X.t0, imm: 0 }) },
  sw: { bytes: 4, code: (code) => code.op("sw", { rs2: X.t2, rs1: X.t0, imm: 0 }) },
  fsw: { bytes: 4, code: (code) => code.op("fsw", { rs2: 0, rs1: X.t0, imm: 0 }) },
  fsd: { bytes: 8, code: (code) => code.op("fsd", { rs2: 0, rs1: X.t0, imm: 0 }) },
  "amoor.w": { bytes: 4, code: (code) => code.op("amoor.w", { rd: 0, rs2: X.t2, rs1: X.t0, aq: 0, rl: 0 }) },
  "sc.w": {
    bytes: 4,
    code: (code) =>
      code.op("lr.w", { rd: X.t3, rs1: X.t0, aq: 0, rl: 0 }).op("sc.w", { rd: 0, rs2: X.t2, rs1: X.t0, aq: 0, rl: 0 }),
  },
};
const ATOMICS = new Set(["amoor.w", "sc.w"]);

/** Runs one store to `offset`, and what follows; says whether the run ended behind the store, and left its effect. */
const storeAt = (name: string, offset: number, slice: number) => {
  const code = STORES[name]!.code(
    new Assembly()
      .li(X.t1, MSTATUS_FS)
      .csrWrite(CSRS.mstatus, X.t1)
      .li(X.t2, VALUE)
      .op("fcvt.d.w", { rd: 0, rs1: X.t2, rm: 0 })
      .li(X.t0, RAM_BASE + offset),
  );
  const behind = code.size;
  const board = TestBoard.of(code.label("spin").jump("jal", {}, "spin"));
  board.engine.watchStores(guestAddress(RAM_BASE + WATCHED), 8);
  for (let cycles = 0; cycles < 100; cycles += slice) {
    if (board.run(slice) !== "mmio") continue;
    expect([board.at, board.cycles, board.engine.used <= slice]).toEqual([behind, behind / 4, true]);
    expect(board.hart.ram.subarray(offset, offset + STORES[name]!.bytes).some((byte) => byte !== 0)).toBe(true);
    return true;
  }
  return false;
};

describe("a store that touches watched bytes", () => {
  it.each(Object.keys(STORES))("ends the run behind it, wherever a slice ends: %s", (name) => {
    const { bytes } = STORES[name]!;
    const step = ATOMICS.has(name) ? 4 : 1;
    for (let offset = WATCHED - 12; offset <= WATCHED + 16; offset += step) {
      const touches = offset + bytes > WATCHED && offset < WATCHED + 8;
      for (const slice of [1, 3, 1000])
        expect([offset, slice, storeAt(name, offset, slice)]).toEqual([offset, slice, touches]);
    }
  });

  it("ends every such run, and no other", () => {
    const code = new Assembly().li(X.t0, RAM_BASE + WATCHED);
    for (let i = 0; i < 3; i++) {
      code.op("sw", { rs2: X.t0, rs1: X.t0, imm: 0 }).op("sw", { rs2: X.t0, rs1: X.t0, imm: 8 });
    }
    const board = TestBoard.of(code.label("spin").jump("jal", {}, "spin"));
    board.engine.watchStores(guestAddress(RAM_BASE + WATCHED), 8);
    const exits = Array.from({ length: 4 }, () => [board.run(20), board.engine.used]);
    expect(exits).toEqual([
      ["mmio", 3],
      ["mmio", 2],
      ["mmio", 2],
      ["budget", 20],
    ]);
  });

  it("is seen where it reaches in from the page before", () => {
    const code = new Assembly().li(X.t0, RAM_BASE + 0x1ffe).op("sw", { rs2: X.t0, rs1: X.t0, imm: 0 });
    const board = TestBoard.of(code.label("spin").jump("jal", {}, "spin"));
    board.engine.watchStores(guestAddress(RAM_BASE + 0x2000), 8);
    expect([board.run(20), board.engine.used]).toEqual(["mmio", 3]);
  });

  it("is not taken for one when the host writes there", () => {
    const board = TestBoard.of(new Assembly().label("spin").jump("jal", {}, "spin"));
    board.engine.watchStores(guestAddress(RAM_BASE + WATCHED), 8);
    board.engine.ramChanged(guestAddress(RAM_BASE), 0x1_0000);
    expect(board.run(20)).toBe("budget");
  });
});
