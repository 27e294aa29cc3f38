/** drive.c on the rig: the lead booster starts gently, stops gently, and not at all when it should not. */
import { describe, expect, it } from "vitest";
import type { Rig } from "../rig/index.ts";
import { onWaterworks, press } from "../waterworks-bench.ts";

const EVENING = { level: 3.2, demand: 5, pressure: 3 };
const STATE = { stopped: 0, starting: 1, running: 2, stopping: 3, fault: 4 };
const FAULT = { none: 0, inverterTrip: 1, notReady: 2, reservoirLowLow: 3 };

const untilRunning = (rig: Rig): void => void rig.runUntil(() => rig.isOn("drive.running"), { within: "5 s" });

describe("start and stop", () => {
  it(
    "[REQ-DRIVE-1] waits for the inverter, then ramps up at 10 % a second",
    onWaterworks(EVENING, (rig) => {
      rig.runUntil(() => rig.get("drive.state") === STATE.starting, { within: "0.2 s" });
      expect(rig.runUntil(() => rig.get("drive.state") === STATE.running, { within: "2 s" })).toBeCloseTo(0.5, 1);
      const start = rig.number("drive.speed");
      rig.runFor("3 s");
      expect(rig.number("drive.speed") - start).toBeCloseTo(30, 0);
      rig.runUntil(() => Math.abs(rig.number("drive.speed") - rig.number("drive.demand")) < 0.5, { within: "20 s" });
    }),
  );

  it(
    "[REQ-DRIVE-2] ramps down to standstill before it lets go of the inverter",
    onWaterworks(EVENING, (rig) => {
      rig.runUntil(() => rig.number("drive.speed") > 80, { within: "20 s" });
      const speed = rig.number("drive.speed");
      rig.set("boost.enable", false);
      rig.runUntil(() => rig.get("drive.state") === STATE.stopping, { within: "0.1 s" });
      expect(rig.get("drive.running")).toBe(false);
      expect(rig.runUntil(() => !rig.isOn("drive.enable"), { within: "12 s" })).toBeCloseTo(speed / 10, 0);
      expect(rig.get("drive.speed")).toBe(0);
      expect(rig.get("drive.state")).toBe(STATE.stopped);
    }),
  );

  it(
    "[REQ-DRIVE-3] takes up again a pump that is still turning",
    onWaterworks(EVENING, (rig) => {
      rig.runUntil(() => rig.number("drive.speed") > 80, { within: "20 s" });
      rig.set("boost.enable", false);
      rig.runFor("2 s");
      rig.set("boost.enable", true);
      rig.runUntil(() => rig.get("drive.state") === STATE.running, { within: "0.1 s" });
      expect(rig.number("drive.speed")).toBeGreaterThan(50);
    }),
  );
});

describe("faults", () => {
  it(
    "[REQ-DRIVE-4] latches an inverter trip at once, and starts again only after a reset with the cause gone",
    onWaterworks(EVENING, (rig, plant) => {
      untilRunning(rig);
      plant.inverter.tripped = true;
      rig.runUntil(() => rig.isOn("drive.fault"), { within: "0.04 s" });
      expect(rig.get("drive.faultCode")).toBe(FAULT.inverterTrip);
      expect(rig.get("drive.enable")).toBe(false);
      expect(rig.get("drive.speed")).toBe(0);
      press(rig, "drive.reset");
      expect(rig.get("drive.fault"), "reset while tripped").toBe(true);
      plant.inverter.tripped = false;
      rig.runWhile(() => rig.get("drive.state") === STATE.fault, { holdsFor: "3 s" });
      press(rig, "drive.reset");
      expect(rig.get("drive.faultCode")).toBe(FAULT.none);
      untilRunning(rig);
    }),
  );

  it(
    "[REQ-DRIVE-5] gives up on an inverter that is not ready in 2 s",
    onWaterworks(EVENING, (rig, plant) => {
      plant.inverter.neverReady = true;
      rig.runUntil(() => rig.get("drive.state") === STATE.starting, { within: "0.2 s" });
      expect(rig.runUntil(() => rig.isOn("drive.fault"), { within: "3 s" })).toBeCloseTo(2, 1);
      expect(rig.get("drive.faultCode")).toBe(FAULT.notReady);
    }),
  );

  it(
    "[REQ-DRIVE-6] takes a silent inverter for a tripped one",
    onWaterworks(EVENING, (rig) => {
      untilRunning(rig);
      rig.inject({ kind: "silence", device: "inverter" });
      rig.runUntil(() => rig.isOn("drive.fault"), { within: "0.1 s" });
      expect(rig.get("drive.faultCode")).toBe(FAULT.inverterTrip);
    }),
  );

  it(
    "[REQ-DRIVE-7] is tripped by intake's LOW_LOW event, and refuses a reset until the event that ends it",
    onWaterworks(EVENING, (rig, plant) => {
      untilRunning(rig);
      plant.level = 0.45;
      rig.runUntil(() => rig.isOn("intake.lowLow"), { within: "3 s" });
      rig.runUntil(() => rig.isOn("drive.fault"), { within: "0.1 s" });
      expect(rig.get("drive.faultCode")).toBe(FAULT.reservoirLowLow);
      press(rig, "drive.reset");
      expect(rig.get("drive.fault"), "reset while low-low").toBe(true);
      plant.level = 2;
      rig.runUntil(() => !rig.isOn("intake.lowLow"), { within: "0.1 s" });
      rig.runFrames(2);
      press(rig, "drive.reset");
      untilRunning(rig);
    }),
  );
});

describe("totalisers", () => {
  it(
    "[REQ-DRIVE-8] count run time and energy, and stand still with the drive",
    onWaterworks(EVENING, (rig, plant) => {
      untilRunning(rig);
      let energy = 0; // kWs
      const start = rig.time;
      rig.runWhile(
        () => {
          energy += plant.inverter.power * 0.02;
          return true;
        },
        { holdsFor: "40 s" },
      );
      expect(rig.number("drive.runTime")).toBe(Math.floor(rig.time - start));
      expect(Math.abs(rig.number("drive.energy") - (energy * 1000) / 3600)).toBeLessThan(1.5);
      expect(rig.number("drive.energy")).toBeGreaterThan(5);
      plant.inverter.tripped = true;
      rig.runFor("0.1 s");
      const { runTime, total } = { runTime: rig.number("drive.runTime"), total: rig.number("drive.energy") };
      rig.runWhile(() => rig.get("drive.runTime") === runTime && rig.get("drive.energy") === total, {
        holdsFor: "3 s",
      });
    }),
  );
});
