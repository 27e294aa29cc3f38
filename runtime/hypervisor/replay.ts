/** Runs a recording again, frame by frame, until it ends or something is not as it was. */
import type { System } from "../system.ts";
import type { Divergence, Hasher, Recording } from "../trace/index.ts";
import { type Cycles, cycles } from "../units.ts";
import { Playback, type PlaybackOptions } from "./playback.ts";

export interface ReplayOutcome {
  /** Frames replayed. */
  readonly frames: number;
  /** Board time that these took. */
  readonly boardTime: Cycles;
  /** The first difference, or null: the replay is the run, bit for bit. */
  readonly divergence: Divergence | null;
}

/** As a `Playback`. */
export const replay = (
  system: System,
  recording: Recording,
  hasher: Hasher,
  options: PlaybackOptions = {},
): ReplayOutcome => {
  const playback = new Playback(system, recording, hasher, options);
  const { module, first } = playback;
  const start = module.boardTime;
  const divergence = playback.run();
  return { frames: module.frame - first, boardTime: cycles(module.boardTime - start), divergence };
};
