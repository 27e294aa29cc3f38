/** Opens a recording for the verbs that play it: with the module that it was made of, and the state that it starts from. */
import { readFile, stat } from "node:fs/promises";
import { engineOf } from "../host/engines.ts";
import { segmentsIn } from "../host/flight-recorder.ts";
import { decodeSnapshot } from "../host/snapshot-file.ts";
import type { PlaybackOptions } from "../hypervisor/index.ts";
import type { EngineKind, System } from "../system.ts";
import { createHasher, decodeRecording, differencesOf, type Hasher, joined, type Recording } from "../trace/index.ts";
import { type CliEnvironment, UserError } from "./environment.ts";
import { loadModule } from "./load-module.ts";

export interface RecordingFile {
  readonly path: string;
  readonly recording: Recording;
  readonly system: System;
  readonly hasher: Hasher;
  /** What a playback of it is to be made with. */
  readonly playback: Pick<PlaybackOptions, "engineOf" | "from">;
}

export interface RecordingOptions {
  /** The config file, when it is no longer where the recording was made. */
  readonly module?: string;
  readonly engine?: EngineKind;
}

/** @throws UserError when it cannot be read, or was recorded with another module. */
export const openRecording = async (
  path: string,
  { module, engine }: RecordingOptions,
  environment: CliEnvironment,
): Promise<RecordingFile> => {
  const hasher = await createHasher();
  const recording = await readRecording(path, hasher, environment);
  const system = await loadModule(module ?? recording.header.configPath, environment, engine);
  const differences = differencesOf(recording.header, system, hasher);
  if (differences.length > 0) {
    throw new UserError(
      `${path} was recorded with another module, so it cannot come out the same: ${differences.join("; ")}.\n` +
        "Go back to the files it was recorded with, or name their config with --module.",
    );
  }
  if (!recording.complete)
    environment.stderr.write(`${path} has no end (the run was cut off): it is played up to its last whole block\n`);
  const from = await startOf(path, recording, system, hasher);
  return { path, recording, system, hasher, playback: { engineOf, ...from } };
};

/** A file, or a folder of segments. */
const readRecording = async (path: string, hasher: Hasher, { stderr }: CliEnvironment): Promise<Recording> => {
  try {
    if (!(await stat(path)).isDirectory()) {
      const recording = decodeRecording(await readFile(path), hasher);
      if (recording.kind === "recording") return recording;
      throw new UserError(`${path} cannot be replayed: ${recording.message} (at byte ${recording.offset})`);
    }
    const recordings: Recording[] = [];
    for (const segment of segmentsIn(path)) {
      const recording = decodeRecording(await readFile(segment), hasher);
      if (recording.kind === "recording") recordings.push(recording);
      // The last one may have been torn within its beginning.
      else stderr.write(`${segment} is left out: ${recording.message} (at byte ${recording.offset})\n`);
    }
    const [first, ...others] = recordings;
    if (first === undefined) throw new UserError(`${path} holds no recording`);
    return joined([first, ...others]);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot read ${path}: ${error instanceof Error ? error.message : error}`);
  }
};

/** What the recording starts from; nothing when that was power-on. */
const startOf = async (path: string, { snapshot }: Recording, system: System, hasher: Hasher) => {
  if (snapshot === null) return {};
  const decoded = await decodeSnapshot(snapshot, system, hasher);
  if (typeof decoded === "string")
    throw new UserError(`${path} starts from a snapshot that cannot be used: ${decoded}`);
  return { from: decoded.state };
};
