/** Records a run as it happens: everything that enters from outside, and each frame's hashes (law 4). */
import { type Command, encodeCommand } from "../hypervisor/commands.ts";
import type { BoardInstant, Outside } from "../hypervisor/outside.ts";
import { bytesOfValues, PointCells } from "../hypervisor/point-cells.ts";
import type { Schedule, System } from "../system.ts";
import type { Cycles } from "../units.ts";
import { BlockWriter } from "./blocks.ts";
import { formatHash, type Hasher } from "./hashes.ts";
import {
  CHANGE_BYTES,
  inHex,
  RECORD_KINDS,
  RECORDING_FORMAT,
  type RecordingHeader,
  WORD_BYTES,
} from "./recording-format.ts";

/** A block is written when it holds this much … */
const BLOCK_BYTES = 32768;
/** … or this many frames, so that a run that dies loses little. */
const FRAMES_A_BLOCK = 64;

/** Bytes of the largest record that this system can have. */
const largestRecord = ({ partitions }: System): number =>
  Math.max(
    ...partitions.map(({ points }) => 11 + CHANGE_BYTES * (bytesOfValues(points) / WORD_BYTES)),
    5 + 8 * partitions.length,
  );

export const headerOf = (
  system: System,
  version: string,
  hasher: Hasher,
  restored: readonly (Uint8Array | null)[] = [],
  start: RecordingHeader["start"] = "powerOn",
): RecordingHeader => ({
  version,
  module: system.name,
  configPath: system.configPath,
  digest: system.digest,
  partitions: system.partitions.map(({ name, image }) => ({ name, image: formatHash(hasher.hash(image)) })),
  start,
  restored: system.partitions.map(({ index }) => inHex(restored[index] ?? null)),
});

export interface RecorderOptions {
  readonly system: System;
  readonly inner: Outside;
  readonly version: string;
  readonly hasher: Hasher;
  /** What the module was given as `ModuleOptions.restored`. */
  readonly restored?: readonly (Uint8Array | null)[];
  /** The file of the snapshot that the run starts from; null, or left out: it starts at power-on. */
  readonly snapshot?: Uint8Array | null;
  /** Gets the file's bytes in order, in a buffer that is reused: it must copy or write them before it returns. */
  readonly sink: (bytes: Uint8Array) => void;
}

/** An Outside around another: hands every call on, and records what it brings. Writes only at the ends of frames. */
export class Recorder implements Outside {
  readonly #inner: Outside;
  readonly #blocks: BlockWriter;
  #buffer: Uint8Array;
  #view: DataView;
  /** What each partition's inputs were when they were last recorded. */
  readonly #recorded: readonly PointCells[];
  #used: number = BlockWriter.payloadAt;
  #frames = 0;

  constructor({ system, inner, version, hasher, restored = [], snapshot = null, sink }: RecorderOptions) {
    this.#inner = inner;
    this.#blocks = new BlockWriter(RECORDING_FORMAT, hasher, sink);
    this.#recorded = system.partitions.map(({ points }) => PointCells.initial(points));
    const header = headerOf(system, version, hasher, restored, snapshot === null ? "powerOn" : "snapshot");
    this.#blocks.writePayload(new TextEncoder().encode(JSON.stringify(header)));
    if (snapshot !== null) this.#blocks.writePayload(snapshot);
    const room = BlockWriter.payloadAt + BLOCK_BYTES + 2 * largestRecord(system);
    this.#buffer = new Uint8Array(room);
    this.#view = new DataView(this.#buffer.buffer);
  }

  commands(frame: number): readonly Command[] {
    const commands = this.#inner.commands(frame);
    for (const command of commands) this.#command(frame, encodeCommand(command));
    return commands;
  }

  latch(at: BoardInstant, inputs: PointCells): void {
    this.#inner.latch(at, inputs);
    const before = this.#recorded[at.partition]!;
    if (inputs.sameAs(before)) return;
    this.#makeRoom(11 + CHANGE_BYTES * (inputs.values.length / WORD_BYTES));
    const start = this.#used;
    this.#begin(RECORD_KINDS.latch, at.frame);
    this.#view.setUint16(start + 5, at.slot, true);
    this.#view.setUint16(start + 7, at.partition, true);
    this.#used = start + 11;
    for (let point = 0; point < inputs.count; point++) {
      if (!inputs.samePoint(before, point)) this.#changes(inputs, before, point);
    }
    this.#view.setUint16(start + 9, (this.#used - start - 11) / CHANGE_BYTES, true);
    before.copyFrom(inputs);
  }

  published(at: BoardInstant, points: PointCells): void {
    this.#inner.published(at, points);
  }

  uart(at: BoardInstant, byte: number): void {
    this.#inner.uart(at, byte);
  }

  incident(at: BoardInstant, incident: Parameters<Outside["incident"]>[1]): void {
    this.#inner.incident(at, incident);
  }

  scheduleSwitched(frame: number, at: Cycles, to: Schedule): void {
    this.#inner.scheduleSwitched(frame, at, to);
  }

  frameEnded(frame: number, hashes: BigUint64Array): void {
    this.#inner.frameEnded(frame, hashes);
    this.#makeRoom(5 + 8 * hashes.length);
    this.#begin(RECORD_KINDS.frame, frame);
    this.#hashes(hashes);
    this.#frames += 1;
    if (this.#frames >= FRAMES_A_BLOCK || this.#used >= BLOCK_BYTES) this.flush();
  }

  /** To be told when every partition is stopped, at the start of `frame`: `Module.stopAll`. */
  stopped(frame: number): void {
    this.#makeRoom(5);
    this.#begin(RECORD_KINDS.stop, frame);
  }

  /** Ends the recording: `frames` were run, and left the partitions in these states (`Module.stateHash`). */
  end(frames: number, stateHashes: BigUint64Array): void {
    this.#makeRoom(5 + 8 * stateHashes.length);
    this.#begin(RECORD_KINDS.end, frames);
    this.#hashes(stateHashes);
    this.flush();
  }

  /** Hands over what is not yet written. */
  flush(): void {
    if (this.#used > BlockWriter.payloadAt) this.#blocks.write(this.#buffer, this.#view, this.#used);
    this.#used = BlockWriter.payloadAt;
    this.#frames = 0;
  }

  /** A command may be longer than a block: a program's new image is one. */
  #makeRoom(bytes: number): void {
    if (this.#used + bytes <= this.#buffer.length) return;
    this.flush();
    if (this.#used + bytes <= this.#buffer.length) return;
    this.#buffer = new Uint8Array(this.#used + bytes);
    this.#view = new DataView(this.#buffer.buffer);
  }

  #command(frame: number, encoded: Uint8Array): void {
    this.#makeRoom(9 + encoded.length);
    this.#begin(RECORD_KINDS.command, frame);
    this.#view.setUint32(this.#used, encoded.length, true);
    this.#buffer.set(encoded, this.#used + 4);
    this.#used += 4 + encoded.length;
  }

  #begin(kind: number, frame: number): void {
    this.#buffer[this.#used] = kind;
    this.#view.setUint32(this.#used + 1, frame, true);
    this.#used += 5;
  }

  /** The words that differ; of a point of another quality at least the first. */
  #changes({ values, quality, starts }: PointCells, before: PointCells, point: number): void {
    let isWanted = quality[point] !== before.quality[point];
    for (let at = starts[point]!; at < starts[point + 1]!; at += WORD_BYTES) {
      for (let i = at; i < at + WORD_BYTES; i++) isWanted ||= values[i] !== before.values[i];
      if (isWanted) this.#change(at / WORD_BYTES, quality[point]!, values);
      isWanted = false;
    }
  }

  #change(word: number, quality: number, values: Uint8Array): void {
    this.#view.setUint16(this.#used, word, true);
    this.#buffer[this.#used + 2] = quality;
    for (let i = 0; i < WORD_BYTES; i++) this.#buffer[this.#used + 3 + i] = values[word * WORD_BYTES + i]!;
    this.#used += CHANGE_BYTES;
  }

  #hashes(hashes: BigUint64Array): void {
    for (const hash of hashes) {
      this.#view.setBigUint64(this.#used, hash, true);
      this.#used += 8;
    }
  }
}
