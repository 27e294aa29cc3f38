/**
 * The records of a recording's next block (recording-format.ts), one behind the other in memory that the threads of several harts
 * may share: each writes in its turn, so that they stand in board order. There is room for the longest frame on top of a block.
 */
import type { BoardInstant } from "../hypervisor/outside.ts";
import { bytesOfValues, type PointCells } from "../hypervisor/point-cells.ts";
import type { System } from "../system.ts";
import { BlockWriter } from "./blocks.ts";
import { CHANGE_BYTES, RECORD_KINDS, WORD_BYTES } from "./recording-format.ts";

/** A block is written when it holds this much. */
const BLOCK_BYTES = 32768;
/** Of the word that says where the records end, in front of them. */
const END_BYTES = 8;
const HEADER_BYTES = 5;
const LATCH_BYTES = HEADER_BYTES + 6;
const COMMAND_BYTES = HEADER_BYTES + 4;

/** Bytes of the longest frame's latches, and of the three records that may follow: its hashes, a stop, an end. */
const longestFrame = ({ partitions, schedules }: System): number => {
  const latch = ({ partition }: { readonly partition: number }): number =>
    LATCH_BYTES + CHANGE_BYTES * (bytesOfValues(partitions[partition]!.points) / WORD_BYTES);
  const latches = schedules.map(({ slots }) => slots.reduce((sum, slot) => sum + latch(slot), 0));
  return Math.max(...latches) + 3 * (HEADER_BYTES + 8 * partitions.length);
};

const sameWord = (a: PointCells, b: PointCells, word: number): boolean =>
  a.words[2 * word] === b.words[2 * word] && a.words[2 * word + 1] === b.words[2 * word + 1];

export class RecordLog {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Where the next record begins. */
  readonly #end: Int32Array;

  /** @param buffer fresh, of `RecordLog.bytes`; left out: new memory that is not shared. */
  constructor(system: System, buffer: ArrayBufferLike = new ArrayBuffer(RecordLog.bytes(system))) {
    this.#end = new Int32Array(buffer, 0, 1);
    this.#bytes = new Uint8Array(buffer, END_BYTES);
    this.#view = new DataView(buffer, END_BYTES);
    this.#end[0] = BlockWriter.payloadAt;
  }

  /** Of the memory that the threads of several harts share. */
  static bytes(system: System): number {
    return END_BYTES + BlockWriter.payloadAt + BLOCK_BYTES + longestFrame(system);
  }

  /** It is time to write a block: at the end of a frame. */
  get isFull(): boolean {
    return this.#used >= BlockWriter.payloadAt + BLOCK_BYTES;
  }

  /** At the start of a slot: of the inputs what is not as in both, of the same points. */
  latch(at: BoardInstant, inputs: PointCells, recorded: PointCells, before: PointCells): void {
    const start = this.#used;
    this.#begin(RECORD_KINDS.latch, at.frame);
    this.#view.setUint16(start + 5, at.slot, true);
    this.#view.setUint16(start + 7, at.partition, true);
    this.#used = start + LATCH_BYTES;
    for (let point = 0; point < inputs.count; point++) this.#changes(inputs, recorded, before, point);
    this.#view.setUint16(start + 9, (this.#used - start - LATCH_BYTES) / CHANGE_BYTES, true);
  }

  /** @returns false when it has no place in this block. */
  command(frame: number, encoded: Uint8Array): boolean {
    if (this.#used + COMMAND_BYTES + encoded.length > BlockWriter.payloadAt + BLOCK_BYTES) return false;
    this.#begin(RECORD_KINDS.command, frame);
    this.#view.setUint32(this.#used, encoded.length, true);
    this.#bytes.set(encoded, this.#used + 4);
    this.#used += 4 + encoded.length;
    return true;
  }

  /** The same in a payload of its own, however long it is. */
  static aloneCommand(frame: number, encoded: Uint8Array): Uint8Array {
    const payload = new Uint8Array(COMMAND_BYTES + encoded.length);
    const view = new DataView(payload.buffer);
    payload[0] = RECORD_KINDS.command;
    view.setUint32(1, frame, true);
    view.setUint32(HEADER_BYTES, encoded.length, true);
    payload.set(encoded, COMMAND_BYTES);
    return payload;
  }

  stop(frame: number): void {
    this.#begin(RECORD_KINDS.stop, frame);
  }

  hashes(kind: "frame" | "end", frame: number, hashes: BigUint64Array): void {
    this.#begin(RECORD_KINDS[kind], frame);
    for (const hash of hashes) {
      this.#view.setBigUint64(this.#used, hash, true);
      this.#used += 8;
    }
  }

  /** Hands what there is to `blocks`, and begins anew. */
  flush(blocks: BlockWriter): void {
    if (this.#used > BlockWriter.payloadAt) blocks.write(this.#bytes, this.#view, this.#used);
    this.#used = BlockWriter.payloadAt;
  }

  get #used(): number {
    return this.#end[0]!;
  }

  set #used(end: number) {
    this.#end[0] = end;
  }

  /** The words that differ; of a point of another quality at least the first. */
  #changes(inputs: PointCells, recorded: PointCells, before: PointCells, point: number): void {
    const quality = inputs.quality[point]!;
    let isWanted = quality !== recorded.quality[point] || quality !== before.quality[point];
    const end = inputs.starts[point + 1]! / WORD_BYTES;
    for (let word = inputs.starts[point]! / WORD_BYTES; word < end; word++) {
      isWanted ||= !sameWord(inputs, recorded, word) || !sameWord(inputs, before, word);
      if (isWanted) this.#change(word, quality, inputs.values);
      isWanted = false;
    }
  }

  #change(word: number, quality: number, values: Uint8Array): void {
    this.#view.setUint16(this.#used, word, true);
    this.#bytes[this.#used + 2] = quality;
    for (let i = 0; i < WORD_BYTES; i++) this.#bytes[this.#used + 3 + i] = values[word * WORD_BYTES + i]!;
    this.#used += CHANGE_BYTES;
  }

  #begin(kind: number, frame: number): void {
    this.#bytes[this.#used] = kind;
    this.#view.setUint32(this.#used + 1, frame, true);
    this.#used += HEADER_BYTES;
  }
}
