/** The packaging line on the rig: batches come out right, whatever happens in between. */
import { describe, expect, it } from "vitest";
import { onPackaging, order, reaches, STATE, startBatch } from "./packaging-bench.ts";
import type { PackagingLine } from "./plants/packaging/index.ts";
import type { Rig } from "./rig/index.ts";

/** What the packer got is what it should have got. */
const expectDelivered = (plant: PackagingLine, count: number, target: number, tolerance: number): void => {
  expect(plant.delivered).toHaveLength(count);
  for (const bottle of plant.delivered) {
    expect(bottle).toMatchObject({ capped: true, labelled: true });
    expect(Math.abs(bottle.product - target), `bottle ${bottle.number}`).toBeLessThanOrEqual(tolerance);
  }
};

const alarmOf = (rig: Rig, back: number): readonly unknown[] => {
  rig.set("historian.back", back);
  rig.runFor("0.3 s");
  return [rig.get("historian.code"), rig.get("historian.active"), rig.get("historian.state")];
};

describe("a batch", () => {
  it(
    "is as many good bottles as were ordered, and leaves the belts empty behind the gate",
    onPackaging((rig, plant) => {
      startBatch(rig, { recipe: 1, size: 5 });
      reaches(rig, "COMPLETED", "60 s");
      expectDelivered(plant, 5, 250, 3);
      expect(rig.get("line.batchGood")).toBe(5);
      expect(rig.get("line.batches")).toBe(1);
      expect([plant.outfeed.count, plant.station.empty]).toEqual([0, true]);
      expect(rig.incidents.filter(({ incident }) => incident.kind !== "modeChanged")).toEqual([]);
    }),
  );

  it(
    "takes its recipe when it begins, and not while it runs; an unknown recipe is refused",
    onPackaging((rig, plant) => {
      startBatch(rig, { recipe: 3, size: 2 });
      rig.set("line.recipeNumber", 1);
      reaches(rig, "COMPLETED", "40 s");
      expect(rig.get("line.recipe")).toBe(3);
      expectDelivered(plant, 2, 330, 4);
      plant.delivered.length = 0;
      startBatch(rig, { recipe: 1, size: 2 });
      expect(rig.get("line.recipe")).toBe(1);
      reaches(rig, "COMPLETED", "40 s");
      expectDelivered(plant, 2, 250, 3);
      rig.set("line.recipeNumber", 4);
      order(rig, "RESET");
      reaches(rig, "STOPPED", "3 s");
      expect(rig.get("line.refused")).toBe(true);
    }),
  );

  it(
    "replaces a bottle that the labeller rejects",
    onPackaging((rig, plant) => {
      startBatch(rig, { recipe: 1, size: 3 });
      plant.labelHead.labels = 0;
      rig.runUntil(() => plant.rejected.length === 1, { within: "30 s" });
      plant.labelHead.labels = 100;
      reaches(rig, "COMPLETED", "60 s");
      expectDelivered(plant, 3, 250, 3);
      expect(rig.get("line.batchRejected")).toBe(plant.rejected.length);
    }),
  );
});

describe("a jam", () => {
  it(
    "at the exit holds the line; cleared and unheld, the batch goes on to its end",
    onPackaging((rig, plant) => {
      startBatch(rig, { recipe: 1, size: 4 });
      plant.packer.takes = false;
      rig.runUntil(() => rig.isOn("labeller.jam"), { within: "40 s" });
      reaches(rig, "HELD", "5 s");
      rig.runFor("0.5 s");
      expect([plant.infeed.speed, plant.outfeed.speed].every((speed) => speed < 0.01)).toBe(true);
      expect([rig.get("line.amber"), rig.get("line.horn"), plant.stackLight.horn]).toEqual([true, true, true]);
      expect(alarmOf(rig, 0)).toEqual([7, true, expect.any(Number)]);
      rig.set("line.ackButton", true);
      rig.runFrames(3);
      expect(rig.get("line.horn")).toBe(false);
      plant.packer.takes = true;
      order(rig, "UNHOLD");
      reaches(rig, "EXECUTE", "5 s");
      reaches(rig, "COMPLETED", "60 s");
      expectDelivered(plant, 4, 250, 3);
      expect(alarmOf(rig, 0).slice(0, 2)).toEqual([7, false]);
      expect(rig.get("historian.lost")).toBe(0);
    }),
  );

  it(
    "of the capper holds with the bottle in the station, which is finished afterwards",
    onPackaging((rig, plant) => {
      startBatch(rig, { recipe: 1, size: 2 });
      plant.station.pressStuck = true;
      rig.runUntil(() => rig.isOn("filler.capperFault"), { within: "20 s" });
      reaches(rig, "HELD", "5 s");
      expect(plant.station.bottle?.capped).toBe(false);
      plant.station.pressStuck = false;
      order(rig, "UNHOLD");
      reaches(rig, "COMPLETED", "60 s");
      expectDelivered(plant, 2, 250, 3);
    }),
  );

  it(
    "is not made of a bottle that somebody has taken from the belt: it is missed, and made again",
    onPackaging((rig, plant) => {
      startBatch(rig, { recipe: 1, size: 2 });
      rig.runUntil(() => plant.outfeed.count === 1, { within: "20 s" });
      plant.outfeed.clear();
      rig.runUntil(() => rig.isOn("labeller.lost"), { within: "10 s" });
      reaches(rig, "HELD", "10 s");
      order(rig, "UNHOLD");
      reaches(rig, "COMPLETED", "60 s");
      expectDelivered(plant, 2, 250, 3);
    }),
  );
});

describe("stops", () => {
  it(
    "in order finish the bottle in the station",
    onPackaging((rig, plant) => {
      startBatch(rig, { recipe: 2, size: 10 });
      rig.runUntil(() => rig.isOn("filler.fillValve"), { within: "20 s" });
      order(rig, "STOP");
      reaches(rig, "STOPPED", "15 s");
      rig.runFor("0.5 s");
      expect([plant.infeed.speed, plant.outfeed.speed].every((speed) => speed < 0.01)).toBe(true);
      expect(plant.station.bottle?.capped).toBe(true);
      // What the stopped batch has left on the line is rejected by the next one, which has its full count.
      startBatch(rig, { recipe: 1, size: 2 });
      reaches(rig, "COMPLETED", "60 s");
      expectDelivered(plant, 2, 250, 3);
      expect(plant.rejected.some(({ product }) => product > 400)).toBe(true);
    }),
  );

  it(
    "by the emergency stop are immediate, and the line comes back only by clear, reset and start",
    onPackaging((rig, plant) => {
      startBatch(rig, { recipe: 1, size: 3 });
      rig.runUntil(() => rig.isOn("filler.fillValve"), { within: "20 s" });
      plant.emergencyStop.pressed = true;
      rig.runUntil(() => !rig.isOn("filler.fillValve"), { within: "0.1 s" });
      reaches(rig, "ABORTED", "1 s");
      expect([rig.get("infeed.state"), rig.get("filler.state"), rig.get("labeller.state")]).toEqual([9, 9, 9]);
      expect(rig.get("line.red")).toBe(true);
      order(rig, "CLEAR");
      rig.runWhile(() => rig.number("line.state") !== STATE.STOPPED, { holdsFor: "2 s" });
      plant.emergencyStop.pressed = false;
      rig.runFor("0.5 s");
      order(rig, "CLEAR");
      reaches(rig, "STOPPED", "2 s");
      plant.outfeed.clear();
      startBatch(rig, { recipe: 1, size: 3 });
      reaches(rig, "COMPLETED", "60 s");
      expectDelivered(plant, 3, 250, 3);
      expect(plant.rejected.length, "what stood in the filler").toBeGreaterThanOrEqual(1);
    }),
  );

  it(
    "of the depalletiser suspend the line until bottles come again",
    onPackaging((rig, plant) => {
      startBatch(rig, { recipe: 1, size: 5 });
      rig.runFor("2 s");
      plant.depalletiser.gives = false;
      reaches(rig, "SUSPENDED", "60 s");
      rig.runFor("3 s");
      expect(alarmOf(rig, 0).slice(0, 2)).toEqual([10, true]);
      plant.depalletiser.gives = true;
      reaches(rig, "EXECUTE", "20 s");
      reaches(rig, "COMPLETED", "60 s");
      expectDelivered(plant, 5, 250, 3);
    }),
  );
});
