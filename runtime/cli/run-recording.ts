/** Where `partita run` keeps what enters: a file that holds all of it, or a folder that holds the last stretch. */
import { closeSync, openSync, writeSync } from "node:fs";
import { InvalidArgumentError, Option } from "commander";
import type { Logger } from "pino";
import { inParts, parseQuantity } from "../config/index.ts";
import type { BoardThread } from "../host/board-thread.ts";
import { FlightRecorder, type RecordingLimit } from "../host/flight-recorder.ts";
import type { Snapshot } from "../host/snapshot.ts";
import type { System } from "../system.ts";
import type { Hasher } from "../trace/index.ts";
import { type Nanoseconds, toCycles } from "../units.ts";
import { UserError } from "./environment.ts";
import { durationOption } from "./options.ts";
import { VERSION } from "./version.ts";

/** Bytes, or board time. */
export type LimitOption = { readonly bytes: number } | { readonly time: Nanoseconds };

const DECIMAL: Readonly<Record<string, string>> = { kB: "000", MB: "000000", GB: "000000000" };
const LEAST_BYTES = 1 << 20;

const parseLimit = (text: string): LimitOption => {
  const [, digits, unit = ""] = /^(\d+) ?([kMG]B)$/.exec(text) ?? [];
  const size = parseQuantity(digits === undefined ? text : `${digits}${DECIMAL[unit]}B`, "size");
  if (size === null) return { time: durationOption(text) };
  const bytes = inParts(size, 1);
  if (bytes === null || bytes < LEAST_BYTES) throw new InvalidArgumentError("A recording needs 1 MiB at least.");
  return { bytes };
};

export const recordLimitOption = (): Option =>
  new Option(
    "--record-limit <size>",
    "with --record: keep the last stretch only, 100MB at most or 1h of board time at least; then the file is a folder",
  ).argParser(parseLimit);

interface RunRecording {
  readonly write: (bytes: Uint8Array) => void;
  /** The board runs. */
  follow(board: BoardThread): void;
  /** Nothing was lost. */
  isWhole(): boolean;
  /** As often as wanted. */
  close(): Promise<void>;
}

interface RecordingSite {
  readonly system: System;
  readonly hasher: Hasher;
  readonly startedAt: number | null;
  readonly log: Logger;
}

/** null: nothing is to be recorded. @throws UserError when it cannot be written. */
export const openRunRecording = (
  { record: path, recordLimit: limit }: { readonly record?: string; readonly recordLimit?: LimitOption },
  { system, hasher, startedAt, log }: RecordingSite,
): RunRecording | null => {
  if (path === undefined && limit !== undefined) throw new UserError("--record-limit needs --record");
  if (path === undefined) return null;
  let board: BoardThread | null = null;
  const snapshot = (): Promise<Snapshot> => board!.requests.snapshot(null);
  try {
    const target =
      limit === undefined
        ? wholeFile(path)
        : new FlightRecorder({
            ...{ folder: path, limit: limitOf(limit, system), system, hasher, startedAt, snapshot },
            version: VERSION,
          });
    return guarded(target, path, log, (running) => {
      board = running;
    });
  } catch (error) {
    throw new UserError(`cannot record in ${path}: ${error instanceof Error ? error.message : error}`);
  }
};

const limitOf = (limit: LimitOption, { clock }: System): RecordingLimit =>
  "bytes" in limit ? { kind: "bytes", ...limit } : { kind: "time", time: toCycles(limit.time, clock) };

interface Target {
  write(bytes: Uint8Array): void;
  close(): Promise<void>;
}

const wholeFile = (path: string): Target => {
  const file = openSync(path, "w");
  return {
    write: (bytes) => {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    },
    close: async () => closeSync(file),
  };
};

/** A disk that fails ends the recording, not the run. */
const guarded = (target: Target, path: string, log: Logger, follow: RunRecording["follow"]): RunRecording => {
  let [hasFailed, isClosed] = [false, false];
  const failed = (error: unknown): void => {
    if (!hasFailed) log.error({ file: path, reason: String(error) }, "the recording ends here; the run goes on");
    hasFailed = true;
  };
  return {
    follow,
    isWhole: () => !hasFailed,
    write: (bytes) => {
      try {
        if (!hasFailed) target.write(bytes);
      } catch (error) {
        failed(error);
      }
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await target.close().catch(failed);
    },
  };
};
