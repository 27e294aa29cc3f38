/** boost.st on the rig: the town has its pressure, from as few pumps as it takes, and no pump draws air. */
import { describe, expect, it } from "vitest";
import { patchedModule } from "../patched-module.ts";
import { Waterworks } from "../plants/waterworks/index.ts";
import type { Rig } from "../rig/index.ts";
import { type Duration, rigTest } from "../rig/index.ts";
import { onWaterworks } from "../waterworks-bench.ts";

const EVENING = { level: 3.2, demand: 5, pressure: 3.5 };
const near = (rig: Rig, setpoint: number): boolean => Math.abs(rig.number("boost.pressure") - setpoint) < 0.05;
const untilSettled = (rig: Rig, setpoint = 4): void => {
  rig.runUntil(() => near(rig, setpoint), { within: "60 s" });
  rig.runUntil(() => rig.isOn("drive.running") && near(rig, setpoint), { within: "30 s" });
};
const lagPumps = (rig: Rig): number => Number(rig.isOn("boost.pump2")) + Number(rig.isOn("boost.pump3"));

/** The greatest pressure of the time to come. */
const peakPressure = (rig: Rig, during: Duration): number => {
  let peak = 0;
  rig.runWhile(
    () => {
      peak = Math.max(peak, rig.number("boost.pressure"));
      return true;
    },
    { holdsFor: during },
  );
  return peak;
};

describe("pressure control", () => {
  it(
    "[REQ-BOOST-1] brings the pressure to the setpoint and keeps it there",
    onWaterworks(EVENING, (rig) => {
      rig.runUntil(() => near(rig, 4), { within: "60 s" });
      rig.runFor("20 s");
      rig.runWhile(() => near(rig, 4), { holdsFor: "30 s" });
      expect(lagPumps(rig)).toBe(0);
    }),
  );

  it(
    "[REQ-BOOST-2] follows a change of demand",
    onWaterworks(EVENING, (rig, plant) => {
      untilSettled(rig);
      plant.demand.fixed = 3;
      rig.runFor("40 s");
      rig.runWhile(() => near(rig, 4), { holdsFor: "10 s" });
    }),
  );

  it(
    "[REQ-BOOST-3] follows the setpoint that SCADA sets, within what the pipes bear",
    onWaterworks({ ...EVENING, demand: 3 }, (rig) => {
      untilSettled(rig);
      rig.set("boost.pressureSetpoint", 4.6);
      untilSettled(rig, 4.6);
      rig.set("boost.pressureSetpoint", 9);
      untilSettled(rig, 5);
      rig.runFor("20 s");
      rig.runWhile(() => near(rig, 5), { holdsFor: "10 s" });
    }),
  );
});

describe("anti-windup", () => {
  // For its first 30 s no lag pump may start: the lead pump alone is far from enough, and then the draw ends.
  const SATURATED = { level: 3.2, demand: 14, pressure: 3 };
  const peakAfterSaturation = (rig: Rig, plant: Waterworks): number => {
    rig.runUntil(() => rig.number("boost.speedDemand") === 100, { within: "20 s" });
    rig.runFor("12 s");
    expect(rig.number("boost.pressure")).toBeLessThan(3);
    expect(lagPumps(rig)).toBe(0);
    plant.demand.fixed = 2;
    return peakPressure(rig, "40 s");
  };

  it(
    "[REQ-BOOST-4] bounds the overshoot after saturation",
    onWaterworks(SATURATED, (rig, plant) => {
      expect(peakAfterSaturation(rig, plant)).toBeLessThan(4.5);
      expect(near(rig, 4)).toBe(true);
    }),
  );

  it("is what bounds it: without it the pressure shoots up to what the pump can give", async () => {
    const module = patchedModule({
      "boost.st": [["integral := integral + (out - wanted) * cycle / tt;", ""]],
    });
    try {
      await rigTest(module.configPath, { plant: (seed) => new Waterworks({ seed, ...SATURATED }) }, (rig, plant) => {
        expect(peakAfterSaturation(rig, plant)).toBeGreaterThan(5);
      })();
    } finally {
      module.remove();
    }
  });
});

describe("staging", () => {
  it(
    "[REQ-BOOST-5] starts a lag pump after 10 s at full speed below the setpoint",
    onWaterworks(EVENING, (rig, plant) => {
      rig.runFor("35 s"); // the minimum rest since power-up is over
      plant.demand.fixed = 9;
      rig.runUntil(() => rig.number("boost.speedDemand") >= 97 && rig.number("boost.pressure") < 3.9, {
        within: "60 s",
      });
      expect(rig.runUntil(() => lagPumps(rig) > 0, { within: "60 s" })).toBeGreaterThanOrEqual(9.9);
      rig.runUntil(() => rig.isOn("boost.pump2Running"), { within: "0.1 s" });
      rig.runUntil(() => near(rig, 4), { within: "60 s" });
      expect(lagPumps(rig), "one is enough").toBe(1);
    }),
  );

  it(
    "[REQ-BOOST-6] starts the second when one is not enough, and stops them one by one when the draw ends",
    onWaterworks({ ...EVENING, demand: 15 }, (rig, plant) => {
      rig.runUntil(() => lagPumps(rig) === 1, { within: "60 s" });
      expect(rig.runUntil(() => lagPumps(rig) === 2, { within: "60 s" })).toBeGreaterThanOrEqual(9.9);
      rig.runUntil(() => near(rig, 4), { within: "60 s" });
      rig.runFor("60 s");
      plant.demand.fixed = 3;
      rig.runUntil(() => rig.number("boost.speedDemand") <= 62, { within: "60 s" });
      rig.runWhile(() => lagPumps(rig) === 2, { holdsFor: "19 s" });
      rig.runUntil(() => lagPumps(rig) === 1, { within: "5 s" });
      rig.runWhile(() => lagPumps(rig) === 1, { holdsFor: "19 s" });
      rig.runUntil(() => lagPumps(rig) === 0, { within: "60 s" });
      rig.runUntil(() => near(rig, 4), { within: "60 s" });
    }),
  );

  it(
    "[REQ-BOOST-7] keeps a lag pump running for its minimum run time, and resting for its minimum stop time",
    onWaterworks({ ...EVENING, demand: 10 }, (rig, plant) => {
      expect(
        rig.runUntil(() => lagPumps(rig) > 0, { within: "60 s" }),
        "the rest from power-up",
      ).toBeGreaterThan(29.9);
      plant.demand.fixed = 2;
      expect(rig.runUntil(() => lagPumps(rig) === 0, { within: "120 s" })).toBeGreaterThan(59.9);
      plant.demand.fixed = 12;
      expect(rig.runUntil(() => lagPumps(rig) > 0, { within: "60 s" })).toBeGreaterThan(29.9);
    }),
  );

  it(
    "[REQ-BOOST-8] stages by pressure alone while the drive is in fault",
    onWaterworks(EVENING, (rig, plant) => {
      rig.runFor("35 s");
      plant.inverter.tripped = true;
      rig.runUntil(() => lagPumps(rig) === 1, { within: "30 s" });
      expect(rig.get("boost.driveFault")).toBe(true);
      rig.runUntil(() => rig.number("boost.pressure") > 3.7, { within: "30 s" });
    }),
  );
});

describe("low-suction interlock", () => {
  it(
    "[REQ-BOOST-9] stops all boosters at once, also inside a minimum run time",
    onWaterworks({ ...EVENING, demand: 10 }, (rig, plant) => {
      rig.runUntil(() => lagPumps(rig) > 0, { within: "60 s" });
      plant.level = 0.45;
      rig.runUntil(() => rig.isOn("intake.lowLow"), { within: "3 s" });
      rig.runUntil(() => lagPumps(rig) === 0 && !rig.isOn("boost.runLead"), { within: "0.1 s" });
      expect(rig.get("boost.suctionTrip")).toBe(true);
      rig.runUntil(() => !rig.isOn("drive.running"), { within: "0.1 s" });
    }),
  );
});

describe("the operator's switch", () => {
  it(
    "[REQ-BOOST-13] ramps the lead pump down and stops the station",
    onWaterworks(EVENING, (rig) => {
      untilSettled(rig);
      rig.set("boost.enable", false);
      rig.runUntil(() => !rig.isOn("drive.enable"), { within: "12 s" });
      expect(rig.get("boost.runLead")).toBe(false);
    }),
  );
});

describe("the pressure sensor's failure", () => {
  it(
    "[REQ-BOOST-11] keeps the speed for 2 s, then runs at 80 % without lag pumps; the return is bumpless",
    onWaterworks({ ...EVENING, demand: 9 }, (rig) => {
      rig.runUntil(() => lagPumps(rig) > 0, { within: "60 s" });
      rig.runUntil(() => near(rig, 4), { within: "60 s" });
      const before = rig.number("boost.speedDemand");
      const dropout = rig.inject({ kind: "dropout", channel: "boost.pressure" });
      rig.runWhile(() => Math.abs(rig.number("boost.speedDemand") - before) < 1 && lagPumps(rig) === 1, {
        holdsFor: "1.9 s",
      });
      rig.runUntil(() => rig.isOn("boost.pressureFailed"), { within: "0.2 s" });
      expect(rig.get("boost.speedDemand")).toBe(80);
      expect(lagPumps(rig)).toBe(0);
      rig.runWhile(() => rig.get("boost.speedDemand") === 80 && lagPumps(rig) === 0, { holdsFor: "15 s" });
      dropout.end();
      rig.runFrames(1);
      expect(rig.number("boost.speedDemand")).toBeCloseTo(80, 0);
      expect(rig.get("boost.pressureFailed")).toBe(false);
      rig.runUntil(() => rig.number("boost.speedDemand") > 90, { within: "20 s" });
    }),
  );

  it(
    "[REQ-BOOST-12] is seen in a value out of its range",
    onWaterworks(EVENING, (rig, plant) => {
      untilSettled(rig);
      plant.pt301.fault = { kind: "reads", value: 12 };
      rig.runUntil(() => rig.isOn("boost.pressureFailed"), { within: "3 s" });
    }),
  );
});
