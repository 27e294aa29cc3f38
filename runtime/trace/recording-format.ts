/**
 * The bytes of a recording: blocks, each with its length and hash, holding whole records, so that a damaged file is refused
 * with the place and a truncated one is good up to its last whole block. All numbers are little-endian.
 *
 * File: the magic "PARTITA" and the format's version, then blocks.
 * Block: u32 length, u32 its complement, u64 XXH64 of the payload seeded with the block's number, payload.
 * Payload of block 0: the header as JSON. Of the others: records, each a u8 kind and its fields:
 *
 * | kind | fields |
 * |---|---|
 * | 1 latch | u32 frame, u16 slot, u16 partition, u16 changes, each: u16 point, u8 quality, 8 bytes value |
 * | 2 frame | u32 frame, u64 hash of each partition |
 * | 3 stop | u32 frame before which every partition was stopped |
 * | 4 end | u32 frames run, u64 state hash of each partition |
 * | 5 command | u32 frame at whose start it was obeyed, u32 length, the command (hypervisor/commands.ts) |
 *
 * Format 1 is the same without commands.
 */
import type { Command } from "../hypervisor/commands.ts";
import type { Hasher } from "./hashes.ts";

const MAGIC = new TextEncoder().encode("PARTITA\x02");
const READABLE_FORMATS = [1, 2];
const BLOCK_HEADER_BYTES = 16;
export const CHANGE_BYTES = 11;

export const RECORD_KINDS = { latch: 1, frame: 2, stop: 3, end: 4, command: 5 } as const;

/** What was recorded, and what is needed to say whether a replay is of the same thing. */
export interface RecordingHeader {
  /** The tool that wrote it. */
  readonly version: string;
  readonly module: string;
  readonly configPath: string;
  /** `System.digest`. */
  readonly digest: string;
  /** Name, and XXH64 of the image, of each partition, in order. */
  readonly partitions: readonly { readonly name: string; readonly image: string }[];
  /** The state that the run began with; a recording that starts elsewhere than at power-on does not exist yet. */
  readonly start: "powerOn";
  /** By partition, the retained data that it started with, in hexadecimal; null: it started cold. */
  readonly restored: readonly (string | null)[];
}

export const inHex = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

const fromHex = (text: string): Uint8Array =>
  Uint8Array.from({ length: text.length / 2 }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));

/** For `ModuleOptions.restored`. */
export const restoredOf = ({ restored }: RecordingHeader): readonly (Uint8Array | null)[] =>
  restored.map((text) => (text === null ? null : fromHex(text)));

export type RecordingRecord =
  | {
      readonly kind: "latch";
      readonly frame: number;
      readonly slot: number;
      readonly partition: number;
      /** `CHANGE_BYTES` each; see `changeAt`. */
      readonly changes: DataView;
    }
  | { readonly kind: "frame"; readonly frame: number; readonly hashes: BigUint64Array }
  | { readonly kind: "stop"; readonly frame: number }
  | { readonly kind: "command"; readonly frame: number; readonly command: Command }
  | { readonly kind: "end"; readonly frame: number; readonly stateHashes: BigUint64Array };

/** What decoding came to when the file cannot be used. */
export interface RecordingDamage {
  readonly kind: "damaged";
  /** Where, in bytes from the start of the file. */
  readonly offset: number;
  readonly message: string;
}

/** A block's bytes around `payload`, which lies in `buffer` from `BLOCK_HEADER_BYTES` on. */
export class BlockWriter {
  readonly #hasher: Hasher;
  readonly #sink: (bytes: Uint8Array) => void;
  #block = 0n;

  /** `sink` gets the file's bytes in order; each call's buffer is reused. */
  constructor(hasher: Hasher, sink: (bytes: Uint8Array) => void) {
    this.#hasher = hasher;
    this.#sink = sink;
    sink(MAGIC);
  }

  /** Writes the block whose payload is `buffer` from `BlockWriter.payloadAt` up to `end`; fills in what lies before. */
  write(buffer: Uint8Array, view: DataView, end: number): void {
    const length = end - BLOCK_HEADER_BYTES;
    view.setUint32(0, length, true);
    view.setUint32(4, ~length, true);
    view.setBigUint64(8, this.#hasher.hash(buffer.subarray(BLOCK_HEADER_BYTES, end), this.#block++), true);
    this.#sink(buffer.subarray(0, end));
  }

  static readonly payloadAt = BLOCK_HEADER_BYTES;
}

export interface Blocks {
  readonly kind: "blocks";
  readonly payloads: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
  /** Where the whole blocks end, when bytes of an unfinished one follow; else null. */
  readonly truncatedAt: number | null;
}

/** Splits a file into its blocks and checks each. */
export const readBlocks = (file: Uint8Array, hasher: Hasher): Blocks | RecordingDamage => {
  const version = MAGIC.length - 1;
  if (file.length < MAGIC.length || MAGIC.some((byte, i) => i < version && file[i] !== byte)) {
    return { kind: "damaged", offset: 0, message: "this is no Partita recording" };
  }
  if (!READABLE_FORMATS.includes(file[version]!)) {
    return {
      kind: "damaged",
      offset: version,
      message: `recordings of format ${file[version]} are unknown here, only ${READABLE_FORMATS.join(" and ")}`,
    };
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const payloads: { offset: number; bytes: Uint8Array }[] = [];
  let at = MAGIC.length;
  while (at < file.length) {
    const start = at + BLOCK_HEADER_BYTES;
    if (start > file.length) break;
    const length = view.getUint32(at, true);
    if (view.getUint32(at + 4, true) !== ~length >>> 0) {
      return { kind: "damaged", offset: at, message: `block ${payloads.length} has a damaged length` };
    }
    if (start + length > file.length) break;
    const bytes = file.subarray(start, start + length);
    if (hasher.hash(bytes, BigInt(payloads.length)) !== view.getBigUint64(at + 8, true)) {
      return { kind: "damaged", offset: at, message: `block ${payloads.length} does not match its hash` };
    }
    payloads.push({ offset: start, bytes });
    at = start + length;
  }
  return { kind: "blocks", payloads, truncatedAt: at < file.length ? at : null };
};
