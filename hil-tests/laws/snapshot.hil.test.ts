/** A module's state is all that its future depends on: whoever restores it goes on as the run did that went on. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { engineFactory } from "../../runtime/host/engines.ts";
import { Module, type ModuleState } from "../../runtime/hypervisor/index.ts";
import { StateMismatch } from "../../runtime/state.ts";
import { ENGINES, type System } from "../../runtime/system.ts";
import { createHasher } from "../../runtime/trace/index.ts";
import { commanding, everyone } from "./commanding.ts";
import { randomModule } from "./random-module.ts";
import { busyOutside, type RunResult, randomSlices, runSystem, silence } from "./runs.ts";
import { systemOf } from "./systems.ts";

const hasher = await createHasher();
const seeds = fc.integer();

/** Everything that the outside can bring, the same for the same seed and frame. */
const anything = (system: System, seed: number) =>
  commanding(system, seed, everyone(system), busyOutside(system, seed));

/** What a run in two parts left behind, as if it had been one. */
const joined = (first: RunResult, second: RunResult) => ({
  frames: [...first.frames, ...second.frames],
  events: first.events.map((events, index) => hasher.hash(new Uint8Array([...events, ...second.events[index]!]))),
  ...endOf(second),
});
const whole = (result: RunResult) => ({
  frames: result.frames,
  events: result.events.map((events) => hasher.hash(events)),
  ...endOf(result),
});
const endOf = ({ states, idle, module }: RunResult) => ({ states, idle, state: digestOf(module.save()) });

/** All of a state, in numbers that compare faster. */
const digestOf = ({ boardTime, bytes, partitions }: ModuleState) => [
  boardTime,
  hasher.hash(bytes),
  ...partitions.map((partition) => [
    hasher.hash(partition.bytes),
    partition.ram.numbers,
    hasher.hash(partition.ram.bytes),
  ]),
];

describe("a module that is restored", () => {
  it("goes on as the run that was saved, to the bit, on another engine and in other slices", () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 6 }), fc.constantFrom(...ENGINES), (seed, frames, engine) => {
        const system = systemOf(randomModule(seed));
        const outside = () => anything(system, seed);
        const first = runSystem(system, { frames, outside: outside() });
        const other = { slice: randomSlices(~seed), engineOf: () => engineFactory(engine) };
        const second = runSystem(system, {
          frames: frames + 4,
          from: first.module.save(),
          outside: outside(),
          ...other,
        });
        const uninterrupted = runSystem(system, { frames: frames + 4, outside: outside() });
        expect(joined(first, second)).toEqual(whole(uninterrupted));
      }),
      { numRuns: 50 },
    );
  });

  it("goes back to what was saved after it has run on itself", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const system = systemOf(randomModule(seed));
        const { module } = runSystem(system, { frames: 3, outside: anything(system, seed) });
        const saved = module.save();
        for (let frame = 0; frame < 3; frame++) module.runFrame();
        module.restore(saved);
        expect(digestOf(module.save())).toEqual(digestOf(saved));
      }),
      { numRuns: 15 },
    );
  });

  it("has taken every bit of the state that is not its own already", () => {
    const restored = (system: System, state: ModuleState) => {
      const module = new Module(system, silence, hasher);
      module.restore(state);
      return digestOf(module.save());
    };
    fc.assert(
      fc.property(seeds, fc.nat(), (seed, choice) => {
        const system = systemOf(randomModule(seed));
        const state = runSystem(system, { frames: 3, outside: anything(system, seed) }).module.save();
        const parts = [state.bytes, ...state.partitions.flatMap(({ bytes, ram }) => [bytes, ram.bytes])];
        const changed = structuredClone(state);
        const copies = [changed.bytes, ...changed.partitions.flatMap(({ bytes, ram }) => [bytes, ram.bytes])];
        const part = choice % parts.length;
        const bytes = copies[part]!;
        if (bytes.length === 0) return;
        bytes[(choice * 7919) % bytes.length]! ^= 1;
        try {
          expect(restored(system, changed)).toEqual(digestOf(changed));
        } catch (error) {
          if (!(error instanceof StateMismatch)) throw error;
        }
        expect(restored(system, state)).toEqual(digestOf(state));
      }),
      { numRuns: 60 },
    );
  });

  it("is neither saved nor restored in the midst of a frame", () => {
    const system = systemOf(randomModule(1));
    const module = new Module(system, silence, hasher);
    const state = module.save();
    module.step();
    expect(() => module.save()).toThrow("between two major frames");
    expect(() => module.restore(state)).toThrow("between two major frames");
  });
});
