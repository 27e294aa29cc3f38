/** Messages in the order in which they came: so many at most, of so many bytes at most, in memory that is there from the start. */
import type { StateReader, StateWriter } from "../state.ts";
import { Memory } from "./memory.ts";
import { MessageRing } from "./message-ring.ts";

export class MessageFifo {
  readonly #ring: MessageRing;
  /** Where the oldest message is, and how many there are. */
  readonly #state: Uint32Array;

  constructor(depth: number, maxMessageBytes: number, memory = new Memory()) {
    this.#ring = new MessageRing(depth, maxMessageBytes, memory);
    this.#state = memory.u32(2);
  }

  get #first(): number {
    return this.#state[0]!;
  }

  set #first(place: number) {
    this.#state[0] = place;
  }

  get count(): number {
    return this.#state[1]!;
  }

  set #count(count: number) {
    this.#state[1] = count;
  }

  get isFull(): boolean {
    return this.count === this.#ring.depth;
  }

  /** Bytes of the oldest message; 0 when there is none. */
  get firstLength(): number {
    return this.count === 0 ? 0 : this.#ring.lengthOf(this.#first);
  }

  /** Puts a copy of `message` behind the others. There must be a place. */
  push(message: Uint8Array): void {
    this.#ring.put(this.#first + this.count, message);
    this.#count = this.count + 1;
  }

  /** The oldest message: a view, until it is dropped. There must be one. */
  get first(): Uint8Array {
    return this.#ring.message(this.#first);
  }

  /** There must be one. */
  dropFirst(): void {
    this.#first = (this.#first + 1) % this.#ring.depth;
    this.#count = this.count - 1;
  }

  empty(): void {
    this.#count = 0;
  }

  save(writer: StateWriter): void {
    this.#ring.save(writer, this.#first, this.count);
  }

  restore(reader: StateReader): void {
    this.#first = 0;
    this.#count = this.#ring.restore(reader);
  }
}
