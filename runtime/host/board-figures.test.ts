import { describe, expect, it } from "vitest";
import { sleeper, spinner } from "../../hil-tests/laws/guests.ts";
import { silence } from "../../hil-tests/laws/runs.ts";
import { systemOf } from "../../hil-tests/laws/systems.ts";
import { Module } from "../hypervisor/index.ts";
import { createHasher } from "../trace/index.ts";
import { BoardFigures } from "./board-figures.ts";

const hasher = await createHasher();
const system = systemOf({
  partitions: { busy: { image: spinner(), latch: "auto" }, lazy: { image: sleeper(100_000), latch: "auto" } },
  majorFrame: 10_000,
  slots: [
    ["busy", 0, 4000],
    ["lazy", 5000, 4000],
  ],
});

describe("the figures of a board", () => {
  it("are read by whoever has their memory, as of the end of the latest frame", () => {
    const module = new Module(system, silence, hasher);
    const written = new BoardFigures(system);
    const read = new BoardFigures(system, written.shared);
    expect(read.isRunning).toBe(false);
    for (let frame = 0; frame < 3; frame += 1) module.runFrame();
    written.tellOf(module.partitions);
    written.tellTime(module.frame, module.boardTime);
    expect([read.isRunning, read.frames, read.boardTime]).toEqual([true, 3, 30_000]);
    expect(read.partition(0)).toMatchObject({ mode: "NORMAL", suspended: false, scans: 3, slotCycles: 12_000 });
    expect(read.partition(0).busyCycles).toBe(12_000);
    expect(read.partition(1).busyCycles).toBeLessThan(1000);
  });

  it("count errors by partition and kind", () => {
    const figures = new BoardFigures(system);
    figures.errorOccurred(1, "DEADLINE_MISSED");
    figures.errorOccurred(1, "WATCHDOG_TIMER");
    figures.errorOccurred(1, "WATCHDOG_TIMER");
    expect(figures.partition(1).errors).toMatchObject({ DEADLINE_MISSED: 1, WATCHDOG_TIMER: 2, PORT_ERROR: 0 });
    expect(Object.values(figures.partition(0).errors).every((count) => count === 0)).toBe(true);
  });

  it("have a histogram of lateness for each hart, and one of all", () => {
    const figures = new BoardFigures({ ...system, harts: 2 });
    figures.lateness[0]!.add(3);
    figures.lateness[1]!.add(700);
    figures.lateness[1]!.addSlip(100_000);
    const { count, sumUs, worstUs, slips, buckets } = figures.latenessReport();
    expect({ count, sumUs, worstUs, slips }).toEqual({ count: 2, sumUs: 703, worstUs: 700, slips: 1 });
    expect(buckets).toEqual([
      [4, 1],
      [1024, 1],
    ]);
  });
});
