/** Laws 2, 4 and 5: the same inputs make the same run, and anything else another one. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { engineFactory } from "../../runtime/host/engines.ts";
import type { Outside } from "../../runtime/hypervisor/index.ts";
import { ENGINES, type Partition } from "../../runtime/system.ts";
import { spinner, worker } from "./guests.ts";
import { randomModule } from "./random-module.ts";
import { busyOutside, fingerprint, randomFrom, randomSlices, runSystem, silence } from "./runs.ts";
import { type SystemSketch, systemOf } from "./systems.ts";

const seeds = fc.integer();

const collectGarbage = (): (() => void) => {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
};

const pause = new Int32Array(new SharedArrayBuffer(4));

describe("perturbed runs", () => {
  const frames = 5;

  it("have the same hashes, events and states with slots cut anywhere", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const system = systemOf(randomModule(seed));
        const outside = () => busyOutside(system, seed);
        const whole = runSystem(system, { frames, outside: outside() });
        const sliced = runSystem(system, { frames, outside: outside(), slice: randomSlices(~seed) });
        expect(fingerprint(sliced)).toEqual(fingerprint(whole));
      }),
      { numRuns: 40 },
    );
  });

  it("have the same hashes, events and states on either engine, with slots cut anywhere", () => {
    const engine = fc.constantFrom(...ENGINES);
    fc.assert(
      fc.property(seeds, fc.array(engine, { minLength: 1, maxLength: 6 }), (seed, engines) => {
        const system = systemOf(randomModule(seed));
        const outside = () => busyOutside(system, seed);
        const interpreted = runSystem(system, { frames, outside: outside() });
        const engineOf = ({ index }: Partition) => engineFactory(engines[index % engines.length]!);
        const mixed = runSystem(system, { frames, outside: outside(), slice: randomSlices(~seed), engineOf });
        expect(fingerprint(mixed)).toEqual(fingerprint(interpreted));
      }),
      { numRuns: 30 },
    );
  });

  it("have the same hashes, events and states with garbage collections and a host that dawdles", () => {
    const collect = collectGarbage();
    fc.assert(
      fc.property(seeds, (seed) => {
        const system = systemOf(randomModule(seed));
        const random = randomFrom(~seed);
        const disturb = () => {
          if (random(20) === 0) collect();
          if (random(10) === 0) Atomics.wait(pause, 0, 0, 1 + random(3));
        };
        const disturbed = runSystem(system, { frames, outside: busyOutside(system, seed), disturb });
        const calm = runSystem(system, { frames, outside: busyOutside(system, seed) });
        expect(fingerprint(disturbed)).toEqual(fingerprint(calm));
      }),
      { numRuns: 10 },
    );
  });
});

describe("hashes change", () => {
  const sketch: SystemSketch = {
    partitions: {
      a: { image: worker({ seed: 1, inputs: 2, outputs: 1 }), inputs: 2, outputs: 1 },
      b: { image: spinner() },
    },
    majorFrame: 2000,
    slots: [
      ["a", 0, 900],
      ["b", 1000, 500],
    ],
  };
  const hashesOf = (other: Partial<SystemSketch> = {}, outside?: Outside): readonly (readonly bigint[])[] =>
    runSystem(systemOf({ ...sketch, ...other }), { frames: 4, ...(outside === undefined ? {} : { outside }) }).frames;
  const before = hashesOf();

  const inputAt = (frame: number, set: Outside["latch"]): Outside => ({
    ...silence,
    latch: (at, inputs) => {
      if (at.frame === frame && at.partition === 0) set(at, inputs);
    },
  });

  it("from the frame on in which one bit of one input is another", () => {
    const after = hashesOf(
      {},
      inputAt(2, (_, inputs) => inputs.set(1, 1)),
    );
    expect(after.map(([a]) => a)).not.toEqual(before.map(([a]) => a));
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after[2]![0]).not.toBe(before[2]![0]);
    expect(after[2]![1]).toBe(before[2]![1]);
  });

  it("when the quality of one input is another", () => {
    const after = hashesOf(
      {},
      inputAt(2, (_, inputs) => {
        inputs.quality[0] = 0;
      }),
    );
    expect(after[2]![0]).not.toBe(before[2]![0]);
  });

  it("when one slot is a cycle longer, or starts a cycle later", () => {
    const longer = hashesOf({ slots: [["a", 0, 901], sketch.slots[1]!] });
    const later = hashesOf({ slots: [["a", 1, 900], sketch.slots[1]!] });
    for (const after of [longer, later]) {
      expect(after[0]![0]).not.toBe(before[0]![0]);
      expect(after.map(([, b]) => b)).toEqual(before.map(([, b]) => b));
    }
  });

  it("when one bit of one instruction is another", () => {
    const image = worker({ seed: 1, inputs: 2, outputs: 1 });
    image[8 * 4 + 3]! ^= 0x10;
    const after = hashesOf({ partitions: { ...sketch.partitions, a: { image, inputs: 2, outputs: 1 } } });
    expect(after[0]![0]).not.toBe(before[0]![0]);
    expect(after[0]![1]).toBe(before[0]![1]);
  });
});
