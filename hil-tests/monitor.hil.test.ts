/** The station monitor beside the controllers: what it computes, and that none of them notices it, whatever its tasks do. */
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Outside } from "../runtime/hypervisor/index.ts";
import { engineOf, initialSchedule } from "../runtime/index.ts";
import { busyOutside, fingerprint, type RunOptions, randomSlices, runSystem, silence } from "./laws/runs.ts";
import { Waterworks, type WaterworksOptions } from "./plants/waterworks/index.ts";
import { Rig, rigTest } from "./rig/index.ts";
import { loadOnce } from "./rig/load.ts";
import { MODULE as WATERWORKS } from "./waterworks-bench.ts";

const MODULE = resolve(import.meta.dirname, "../configs/waterworks-monitor.yaml");
const [alone, monitored] = await Promise.all([loadOnce(WATERWORKS), loadOnce(MODULE)]);
const controllers = alone.partitions;
const monitor = monitored.partitions.find(({ name }) => name === "monitor")!;
const sabotage = monitor.points.find(({ name }) => name === "sabotage")!;

/** What the rogue can do, as monitor.h numbers it. */
const MISDEEDS = ["none", "store", "load", "fetch", "device", "csr", "stack", "call", "spin", "flood"] as const;
type Misdeed = (typeof MISDEEDS)[number];
/** Those that it is killed for, with the cause of the trap (RISC-V Privileged §3.1.15). */
const FATAL = { store: 7, load: 5, fetch: 1, device: 7, csr: 2, stack: 7 } as const;

describe("the controllers beside the monitor", () => {
  const frames = 60;
  const seed = 653;

  /** Random inputs for the controllers, and a misdeed of the monitor's rogue from the tenth frame on. */
  const outsideWith = (misdeed: Misdeed): Outside => {
    const busy = busyOutside(alone, seed);
    const latch: Outside["latch"] = (at, inputs) => {
      if (at.partition !== monitor.index) return busy.latch(at, inputs);
      if (at.frame >= 10) inputs.set(sabotage.index, MISDEEDS.indexOf(misdeed));
    };
    return { ...silence, latch };
  };
  const runBeside = (misdeed: Misdeed, options: Partial<RunOptions> = {}) =>
    fingerprint(runSystem(monitored, { frames, outside: outsideWith(misdeed), ...options }));
  const before = fingerprint(runSystem(alone, { frames, outside: busyOutside(alone, seed) }));
  const peaceful = runBeside("none");

  it("are the waterworks' own, in the same slots", () => {
    expect(monitored.partitions.slice(0, controllers.length)).toEqual(controllers);
    const [own, beside] = [alone, monitored].map(initialSchedule);
    expect(beside!.majorFrame).toBe(own!.majorFrame);
    expect(beside!.slots.slice(0, own!.slots.length)).toEqual(own!.slots);
  });

  it("have the traces that they have without it", () => {
    expect(peaceful.slice(0, controllers.length)).toEqual(before);
  });

  it.each(MISDEEDS.slice(1))("do not notice what its rogue does: %s", (misdeed) => {
    const after = runBeside(misdeed);
    expect(after[monitor.index]).not.toEqual(peaceful[monitor.index]);
    expect(after.slice(0, controllers.length)).toEqual(before);
  });

  it("and the monitor run the same with slots cut anywhere, on the engine that the config chooses", () => {
    for (const misdeed of ["store", "flood"] as const) {
      const interpreted = runBeside(misdeed);
      expect(runBeside(misdeed, { engineOf })).toEqual(interpreted);
      expect(runBeside(misdeed, { engineOf, slice: randomSlices(seed) })).toEqual(interpreted);
    }
  });
});

describe("the monitor", () => {
  const EVENING: WaterworksOptions = { level: 3, timeOfDay: 19, demand: 9 };
  const beside = (options: WaterworksOptions, body: (rig: Rig, plant: Waterworks) => void) =>
    rigTest(MODULE, { plant: (seed) => new Waterworks({ seed, ...options }) }, body);
  const errorsOf = (rig: Rig) =>
    rig.incidents.flatMap(({ partition, incident }) =>
      partition === "monitor" && incident.kind === "error" ? [incident.record] : [],
    );

  it(
    "finds what the town draws, and how long the reservoir lasts, from level and inflow alone",
    beside(EVENING, (rig, plant) => {
      rig.runFor("30 s");
      const { intake, town } = plant.flows;
      expect(intake).toBe(0);
      expect(rig.number("monitor.consumption")).toBeGreaterThan(0.9 * town);
      expect(rig.number("monitor.consumption")).toBeLessThan(1.1 * town);
      const litres = (plant.level - 0.5) * 4 * 1000;
      expect(rig.number("monitor.reserve")).toBeGreaterThan(0.9 * (litres / town / 60));
      expect(rig.number("monitor.reserve")).toBeLessThan(1.1 * (litres / town / 60));
    }),
  );

  it(
    "tells a burst main after half a minute",
    beside(EVENING, (rig, plant) => {
      rig.runFor("20 s");
      plant.demand.fixed = 24;
      expect(rig.runUntil(() => rig.isOn("monitor.burst"), { within: "60 s" })).toBeGreaterThan(30);
    }),
  );

  it(
    "writes a line of its log every ten seconds",
    beside(EVENING, (rig) => {
      rig.runFor("21 s");
      const lines = rig
        .console("monitor")
        .split("\n")
        .filter((line) => line.includes("consumption"));
      expect(lines).toHaveLength(2);
      expect(lines[1]).toMatch(/^ +20\.\d s {2}level [\d.]+ m {2}consumption [\d.]+ l\/s {2}reserve \d+ min$/);
    }),
  );

  it(
    "kills a task that does what it may not, tells the health monitor why, and goes on",
    beside(EVENING, (rig, plant) => {
      for (const [misdeed, cause] of Object.entries(FATAL)) {
        const before = errorsOf(rig).length;
        rig.set("monitor.sabotage", 0);
        rig.runFrames(2);
        expect(errorsOf(rig)).toHaveLength(before);
        rig.set("monitor.sabotage", MISDEEDS.indexOf(misdeed as Misdeed));
        rig.runFrames(3);
        expect(rig.get("monitor.killedTasks"), misdeed).toBe(1);
        const message = expect.stringMatching(/^tactus: rogue killed: /);
        const error = misdeed === "stack" ? "STACK_OVERFLOW" : "APPLICATION_ERROR";
        expect(errorsOf(rig).slice(before)).toEqual([
          expect.objectContaining({ error, action: "IGNORE", value: cause, message }),
        ]);
      }
      rig.runFor("30 s");
      expect(rig.number("monitor.consumption")).toBeGreaterThan(0.9 * plant.flows.town);
    }),
  );

  it(
    "computes on beside a task that never waits, and beside one that floods the console",
    beside(EVENING, (rig, plant) => {
      rig.runFor("25 s");
      for (const misdeed of ["spin", "flood"] as const) {
        const before = rig.number("monitor.consumption");
        rig.set("monitor.sabotage", MISDEEDS.indexOf(misdeed));
        plant.demand.fixed = (plant.demand.fixed ?? 0) + 6;
        rig.runFor("4 s");
        expect(rig.number("monitor.consumption"), misdeed).toBeGreaterThan(before + 0.5);
      }
      expect(rig.console("monitor").length).toBeGreaterThan(10_000);
      expect(errorsOf(rig)).toEqual([]);
    }),
  );
});

describe("the plant", () => {
  it("is run by the controllers as it is without the monitor", async () => {
    const hashesOf = async (configPath: string): Promise<Readonly<Record<string, string>>> => {
      const plant = new Waterworks({ level: 2.45, timeOfDay: 6.5, seed: 7 });
      const rig = await Rig.boot(configPath, { plant });
      rig.runFor("5 s");
      plant.p101.suctionBlocked = true;
      rig.runFor("5 s");
      return rig.hashes();
    };
    const { monitor: ownHash, ...others } = await hashesOf(MODULE);
    expect(ownHash).toMatch(/^[0-9a-f]{16}$/);
    expect(others).toEqual(await hashesOf(WATERWORKS));
  });
});
