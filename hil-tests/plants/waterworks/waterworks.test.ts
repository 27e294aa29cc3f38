/** The plant model is physics before it is anything else: balances close, and time passes the same way every time. */
import { describe, expect, it } from "vitest";
import { ContactMain } from "./contact-main.ts";
import { boosterFlow } from "./pumps.ts";
import { Waterworks } from "./waterworks.ts";

const run = (plant: Waterworks, seconds: number, each: () => void = () => {}): void => {
  for (let step = 0; step < seconds * 50; step++) {
    plant.step(0.02);
    each();
  }
};

describe("the plant model", () => {
  it("keeps the reservoir's balance: what is pumped in and not drawn is in it", () => {
    const plant = new Waterworks({ demand: 6, level: 2 });
    plant.p101.command = true;
    plant.inverter.release = true;
    plant.inverter.reference = 0.9;
    let litres = 0;
    run(plant, 60, () => {
      litres += (plant.flows.intake - plant.flows.lead) * 0.02;
    });
    expect(plant.level).toBeCloseTo(2 + litres / 4000, 9);
    expect(litres).toBeGreaterThan(100);
  });

  it("finds the pressure at which the boosters give what the town takes", () => {
    const plant = new Waterworks({ demand: 6 });
    plant.inverter.release = true;
    plant.inverter.reference = 1;
    run(plant, 60);
    expect(plant.flows.lead).toBeCloseTo(plant.flows.town, 1);
    expect(plant.pressure).toBeCloseTo(plant.level * 0.0981 + 6.5 - 0.064 * plant.flows.lead ** 2, 2);
    const before = plant.pressure;
    plant.p302.command = true;
    run(plant, 60);
    expect(plant.pressure).toBeGreaterThan(before);
  });

  it("lets no water flow backwards through a pump that is too weak", () => {
    expect(boosterFlow(0.5, 4)).toBe(0);
    expect(boosterFlow(1, 6.4)).toBeGreaterThan(0);
  });

  it("lets the boosters draw air from an empty reservoir", () => {
    const plant = new Waterworks({ demand: 6, level: 0.1 });
    plant.p302.command = true;
    run(plant, 30);
    expect(plant.flows.p302).toBe(0);
    expect(plant.pressure).toBeLessThan(0.5);
  });

  it("is the same for the same seed, and another for another", () => {
    const endState = (seed: number) => {
      const plant = new Waterworks({ seed });
      run(plant, 30);
      return [plant.pressure, plant.level, plant.flows.town];
    };
    expect(endState(3)).toEqual(endState(3));
    expect(endState(3)).not.toEqual(endState(4));
  });

  it("does not depend on how its caller cuts time", () => {
    const fine = new Waterworks({ demand: 6 });
    const coarse = new Waterworks({ demand: 6 });
    for (const plant of [fine, coarse]) plant.p101.command = true;
    run(fine, 10);
    for (let second = 0; second < 10; second++) coarse.step(1);
    expect(coarse.level).toBeCloseTo(fine.level, 9);
    expect(coarse.pressure).toBeCloseTo(fine.pressure, 9);
  });

  it("stops at the overflow", () => {
    const plant = new Waterworks({ level: 4.99, demand: 0 });
    plant.p101.command = true;
    run(plant, 30);
    expect(plant.level).toBe(5);
  });
});

describe("the contact main", () => {
  /** Seconds until a change of dose is seen at the outlet. */
  const deadTime = (flow: number): number => {
    const main = new ContactMain(0.5);
    for (let seconds = 0; seconds < 200; seconds += 0.02) {
      if (main.residual > 0.51) return seconds;
      main.step(0.02, flow, flow * 2);
    }
    return Number.POSITIVE_INFINITY;
  };

  it("delays by its volume over the flow", () => {
    expect(deadTime(15)).toBeCloseTo(300 / 15, 0);
    expect(deadTime(5)).toBeCloseTo(300 / 5, 0);
  });

  it("passes on all chlorine that the water itself does not consume", () => {
    const main = new ContactMain(0);
    let out = 0;
    for (let step = 0; step < 50 * 100; step++) {
      out += main.residual * 15 * 0.02; // mg
      main.step(0.02, 15, step < 50 * 60 ? 15 * 1.45 : 15 * 0.45);
    }
    // A minute at 15 l/s with 1 mg/l more than the demand, less what decays in 20 s (0.05 %).
    expect(out).toBeCloseTo(60 * 15 * 0.9995, -1);
  });

  it("loses chlorine while the water stands", () => {
    const main = new ContactMain(1);
    for (let minute = 0; minute < 7 * 60; minute++) main.step(60, 0, 0);
    expect(main.residual).toBeCloseTo(0.5, 3);
  });
});

describe("instruments", () => {
  it("fail as they are told, and recover", () => {
    const plant = new Waterworks({ level: 3 });
    expect(plant.lt101.read()).toBe(3);
    plant.lt101.fault = { kind: "stuck" };
    plant.level = 2;
    expect(plant.lt101.read()).toBe(3);
    plant.lt101.fault = { kind: "offset", by: 0.5 };
    expect(plant.lt101.read()).toBe(2.5);
    plant.lt101.fault = { kind: "reads", value: -1 };
    expect(plant.lt101.read()).toBe(-1);
    plant.lt101.fault = null;
    expect(plant.lt101.read()).toBe(2);
    plant.lsll102.stuckAt = false;
    expect(plant.lsll102.read()).toBe(false);
  });
});
