/**
 * A sampling channel of messages: its destinations read the last one that its source wrote (ARINC 653 P1 §2.3.5.5), again and
 * again, until another takes its place. What was written takes effect at the end of the source's slot, and a destination reads the
 * message that was there when its own slot started. Nothing is copied between the two: slots hold on to the buffers they use.
 */
import type { StateReader, StateWriter } from "../state.ts";
import type { SamplingMessageChannel } from "../system.ts";
import { type Cycles, cycles } from "../units.ts";
import { Memory } from "./memory.ts";

/** A message, or room for one. Each thread in which an end of the channel runs has its own over the same memory. */
class Buffer {
  readonly bytes: Uint8Array;
  /** Board cycle from which it was to be read. */
  readonly #time: Float64Array;
  readonly #words: Uint32Array;

  constructor(maxMessageBytes: number, memory: Memory) {
    this.bytes = memory.u8(maxMessageBytes);
    this.#time = memory.f64(1);
    this.#words = memory.u32(2);
  }

  get time(): Cycles {
    return cycles(this.#time[0]!);
  }

  set time(cycle: Cycles) {
    this.#time[0] = cycle;
  }

  get length(): number {
    return this.#words[0]!;
  }

  set length(bytes: number) {
    this.#words[0] = bytes;
  }

  /** Destinations whose slot it is fixed for. */
  get readers(): number {
    return this.#words[1]!;
  }

  set readers(count: number) {
    this.#words[1] = count;
  }
}

/** Nothing was written yet. */
const NOTHING = -1;

export class SamplingMessage {
  readonly maxMessageBytes: number;
  readonly #refreshPeriod: Cycles;
  /** One to write, one that is current, and one for each destination to hold on to. */
  readonly #buffers: readonly Buffer[];
  /** 0: there is no message; else one more than the index of the buffer that holds it. */
  readonly #place: Uint32Array;
  /** What the source wrote in its slot. */
  #written: Buffer | null = null;
  /** By destination, what it reads in its slot. */
  readonly #fixed: (Buffer | null)[];

  constructor({ to, maxMessageBytes, refreshPeriod }: SamplingMessageChannel, memory = new Memory()) {
    this.maxMessageBytes = maxMessageBytes;
    this.#refreshPeriod = refreshPeriod;
    this.#fixed = to.map(() => null);
    this.#place = memory.u32(1);
    this.#buffers = Array.from({ length: to.length + 2 }, () => new Buffer(maxMessageBytes, memory));
  }

  get #current(): Buffer | null {
    return this.#buffers[this.#place[0]! - 1] ?? null;
  }

  set #current(buffer: Buffer | null) {
    this.#place[0] = buffer === null ? 0 : this.#buffers.indexOf(buffer) + 1;
  }

  /** Takes a copy of `message`, at most `maxMessageBytes` long; the last one of a slot counts. */
  write(message: Uint8Array): void {
    this.#written ??= this.#buffers.find((buffer) => buffer !== this.#current && buffer.readers === 0)!;
    this.#written.bytes.set(message);
    this.#written.length = message.length;
  }

  /** Bytes of the message that a destination reads in its slot; −1: nothing was written before it. */
  lengthFor(destination: number): number {
    return this.#fixed[destination]?.length ?? NOTHING;
  }

  /** Copies it into `into`, which has room for it. */
  read(destination: number, into: Uint8Array): void {
    const { bytes, length } = this.#fixed[destination]!;
    into.set(bytes.subarray(0, length));
  }

  /** Board cycles between when it could first be read and `now`. */
  ageFor(destination: number, now: Cycles): Cycles {
    return cycles(now - (this.#fixed[destination]?.time ?? now));
  }

  /** Its age at `now` is within the refresh period. */
  isValidFor(destination: number, now: Cycles): boolean {
    return this.#fixed[destination] !== null && this.ageFor(destination, now) <= this.#refreshPeriod;
  }

  startDestinationSlot(destination: number): void {
    this.#fixed[destination] = this.#current;
    if (this.#current !== null) this.#current.readers += 1;
  }

  endDestinationSlot(destination: number): void {
    const fixed = this.#fixed[destination];
    if (fixed) fixed.readers -= 1;
    this.#fixed[destination] = null;
  }

  /** The slot ended at board cycle `now`: what was written in it is the message from now on. */
  endSourceSlot(now: Cycles): void {
    if (this.#written === null) return;
    this.#written.time = now;
    this.#current = this.#written;
    this.#written = null;
  }

  /** Between two frames: there is no message any more. */
  empty(): void {
    this.#current = null;
  }

  /** Between slots. */
  save(writer: StateWriter): void {
    writer.section("sample", 1);
    writer.flag(this.#current !== null);
    if (this.#current === null) return;
    writer.f64(this.#current.time);
    writer.u32(this.#current.length);
    writer.bytes(this.#current.bytes.subarray(0, this.#current.length));
  }

  restore(reader: StateReader): void {
    reader.section("sample", 1);
    this.#current = null;
    if (!reader.flag()) return;
    const buffer = this.#buffers[0]!;
    buffer.time = cycles(reader.f64());
    buffer.length = reader.u32();
    reader.bytes(buffer.bytes.subarray(0, buffer.length));
    this.#current = buffer;
  }
}
