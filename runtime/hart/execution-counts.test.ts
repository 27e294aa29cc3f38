/** Counts of what ran: exact, and unseen by the guest. */
import { describe, expect, test } from "vitest";
import { X } from "../isa/index.ts";
import { ExecutionCounts, interpretCounting } from "./execution-counts.ts";
import { RAM_BASE } from "./layout.ts";
import { Assembly } from "./testing/assembly.ts";
import { TestBoard } from "./testing/test-board.ts";

/** Counts a0 from 0 to 5, then jumps to itself. */
const loop = (): Assembly =>
  new Assembly()
    .op("addi", { rd: X.a1, rs1: X.zero, imm: 5 })
    .label("again")
    .op("addi", { rd: X.a0, rs1: X.a0, imm: 1 })
    .jump("bne", { rs1: X.a0, rs2: X.a1 }, "again")
    .label("end")
    .jump("jal", {}, "end");

describe("execution counts", () => {
  test("tell how often each instruction ran and how often it jumped, however the run is sliced", () => {
    for (const slice of [1, 3, 100]) {
      const counts = new ExecutionCounts(16);
      const board = new TestBoard(0x1_0000, Uint8Array.from(loop().bytes), interpretCounting(counts));
      for (let used = 0; used < 13; used += slice) board.run(Math.min(slice, 13 - used));
      const at = [0, 4, 8, 12].map((offset) => RAM_BASE + offset);
      expect(at.map((address) => counts.executed(address))).toEqual([1, 5, 5, 2]);
      expect(at.map((address) => counts.jumped(address))).toEqual([0, 0, 4, 2]);
      expect([board.at, board.hart.x(X.a0)]).toEqual([12, 5]);
    }
  });

  test("leave the run as it is without them, and count nothing outside of what they are for", () => {
    const counts = new ExecutionCounts(8);
    const counted = new TestBoard(0x1_0000, Uint8Array.from(loop().bytes), interpretCounting(counts));
    const plain = TestBoard.of(loop());
    expect([counted.run(40), plain.run(40)]).toEqual(["budget", "budget"]);
    expect(counted.hart.registerBytes).toEqual(plain.hart.registerBytes);
    expect(counts.executed(RAM_BASE + 8)).toBe(0);
  });
});
