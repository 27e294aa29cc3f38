/** The waterworks as a whole on the rig: it runs a morning without a fault, and the same way every time. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PatchedModule, patchedModule } from "./patched-module.ts";
import { Waterworks, type WaterworksOptions } from "./plants/waterworks/index.ts";
import { Rig, rigTest } from "./rig/index.ts";
import { MODULE, onWaterworks, press } from "./waterworks-bench.ts";

const MORNING: WaterworksOptions = { level: 2.45, timeOfDay: 6.5, seed: 7 };

describe("the waterworks", () => {
  it(
    "serves a morning: level within its band, residual and pressure at their setpoints, nobody at fault",
    onWaterworks(MORNING, (rig) => {
      rig.runFor("90 s");
      rig.runWhile(
        () =>
          rig.number("intake.level") > 2.3 &&
          Math.abs(rig.number("dosing.residual") - 0.5) < 0.15 &&
          Math.abs(rig.number("boost.pressure") - 4) < 0.7,
        { holdsFor: "60 s" },
      );
      expect(rig.incidents.filter(({ incident }) => incident.kind !== "modeChanged")).toEqual([]);
      expect(rig.get("drive.fault")).toBe(false);
    }),
  );

  /** Half a minute with all kinds of disturbance. */
  const disturbedRun = async (options: WaterworksOptions, setpoint = 4.5): Promise<Rig> => {
    const plant = new Waterworks(options);
    const rig = await Rig.boot(MODULE, { plant });
    rig.runFor("10 s");
    rig.set("boost.pressureSetpoint", setpoint);
    const dropout = rig.inject({ kind: "dropout", channel: "dosing.residual" });
    plant.p101.suctionBlocked = true;
    rig.runFor("10 s");
    plant.inverter.tripped = true;
    dropout.end();
    rig.runFor("5 s");
    plant.inverter.tripped = false;
    press(rig, "drive.reset");
    press(rig, "intake.reset");
    rig.runFor("5 s");
    return rig;
  };

  it("runs twice with the same hashes, and with others when anything differs", async () => {
    const first = (await disturbedRun(MORNING)).hashes();
    expect((await disturbedRun(MORNING)).hashes()).toEqual(first);
    const otherNoise = (await disturbedRun({ ...MORNING, seed: 8 })).hashes();
    expect(otherNoise.boost).not.toBe(first.boost);
    const otherSetpoint = (await disturbedRun(MORNING, 4.501)).hashes();
    expect(otherSetpoint.boost).not.toBe(first.boost);
    expect(otherSetpoint.drive).not.toBe(first.drive);
  });
});

// A guest that spins uses all of its slots, which takes the host its time: virtual time is short here.
describe("a partition that hangs", () => {
  let module: PatchedModule;
  beforeAll(() => {
    module = patchedModule({
      "intake.st": [
        ["resetEdge(CLK := reset);", "WHILE reset DO messages := messages + 1; END_WHILE; resetEdge(CLK := reset);"],
      ],
      "boost.st": [
        ["suctionUnknown(IN", "WHILE NOT enable DO stage := 0; END_WHILE; suctionUnknown(IN"],
        ["SUCTION_PATIENCE  : TIME := T#60s", "SUCTION_PATIENCE  : TIME := T#3s"],
      ],
    });
  });
  afterAll(() => module.remove());

  it("intake: dosing stops at once, and the boosters when nobody has known the level for long", () =>
    rigTest(module.configPath, { plant: () => new Waterworks({ level: 2, demand: 5 }) }, (rig) => {
      rig.runUntil(() => rig.isOn("dosing.pump") && rig.number("drive.speed") > 80, { within: "30 s" });
      rig.set("intake.reset", true);
      rig.runUntil(() => !rig.isOn("dosing.pump"), { within: "0.2 s" });
      expect(rig.get("dosing.flowValid")).toBe(false);
      expect(rig.get("drive.running"), "the town still has its water").toBe(true);
      expect(rig.runUntil(() => rig.isOn("boost.suctionTrip"), { within: "4 s" })).toBeGreaterThan(2.5);
      rig.runUntil(() => !rig.isOn("drive.running"), { within: "0.1 s" });
    })());

  it("boost: the drive takes its silence for a stop and ramps down", () =>
    rigTest(module.configPath, { plant: () => new Waterworks({ level: 3.2, demand: 5 }) }, (rig) => {
      rig.runUntil(() => rig.number("drive.speed") > 80, { within: "30 s" });
      rig.set("boost.enable", false);
      rig.runUntil(() => !rig.isOn("drive.running"), { within: "0.2 s" });
      expect(rig.get("drive.demandValid")).toBe(false);
      expect(rig.get("drive.state")).toBe(3); // stopping
      const speed = rig.number("drive.speed");
      rig.runFor("1 s");
      expect(speed - rig.number("drive.speed")).toBeCloseTo(10, 0);
    })());
});
