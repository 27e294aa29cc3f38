/** Reads a recording: its header, and its records one by one. */
import { decodeCommand } from "../hypervisor/commands.ts";
import { type FileDamage, readBlocks } from "./blocks.ts";
import type { Hasher } from "./hashes.ts";
import {
  CHANGE_BYTES,
  RECORD_KINDS,
  RECORDING_FORMAT,
  type RecordingHeader,
  type RecordingRecord,
} from "./recording-format.ts";

export interface Recording {
  readonly kind: "recording";
  readonly header: RecordingHeader;
  /** The file of the snapshot that the run started from; null: it started at power-on. */
  readonly snapshot: Uint8Array | null;
  /** Frames with a recorded hash. */
  readonly frames: number;
  /** It ends with its end record: nothing is missing. */
  readonly complete: boolean;
  /** Where, in bytes, the last whole block ends when the file stops in the midst of one; else null. */
  readonly truncatedAt: number | null;
  /** Those of frame `from` and of all behind it, of all when left out; each call starts anew. */
  records(from?: number): Generator<RecordingRecord>;
}

export const decodeRecording = (file: Uint8Array, hasher: Hasher): Recording | FileDamage => {
  const blocks = readBlocks(file, RECORDING_FORMAT, hasher);
  if (blocks.kind === "damaged") return blocks;
  const [first, ...behind] = blocks.payloads;
  if (first === undefined) return { kind: "damaged", offset: file.length, message: "it ends within its header" };
  const header: RecordingHeader = JSON.parse(new TextDecoder().decode(first.bytes));
  const start = header.start === "snapshot" ? behind.shift() : null;
  if (start === undefined) return { kind: "damaged", offset: file.length, message: "it ends within its snapshot" };
  const records = function* (from = 0): Generator<RecordingRecord> {
    const block = behind.findLastIndex(({ bytes }) => frameOf(bytes) <= from);
    for (const { bytes } of behind.slice(Math.max(0, block))) {
      for (const record of recordsOf(bytes, header.partitions.length)) if (record.frame >= from) yield record;
    }
  };
  let frames = 0;
  let complete = false;
  for (const record of records()) {
    if (record.kind === "frame") frames += 1;
    complete = record.kind === "end";
  }
  return {
    kind: "recording",
    header,
    snapshot: start?.bytes ?? null,
    frames,
    complete,
    truncatedAt: blocks.truncatedAt,
    records,
  };
};

/**
 * Recordings of one run, each from where the one before ends, as one; of those that reach further what the next one has, too, is left
 * out. What lies before a gap is left out.
 */
export const joined = (recordings: readonly [Recording, ...Recording[]]): Recording => {
  const starts = recordings.map((recording) => recording.records().next().value?.frame ?? Infinity);
  const isBehindGap = (index: number): boolean => {
    const [before, start] = [recordings[index - 1], starts[index]!];
    return before !== undefined && start !== Infinity && starts[index - 1]! + before.frames < start;
  };
  const first = recordings.findLastIndex((_, index) => index === 0 || isBehindGap(index));
  const parts = recordings.slice(first);
  const ends = starts.slice(first + 1).concat(Infinity);
  const records = function* (from = 0): Generator<RecordingRecord> {
    for (const [index, part] of parts.entries()) {
      for (const record of part.records(from)) {
        if (record.frame >= ends[index]!) break;
        yield record;
      }
    }
  };
  const [one, last] = [parts[0]!, parts.at(-1)!];
  let frames = 0;
  for (const { kind } of records()) if (kind === "frame") frames += 1;
  return { ...one, frames, complete: last.complete, truncatedAt: last.truncatedAt, records };
};

/** Of a block's first record: every kind has its frame at the same place. */
const frameOf = ({ buffer, byteOffset, byteLength }: Uint8Array): number =>
  new DataView(buffer, byteOffset, byteLength).getUint32(1, true);

/** A block that matches its hash is as it was written, so its records are whole. */
function* recordsOf(bytes: Uint8Array, partitions: number): Generator<RecordingRecord> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const hashesAt = (offset: number): BigUint64Array =>
    BigUint64Array.from({ length: partitions }, (_, p) => view.getBigUint64(offset + 8 * p, true));
  for (let at = 0; at < bytes.length; ) {
    const kind = view.getUint8(at);
    const frame = view.getUint32(at + 1, true);
    if (kind === RECORD_KINDS.latch) {
      const length = view.getUint16(at + 9, true) * CHANGE_BYTES;
      const changes = new DataView(view.buffer, view.byteOffset + at + 11, length);
      yield {
        kind: "latch",
        frame,
        slot: view.getUint16(at + 5, true),
        partition: view.getUint16(at + 7, true),
        changes,
      };
      at += 11 + length;
    } else if (kind === RECORD_KINDS.frame) {
      yield { kind: "frame", frame, hashes: hashesAt(at + 5) };
      at += 5 + 8 * partitions;
    } else if (kind === RECORD_KINDS.stop) {
      yield { kind: "stop", frame };
      at += 5;
    } else if (kind === RECORD_KINDS.end) {
      yield { kind: "end", frame, stateHashes: hashesAt(at + 5) };
      at += 5 + 8 * partitions;
    } else if (kind === RECORD_KINDS.command) {
      const length = view.getUint32(at + 5, true);
      yield { kind: "command", frame, command: decodeCommand(bytes.subarray(at + 9, at + 9 + length)) };
      at += 9 + length;
    } else {
      throw new Error(`a recording's block holds a record of the unknown kind ${kind}`);
    }
  }
}
