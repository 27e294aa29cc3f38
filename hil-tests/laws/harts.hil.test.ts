/** Harts in threads of their own run the module that one thread runs, to the bit: only host time tells them apart. */
import { describe, expect, it } from "vitest";
import { Module } from "../../runtime/hypervisor/index.ts";
import { formatHash, RunningHashes, type RunOptions, SharedExchange, startBoard } from "../../runtime/index.ts";
import type { EngineKind, System } from "../../runtime/system.ts";
import { createHasher } from "../../runtime/trace/index.ts";
import { type Cycles, cycles } from "../../runtime/units.ts";
import { worker } from "./guests.ts";
import { separate } from "./hart-threads.ts";
import { randomModule } from "./random-module.ts";
import { silence } from "./runs.ts";
import { type SystemSketch, systemOf } from "./systems.ts";

const hasher = await createHasher();

const outcome = (frames: number, boardSeconds: number, partitions: readonly { hash: string; stateHash: string }[]) => ({
  frames,
  boardSeconds,
  partitions: partitions.map(({ hash, stateHash }) => ({ hash, stateHash })),
});

const onOneThread = (system: System, duration: Cycles) => {
  const running = new RunningHashes(system.partitions.length, hasher);
  const outside = { ...silence, frameEnded: (_: number, hashes: BigUint64Array) => running.frameEnded(hashes) };
  const module = new Module(system, outside, hasher);
  while (module.boardTime < duration) module.runFrame();
  const partitions = system.partitions.map(({ index }) => ({
    hash: formatHash(running.values[index]!),
    stateHash: formatHash(module.stateHash(index)),
  }));
  return outcome(module.frame, module.boardTime / system.clock, partitions);
};

const onThreads = async (system: System, duration: Cycles, options: Partial<RunOptions> = {}) => {
  const board = startBoard(system, new SharedExchange(system), {
    ...{ paced: false, duration, version: "test", record: null, onMessage: () => {} },
    ...options,
  });
  const { frames, boardSeconds, partitions } = await board.ended;
  return outcome(frames, boardSeconds, partitions);
};

const withEngine = (system: System, engine: EngineKind): System => ({
  ...system,
  partitions: system.partitions.map((partition) => ({ ...partition, engine })),
});

/** Modules that have more than one hart, of which some have several schedules. */
const parallelModules = (count: number): readonly SystemSketch[] => {
  const sketches: SystemSketch[] = [];
  for (let seed = 1; sketches.length < count; seed++) {
    const sketch = randomModule(seed);
    if (systemOf(sketch).harts > 1) sketches.push(sketch);
  }
  return sketches;
};

/** A ring of workers on three harts, each with a queue and a point to the next, and slots that begin and end together. */
const ring: SystemSketch = {
  partitions: Object.fromEntries(
    ["a", "b", "c", "d", "e", "f"].map((name, seed) => [
      name,
      {
        image: worker({
          seed,
          inputs: 1,
          outputs: 1,
          sends: [name === "a" ? 0 : 1],
          receives: [name === "a" ? 1 : 0],
          uart: true,
        }),
        inputs: 1,
        outputs: 1,
      },
    ]),
  ),
  majorFrame: 5000,
  slots: ["a", "b", "c", "d", "e", "f"].flatMap((name, index) => [
    [name, 1000 * (index % 2), 1000, Math.floor(index / 2)] as const,
    [name, 2500 + 1000 * (index % 2), 500 + 100 * index, Math.floor(index / 2)] as const,
  ]),
  messages: ["ab", "bc", "cd", "de", "ef", "fa"].map(([from, to]) => ({ from: from!, to: to!, depth: 3 })),
  sampling: ["ab", "bc", "cd", "de", "ef", "fa"].map(([from, to]) => ({ from: `${from}.o0`, to: [`${to}.i0`] })),
};

describe("harts in threads of their own", () => {
  it("run random modules as one thread does", async () => {
    for (const sketch of parallelModules(8)) {
      const system = withEngine(systemOf(sketch), "interpreter");
      const duration = cycles(20 * sketch.majorFrame);
      expect(await onThreads(system, duration)).toEqual(onOneThread(system, duration));
    }
  });

  it("run partitions that exchange messages and points across harts at every slot as one thread does", async () => {
    const system = systemOf(ring);
    const duration = cycles(150 * ring.majorFrame);
    const expected = onOneThread(system, duration);
    expect(new Set(expected.partitions.map(({ hash }) => hash)).size).toBe(6);
    for (const engine of ["interpreter", "translator"] as const) {
      expect(await onThreads(withEngine(system, engine), duration)).toEqual(expected);
    }
    expect(await onThreads(system, cycles(duration + 1))).not.toEqual(expected);
  });

  it("run partitions that share nothing as one thread does, without waiting for each other at every frame", async () => {
    const system = separate();
    for (const frames of [1, 31, 77]) {
      const duration = cycles(frames * 2000);
      expect(await onThreads(system, duration)).toEqual(onOneThread(system, duration));
    }
  });

  it("run the same when they are held back to real time", async () => {
    const system = withEngine(systemOf({ ...ring, clock: 5_000_000 }), "interpreter");
    const duration = cycles(60 * ring.majorFrame);
    expect(await onThreads(system, duration, { paced: true })).toEqual(onOneThread(system, duration));
  });
});
