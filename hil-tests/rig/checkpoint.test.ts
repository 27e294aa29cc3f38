/** Checkpoints of a rig, on the waterworks with its plant. */
import { describe, expect, it } from "vitest";
import { Waterworks } from "../plants/waterworks/index.ts";
import { Rig } from "./index.ts";

const CONFIG = "configs/waterworks.yaml";

/** All that a test can see of what followed. */
const next = (rig: Rig, plant: Waterworks) => {
  rig.runFor("3 s");
  const { time, level, pressure, residual, flows, demand } = plant;
  const seen = { time, level, pressure, residual, flows: { ...flows }, demand: demand.flow(3) };
  return { ...seen, hashes: rig.hashes(), situation: rig.situation(), incidents: rig.incidents.length };
};

const disturb = (rig: Rig, plant: Waterworks): void => {
  rig.force("intake.level", 0.1);
  rig.inject({ kind: "silence", device: "reservoir" });
  plant.p101.suctionBlocked = true;
  plant.pt301.fault = { kind: "stuck" };
  plant.demand.fixed = 12;
  rig.runFor("2 s");
};

describe("a rig's checkpoint", () => {
  it("is returned to as often as wanted, plant, faults and forces included", async () => {
    const plant = new Waterworks({ seed: 3 });
    const rig = await Rig.boot(CONFIG, { plant });
    plant.at201.fault = { kind: "stuck" };
    rig.runFor("2 s");
    const checkpoint = rig.checkpoint();
    expect(checkpoint).toEqual({ time: 2, frame: 100 });
    const first = next(rig, plant);
    for (let again = 0; again < 2; again++) {
      disturb(rig, plant);
      const otherwise = next(rig, plant);
      expect(otherwise.hashes).not.toEqual(first.hashes);
      rig.restore(checkpoint);
      expect(rig.time).toBe(2);
      expect(next(rig, plant)).toEqual(first);
    }
  });

  it("is of its rig, and of a plant that has checkpoints", async () => {
    const plant = new Waterworks();
    const [rig, other] = [await Rig.boot(CONFIG), await Rig.boot(CONFIG)];
    expect(() => other.restore(rig.checkpoint())).toThrow("another rig's");
    const { time, devices } = plant;
    const bare = await Rig.boot(CONFIG, { plant: { time, devices, step: () => {} } });
    expect(() => bare.checkpoint()).toThrow("this rig's plant has no checkpoint");
  });
});
