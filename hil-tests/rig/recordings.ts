/** Recordings from a plant in tests: replayed as a regression test, and played as a stimulus. */
import { readFileSync } from "node:fs";
import { Playback } from "../../runtime/hypervisor/index.ts";
import { decodeSnapshot, engineOf } from "../../runtime/index.ts";
import { createHasher, decodeRecording, describeDivergence, differencesOf } from "../../runtime/trace/index.ts";
import { asNumber } from "./channels.ts";
import { loadOnce } from "./load.ts";
import { PointNames } from "./point-names.ts";
import { type Sample, type Segment, samples } from "./signals/index.ts";

export interface RecordingPlace {
  /** The module's config file, when it is no longer where the recording was made. */
  readonly module?: string;
}

/** @throws when it cannot be read, or is of another module. */
const playbackOf = async (path: string, { module }: RecordingPlace): Promise<Playback> => {
  const hasher = await createHasher();
  const recording = decodeRecording(readFileSync(path), hasher);
  if (recording.kind === "damaged") throw new Error(`${path}: ${recording.message} (at byte ${recording.offset})`);
  const system = await loadOnce(module ?? recording.header.configPath);
  const differences = differencesOf(recording.header, system, hasher);
  if (differences.length > 0) throw new Error(`${path} was recorded with another module: ${differences.join("; ")}`);
  const start = recording.snapshot === null ? null : await decodeSnapshot(recording.snapshot, system, hasher);
  if (typeof start === "string") throw new Error(`${path} starts from a snapshot that cannot be used: ${start}`);
  return new Playback(system, recording, hasher, { engineOf, ...(start === null ? {} : { from: start.state }) });
};

/**
 * The body of a test that a recording still comes out the same, bit for bit: `test("the night of the storm",
 * replayTest("storm.recording"))`. It fails when program or config are others: then make a new one, or play it as a stimulus.
 */
export const replayTest =
  (path: string, place: RecordingPlace = {}): (() => Promise<void>) =>
  async () => {
    const playback = await playbackOf(path, place);
    const divergence = playback.run();
    if (divergence === null) return;
    const { system } = playback.module;
    const name = system.partitions[divergence.partition]?.name ?? String(divergence.partition);
    throw new Error(`${path} did not come out the same: ${describeDivergence(divergence, name)}`);
  };

/**
 * A channel as it was recorded, frame by frame, as a segment of a stimulus: `rig.stimulus("intake.level", [await
 * recorded("storm.recording", "intake.level")])`. Its time counts from the recording's first frame.
 */
export const recorded = async (path: string, channel: string, place: RecordingPlace = {}): Promise<Segment> => {
  const playback = await playbackOf(path, place);
  const { module } = playback;
  const { partition, point } = new PointNames(module.system).find(channel);
  const start = module.boardTime;
  const read: Sample[] = [];
  for (;;) {
    const [frame, time] = [module.frame, (module.boardTime - start) / module.system.clock];
    if (!playback.step()) break;
    if (module.frame > frame) read.push([time, asNumber(module.partitions[partition.index]!.points.get(point.index))]);
  }
  return samples(read, { interpolation: "hold" });
};
