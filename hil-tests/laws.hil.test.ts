/** The five laws of design.md §2, as tests that fail when they are broken. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Outside, replay } from "../runtime/hypervisor/index.ts";
import type { System } from "../runtime/system.ts";
import {
  createHasher,
  decodeEvents,
  decodeRecording,
  type EventKind,
  Recorder,
  type Recording,
  type TraceEvent,
} from "../runtime/trace/index.ts";
import { type Cycles, cycles } from "../runtime/units.ts";
import { copier, flooder, sleeper, spinner, timerProbe, trapLoop, worker } from "./laws/guests.ts";
import { garbage, randomModule } from "./laws/random-module.ts";
import { busyOutside, type RunOptions, type RunResult, randomFrom, runSystem, silence } from "./laws/runs.ts";
import { type SystemSketch, systemOf } from "./laws/systems.ts";

const hasher = await createHasher();
const seeds = fc.integer();
const run = (system: System, options: RunOptions): RunResult => runSystem(system, hasher, options);

const eventsOf = (result: RunResult, partition: number, kind?: EventKind): TraceEvent[] =>
  [...decodeEvents(result.events[partition]!)].filter((event) => kind === undefined || event.kind === kind);

/** All that must be equal when two runs are; whole event streams by their hash, which compares faster. */
const fingerprint = ({ events, ...rest }: RunResult) => ({
  ...rest,
  events: events.map((bytes) => hasher.hash(bytes)),
});

/** Of a slotEnd event: x[register], and the counters. Offsets are those of runtime/hart/layout.ts. */
const wordOf = ({ payload }: TraceEvent, word: number): number =>
  new DataView(payload.buffer, payload.byteOffset).getUint32(4 * word, true);
const MCYCLE = 98;
const MINSTRET = 100;
const A0 = 10;

/** Random cuts of each slot: often single cycles, sometimes the whole rest. */
const randomSlices = (seed: number): ((remaining: Cycles) => Cycles) => {
  const random = randomFrom(seed);
  return (remaining) => cycles(Math.min(remaining, 1 + random([3, 50, 1000, 10_000][random(4)]!)));
};

const collectGarbage = (): (() => void) => {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
};

const pause = new Int32Array(new SharedArrayBuffer(4));

describe("time is instructions, and exact", () => {
  const durations = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 6 });
  const guests = {
    spinner: spinner(),
    trapLoop: trapLoop(),
    worker: worker({ seed: 1, inputs: 1, outputs: 1, sleep: 70 }),
  };

  it("a slot of N cycles consumes exactly N, for any N", () => {
    fc.assert(
      fc.property(durations, fc.constantFrom(...Object.values(guests)), seeds, (lengths, image, seed) => {
        const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, length) => sum + length + 7, 0));
        const system = systemOf({
          partitions: { a: { image, inputs: 1, outputs: 1 } },
          majorFrame: starts.at(-1)! + lengths.at(-1)! + 7,
          slots: lengths.map((length, i) => ["a", starts[i]!, length] as const),
        });
        const frames = 3;
        const ends = eventsOf(run(system, { frames, slice: randomSlices(seed) }), 0, "slotEnd");
        expect(ends).toHaveLength(frames * lengths.length);
        let own = 0;
        for (const [i, end] of ends.entries()) {
          own += lengths[i % lengths.length]!;
          expect(wordOf(end, MCYCLE)).toBe(own);
          const { start, duration } = system.schedule.slots[end.slot]!;
          expect(end.cycle).toBe(end.frame * system.schedule.majorFrame + start + duration);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("an instruction that traps takes its cycle and does not retire", () => {
    const system = systemOf({ partitions: { a: { image: trapLoop() } }, majorFrame: 1000, slots: [["a", 0, 1000]] });
    const [end] = eventsOf(run(system, { frames: 1 }), 0, "slotEnd");
    expect([wordOf(end!, MCYCLE), wordOf(end!, MINSTRET)]).toEqual([1000, 3]);
  });

  /** Slots from cycle 0 on with gaps between them; the first is long enough for a probe to get ready. */
  const slotTables = fc
    .array(fc.record({ gap: fc.nat(60), duration: fc.integer({ min: 1, max: 80 }) }), { minLength: 3, maxLength: 8 })
    .map((pieces) => {
      let at = 0;
      return pieces.map(({ gap, duration }, i) => {
        const start = i === 0 ? 0 : at + gap;
        at = start + (i === 0 ? duration + 40 : duration);
        return { start, end: at };
      });
    });

  /** How many cycles of its own a partition has had at board cycle `at`. */
  const ownCyclesAt = (slots: readonly { start: number; end: number }[], at: number): number =>
    slots.reduce((sum, { start, end }) => sum + Math.max(0, Math.min(end, at) - start), 0);

  const probeAt = (image: Uint8Array, slots: readonly { start: number; end: number }[], seed: number): number => {
    const last = slots.at(-1)!.end;
    const table = [...slots, { start: last + 5, end: last + 15 }];
    const system = systemOf({
      partitions: { a: { image } },
      majorFrame: last + 15,
      slots: table.map(({ start, end }) => ["a", start, end - start] as const),
    });
    return wordOf(eventsOf(run(system, { frames: 1, slice: randomSlices(seed) }), 0, "slotEnd").at(-1)!, A0);
  };

  it("a timer interrupt is taken at exactly its cycle, or at the first of the next slot", () => {
    fc.assert(
      fc.property(slotTables, fc.nat(400), seeds, (slots, offset, seed) => {
        const tick = 40 + (offset % (slots.at(-1)!.end - 40));
        expect(probeAt(timerProbe(tick), slots, seed)).toBe(ownCyclesAt(slots, tick));
      }),
      { numRuns: 200 },
    );
  });

  it("wfi idles across slots until exactly its timer, and a slot start alone does not end it", () => {
    fc.assert(
      fc.property(slotTables, fc.nat(400), seeds, (slots, offset, seed) => {
        const tick = 40 + (offset % (slots.at(-1)!.end - 40));
        expect(probeAt(sleeper(tick), slots, seed)).toBe(ownCyclesAt(slots, tick));
      }),
      { numRuns: 200 },
    );
  });
});

describe("perturbed runs", () => {
  const frames = 5;

  it("have the same hashes, events and states with slots cut anywhere", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const system = systemOf(randomModule(seed));
        const outside = () => busyOutside(system, seed);
        const whole = run(system, { frames, outside: outside() });
        const sliced = run(system, { frames, outside: outside(), slice: randomSlices(~seed) });
        expect(fingerprint(sliced)).toEqual(fingerprint(whole));
      }),
      { numRuns: 40 },
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
        const disturbed = run(system, { frames, outside: busyOutside(system, seed), disturb });
        const calm = run(system, { frames, outside: busyOutside(system, seed) });
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
    run(systemOf({ ...sketch, ...other }), { frames: 4, ...(outside === undefined ? {} : { outside }) }).frames;
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
      inputAt(2, (_, inputs) => inputs.set(1, "DWORD", 1)),
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

describe("no interference", () => {
  const controller = (receives: readonly number[]) =>
    worker({ seed: 5, inputs: 2, outputs: 2, receives, uart: true, sleep: 300 });

  /** `alone` has no path from `neighbour`; `fed` has a queue, `sampled` a point. */
  const moduleWith = (neighbour: Uint8Array, harts: 1 | 2): System =>
    systemOf({
      partitions: {
        alone: { image: controller([]), inputs: 2, outputs: 2 },
        neighbour: { image: neighbour, outputs: 1 },
        fed: { image: controller([0]), inputs: 2, outputs: 2 },
        sampled: { image: controller([]), inputs: 2, outputs: 2 },
        friend: { image: controller([]), inputs: 2, outputs: 2 },
      },
      majorFrame: 20_000,
      slots: [
        ["neighbour", 0, 4000, harts - 1],
        ["alone", 4000, 3000],
        ["fed", 7000, 3500],
        ["neighbour", 10_500, 500, harts - 1],
        ["sampled", 11_000, 3000],
        ["friend", 14_000, 1000],
        ["alone", 15_000, 2500],
      ],
      queuing: [{ from: "neighbour", to: "fed", depth: 8 }],
      sampling: [
        { from: "neighbour.o0", to: ["sampled.i0"] },
        { from: "alone.o0", to: ["friend.i0"] },
      ],
    });

  const frames = 12;
  const [ALONE, NEIGHBOUR, FED, SAMPLED, FRIEND] = [0, 1, 2, 3, 4];
  const runWith = (neighbour: Uint8Array, harts: 1 | 2 = 1): RunResult => {
    const system = moduleWith(neighbour, harts);
    return run(system, { frames, outside: busyOutside(system, 99) });
  };
  const traceOf = (result: RunResult, partition: number) => ({
    frames: result.frames.map((hashes) => hashes[partition]),
    events: hasher.hash(result.events[partition]!),
    state: result.states[partition],
  });

  const random = randomFrom(2026);
  const neighbours: readonly (readonly [string, Uint8Array])[] = [
    ["spins for ever", spinner()],
    ["traps in a loop", trapLoop()],
    ["floods its queuing port", flooder()],
    ["publishes as fast as it can", copier()],
    ...Array.from({ length: 12 }, (_, i) => [`executes garbage (${i})`, garbage(random)] as const),
  ];
  const peaceful = worker({ seed: 3, inputs: 0, outputs: 1, sends: [0], sleep: 2000 });

  describe.each([1, 2] as const)("on %i hart(s)", (harts) => {
    const before = runWith(peaceful, harts);

    it.each(neighbours)("a neighbour that %s leaves the unconnected bit-identical", (_, image) => {
      const after = runWith(image, harts);
      expect(traceOf(after, NEIGHBOUR)).not.toEqual(traceOf(before, NEIGHBOUR));
      for (const partition of [ALONE, FRIEND]) {
        expect(traceOf(after, partition)).toEqual(traceOf(before, partition));
      }
    });

    it("neighbours that send and publish nothing leave even the connected bit-identical", () => {
      const spinning = runWith(spinner(), harts);
      const trapping = runWith(trapLoop(), harts);
      for (const partition of [FED, SAMPLED]) {
        expect(traceOf(trapping, partition)).toEqual(traceOf(spinning, partition));
        expect(traceOf(spinning, partition)).not.toEqual(traceOf(before, partition));
      }
    });

    it("a flooded queue changes its receiver by its messages alone", () => {
      const [hasty, slow] = [runWith(flooder(), harts), runWith(flooder(3), harts)];
      expect(traceOf(slow, NEIGHBOUR)).not.toEqual(traceOf(hasty, NEIGHBOUR));
      expect(eventsOf(hasty, FED, "receive").length).toBeGreaterThan(8 * (frames - 1));
      expect(traceOf(slow, FED)).toEqual(traceOf(hasty, FED));
      expect(traceOf(hasty, FED)).not.toEqual(traceOf(runWith(spinner(), harts), FED));
    });
  });

  /** Partitions that `first` can influence: its channels' destinations, a queue's source by its fill, and so on from there. */
  const reachedFrom = (first: string, { sampling = [], queuing = [] }: SystemSketch): Set<string> => {
    const nameOf = (point: string) => point.split(".")[0]!;
    const edges = [
      ...sampling.flatMap(({ from, to }) => to.map((end) => [nameOf(from), nameOf(end)] as const)),
      ...queuing.flatMap(({ from, to }) => [[from, to] as const, [to, from] as const]),
    ];
    const reached = new Set([first]);
    for (const name of reached) for (const [from, to] of edges) if (from === name) reached.add(to);
    return reached;
  };

  it("in any module, another image changes no partition that its channels do not reach", () => {
    let compared = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        const sketch = randomModule(seed);
        const names = Object.keys(sketch.partitions);
        const changed = names[0]!;
        const image = garbage(randomFrom(seed));
        const partitions = { ...sketch.partitions, [changed]: { ...sketch.partitions[changed]!, image } };
        const runOf = (given: SystemSketch): RunResult => {
          const system = systemOf(given);
          return run(system, { frames: 4, outside: busyOutside(system, seed) });
        };
        const [before, after] = [runOf(sketch), runOf({ ...sketch, partitions })];
        const reached = reachedFrom(changed, sketch);
        for (const [partition, name] of names.entries()) {
          if (reached.has(name)) continue;
          compared += 1;
          expect(traceOf(after, partition)).toEqual(traceOf(before, partition));
        }
      }),
      { numRuns: 30 },
    );
    expect(compared).toBeGreaterThan(10);
  });

  it("a slot on another hart at the same time changes nothing", () => {
    const [one, two] = [runWith(peaceful, 1), runWith(peaceful, 2)];
    for (const partition of [ALONE, FRIEND, FED, SAMPLED]) {
      expect(traceOf(two, partition)).toEqual(traceOf(one, partition));
    }
  });
});

describe("the outside enters at slot boundaries only", () => {
  it("is called in the order that the design defines, with the board time of each boundary", () => {
    const calls: string[] = [];
    const say = (what: string) => (at: { cycle: number; frame: number; partition: number }) =>
      void calls.push(`${at.cycle} ${"abc"[at.partition]} ${what}`);
    const system = systemOf({
      partitions: { a: { image: spinner() }, b: { image: spinner() }, c: { image: spinner() } },
      majorFrame: 100,
      slots: [
        ["a", 0, 50, 0],
        ["b", 50, 50, 0],
        ["c", 20, 30, 1],
        ["c", 50, 50, 1],
      ],
    });
    run(system, {
      frames: 2,
      outside: {
        ...silence,
        latch: say("latch"),
        published: say("published"),
        frameEnded: (frame) => void calls.push(`frame ${frame}`),
      },
    });
    const frame = (start: number) => [
      ...[`${start} a latch`, `${start + 20} c latch`, `${start + 50} a published`, `${start + 50} c published`],
      ...[`${start + 50} b latch`, `${start + 50} c latch`, `${start + 100} b published`, `${start + 100} c published`],
    ];
    expect(calls).toEqual([...frame(0), "frame 0", ...frame(100), "frame 1"]);
  });

  /** Runs a module under a recorder, stops it after `frames`, and gives the file. */
  const recordOf = (system: System, outside: Outside, frames: number): Recording => {
    const parts: Uint8Array[] = [];
    const recorder = new Recorder(system, outside, "test", hasher, (bytes) => void parts.push(bytes.slice()));
    const { states } = run(system, { frames, outside: recorder });
    recorder.end(frames, BigUint64Array.from(states));
    const recording = decodeRecording(new Uint8Array(Buffer.concat(parts)), hasher);
    if (recording.kind === "damaged") throw new Error(recording.message);
    return recording;
  };

  it("a recording replays bit for bit", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const system = systemOf(randomModule(seed));
        const recording = recordOf(system, busyOutside(system, seed), 6);
        expect(replay(system, recording, hasher)).toEqual({ frames: 6, divergence: null });
      }),
      { numRuns: 30 },
    );
  });

  it("a replay names the frame and partition from which on something is not as it was", () => {
    const sketch = (image: Uint8Array): SystemSketch => ({
      partitions: { a: { image: spinner() }, b: { image, inputs: 1, outputs: 1 } },
      majorFrame: 1000,
      slots: [
        ["a", 0, 500],
        ["b", 500, 500],
      ],
    });
    const system = systemOf(sketch(copier()));
    const inputFrom = (frame: number): Outside => ({
      ...silence,
      latch: (at, inputs) => {
        if (at.partition === 1 && at.frame >= frame) inputs.set(0, "DWORD", 7);
      },
    });
    const recording = recordOf(system, inputFrom(3), 6);
    expect(replay(system, recording, hasher).divergence).toBeNull();
    const lie: Recording = {
      ...recording,
      *records() {
        for (const record of recording.records()) {
          yield record.kind === "latch" ? { ...record, changes: new DataView(new ArrayBuffer(11)) } : record;
        }
      },
    };
    expect(replay(system, lie, hasher).divergence).toMatchObject({ kind: "frameHash", frame: 3, partition: 1 });
    const other = systemOf(sketch(worker({ seed: 1, inputs: 1, outputs: 1 })));
    expect(replay(other, recording, hasher).divergence).toMatchObject({ kind: "frameHash", frame: 0, partition: 1 });
  });
});
