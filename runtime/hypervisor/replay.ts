/** Runs a recording again, frame by frame, until it ends or something is not as it was. */
import type { System } from "../system.ts";
import { type Divergence, type Hasher, type Recording, Replayer, restoredOf } from "../trace/index.ts";
import { type Cycles, cycles } from "../units.ts";
import { Module } from "./module.ts";
import type { ModuleOptions, ModuleState } from "./module-options.ts";
import type { Outside } from "./outside.ts";

export interface ReplayOutcome {
  /** Frames replayed. */
  readonly frames: number;
  /** Board time that these took. */
  readonly boardTime: Cycles;
  /** The first difference, or null: the replay is the run, bit for bit. */
  readonly divergence: Divergence | null;
}

export interface ReplayOptions extends ModuleOptions {
  /** Is told what the module does, and brings nothing. */
  readonly watcher?: Outside;
  /** What the recording started from, when that was a snapshot. */
  readonly from?: ModuleState;
}

/** `system` must be the one recorded, see `differencesOf`; slices and engines may be others than in the run. */
export const replay = (
  system: System,
  recording: Recording,
  hasher: Hasher,
  { watcher, from, ...options }: ReplayOptions = {},
): ReplayOutcome => {
  const replayer = new Replayer(recording, watcher);
  const module = new Module(system, replayer, hasher, { ...options, restored: restoredOf(recording.header) });
  if (from !== undefined) module.restore(from);
  const { frame: first, boardTime: start } = module;
  while (replayer.next !== "end" && replayer.divergence === null) {
    if (replayer.next === "stop") {
      module.stopAll();
      replayer.stopped();
    } else module.runFrame();
  }
  if (replayer.divergence === null && recording.complete) replayer.end(module.stateHashes());
  const boardTime = cycles(module.boardTime - start);
  return { frames: module.frame - first, boardTime, divergence: replayer.divergence };
};
