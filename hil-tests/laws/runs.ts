/** Runs a System for a test and keeps all that the laws speak of: hashes, events, states. */
import { Module, type ModuleOptions, type ModuleState, type Outside } from "../../runtime/hypervisor/index.ts";
import type { System } from "../../runtime/system.ts";
import {
  createHasher,
  decodeEvents,
  decodeRecording,
  type EventKind,
  Recorder,
  type Recording,
  type TraceEvent,
} from "../../runtime/trace/index.ts";
import { type Cycles, cycles } from "../../runtime/units.ts";
import { uniform } from "../plants/random.ts";

const hasher = await createHasher();

/** Brings nothing and hears nothing. */
export const silence: Outside = {
  commands: () => [],
  latch: () => {},
  published: () => {},
  uart: () => {},
  incident: () => {},
  scheduleSwitched: () => {},
  frameEnded: () => {},
};

/** Numbers from 0 up to, but not including, the argument; the same for the same seed. */
export const randomFrom = (seed: number): ((below: number) => number) => {
  const even = uniform(seed);
  return (below) => Math.floor(even() * below);
};

/**
 * Sets about every third input at each latch to something that depends on seed, place and point alone; where there are several
 * schedules, it sometimes orders one.
 */
export const busyOutside = (system: System, seed: number, inner: Outside = silence): Outside => ({
  ...inner,
  commands: (frame) => {
    const random = randomFrom(seed ^ (frame << 16));
    const schedules = system.schedules.length;
    return schedules > 1 && random(5) === 0 ? [{ kind: "switchSchedule", schedule: random(schedules) }] : [];
  },
  latch: (at, inputs) => {
    for (const { index, direction } of system.partitions[at.partition]!.points) {
      if (direction === "output") continue;
      const random = randomFrom(seed ^ (at.frame << 12) ^ (at.slot << 6) ^ (at.partition << 20) ^ index);
      if (random(3) !== 0) continue;
      inputs.set(index, random(2 ** 32));
      inputs.quality[index] = random(3);
    }
  },
});

/** What a run left behind. */
export interface RunResult {
  /** As the run left it. */
  readonly module: Module;
  /** Per frame, a hash a partition. */
  readonly frames: readonly (readonly bigint[])[];
  /** Per partition, all its events. */
  readonly events: readonly Uint8Array[];
  readonly states: readonly bigint[];
  /** Cycles of its own that each partition did not use. */
  readonly idle: readonly number[];
}

export interface RunOptions extends Omit<ModuleOptions, "events"> {
  /** Number of the frame before which it ends. */
  readonly frames: number;
  /** Where it starts; left out: at power-on. */
  readonly from?: ModuleState;
  /** Frames that the module has run before it is restored. */
  readonly warmUp?: number;
  readonly outside?: Outside;
  /** Called before every boundary. */
  readonly disturb?: () => void;
}

export const runSystem = (system: System, options: RunOptions): RunResult => {
  const { frames: count, from, warmUp = 0, outside = silence, disturb = () => {}, ...rest } = options;
  const frames: bigint[][] = [];
  const events: Uint8Array[][] = system.partitions.map(() => []);
  const listener: Outside = {
    commands: (frame) => outside.commands(frame),
    latch: (at, inputs) => outside.latch(at, inputs),
    published: (at, points, drives) => outside.published(at, points, drives),
    uart: (at, byte) => outside.uart(at, byte),
    incident: (at, incident) => outside.incident(at, incident),
    scheduleSwitched: (frame, at, to) => outside.scheduleSwitched(frame, at, to),
    frameEnded: (frame, hashes) => {
      frames.push([...hashes]);
      outside.frameEnded(frame, hashes);
    },
  };
  const sink = { events: (partition: number, bytes: Uint8Array) => void events[partition]!.push(bytes.slice()) };
  const module = new Module(system, listener, hasher, { ...rest, events: sink });
  if (from !== undefined) {
    for (let frame = 0; frame < warmUp; frame++) module.runFrame();
    for (const noted of [frames, ...events]) noted.length = 0;
    module.restore(from);
  }
  while (module.frame < count) {
    disturb();
    module.step();
  }
  return {
    module,
    frames,
    events: events.map((parts) => new Uint8Array(Buffer.concat(parts))),
    states: [...module.stateHashes()],
    idle: module.partitions.map(({ timeUse }) => timeUse.idle),
  };
};

/** A partition's events, of one kind or of all. */
export const eventsOf = (result: RunResult, partition: number, kind?: EventKind): TraceEvent[] =>
  [...decodeEvents(result.events[partition]!)].filter((event) => kind === undefined || event.kind === kind);

/** All of one partition that must be equal when nothing reached it; its events by their hash, which compares faster. */
export const traceOf = (result: RunResult, partition: number) => ({
  frames: result.frames.map((hashes) => hashes[partition]),
  events: hasher.hash(result.events[partition]!),
  state: result.states[partition],
  idle: result.idle[partition],
});

/** `traceOf` every partition. */
export const fingerprint = (result: RunResult) => result.states.map((_, partition) => traceOf(result, partition));

/** Cuts a slot at random: often after single cycles, sometimes not at all. */
export const randomSlices = (seed: number): ((remaining: Cycles) => Cycles) => {
  const random = randomFrom(seed);
  return (remaining) => cycles(Math.min(remaining, 1 + random([3, 50, 1000, 10_000][random(4)]!)));
};

/** Runs a module for `frames` under a recorder, and reads back what that wrote. */
export const recordOf = (
  system: System,
  outside: Outside,
  frames: number,
  restored: readonly (Uint8Array | null)[] = [],
): Recording => {
  const parts: Uint8Array[] = [];
  const recorder = new Recorder({
    ...{ system, inner: outside, version: "test", hasher, restored },
    sink: (bytes) => void parts.push(bytes.slice()),
  });
  const { states } = runSystem(system, { frames, outside: recorder, restored });
  recorder.end(frames, BigUint64Array.from(states));
  const recording = decodeRecording(new Uint8Array(Buffer.concat(parts)), hasher);
  if (recording.kind === "damaged") throw new Error(recording.message);
  return recording;
};
