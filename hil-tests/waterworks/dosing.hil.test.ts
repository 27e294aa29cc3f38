/** dosing.st on the rig: the residual is right at the tap of the analyser, and never dangerous. */
import { describe, expect, it } from "vitest";
import type { Rig } from "../rig/index.ts";
import { onWaterworks, press } from "../waterworks-bench.ts";

/** Low enough to be filled for many minutes: water flows past the dosing point. */
const FILLING = { demand: 6, level: 1.8 };
/** % stroke for 1 mg/l at 1 l/s: 3.6 g/h of 12.5 g/l solution, 10 l/h at 100 %. */
const STROKE = (3.6 / 12.5 / 10) * 100;

const untilFlowing = (rig: Rig): void => void rig.runUntil(() => rig.number("dosing.flow") > 14.9, { within: "30 s" });

describe("feed-forward", () => {
  it(
    "[REQ-DOSING-1] doses in proportion to the flow while it rises, 20 s before the analyser can tell",
    onWaterworks(FILLING, (rig) => {
      for (const flow of [4, 8, 12]) {
        rig.runUntil(() => rig.number("dosing.flow") >= flow, { within: "20 s" });
        const expected = rig.number("dosing.dose") * rig.number("dosing.flow") * STROKE;
        expect(rig.number("dosing.doseRate")).toBeCloseTo(expected, 2);
        expect(rig.number("dosing.dose"), "setpoint and the water's demand").toBeCloseTo(0.9, 1);
      }
    }),
  );

  it(
    "[REQ-DOSING-2] stops with the flow",
    onWaterworks({ ...FILLING, demand: 0 }, (rig, plant) => {
      untilFlowing(rig);
      expect(rig.get("dosing.pump")).toBe(true);
      plant.level = 3.6;
      rig.runUntil(() => !rig.isOn("dosing.pump"), { within: "15 s" });
      expect(rig.get("dosing.doseRate")).toBe(0);
      expect(rig.number("dosing.flow")).toBeLessThan(2.01);
    }),
  );

  it(
    "[REQ-DOSING-3] follows the setpoint that SCADA sets, within what is fit to drink",
    onWaterworks(FILLING, (rig) => {
      untilFlowing(rig);
      const before = rig.number("dosing.dose");
      rig.set("dosing.residualSetpoint", 0.8);
      rig.runFrames(1);
      expect(rig.number("dosing.dose") - before).toBeCloseTo(0.3 * 1.18, 2); // and the trim's proportional part
      rig.set("dosing.residualSetpoint", 7);
      rig.runFrames(1);
      expect(rig.number("dosing.dose") - before).toBeCloseTo(0.5 * 1.18, 2);
    }),
  );
});

describe("trim", () => {
  it(
    "[REQ-DOSING-4] brings the residual to the setpoint although the solution has aged",
    onWaterworks(FILLING, (rig, plant) => {
      untilFlowing(rig);
      plant.p201.solution = 10.5;
      rig.runUntil(() => rig.number("dosing.residual") < 0.42, { within: "90 s" });
      rig.runUntil(() => Math.abs(rig.number("dosing.residual") - 0.5) < 0.02, { within: "240 s" });
      rig.runWhile(() => Math.abs(rig.number("dosing.residual") - 0.5) < 0.03, { holdsFor: "60 s" });
      expect(rig.number("dosing.trim")).toBeGreaterThan(0.1);
      expect(plant.residual).toBeCloseTo(0.5, 1);
    }),
  );

  it(
    "[REQ-DOSING-5] waits while the water stands: the analyser then looks at old water",
    onWaterworks({ ...FILLING, demand: 0, residual: 0.2 }, (rig, plant) => {
      untilFlowing(rig);
      plant.level = 3.6;
      rig.runUntil(() => !rig.isOn("dosing.pump"), { within: "15 s" });
      const trim = rig.number("dosing.trim");
      expect(trim).not.toBe(0);
      rig.runWhile(() => rig.number("dosing.trim") === trim, { holdsFor: "20 s" });
    }),
  );

  it(
    "[REQ-DOSING-6] does not wind up at its limit: it leaves it as soon as the residual is above the setpoint",
    onWaterworks(FILLING, (rig, plant) => {
      untilFlowing(rig);
      plant.at201.fault = { kind: "reads", value: 0 };
      rig.runUntil(() => rig.number("dosing.trim") > 0.499, { within: "120 s" });
      rig.runWhile(() => rig.number("dosing.trim") > 0.499, { holdsFor: "60 s" });
      plant.at201.fault = { kind: "reads", value: 0.7 };
      rig.runUntil(() => rig.number("dosing.trim") < 0.49, { within: "0.1 s" });
    }),
  );
});

describe("high-residual interlock", () => {
  it(
    "[REQ-DOSING-7] stops dosing after 2 s, stays when the residual falls, and is reset only then",
    onWaterworks(FILLING, (rig, plant) => {
      untilFlowing(rig);
      plant.at201.fault = { kind: "reads", value: 1.8 };
      expect(rig.runUntil(() => rig.isOn("dosing.interlock"), { within: "3 s" })).toBeCloseTo(2, 1);
      expect(rig.get("dosing.pump")).toBe(false);
      expect(rig.get("dosing.doseRate")).toBe(0);
      press(rig, "dosing.reset");
      expect(rig.get("dosing.interlock"), "reset while high").toBe(true);
      plant.at201.fault = { kind: "reads", value: 1.2 };
      rig.runFrames(2);
      press(rig, "dosing.reset");
      expect(rig.get("dosing.interlock"), "reset between the limits").toBe(true);
      plant.at201.fault = null;
      rig.runWhile(() => rig.isOn("dosing.interlock"), { holdsFor: "10 s" });
      press(rig, "dosing.reset");
      expect(rig.get("dosing.interlock")).toBe(false);
      expect(rig.get("dosing.pump")).toBe(true);
    }),
  );

  it(
    "[REQ-DOSING-8] clears by itself after two minutes below the lower limit",
    onWaterworks(FILLING, (rig, plant) => {
      untilFlowing(rig);
      plant.at201.fault = { kind: "reads", value: 1.8 };
      rig.runUntil(() => rig.isOn("dosing.interlock"), { within: "3 s" });
      plant.at201.fault = { kind: "reads", value: 0.9 };
      expect(rig.runUntil(() => !rig.isOn("dosing.interlock"), { within: "125 s" })).toBeCloseTo(120, 1);
    }),
  );

  it(
    "[REQ-DOSING-9] is not tripped by a bubble in the sample line",
    onWaterworks(FILLING, (rig, plant) => {
      untilFlowing(rig);
      plant.at201.fault = { kind: "reads", value: 3 };
      rig.runFor("1.8 s");
      plant.at201.fault = null;
      rig.runWhile(() => !rig.isOn("dosing.interlock") && rig.isOn("dosing.pump"), { holdsFor: "3 s" });
    }),
  );

  it(
    "[REQ-DOSING-7] sees a real overdose coming through the main, and water that follows clears it",
    onWaterworks(FILLING, (rig, plant) => {
      untilFlowing(rig);
      plant.p201.solution = 40; // the wrong drum
      rig.runUntil(() => rig.isOn("dosing.interlock"), { within: "60 s" });
      plant.p201.solution = 12.5;
      rig.runUntil(() => rig.number("dosing.residual") < 1, { within: "60 s" });
    }),
  );
});

describe("the analyser's failure", () => {
  it(
    "[REQ-DOSING-10] leaves feed-forward alone",
    onWaterworks({ ...FILLING, residual: 0.2 }, (rig) => {
      untilFlowing(rig);
      expect(rig.number("dosing.trim")).toBeGreaterThan(0);
      const dropout = rig.inject({ kind: "dropout", channel: "dosing.residual" });
      expect(rig.runUntil(() => rig.isOn("dosing.residualFailed"), { within: "3 s" })).toBeCloseTo(2, 1);
      rig.runWhile(() => rig.isOn("dosing.pump") && rig.get("dosing.trim") === 0, { holdsFor: "5 s" });
      expect(rig.number("dosing.dose")).toBeCloseTo(0.9, 5);
      dropout.end();
      rig.runUntil(() => !rig.isOn("dosing.residualFailed") && rig.number("dosing.trim") > 0, { within: "1 s" });
    }),
  );

  it(
    "[REQ-DOSING-11] is seen in a value out of its range, and trips nothing",
    onWaterworks(FILLING, (rig, plant) => {
      untilFlowing(rig);
      plant.at201.fault = { kind: "reads", value: 9.9 };
      rig.runUntil(() => rig.isOn("dosing.residualFailed"), { within: "3 s" });
      expect(rig.get("dosing.interlock")).toBe(false);
      expect(rig.get("dosing.pump")).toBe(true);
    }),
  );
});
