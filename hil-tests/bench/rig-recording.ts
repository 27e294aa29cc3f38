/** What recording, hashing and rewinding a rig cost, and whether what it records comes out the same when it is replayed. */
import { setImmediate as turn } from "node:timers/promises";
import { Playback } from "../../runtime/hypervisor/index.ts";
import { engineOf, hostClock } from "../../runtime/index.ts";
import { createHasher, decodeRecording, type Hasher } from "../../runtime/trace/index.ts";
import { Waterworks } from "../plants/waterworks/index.ts";
import { Bench } from "../rig/bench.ts";
import { Rig } from "../rig/index.ts";
import { loadOnce } from "../rig/load.ts";
import { PointNames } from "../rig/point-names.ts";
import { WATERWORKS } from "./places.ts";
import type { SectionOptions } from "./sections.ts";
import { median } from "./statistics.ts";

const FRAMES_A_SECOND = 50;
const WARM_UP_FRAMES = 3000;
/** Of one of several that take turns: short, so that what else the host does hits all alike. */
const STRETCH_FRAMES = 100;
const STRETCHES = 60;

const hasher = await createHasher();
/** Hashes while it is told to: with it and without it the same rig runs, for two of a kind may differ by more than this costs. */
const switched = () => {
  const state = { isHashing: true };
  const its: Hasher = { ...hasher, hash: (bytes, seed) => (state.isHashing ? hasher.hash(bytes, seed) : 0n) };
  return { state, its };
};

const benchOf = async (its: Hasher, records: boolean): Promise<Bench> => {
  const system = await loadOnce(WATERWORKS);
  return new Bench(system, new PointNames(system), new Waterworks({ seed: 1 }), its, { records });
};

/** Of a frame of the waterworks with its plant. */
export interface RecordingCosts {
  readonly frameUs: number;
  /** Medians, % of it. */
  readonly recordingPercent: number;
  readonly hashingPercent: number;
}

/** CPU time of this process, ms. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const stretchMs = (bench: Bench, frames: number): number => {
  const begin = cpuMs();
  for (let frame = 0; frame < frames; frame++) bench.runFrame();
  return cpuMs() - begin;
};

/** Rigs take turns, many short ones each: the ratio of their sums is one figure of a round. Of each kind there are two, in turned order. */
export const measureRecordingCosts = async ({ rounds, share, say }: SectionOptions): Promise<RecordingCosts> => {
  say("recording, hashing");
  const { state, its } = switched();
  const plain = [await benchOf(hasher, false)];
  const recording = [await benchOf(hasher, true), await benchOf(hasher, true)];
  plain.push(await benchOf(hasher, false));
  const hashing = await benchOf(its, false);
  const all = [plain[0]!, ...recording, plain[1]!];
  for (let frame = 0; frame < WARM_UP_FRAMES * Math.min(1, share); frame += STRETCH_FRAMES) {
    for (const bench of [...all, hashing]) stretchMs(bench, STRETCH_FRAMES);
    await turn();
  }
  const figures: RecordingCosts[] = [];
  for (let round = 0; round < rounds; round++) {
    const sums = { plain: 0, recorded: 0, hashed: 0, unhashed: 0 };
    for (let stretch = 0; stretch < STRETCHES * share; stretch++) {
      for (const bench of all) sums[plain.includes(bench) ? "plain" : "recorded"] += stretchMs(bench, STRETCH_FRAMES);
      for (const kind of ["hashed", "unhashed"] as const) {
        state.isHashing = kind === "hashed";
        sums[kind] += stretchMs(hashing, STRETCH_FRAMES);
      }
    }
    figures.push({
      frameUs: (1000 * sums.plain) / (2 * Math.ceil(STRETCHES * share) * STRETCH_FRAMES),
      recordingPercent: 100 * (sums.recorded / sums.plain - 1),
      hashingPercent: 100 * (sums.hashed / sums.unhashed - 1),
    });
  }
  const of = (key: keyof RecordingCosts) => median(figures.map((each) => each[key]));
  return { frameUs: of("frameUs"), recordingPercent: of("recordingPercent"), hashingPercent: of("hashingPercent") };
};

export interface ReplayFigures {
  /** Of virtual time. */
  readonly hours: number;
  readonly bytesAnHour: number;
  readonly timesRealTime: number;
  /** Frames in which anything was not as recorded, up to the first. */
  readonly divergences: number;
}

/** Ten minutes of the waterworks with its plant, by `share`; the replay has no plant, only what was recorded of it. */
export const measureReplay = async ({ share, say }: SectionOptions): Promise<ReplayFigures> => {
  say("replay");
  const seconds = 600 * share;
  const rig = await Rig.boot(WATERWORKS, { plant: new Waterworks({ seed: 1 }), records: true });
  for (let frame = 0; frame < seconds * FRAMES_A_SECOND; frame += STRETCH_FRAMES) {
    rig.runFrames(STRETCH_FRAMES);
    await turn();
  }
  const file = await rig.recording();
  const recording = decodeRecording(file, hasher);
  if (recording.kind === "damaged") throw new Error(recording.message);
  const playback = new Playback(rig.system, recording, hasher, { engineOf });
  const begin = hostClock.monotonicMs();
  const divergence = playback.run();
  const passed = (hostClock.monotonicMs() - begin) / 1000;
  const hours = rig.time / 3600;
  return {
    hours,
    bytesAnHour: file.length / hours,
    timesRealTime: rig.time / passed,
    divergences: divergence === null ? 0 : 1,
  };
};

export interface RewindFigures {
  readonly hours: number;
  readonly medianMs: number;
  readonly worstMs: number;
}

const REWINDS = 20;

/** An hour of the waterworks, by `share`, then frames of it in no order. */
export const measureRewind = async ({ rounds, share, say }: SectionOptions): Promise<RewindFigures> => {
  say("rewind");
  const rig = await Rig.boot(WATERWORKS, { plant: new Waterworks({ seed: 1 }), rewinds: true });
  rig.runFrames(Math.ceil(3600 * share) * FRAMES_A_SECOND);
  const { frame: end, time } = rig;
  const times: number[] = [];
  for (let at = 0; at < REWINDS * rounds; at++) {
    const frame = Math.floor(((at * 0.618_034) % 1) * end);
    const begin = hostClock.monotonicMs();
    rig.rewindTo({ frame });
    times.push(hostClock.monotonicMs() - begin);
  }
  return { hours: time / 3600, medianMs: median(times), worstMs: Math.max(...times) };
};
