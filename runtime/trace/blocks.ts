/**
 * Files of blocks, each with its length and hash, so that a damaged file is refused with the place and it shows where a truncated
 * one is good up to. All numbers are little-endian.
 *
 * File: the magic and the format's version, then blocks.
 * Block: u32 length, u32 its complement, u64 XXH64 of the payload seeded with the block's number, payload.
 */
import type { Hasher } from "./hashes.ts";

export interface BlockFormat {
  /** What files begin with, before a byte that holds the version. */
  readonly magic: string;
  /** Of files that are written. */
  readonly version: number;
  /** Versions that can be read. */
  readonly readable: readonly number[];
  /** What a file is: "recording". */
  readonly noun: string;
}

const BLOCK_HEADER_BYTES = 16;

/** What decoding came to when the file cannot be used. */
export interface FileDamage {
  readonly kind: "damaged";
  /** Where, in bytes from the start of the file. */
  readonly offset: number;
  readonly message: string;
}

const magicOf = ({ magic, version }: BlockFormat): Uint8Array =>
  new TextEncoder().encode(`${magic}${String.fromCharCode(version)}`);

/** A block's bytes around `payload`, which lies in `buffer` from `BLOCK_HEADER_BYTES` on. */
export class BlockWriter {
  readonly #hasher: Hasher;
  readonly #sink: (bytes: Uint8Array) => void;
  #block = 0n;

  /** `sink` gets the file's bytes in order; each call's buffer is reused. */
  constructor(format: BlockFormat, hasher: Hasher, sink: (bytes: Uint8Array) => void) {
    this.#hasher = hasher;
    this.#sink = sink;
    sink(magicOf(format));
  }

  /** Writes the block whose payload is `buffer` from `BlockWriter.payloadAt` up to `end`; fills in what lies before. */
  write(buffer: Uint8Array, view: DataView, end: number): void {
    const length = end - BLOCK_HEADER_BYTES;
    view.setUint32(0, length, true);
    view.setUint32(4, ~length, true);
    view.setBigUint64(8, this.#hasher.hash(buffer.subarray(BLOCK_HEADER_BYTES, end), this.#block++), true);
    this.#sink(buffer.subarray(0, end));
  }

  writePayload(payload: Uint8Array): void {
    const block = new Uint8Array(BLOCK_HEADER_BYTES + payload.length);
    block.set(payload, BLOCK_HEADER_BYTES);
    this.write(block, new DataView(block.buffer), block.length);
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
export const readBlocks = (file: Uint8Array, format: BlockFormat, hasher: Hasher): Blocks | FileDamage => {
  const { noun, readable } = format;
  const magic = magicOf(format);
  const version = magic.length - 1;
  if (file.length < magic.length || magic.some((byte, i) => i < version && file[i] !== byte)) {
    return { kind: "damaged", offset: 0, message: `this is no Partita ${noun}` };
  }
  if (!readable.includes(file[version]!)) {
    const message = `${noun}s of format ${file[version]} are unknown here, only ${readable.join(" and ")}`;
    return { kind: "damaged", offset: version, message };
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const payloads: { offset: number; bytes: Uint8Array }[] = [];
  let at = magic.length;
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

/** Takes a file that is being written apart into the payloads of its blocks, as its bytes come; what wrote it is trusted. */
export class BlockStream {
  readonly #take: (payload: Uint8Array) => void;
  /** Of the magic, then of a block. */
  #rest: Uint8Array = new Uint8Array(0);
  #isBehindMagic = false;
  readonly #magicBytes: number;

  /** @param take gets each payload once it is whole. */
  constructor(format: BlockFormat, take: (payload: Uint8Array) => void) {
    this.#take = take;
    this.#magicBytes = magicOf(format).length;
  }

  add(bytes: Uint8Array): void {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const view = new DataView(all.buffer);
    let at = 0;
    if (!this.#isBehindMagic && all.length >= this.#magicBytes) {
      this.#isBehindMagic = true;
      at = this.#magicBytes;
    }
    while (this.#isBehindMagic && at + BLOCK_HEADER_BYTES <= all.length) {
      const end = at + BLOCK_HEADER_BYTES + view.getUint32(at, true);
      if (end > all.length) break;
      this.#take(all.subarray(at + BLOCK_HEADER_BYTES, end));
      at = end;
    }
    this.#rest = all.subarray(at);
  }
}
