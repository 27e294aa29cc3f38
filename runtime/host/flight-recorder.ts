/**
 * A recording that keeps the last stretch of a run: a folder of segments, each a recording of its own that starts from a snapshot, so
 * that the oldest can go. A run that dies leaves all of them, and of the last one what is whole.
 */
import { closeSync, ftruncateSync, mkdirSync, openSync, readdirSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { System } from "../system.ts";
import { BlockStream, BlockWriter, type Hasher, headerOf, RECORDING_FORMAT, startingFrom } from "../trace/index.ts";
import type { Cycles } from "../units.ts";
import { BoardHasEnded } from "./board-requests.ts";
import type { Snapshot } from "./snapshot.ts";
import { encodeSnapshot } from "./snapshot-file.ts";

/** How much is kept, at least; of bytes at most. */
export type RecordingLimit =
  | { readonly kind: "bytes"; readonly bytes: number }
  /** Board time. */
  | { readonly kind: "time"; readonly time: Cycles };

/** So many segments share the limit. */
const SEGMENTS = 8;
const SEGMENT_NAME = /^\d{6}\.recording$/;

/** The segments in a folder, oldest first. */
export const segmentsIn = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => SEGMENT_NAME.test(name))
    .sort()
    .map((name) => join(folder, name));

export interface FlightRecorderOptions {
  /** Made when it is not there. */
  readonly folder: string;
  readonly limit: RecordingLimit;
  readonly system: System;
  /** The tool's. */
  readonly version: string;
  readonly hasher: Hasher;
  /** Asks the board for its state, from which the next segment starts. @throws BoardHasEnded */
  readonly snapshot: () => Promise<Snapshot>;
  /** The frame of the snapshot that the run starts from; null: it starts at power-on. */
  readonly startedAt: number | null;
}

/** A file that is written block by block. */
class Segment {
  readonly path: string;
  readonly #file: number;
  bytes = 0;

  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, "w");
  }

  readonly append = (bytes: Uint8Array): void => {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    this.bytes += bytes.length;
  };

  /** Ends it behind so many bytes. */
  end(bytes = this.bytes): void {
    if (bytes < this.bytes) ftruncateSync(this.#file, bytes);
    this.bytes = bytes;
    closeSync(this.#file);
  }
}

/** A block of records. */
interface Block {
  readonly frame: number;
  readonly payload: Uint8Array;
  /** Where it begins in its segment. */
  readonly at: number;
}

interface Kept {
  readonly segment: Segment;
  /** Its first frame. */
  readonly start: number;
}

/** What the next segment starts from. */
interface Start {
  readonly frame: number;
  /** The snapshot's. */
  readonly file: Uint8Array;
}

export class FlightRecorder {
  readonly #options: FlightRecorderOptions;
  readonly #stream = new BlockStream(RECORDING_FORMAT, (payload) => this.#take(payload));
  /** Oldest first; the last one is being written. */
  #kept: Kept[] = [];
  #writer: BlockWriter;
  /** Blocks before the first that holds records: the header, and a snapshot where the run began with one. */
  #preamble: number;
  #number = 1;
  /** Blocks that were written since the next segment's start was asked for; null: it was not. */
  #since: Block[] | null = null;
  /** Of the next segment, once it is there. */
  #next: Start | null = null;
  #asking: Promise<void> = Promise.resolve();
  /** Why there is no next segment; null: nothing went wrong. */
  #failure: unknown = null;

  /** @throws when the folder holds a recording already, or cannot be written. */
  constructor(options: FlightRecorderOptions) {
    const { folder, hasher, startedAt } = options;
    this.#options = options;
    this.#preamble = startedAt === null ? 1 : 2;
    mkdirSync(folder, { recursive: true });
    if (segmentsIn(folder).length > 0) throw new Error("it holds a recording already");
    const segment = this.#newSegment();
    this.#writer = new BlockWriter(RECORDING_FORMAT, hasher, segment.append);
    this.#kept = [{ segment, start: startedAt ?? 0 }];
  }

  /** The bytes of the whole recording, in order. @throws when they cannot be written. */
  write(bytes: Uint8Array): void {
    this.#stream.add(bytes);
  }

  /** Everything was written. */
  async close(): Promise<void> {
    await this.#asking;
    this.#kept.at(-1)!.segment.end();
  }

  #take(payload: Uint8Array): void {
    if (this.#failure !== null) throw this.#failure;
    const { segment, start } = this.#kept.at(-1)!;
    const at = segment.bytes;
    this.#writer.writePayload(payload);
    if (this.#preamble > 0) {
      this.#preamble -= 1;
      return;
    }
    const frame = new DataView(payload.buffer, payload.byteOffset).getUint32(1, true);
    if (this.#since !== null) this.#since.push({ frame, payload: payload.slice(), at });
    else if (this.#isFull(segment, frame - start)) {
      this.#since = [];
      this.#asking = this.#ask();
    }
    if (this.#next !== null) this.#turnTo(this.#next);
  }

  #isFull({ bytes }: Segment, frames: number): boolean {
    const { limit } = this.#options;
    if (limit.kind === "bytes") return bytes >= limit.bytes / SEGMENTS;
    return frames * this.#shortestFrame >= limit.time / SEGMENTS;
  }

  async #ask(): Promise<void> {
    const { system, version, hasher, snapshot: ask } = this.#options;
    try {
      const snapshot = await ask();
      this.#next = { frame: snapshot.frame, file: await encodeSnapshot(snapshot, system, version, hasher) };
    } catch (error) {
      if (!(error instanceof BoardHasEnded)) this.#failure = error;
    }
  }

  /** Goes on in a new segment as soon as there is a block for it; blocks that the former one got meanwhile become its first. */
  #turnTo({ frame, file }: Start): void {
    const { system, version, hasher } = this.#options;
    const blocks = this.#since!.filter((block) => block.frame >= frame);
    if (blocks.length === 0) return;
    const segment = this.#newSegment();
    this.#writer = startingFrom(headerOf(system, version, hasher), file, hasher, segment.append);
    for (const { payload } of blocks) this.#writer.writePayload(payload);
    this.#kept.at(-1)!.segment.end(blocks[0]!.at);
    this.#kept.push({ segment, start: frame });
    this.#dropOldest(frame);
    [this.#since, this.#next] = [null, null];
  }

  #dropOldest(frame: number): void {
    const { limit } = this.#options;
    const isOver = (): boolean => {
      const second = this.#kept[1];
      if (second === undefined) return false;
      if (limit.kind === "time") return (frame - second.start) * this.#shortestFrame >= limit.time;
      const bytes = this.#kept.reduce((sum, { segment }) => sum + segment.bytes, 0);
      return bytes + limit.bytes / SEGMENTS > limit.bytes;
    };
    while (isOver()) unlinkSync(this.#kept.shift()!.segment.path);
  }

  #newSegment(): Segment {
    return new Segment(join(this.#options.folder, `${String(this.#number++).padStart(6, "0")}.recording`));
  }

  /** Cycles: what is counted in frames is never less than it seems. */
  get #shortestFrame(): number {
    return Math.min(...this.#options.system.schedules.map(({ majorFrame }) => majorFrame));
  }
}
