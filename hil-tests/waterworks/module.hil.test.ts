/** The waterworks as a whole on the rig: it runs a morning without a fault, and the same way every time. */
import { describe, expect, it } from "vitest";
import { Waterworks, type WaterworksOptions } from "../plants/waterworks/index.ts";
import { Rig } from "../rig/index.ts";
import { MODULE, onWaterworks, press } from "../waterworks-bench.ts";

const MORNING: WaterworksOptions = { level: 2.45, timeOfDay: 6.5, seed: 7 };

describe("the waterworks", () => {
  it(
    "[REQ-MODULE-1] serves a morning: level within its band, residual and pressure at their setpoints, nobody at fault",
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

  it("[REQ-MODULE-2] runs twice with the same hashes, and with others when anything differs", async () => {
    const first = (await disturbedRun(MORNING)).hashes();
    expect((await disturbedRun(MORNING)).hashes()).toEqual(first);
    const otherNoise = (await disturbedRun({ ...MORNING, seed: 8 })).hashes();
    expect(otherNoise.boost).not.toBe(first.boost);
    const otherSetpoint = (await disturbedRun(MORNING, 4.501)).hashes();
    expect(otherSetpoint.boost).not.toBe(first.boost);
    expect(otherSetpoint.drive).not.toBe(first.drive);
  });
});
