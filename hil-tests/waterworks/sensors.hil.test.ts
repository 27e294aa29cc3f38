/** Sensors and buses of the waterworks that lie, lag or fall silent: what that may cost, and what it may not. */
import { describe, expect, it } from "vitest";
import type { Waterworks } from "../plants/waterworks/index.ts";
import { between, type Rig } from "../rig/index.ts";
import { onWaterworks } from "../waterworks-bench.ts";

const FILLING = { demand: 6, level: 1.8 };
const EVENING = { level: 3.2, demand: 5, pressure: 3.5 };
const untilFlowing = (rig: Rig): void => void rig.runUntil(() => rig.number("dosing.flow") > 14.9, { within: "30 s" });

describe("the level transmitter", () => {
  it(
    "[REQ-MODULE-3] may be noisy: surf above the start level starts no pump",
    onWaterworks({ demand: 0, level: 2.505 }, (rig) => {
      rig.inject({ kind: "noise", channel: "intake.level", deviation: 0.02 });
      rig.runFor("1 s");
      expect(rig).toEventually(() => rig.number("intake.level") < 2.5, { within: "30 s" });
      expect(rig).toNever(() => rig.isOn("intake.pump1") || rig.isOn("intake.pump2"), { for: "60 s" });
    }),
  );

  it.for([-0.3, 0.3])("[REQ-INTAKE-19] may be wrong by %s m", (by, context) =>
    onWaterworks({ demand: 8, level: 2.4 }, (rig, plant) => {
      rig.inject({ kind: "offset", channel: "intake.level", by });
      rig.runFor("10 s");
      plant.level = 3.5 - by;
      expect(rig).toEventually(() => !rig.isOn("intake.pump1"), { within: "30 s" });
      expect(rig).toStayWithin("plant.level", [0.8, 4.5], { for: "30 s" });
      plant.level = 2.5 - by;
      expect(rig).toEventually(() => rig.isOn("intake.pump1") || rig.isOn("intake.pump2"), { within: "30 s" });
      expect(rig).toStayWithin("plant.level", [0.8, 4.5], { for: "30 s" });
    })(context),
  );

  it(
    "[REQ-INTAKE-16] tells low-low although the float is stuck",
    onWaterworks({ demand: 0, level: 3 }, (rig, plant) => {
      rig.inject({ kind: "stuck", channel: "intake.lowFloat" });
      rig.runFor("1 s");
      plant.level = 0.3;
      expect(rig).toBecome("intake.lowLow", true, { within: "3 s" });
      expect(rig.get("intake.lowFloat"), "the float still says that there is water").toBe(true);
    }),
  );
});

/** Without a trim the dose is what shall remain and 0.4 mg/l that the water consumes. */
describe("the analyser", () => {
  it(
    "[REQ-DOSING-13] may stick: the trim goes to its limit and no further",
    onWaterworks({ ...FILLING, residual: 0.3 }, (rig) => {
      untilFlowing(rig);
      rig.set("dosing.residualSetpoint", 1);
      rig.inject({ kind: "stuck", channel: "dosing.residual" });
      rig.runFrames(1);
      expect(rig).toStayWithin("dosing.dose", [0.9, 1.9], { for: "90 s" });
      expect(rig.number("dosing.trim")).toBeCloseTo(0.5, 2);
    }),
  );

  it(
    "[REQ-DOSING-13] may drift",
    onWaterworks(FILLING, (rig) => {
      untilFlowing(rig);
      rig.inject({ kind: "drift", channel: "dosing.residual", perSecond: 0.008 });
      expect(rig).toStayWithin("dosing.dose", [0.4, 1.4], { for: "100 s" });
      expect(rig.number("dosing.trim")).toBeLessThan(-0.3);
      expect(rig.get("dosing.interlock")).toBe(false);
    }),
  );
});

describe("the pressure transmitter", () => {
  it(
    "[REQ-BOOST-14] may be noisy",
    onWaterworks(EVENING, (rig) => {
      rig.runUntil(() => rig.isOn("drive.running"), { within: "5 s" });
      rig.runFor("60 s");
      const speed = rig.number("drive.speed");
      rig.inject({ kind: "noise", channel: "boost.pressure", deviation: 0.02 });
      expect(rig).toStayWithin("drive.speed", [speed - 1.5, speed + 1.5], { for: "30 s" });
    }),
  );

  it.for([
    { kind: "reads", value: -1.25 },
    { kind: "quality", quality: "uncertain" },
  ] as const)("[REQ-BOOST-12] is not trusted when it is out of its range or uncertain: $kind", (fault, context) =>
    onWaterworks(EVENING, (rig) => {
      rig.runUntil(() => rig.isOn("drive.running"), { within: "5 s" });
      rig.inject({ channel: "boost.pressure", ...fault }, { for: "5 s" });
      expect(rig).toBecome("boost.pressureFailed", true, { after: "1.9 s", within: "2.2 s" });
      expect(rig).toBecome("boost.pressureFailed", false, { within: "3.2 s" });
    })(context),
  );
});

describe("a bus", () => {
  const alarms = [
    "intake.levelFailed",
    "intake.noPump",
    "dosing.residualFailed",
    "boost.pressureFailed",
    "drive.fault",
  ];
  const serves = (rig: Rig, plant: Waterworks): void => {
    expect(rig).toBecome("plant.pressure", between(3.8, 4.2), { within: "60 s" });
    expect(rig).toAlways(
      () => Math.abs(plant.pressure - 4) < 0.3 && rig.isOn("dosing.pump") && alarms.every((alarm) => !rig.isOn(alarm)),
      { for: "60 s" },
    );
    expect(rig.number("dosing.dose")).toBeGreaterThan(0.4);
  };

  it.for(["dosingSkid", "boosterStation", "intakeStation"])(
    "[REQ-MODULE-4] may lose a third of what it carries: %s",
    (device, context) =>
      onWaterworks({ ...EVENING, level: 2.4 }, (rig, plant) => {
        untilFlowing(rig);
        rig.inject({ kind: "loss", device, share: 1 / 3 });
        serves(rig, plant);
      })(context),
  );

  it(
    "[REQ-MODULE-4] may be half a second late",
    onWaterworks({ ...EVENING, level: 2.4 }, (rig, plant) => {
      untilFlowing(rig);
      for (const { name } of plant.devices) rig.inject({ kind: "delay", device: name, by: "500 ms" });
      serves(rig, plant);
    }),
  );

  it.for(["dosingSkid", "intakeStation"])("[REQ-MODULE-4] may flip bits that no check notices: %s", (device, context) =>
    onWaterworks({ ...EVENING, level: 2.4 }, (rig, plant) => {
      untilFlowing(rig);
      rig.inject({ kind: "corruption", device, share: 0.05 });
      serves(rig, plant);
    })(context),
  );
});
