import { describe, expect, it } from "vitest";
import { defaultHealth, defaultModuleHealth } from "../health-table.ts";
import { PointCells, QUALITY } from "../hypervisor/point-cells.ts";
import type { Partition, Point, System } from "../system.ts";
import { cycles, guestAddress, hertz } from "../units.ts";
import { SharedExchange } from "./point-exchange.ts";

const point = (index: number): Point => ({
  index,
  name: `p${index}`,
  type: "DINT",
  direction: "input",
  address: guestAddress(0x8000_0000 + 4 * index),
  bytes: 4,
  bit: null,
  initial: 100 + index,
  failSafe: null,
  validityOf: null,
});

const partition = (index: number, points: number): Partition => ({
  index,
  name: `partition${index}`,
  image: new Uint8Array(),
  imagePath: "",
  memoryBytes: 4096,
  isSystem: false,
  latch: "auto",
  engine: "interpreter",
  bootArguments: "",
  points: Array.from({ length: points }, (_, i) => point(i)),
  ports: [],
  areas: { input: null, output: null, retained: null },
  tasks: [],
  health: defaultHealth,
});

const system: System = {
  name: "exchange",
  configPath: "",
  digest: "",
  clock: hertz(1_000_000),
  harts: 1,
  partitions: [partition(0, 3), partition(1, 9)],
  schedules: [{ name: "normal", majorFrame: cycles(1000), slots: [], index: 0, onEntry: [] }],
  health: defaultModuleHealth,
  samplingChannels: [],
  queuingChannels: [],
  samplingMessageChannels: [],
  modbusServers: [],
  modbusClients: [],
  mqtt: [],
  sparkplug: [],
  metrics: null,
  retain: null,
  maxLateness: cycles(1000),
};

/** The two sides as two threads have them: over the same memory, with nothing else in common. */
const twoSides = () => {
  const bridge = new SharedExchange(system);
  return { bridge, board: new SharedExchange(system, bridge.shared) };
};

describe("a point exchange", () => {
  it("leaves inputs as they are that were never written", () => {
    const { bridge, board } = twoSides();
    const inputs = PointCells.initial(system.partitions[0]!.points);
    inputs.set(1, 77);
    inputs.quality[1] = QUALITY.good;
    bridge.writeInput({ partition: 0, point: 2 }, 5, "bad", 0);
    bridge.handOver();
    expect(board.takeInputs(0, inputs)).toBe(true);
    expect([0, 1, 2].map((index) => [inputs.get(index), inputs.qualityOf(index)])).toEqual([
      [100, "uncertain"],
      [77, "good"],
      [5, "bad"],
    ]);
  });

  it("hands inputs over only when told to, and all at once", () => {
    const { bridge, board } = twoSides();
    const inputs = PointCells.initial(system.partitions[1]!.points);
    bridge.writeInput({ partition: 1, point: 8 }, -5, "good", 12);
    bridge.writeInput({ partition: 1, point: 0 }, 7, "bad", 13);
    expect(board.takeInputs(1, inputs)).toBe(false);
    bridge.handOver();
    expect(board.takeInputs(0, new PointCells(system.partitions[0]!.points))).toBe(false);
    expect(board.takeInputs(1, inputs)).toBe(true);
    expect([0, 1, 8].map((index) => inputs.get(index))).toEqual([7, 101, -5]);
    expect([0, 1, 8].map((index) => inputs.qualityOf(index))).toEqual(["bad", "uncertain", "good"]);
    expect(inputs.time[8]).toBe(12);
    expect(board.takeInputs(1, inputs)).toBe(false);
  });

  it("gives the bridge the latest publish, whole, once", () => {
    const { bridge, board } = twoSides();
    const published = new PointCells(system.partitions[0]!.points);
    const seen = new PointCells(system.partitions[0]!.points);
    for (let round = 1; round <= 5; round++) {
      for (let index = 0; index < 3; index++) {
        published.set(index, round * 10);
        published.quality[index] = QUALITY.good;
      }
      board.publish(0, published, true);
    }
    expect(bridge.readPublished(0, seen)).toBe(true);
    expect([0, 1, 2].map((index) => seen.get(index))).toEqual([50, 50, 50]);
    expect(bridge.readPublished(0, seen)).toBe(false);
  });

  it("says of each partition whether it drives its outputs", () => {
    const { bridge, board } = twoSides();
    const published = new PointCells(system.partitions[1]!.points);
    expect([bridge.drives(0), bridge.drives(1)]).toEqual([false, false]);
    board.publish(1, published, true);
    expect([bridge.drives(0), bridge.drives(1)]).toEqual([false, true]);
    board.publish(1, published, false);
    expect(bridge.drives(1)).toBe(false);
  });

  it("tells host time from board time", () => {
    const { bridge, board } = twoSides();
    board.anchor(5000, 1_000_000);
    expect(bridge.timeOfCycle(7000)).toBe(1_000_002);
  });
});
