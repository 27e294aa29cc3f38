/** How much faster than real time the rig runs: the waterworks with its plant model, and a module whose guests are nearly always busy. */
import { setImmediate as turn } from "node:timers/promises";
import { hostClock } from "../../runtime/index.ts";
import { Waterworks } from "../plants/waterworks/index.ts";
import { Rig } from "../rig/index.ts";
import { BUSY_MODULE, WATERWORKS } from "./places.ts";
import type { SectionOptions } from "./sections.ts";
import { median } from "./statistics.ts";

/** Of virtual time, s. */
const WARM_UP_SECONDS = 60;
/** Of the guests' own slots. */
const BUSY_SHARE = 0.9;
const MEASURED_MS = 2000;
const FRAMES_A_STRETCH = 20;

export interface RigSpeed {
  readonly name: string;
  /** Virtual time by host time, median of the rounds. */
  readonly timesRealTime: number;
  /** Of the slots' cycles, those in which guests executed, 0 … 1. */
  readonly utilisation: number;
}

const runFrames = async (rig: Rig, frames: number): Promise<void> => {
  for (let done = 0; done < frames; done += FRAMES_A_STRETCH) {
    rig.runFrames(Math.min(FRAMES_A_STRETCH, frames - done));
    await turn(); // What compiles in the background gets its turn.
  }
};

/** Runs for so much host time, ms. */
const timesRealTime = (rig: Rig, ms: number): number => {
  const [begin, start] = [hostClock.monotonicMs(), rig.time];
  for (;;) {
    rig.runFrames(FRAMES_A_STRETCH);
    const passed = hostClock.monotonicMs() - begin;
    if (passed >= ms) return ((rig.time - start) / passed) * 1000;
  }
};

const cyclesOf = (rig: Rig) => {
  const used = Object.values(rig.timeUse());
  const given = used.reduce((sum, each) => sum + each.given, 0);
  return { given, busy: given - used.reduce((sum, each) => sum + each.idle, 0) };
};

/** Rigs in turn, round after round. */
const measured = async (
  rigs: Readonly<Record<string, Rig>>,
  { rounds, share }: SectionOptions,
): Promise<readonly RigSpeed[]> => {
  const series = Object.entries(rigs).map(([name, rig]) => ({
    name,
    rig,
    speeds: [] as number[],
    before: cyclesOf(rig),
  }));
  for (let round = 0; round < rounds; round++) {
    for (const { rig, speeds } of series) speeds.push(timesRealTime(rig, MEASURED_MS * share));
  }
  return series.map(({ name, rig, speeds, before }) => {
    const { given, busy } = cyclesOf(rig);
    const utilisation = (busy - before.busy) / (given - before.given);
    return { name, timesRealTime: median(speeds), utilisation };
  });
};

/** Has every guest compute for `BUSY_SHARE` of its slots: what a pass takes is seen by trying. */
const loadedRig = async (): Promise<Rig> => {
  const rig = await Rig.boot(BUSY_MODULE);
  const names = rig.system.partitions.map(({ name }) => name);
  const busyIn = async (passes: Readonly<Record<string, number>>) => {
    for (const name of names) rig.set(`${name}.passes`, passes[name]!);
    await runFrames(rig, 3);
    const before = rig.timeUse();
    await runFrames(rig, 10);
    const after = rig.timeUse();
    return Object.fromEntries(
      names.map((name) => {
        const [was, is] = [before[name]!, after[name]!];
        const given = is.given - was.given;
        return [name, { given, busy: given - (is.idle - was.idle) }] as const;
      }),
    );
  };
  const all = (passes: number) => Object.fromEntries(names.map((name) => [name, passes]));
  const [none, some] = [await busyIn(all(0)), await busyIn(all(50))];
  const wanted = names.map((name) => {
    const ofOnePass = (some[name]!.busy - none[name]!.busy) / 50;
    return [name, Math.floor((BUSY_SHARE * none[name]!.given - none[name]!.busy) / ofOnePass)] as const;
  });
  await busyIn(Object.fromEntries(wanted));
  return rig;
};

export const measureRigSpeed = async (options: SectionOptions): Promise<readonly RigSpeed[]> => {
  options.say("speed");
  const waterworks = await Rig.boot(WATERWORKS, { plant: new Waterworks({ seed: 1 }) });
  const loaded = await loadedRig();
  const frames = Math.ceil((WARM_UP_SECONDS * Math.min(1, options.share)) / 0.02);
  await runFrames(waterworks, frames);
  await runFrames(loaded, Math.ceil(frames / 10));
  return measured({ "waterworks and its plant model": waterworks, "the same slots, guests busy": loaded }, options);
};
