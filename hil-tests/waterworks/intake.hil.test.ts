/** intake.st on the rig: the reservoir is filled when it should be, by the pump that should, and never at the price of a pump. */
import { describe, expect, it } from "vitest";
import type { Rig } from "../rig/index.ts";
import { onWaterworks, press } from "../waterworks-bench.ts";

/** A town asleep: the level moves only by the intake pumps and by the test's hand. */
const QUIET = { demand: 0, level: 3 };
const BELOW_START = 2.4;
const BETWEEN = 3;
const ABOVE_STOP = 3.6;

const filling = (rig: Rig): boolean => rig.isOn("intake.pump1") || rig.isOn("intake.pump2");
const bothOn = (rig: Rig): boolean => rig.isOn("intake.pump1") && rig.isOn("intake.pump2");

describe("level hysteresis", () => {
  it(
    "[REQ-INTAKE-1] starts a pump after 5 s below startLevel and its own 2 s start delay",
    onWaterworks(QUIET, (rig, plant) => {
      rig.runWhile(() => !filling(rig), { holdsFor: "8 s" });
      plant.level = BELOW_START;
      expect(rig.runUntil(() => filling(rig), { within: "10 s" })).toBeCloseTo(7, 1);
      rig.runUntil(() => rig.number("intake.level") > BELOW_START + 0.01, { within: "10 s" });
    }),
  );

  it(
    "[REQ-INTAKE-2] is not moved by a wave that dips below startLevel for less than 5 s",
    onWaterworks(QUIET, (rig, plant) => {
      plant.level = BELOW_START;
      rig.runFor("4.8 s");
      plant.level = BETWEEN;
      rig.runWhile(() => !filling(rig), { holdsFor: "8 s" });
    }),
  );

  it(
    "[REQ-INTAKE-3] stops after 3 s above stopLevel, and stays stopped until below startLevel again",
    onWaterworks({ ...QUIET, level: BELOW_START }, (rig, plant) => {
      rig.runUntil(() => filling(rig), { within: "10 s" });
      plant.level = ABOVE_STOP;
      expect(rig.runUntil(() => !filling(rig), { within: "10 s" })).toBeCloseTo(3, 1);
      plant.level = BETWEEN;
      rig.runWhile(() => !filling(rig), { holdsFor: "10 s" });
      plant.level = BELOW_START;
      rig.runUntil(() => filling(rig), { within: "10 s" });
    }),
  );

  it(
    "[REQ-INTAKE-4] is not stopped by a wave above stopLevel for less than 3 s",
    onWaterworks({ ...QUIET, level: BELOW_START }, (rig, plant) => {
      rig.runUntil(() => filling(rig), { within: "10 s" });
      plant.level = ABOVE_STOP;
      rig.runFor("2.8 s");
      plant.level = BETWEEN;
      rig.runWhile(() => filling(rig), { holdsFor: "5 s" });
    }),
  );

  it(
    "[REQ-INTAKE-5] follows the levels that SCADA sets",
    onWaterworks(QUIET, (rig) => {
      rig.set("intake.startLevel", 3.2);
      rig.runUntil(() => filling(rig), { within: "8 s" });
      rig.set("intake.startLevel", 2);
      rig.set("intake.stopLevel", 2.8);
      rig.runUntil(() => !filling(rig), { within: "4 s" });
    }),
  );

  it(
    "[REQ-INTAKE-6] stops at once at high-high, whatever the delays",
    onWaterworks({ ...QUIET, level: BELOW_START }, (rig, plant) => {
      rig.runUntil(() => filling(rig), { within: "10 s" });
      plant.level = 4.6;
      rig.runFrames(1);
      expect(filling(rig)).toBe(false);
      expect(rig.get("intake.highHigh")).toBe(true);
    }),
  );
});

describe("duty and standby", () => {
  it(
    "[REQ-INTAKE-7] takes the pump with fewer run hours at each start",
    onWaterworks({ ...QUIET, level: BELOW_START }, (rig, plant) => {
      const startAndRun = (seconds: number): string => {
        plant.level = BELOW_START;
        rig.runUntil(() => filling(rig), { within: "10 s" });
        const duty = rig.isOn("intake.pump1") ? "pump1" : "pump2";
        rig.runFor(`${seconds} s`);
        plant.level = ABOVE_STOP;
        rig.runUntil(() => !filling(rig), { within: "4 s" });
        return duty;
      };
      // With its 3 s of stopping delay a pump runs 6, 12, 6 … s in all.
      expect([startAndRun(3), startAndRun(9), startAndRun(3), startAndRun(3)]).toEqual([
        "pump1", // 6 : 0
        "pump2", // 6 : 12
        "pump1", // 12 : 12
        "pump2", // as pump 1 had the last turn
      ]);
      expect(rig.number("intake.pump1RunTime")).toBeGreaterThanOrEqual(11);
      expect(rig.number("intake.pump2RunTime")).toBeGreaterThanOrEqual(17);
    }),
  );

  it(
    "[REQ-INTAKE-8] relieves a pump that has gained swapAfter on the other, with a pause between the two",
    onWaterworks({ ...QUIET, level: 2 }, (rig) => {
      rig.set("intake.swapAfter", 15);
      rig.runUntil(() => rig.isOn("intake.pump1"), { within: "10 s" });
      expect(rig.runUntil(() => !rig.isOn("intake.pump1"), { within: "20 s" })).toBeGreaterThan(14.9);
      expect(rig.number("intake.pump1RunTime")).toBe(16);
      rig.runWhile(() => !filling(rig), { holdsFor: "1.9 s" });
      rig.runUntil(() => rig.isOn("intake.pump2"), { within: "0.2 s" });
      // Back only when the second has gained as much: 16 s to level, and 15 s more.
      rig.runWhile(() => rig.isOn("intake.pump2") && !bothOn(rig), { holdsFor: "30 s" });
      rig.runUntil(() => rig.isOn("intake.pump1"), { within: "5 s" });
    }),
  );
});

describe("pump protection", () => {
  it(
    "[REQ-INTAKE-9] trips a pump that runs dry, and the standby takes over",
    onWaterworks({ ...QUIET, level: BELOW_START }, (rig, plant) => {
      rig.runUntil(() => rig.isOn("intake.suction1Ok"), { within: "12 s" });
      plant.p101.suctionBlocked = true;
      rig.runUntil(() => !rig.isOn("intake.suction1Ok"), { within: "5 s" });
      expect(rig.runUntil(() => rig.isOn("intake.pump1Tripped"), { within: "6 s" })).toBeCloseTo(5, 1);
      expect(rig.get("intake.pump1")).toBe(false);
      expect(rig.runUntil(() => rig.isOn("intake.pump2"), { within: "3 s" })).toBeCloseTo(2, 1);
      rig.runUntil(() => rig.isOn("intake.suction2Ok"), { within: "5 s" });
    }),
  );

  it(
    "[REQ-INTAKE-10] does not trip for a flow switch that flickers",
    onWaterworks({ ...QUIET, level: BELOW_START }, (rig, plant) => {
      rig.runUntil(() => rig.isOn("intake.suction1Ok"), { within: "12 s" });
      plant.fsl101.stuckAt = false;
      rig.runFor("4.8 s");
      plant.fsl101.stuckAt = null;
      rig.runWhile(() => rig.isOn("intake.pump1"), { holdsFor: "6 s" });
    }),
  );

  it(
    "[REQ-INTAKE-11] keeps the trip until it is reset, and then uses the pump again",
    onWaterworks({ ...QUIET, level: BELOW_START }, (rig, plant) => {
      plant.p101.suctionBlocked = true;
      rig.runUntil(() => rig.isOn("intake.pump1Tripped"), { within: "15 s" });
      plant.p101.suctionBlocked = false;
      rig.runWhile(() => rig.isOn("intake.pump1Tripped"), { holdsFor: "10 s" });
      press(rig, "intake.reset");
      expect(rig.get("intake.pump1Tripped")).toBe(false);
      plant.level = ABOVE_STOP;
      rig.runUntil(() => !filling(rig), { within: "5 s" });
      plant.level = BELOW_START;
      rig.runUntil(() => rig.isOn("intake.pump1"), { within: "10 s" });
    }),
  );

  it(
    "[REQ-INTAKE-11] takes a reset by its edge: one that is held does not hold trips off",
    onWaterworks({ ...QUIET, level: BELOW_START }, (rig, plant) => {
      rig.set("intake.reset", true);
      plant.p101.suctionBlocked = true;
      rig.runUntil(() => rig.isOn("intake.pump1Tripped"), { within: "15 s" });
      rig.runWhile(() => rig.isOn("intake.pump1Tripped"), { holdsFor: "2 s" });
    }),
  );

  it(
    "[REQ-INTAKE-12] trips a pump whose contactor does not answer, and says when no pump is left",
    onWaterworks({ ...QUIET, level: BELOW_START }, (rig, plant) => {
      plant.p101.contactorOpen = true;
      plant.p102.contactorOpen = true;
      rig.runUntil(() => rig.isOn("intake.pump1"), { within: "10 s" });
      expect(rig.runUntil(() => rig.isOn("intake.pump1Tripped"), { within: "6 s" })).toBeCloseTo(5, 1);
      rig.runUntil(() => rig.isOn("intake.pump2Tripped"), { within: "8 s" });
      rig.runUntil(() => rig.isOn("intake.noPump"), { within: "0.1 s" });
      expect(filling(rig)).toBe(false);
    }),
  );
});

describe("the level's failure", () => {
  it(
    "[REQ-INTAKE-13] stops the pumps at once and alarms after 2 s; a level that returns starts them again",
    onWaterworks({ ...QUIET, level: BELOW_START }, (rig) => {
      rig.runUntil(() => filling(rig), { within: "10 s" });
      const dropout = rig.inject({ kind: "dropout", channel: "intake.level" });
      rig.runFrames(1);
      expect(filling(rig)).toBe(false);
      expect(rig.runUntil(() => rig.isOn("intake.levelFailed"), { within: "3 s" })).toBeCloseTo(2, 1);
      rig.runWhile(() => !filling(rig), { holdsFor: "5 s" });
      dropout.end();
      expect(rig.runUntil(() => filling(rig), { within: "10 s" })).toBeCloseTo(7, 1);
      expect(rig.get("intake.levelFailed")).toBe(false);
    }),
  );

  it(
    "[REQ-INTAKE-14] is seen in a value out of the transmitter's range",
    onWaterworks({ ...QUIET, level: BELOW_START }, (rig, plant) => {
      rig.runUntil(() => filling(rig), { within: "10 s" });
      plant.lt101.fault = { kind: "reads", value: -1.25 }; // 0 mA on a 4 … 20 mA loop
      rig.runUntil(() => !filling(rig), { within: "0.1 s" });
      rig.runUntil(() => rig.isOn("intake.levelFailed"), { within: "3 s" });
      plant.lt101.fault = { kind: "reads", value: Number.NaN };
      rig.runWhile(() => rig.isOn("intake.levelFailed") && !filling(rig), { holdsFor: "8 s" });
    }),
  );

  it(
    "[REQ-INTAKE-13] is seen when the reservoir's bus falls silent",
    onWaterworks({ ...QUIET, level: BELOW_START }, (rig) => {
      rig.runUntil(() => filling(rig), { within: "10 s" });
      const silence = rig.inject({ kind: "silence", device: "reservoir" });
      rig.runUntil(() => !filling(rig) && rig.isOn("intake.levelFailed"), { within: "3 s" });
      expect(rig.quality("intake.level")).toBe("bad");
      expect(rig.get("intake.lowLow"), "the float's last word counts").toBe(false);
      silence.end();
      rig.runUntil(() => filling(rig), { within: "8 s" });
    }),
  );

  it(
    "[REQ-INTAKE-15] leaves the float switch to guard the boosters",
    onWaterworks(QUIET, (rig, plant) => {
      rig.inject({ kind: "dropout", channel: "intake.level" });
      rig.runFor("3 s");
      expect(rig.get("intake.lowLow")).toBe(false);
      plant.level = 0.3;
      rig.runUntil(() => rig.isOn("intake.lowLow"), { within: "3 s" });
    }),
  );
});

describe("low-low", () => {
  it(
    "[REQ-INTAKE-16] comes after 2 s below 0.5 m and goes above 0.8 m",
    onWaterworks(QUIET, (rig, plant) => {
      rig.runFor("1 s");
      plant.level = 0.45;
      expect(rig.runUntil(() => rig.isOn("intake.lowLow"), { within: "3 s" })).toBeCloseTo(2, 1);
      plant.level = 0.7;
      rig.runWhile(() => rig.isOn("intake.lowLow"), { holdsFor: "3 s" });
      plant.level = 0.9;
      rig.runUntil(() => !rig.isOn("intake.lowLow"), { within: "0.1 s" });
    }),
  );

  it(
    "[REQ-INTAKE-16] comes from the float alone as well",
    onWaterworks(QUIET, (rig, plant) => {
      plant.lsll102.stuckAt = false;
      rig.runUntil(() => rig.isOn("intake.lowLow"), { within: "3 s" });
      plant.lsll102.stuckAt = null;
      rig.runUntil(() => !rig.isOn("intake.lowLow"), { within: "0.1 s" });
    }),
  );
});

describe("the flow estimate", () => {
  it(
    "[REQ-INTAKE-17] is a pump's rated flow while water moves, and nothing when it runs dry",
    onWaterworks({ ...QUIET, level: BELOW_START }, (rig, plant) => {
      rig.runUntil(() => rig.number("intake.flow") > 14.9, { within: "25 s" });
      expect(plant.flows.intake).toBeCloseTo(14.6, 1);
      plant.p101.suctionBlocked = true;
      rig.runUntil(() => rig.number("intake.flow") < 2, { within: "8 s" });
      expect(rig.get("intake.pump1"), "before the trip").toBe(true);
    }),
  );
});
