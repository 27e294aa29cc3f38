/**
 * A queue of records on disk, bounded, that outlives the process: what could not be sent waits here, and is taken in order.
 *
 * The records lie in segments, files numbered upwards; each run of the program begins a new one, and a segment is removed when
 * all its records have been delivered. When the store is full, its oldest segment is dropped and what was in it is counted. What
 * `flush` has written survives the end of the process, kill -9 too; it is synchronised to the disk once a second and when a segment
 * ends, so that a power failure costs the last second. A torn or damaged record is skipped; where its length is damaged too, what
 * lies behind it in its segment is lost. A disk that is full or fails costs the records that it does not take, and is counted.
 */
import * as fs from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../runtime/index.ts";
import type { Logger } from "../logger.ts";
import { Repetition } from "../repetition.ts";
import { countRecords, encodeRecord, MAX_PAYLOAD_BYTES, readRecord } from "./record.ts";
import { SegmentWriter, type StoreFiles } from "./segment-writer.ts";

export interface StoreOptions {
  /** Of the config entry, for the log. */
  readonly name: string;
  /** Of its own; made when it is not there. */
  readonly folder: string;
  readonly maxBytes: number;
  /** What goes when there is no more room: the oldest segment, or what is new. */
  readonly policy: "dropOldest" | "dropNewest";
  readonly clock: Clock;
  readonly log: Logger;
  /** Where faults are injected in tests. */
  readonly files?: StoreFiles;
}

export interface StoreCounters {
  /** On disk, delivered records of unfinished segments included. */
  readonly bytes: number;
  /** Records written to disk. */
  readonly stored: number;
  readonly delivered: number;
  /** Records that found no room, or that the disk did not take. */
  readonly dropped: number;
  /** Places in the files that are no whole record. */
  readonly damaged: number;
  /** Operations on files that failed. */
  readonly failures: number;
}

export interface StoredRecord {
  readonly payload: Buffer;
}

/** A record that was taken, and where in which segment it ends. */
interface Taken extends StoredRecord {
  readonly segment: number;
  readonly end: number;
  isDelivered: boolean;
}

interface Segment {
  readonly number: number;
  bytes: number;
  /** Where its last whole record ends; null: not read so far yet. */
  end: number | null;
}

interface Place {
  readonly segment: number;
  readonly offset: number;
}

const SEGMENT_BYTES = { least: 64 * 1024, most: 1024 * 1024 };
const SYNC_PERIOD_MS = 1000;
/** After a failure the disk is left alone for so long. */
const RETRY_MS = 1000;
const DELIVERED_FILE = "delivered";

const fileName = (segment: number): string => `${String(segment).padStart(12, "0")}.segment`;
const segmentNumber = (name: string): number | null => {
  const digits = /^(\d{12})\.segment$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
};

export class SegmentStore {
  readonly #options: StoreOptions;
  readonly #files: StoreFiles;
  readonly #sparingly: Repetition;
  readonly #segmentBytes: number;
  readonly #counters = { stored: 0, delivered: 0, dropped: 0, damaged: 0, failures: 0 };
  /** Those on disk, the oldest first. */
  readonly #segments: Segment[] = [];
  /** The last of them, while it is written to. */
  #open: { readonly segment: Segment; readonly writer: SegmentWriter } | null = null;
  #pending: Buffer[] = [];
  /** The segment read from, as it was on disk then, and where in it the next record begins. */
  #reading: { readonly segment: Segment; bytes: Buffer; offset: number } | null = null;
  /** From the oldest that is not delivered on, in order. */
  #taken: Taken[] = [];
  /** All before it has been delivered. */
  #delivered: Place = { segment: 0, offset: 0 };
  /** Damage before it has been counted. */
  #seen: Place = { segment: 0, offset: 0 };
  #nextNumber = 1;
  #isFound = false;
  #isDirty = false;
  #syncAtMs = 0;
  #retryAtMs = Number.NEGATIVE_INFINITY;

  /** Finds what earlier runs have left. */
  constructor(options: StoreOptions) {
    this.#options = options;
    this.#files = options.files ?? fs;
    this.#sparingly = new Repetition(options.clock);
    const { least, most } = SEGMENT_BYTES;
    this.#segmentBytes = Math.max(least, Math.min(most, Math.floor(options.maxBytes / 8)));
    this.#isUsable();
  }

  get counters(): StoreCounters {
    return { bytes: this.#bytes, ...this.#counters };
  }

  /** @param payload of 1 byte to 1 MiB. It is on disk after the next `flush`. */
  append(payload: Uint8Array): void {
    if (payload.length === 0 || payload.length > MAX_PAYLOAD_BYTES)
      throw new Error("no payload that a record can hold");
    this.#pending.push(encodeRecord(payload));
  }

  /** Writes what was appended. To be called every few milliseconds, also to have it synchronised. */
  flush(): void {
    let batch: Buffer[] = [];
    let bytes = 0;
    for (const record of this.#pending.splice(0)) {
      if (bytes + record.length > this.#segmentBytes && bytes > 0) {
        this.#write(batch, bytes);
        batch = [];
        bytes = 0;
      }
      batch.push(record);
      bytes += record.length;
    }
    if (bytes > 0) this.#write(batch, bytes);
    this.#synchronise();
  }

  /** @returns the oldest record on disk that was not taken, or null. */
  take(): StoredRecord | null {
    if (!this.#isUsable()) return null;
    for (;;) {
      this.#reading ??= this.#load(this.#lastTaken());
      const reading = this.#reading;
      if (reading === null) return null;
      const read = readRecord(reading.bytes, reading.offset);
      if (read === "end") {
        if (this.#readOn(reading)) continue;
        return null;
      }
      reading.offset = read.next;
      if (read.payload === null) {
        this.#noteDamage({ segment: reading.segment.number, offset: read.next });
        continue;
      }
      const taken = { payload: read.payload, segment: reading.segment.number, end: read.next, isDelivered: false };
      this.#taken.push(taken);
      return taken;
    }
  }

  /** The record need not be kept any longer. One that was taken before a `rewind` is kept: it is taken again. */
  delivered(record: StoredRecord): void {
    const taken = this.#taken.find((candidate) => candidate === record);
    if (taken === undefined) return;
    taken.isDelivered = true;
    this.#counters.delivered += 1;
    while (this.#taken[0]?.isDelivered === true) {
      const { segment, end } = this.#taken.shift()!;
      this.#delivered = { segment, offset: end };
    }
    this.#isDirty = true;
    this.#removeDelivered();
  }

  /** From the oldest that is not delivered on, all is taken again. */
  rewind(): void {
    this.#taken = [];
    this.#reading = null;
  }

  /** Writes and synchronises all. */
  close(): void {
    this.flush();
    this.#attempt(() => {
      this.#saveDelivered();
      this.#open?.writer.synchroniseNow();
    });
    this.#endSegment();
  }

  get #bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  #pathOf({ number }: Segment): string {
    return join(this.#options.folder, fileName(number));
  }

  /** @returns whether it succeeded; if not, that is counted and said, and the disk left alone for a while. */
  #attempt(operation: () => void): boolean {
    try {
      operation();
      return true;
    } catch (error) {
      this.#noteFailure(error);
      return false;
    }
  }

  #noteFailure(error: unknown): void {
    const { name, folder, clock, log } = this.#options;
    this.#counters.failures += 1;
    this.#retryAtMs = clock.monotonicMs() + RETRY_MS;
    const reason = error instanceof Error ? error.message : String(error);
    this.#sparingly.sparingly("disk", (leftOut) =>
      log.warn(
        { link: name, folder, reason, ...(leftOut > 0 && { leftOut }) },
        "buffer: the disk does not do its part",
      ),
    );
  }

  #noteDamage(place: Place): void {
    const { segment, offset } = this.#seen;
    if (place.segment < segment || (place.segment === segment && place.offset <= offset)) return;
    this.#seen = place;
    this.#counters.damaged += 1;
  }

  /** Not after a failure, for a while; and not before it is known what is on disk. */
  #isUsable(): boolean {
    if (this.#options.clock.monotonicMs() < this.#retryAtMs) return false;
    this.#isFound ||= this.#attempt(() => this.#find());
    return this.#isFound;
  }

  #find(): void {
    const { folder } = this.#options;
    this.#files.mkdirSync(folder, { recursive: true });
    const names = this.#files.readdirSync(folder).sort();
    this.#segments.length = 0;
    for (const name of names) {
      const number = segmentNumber(name);
      if (number === null) continue;
      const { size } = this.#files.statSync(join(folder, name));
      this.#segments.push({ number, bytes: size, end: null });
    }
    if (names.includes(DELIVERED_FILE)) this.#delivered = this.#readDelivered();
    this.#nextNumber = Math.max(this.#delivered.segment, this.#segments.at(-1)?.number ?? 0) + 1;
    this.#removeDelivered();
  }

  #write(records: readonly Buffer[], bytes: number): void {
    const isWritten =
      this.#isUsable() && this.#makeRoom(bytes) && this.#attempt(() => this.#append(Buffer.concat(records, bytes)));
    this.#counters[isWritten ? "stored" : "dropped"] += records.length;
    if (this.#open !== null && this.#open.segment.bytes >= this.#segmentBytes) this.#endSegment();
  }

  #append(batch: Buffer): void {
    this.#open ??= this.#begin();
    const { segment, writer } = this.#open;
    try {
      writer.append(batch);
    } catch (error) {
      this.#endSegment();
      throw error;
    }
    segment.bytes = writer.bytes;
    this.#isDirty = true;
  }

  #begin(): { readonly segment: Segment; readonly writer: SegmentWriter } {
    const segment = { number: this.#nextNumber, bytes: 0, end: null };
    this.#nextNumber += 1;
    const writer = new SegmentWriter(this.#files, this.#pathOf(segment), (error) => this.#noteFailure(error));
    this.#segments.push(segment);
    return { segment, writer };
  }

  #endSegment(): void {
    this.#open?.writer.end();
    this.#open = null;
  }

  #makeRoom(bytes: number): boolean {
    const { maxBytes, policy } = this.#options;
    while (this.#bytes + bytes > maxBytes) {
      const oldest = this.#segments[0];
      if (policy === "dropNewest" || oldest === undefined) return false;
      if (this.#open?.segment === oldest) this.#endSegment();
      const from = oldest.number === this.#delivered.segment ? this.#delivered.offset : 0;
      this.#attempt(() => {
        this.#counters.dropped += countRecords(this.#files.readFileSync(this.#pathOf(oldest)), from);
      });
      this.#remove(oldest);
    }
    return true;
  }

  #lastTaken(): Place {
    const last = this.#taken.at(-1);
    return last === undefined ? this.#delivered : { segment: last.segment, offset: last.end };
  }

  /** @returns null when nothing lies behind `place`, or it cannot be read now. */
  #load({ segment: number, offset }: Place) {
    const segment = this.#segments.find((candidate) => candidate.number >= number);
    if (segment === undefined) return null;
    let bytes: Buffer | null = null;
    this.#attempt(() => {
      bytes = this.#files.readFileSync(this.#pathOf(segment));
    });
    return bytes === null ? null : { segment, bytes, offset: segment.number === number ? offset : 0 };
  }

  /** At the end of what was read. @returns whether there is more. */
  #readOn({
    segment,
    bytes,
    offset,
  }: {
    readonly segment: Segment;
    readonly bytes: Buffer;
    readonly offset: number;
  }): boolean {
    if (this.#open?.segment === segment && segment.bytes <= bytes.length) return false;
    if (segment.bytes > bytes.length) {
      this.#reading = this.#load({ segment: segment.number, offset });
      return this.#reading !== null && this.#reading.bytes.length > bytes.length;
    }
    if (offset < bytes.length) this.#noteDamage({ segment: segment.number, offset: bytes.length });
    segment.end = offset;
    if (this.#taken.length === 0) this.#delivered = { segment: segment.number, offset };
    this.#reading = this.#load({ segment: segment.number + 1, offset: 0 });
    this.#removeDelivered();
    return this.#reading !== null;
  }

  /** Removes the segments of which nothing is wanted any more. */
  #removeDelivered(): void {
    const { segment: number, offset } = this.#delivered;
    const open = this.#open?.segment;
    if (open?.number === number && open.bytes === offset) {
      open.end = offset;
      this.#endSegment();
    }
    for (const segment of [...this.#segments]) {
      const isWanted = segment.number === number && (segment.end === null || segment.end > offset);
      if (segment.number > number || isWanted) return;
      this.#remove(segment);
    }
  }

  #remove(segment: Segment): void {
    this.#segments.splice(this.#segments.indexOf(segment), 1);
    if (this.#reading?.segment === segment) this.#reading = null;
    this.#attempt(() => this.#files.unlinkSync(this.#pathOf(segment)));
  }

  #synchronise(): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (!this.#isDirty || nowMs < this.#syncAtMs) return;
    this.#isDirty = false;
    this.#syncAtMs = nowMs + SYNC_PERIOD_MS;
    this.#attempt(() => this.#saveDelivered());
    this.#open?.writer.synchronise();
  }

  #saveDelivered(): void {
    const path = join(this.#options.folder, DELIVERED_FILE);
    this.#files.writeFileSync(`${path}.new`, encodeRecord(Buffer.from(JSON.stringify(this.#delivered))));
    this.#files.renameSync(`${path}.new`, path);
  }

  /** Where it is damaged, all is taken again: rather twice than never. */
  #readDelivered(): Place {
    const read = readRecord(this.#files.readFileSync(join(this.#options.folder, DELIVERED_FILE)), 0);
    return read === "end" || read.payload === null ? { segment: 0, offset: 0 } : JSON.parse(read.payload.toString());
  }
}
