/** Places for so many messages of so many bytes at most, used as a ring: message n lies in place n modulo their number. */
import { StateMismatch, type StateReader, type StateWriter } from "../state.ts";
import type { Memory } from "./memory.ts";

export class MessageRing {
  readonly depth: number;
  readonly maxMessageBytes: number;
  readonly #places: Uint8Array;
  readonly #lengths: Uint32Array;

  constructor(depth: number, maxMessageBytes: number, memory: Memory) {
    this.depth = depth;
    this.maxMessageBytes = maxMessageBytes;
    this.#places = memory.u8(depth * maxMessageBytes);
    this.#lengths = memory.u32(depth);
  }

  /** Puts a copy of `message`, at most `maxMessageBytes` long, into the place of message `n`. */
  put(n: number, message: Uint8Array): void {
    const place = n % this.depth;
    this.#places.set(message, place * this.maxMessageBytes);
    this.#lengths[place] = message.length;
  }

  lengthOf(n: number): number {
    return this.#lengths[n % this.depth]!;
  }

  /** A view of message `n`, until another takes its place. */
  message(n: number): Uint8Array {
    const from = (n % this.depth) * this.maxMessageBytes;
    return this.#places.subarray(from, from + this.lengthOf(n));
  }

  /** Copies message `n` into `into`, which has room for it. @returns its length. */
  copy(n: number, into: Uint8Array): number {
    const length = this.lengthOf(n);
    const from = (n % this.depth) * this.maxMessageBytes;
    for (let i = 0; i < length; i++) into[i] = this.#places[from + i]!;
    return length;
  }

  /** `count` messages from `first` on. */
  save(writer: StateWriter, first: number, count: number): void {
    writer.u32(count);
    for (let n = first; n < first + count; n++) {
      writer.u32(this.lengthOf(n));
      writer.bytes(this.message(n));
    }
  }

  /** The messages saved are messages 0, 1, … from now on. @returns how many they are. */
  restore(reader: StateReader): number {
    const count = reader.u32();
    if (count > this.depth) throw new StateMismatch(`a queue of ${this.depth} places holds ${count} messages`);
    for (let n = 0; n < count; n++) {
      this.#lengths[n] = reader.u32();
      reader.bytes(this.message(n));
    }
    return count;
  }
}
