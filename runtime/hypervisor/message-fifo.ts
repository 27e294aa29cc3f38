/** Messages in the order in which they came: so many at most, of so many bytes at most, in memory that is there from the start. */
import { StateMismatch, type StateReader, type StateWriter } from "../state.ts";
import { Memory } from "./memory.ts";

export class MessageFifo {
  readonly depth: number;
  readonly maxMessageBytes: number;
  /** `depth` places of `maxMessageBytes`, used as a ring. */
  readonly #places: Uint8Array;
  readonly #lengths: Uint32Array;
  /** Where the oldest message is, and how many there are. */
  readonly #state: Uint32Array;

  constructor(depth: number, maxMessageBytes: number, memory = new Memory()) {
    this.depth = depth;
    this.maxMessageBytes = maxMessageBytes;
    this.#places = memory.u8(depth * maxMessageBytes);
    this.#lengths = memory.u32(depth);
    this.#state = memory.u32(2);
  }

  get #first(): number {
    return this.#state[0]!;
  }

  set #first(place: number) {
    this.#state[0] = place;
  }

  get #count(): number {
    return this.#state[1]!;
  }

  set #count(count: number) {
    this.#state[1] = count;
  }

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count === this.depth;
  }

  /** Bytes of the oldest message; 0 when there is none. */
  get firstLength(): number {
    return this.#count === 0 ? 0 : this.#lengths[this.#first]!;
  }

  /** Puts a copy of `message` behind the others. There must be a place. */
  push(message: Uint8Array): void {
    const place = (this.#first + this.#count) % this.depth;
    this.#places.set(message, place * this.maxMessageBytes);
    this.#lengths[place] = message.length;
    this.#count += 1;
  }

  /** The oldest message: a view, until it is dropped. There must be one. */
  get first(): Uint8Array {
    const from = this.#first * this.maxMessageBytes;
    return this.#places.subarray(from, from + this.#lengths[this.#first]!);
  }

  /** There must be one. */
  dropFirst(): void {
    this.#first = (this.#first + 1) % this.depth;
    this.#count -= 1;
  }

  empty(): void {
    this.#count = 0;
  }

  save(writer: StateWriter): void {
    writer.u32(this.#count);
    for (let message = 0; message < this.#count; message++) {
      const place = (this.#first + message) % this.depth;
      const from = place * this.maxMessageBytes;
      writer.u32(this.#lengths[place]!);
      writer.bytes(this.#places.subarray(from, from + this.#lengths[place]!));
    }
  }

  restore(reader: StateReader): void {
    this.#first = 0;
    this.#count = reader.u32();
    if (this.#count > this.depth) {
      throw new StateMismatch(`a queue of ${this.depth} places holds ${this.#count} messages`);
    }
    for (let place = 0; place < this.#count; place++) {
      const from = place * this.maxMessageBytes;
      this.#lengths[place] = reader.u32();
      reader.bytes(this.#places.subarray(from, from + this.#lengths[place]!));
    }
  }
}
