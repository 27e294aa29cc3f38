/**
 * The records of a recording, in blocks (blocks.ts) that hold whole ones: a truncated file is good up to its last whole block.
 * All numbers are little-endian.
 *
 * Payload of block 0: the header as JSON. Of block 1, when the run started from a snapshot: that file. Of the others: records, each a u8 kind and its fields:
 *
 * | kind | fields |
 * |---|---|
 * | 1 latch | u32 frame, u16 slot, u16 partition, u16 changes, each: u16 word, u8 quality of its point, 8 bytes |
 * | 2 frame | u32 frame, u64 hash of each partition |
 * | 3 stop | u32 frame before which every partition was stopped |
 * | 4 end | u32 frames run, u64 state hash of each partition |
 * | 5 command | u32 frame at whose start it was obeyed, u32 length, the command (hypervisor/commands.ts) |
 *
 * A word is one of the 8-byte words of the partition's cells (hypervisor/point-cells.ts): a point's number, where no text lies before it.
 *
 * Format 2 is the same without texts, format 1 also without commands and snapshots.
 */
import type { Command } from "../hypervisor/commands.ts";
import type { BlockFormat } from "./blocks.ts";

export const RECORDING_FORMAT: BlockFormat = { magic: "PARTITA", version: 3, readable: [1, 2, 3], noun: "recording" };
export const CHANGE_BYTES = 11;
export const WORD_BYTES = 8;

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
  /** The state that the run began with. */
  readonly start: "powerOn" | "snapshot";
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
