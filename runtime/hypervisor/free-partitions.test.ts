import { describe, expect, it } from "vitest";
import { table } from "../../hil-tests/laws/health.ts";
import { type SystemSketch, systemOf } from "../../hil-tests/laws/systems.ts";
import { cycles } from "../units.ts";
import { freePartitions } from "./free-partitions.ts";

const image = Uint8Array.of(0x6f, 0, 0, 0);
const guest = { image, inputs: 1, outputs: 1 };

/** a and b on hart 0, c and d on hart 1. */
const free = (more: Partial<SystemSketch> = {}, a: Partial<SystemSketch["partitions"][string]> = {}) =>
  freePartitions(
    systemOf({
      partitions: { a: { ...guest, ...a }, b: guest, c: guest, d: guest },
      majorFrame: 200,
      slots: [
        ["a", 0, 100],
        ["b", 100, 100],
        ["c", 0, 100, 1],
        ["d", 100, 100, 1],
      ],
      ...more,
    }),
  );
const [ALL, NONE] = [
  [true, true, true, true],
  [false, false, false, false],
];
const budget = (exhausted: "IDLE" | "SHUTDOWN") => ({
  restartBudget: { count: 1, window: cycles(100), exhausted, schedule: null },
});

describe("a partition shares nothing with other harts", () => {
  it("when no channel leaves its hart", () => {
    expect(free()).toEqual(ALL);
    expect(free({ messages: [{ from: "a", to: "b", depth: 1 }], sampling: [{ from: "c.o0", to: ["d.i0"] }] })).toEqual(
      ALL,
    );
  });

  it.each<[string, Partial<SystemSketch>]>([
    ["a queue", { messages: [{ from: "c", to: "b", depth: 1 }] }],
    ["a sampling channel of messages", { messages: [{ from: "b", to: "c" }] }],
    ["a point's channel", { sampling: [{ from: "b.o0", to: ["c.i0"] }] }],
  ])("unless %s does: then its ends do not", (_, more) => {
    expect(free(more)).toEqual([true, false, false, true]);
  });

  it("unless there is a system partition, or one that hears of errors: they meet everybody", () => {
    expect(free({}, { isSystem: true })).toEqual(NONE);
    expect(free({ messages: [{ from: null, to: "a", depth: 1 }] })).toEqual(NONE);
  });

  it("unless its own errors can end in something that all harts do", () => {
    const others = [false, true, true, true];
    for (const action of ["SHUTDOWN", "MODULE_RESET", "SWITCH_SCHEDULE", null] as const) {
      expect(free({}, { health: table(action) })).toEqual(others);
    }
    expect(free({}, { health: budget("SHUTDOWN") })).toEqual(others);
    expect(free({}, { health: { ...table("COLD_START"), ...budget("IDLE") } })).toEqual(ALL);
  });
});
