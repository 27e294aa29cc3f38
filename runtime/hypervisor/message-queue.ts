/**
 * A queuing channel: a FIFO between two ports (ARINC 653 P1 §2.3.5.6). Each end sees it as it was when its slot started, and
 * what it does to the queue is done at its slot's end, so that neither end's timing within a slot reaches the other.
 */
import { StateMismatch, type StateReader, type StateWriter } from "../state.ts";
import type { QueuingChannel } from "../system.ts";
import { Memory } from "./memory.ts";

export class MessageQueue {
  readonly depth: number;
  readonly maxMessageBytes: number;
  /** `depth` places of `maxMessageBytes`, used as a ring. */
  readonly #places: Uint8Array;
  readonly #lengths: Uint32Array;
  /** Messages ever received and ever sent, as far as they have taken effect; the place of message n is n modulo the depth. */
  readonly #counters: Float64Array;
  /** What the destination may receive in its slot, and what it has received of that. */
  #receivable = 0;
  #taken = 0;
  /** What the source may send in its slot, and what it has sent of that. */
  #free: number;
  #added = 0;

  /** Nothing is lost: what finds no place is refused. */
  readonly lost = 0;

  constructor({ depth, maxMessageBytes }: Pick<QueuingChannel, "depth" | "maxMessageBytes">, memory = new Memory()) {
    this.depth = depth;
    this.maxMessageBytes = maxMessageBytes;
    this.#places = memory.u8(depth * maxMessageBytes);
    this.#lengths = memory.u32(depth);
    this.#counters = memory.f64(2);
    this.#free = depth;
  }

  get #received(): number {
    return this.#counters[0]!;
  }

  set #received(count: number) {
    this.#counters[0] = count;
  }

  get #sent(): number {
    return this.#counters[1]!;
  }

  set #sent(count: number) {
    this.#counters[1] = count;
  }

  /** Places that the source can still fill in this slot. */
  get free(): number {
    return this.#free - this.#added;
  }

  /** Messages that the destination can still receive in this slot. */
  get receivable(): number {
    return this.#receivable - this.#taken;
  }

  /** Bytes of the message that `receive` gives next; 0 when there is none. */
  get nextLength(): number {
    return this.receivable === 0 ? 0 : this.#lengths[(this.#received + this.#taken) % this.depth]!;
  }

  /** Between the slots of its ends. */
  empty(): void {
    this.#received = this.#sent;
  }

  /** Between the slots of its ends: the messages in the queue, the oldest first. */
  save(writer: StateWriter): void {
    writer.section("queue", 1);
    writer.u32(this.#sent - this.#received);
    for (let message = this.#received; message < this.#sent; message++) {
      const place = message % this.depth;
      const from = place * this.maxMessageBytes;
      writer.u32(this.#lengths[place]!);
      writer.bytes(this.#places.subarray(from, from + this.#lengths[place]!));
    }
  }

  restore(reader: StateReader): void {
    reader.section("queue", 1);
    this.#received = 0;
    this.#sent = reader.u32();
    if (this.#sent > this.depth)
      throw new StateMismatch(`a queue of ${this.depth} places holds ${this.#sent} messages`);
    for (let place = 0; place < this.#sent; place++) {
      const from = place * this.maxMessageBytes;
      this.#lengths[place] = reader.u32();
      reader.bytes(this.#places.subarray(from, from + this.#lengths[place]!));
    }
  }

  startSourceSlot(): void {
    this.#free = this.depth - (this.#sent - this.#received);
    this.#added = 0;
  }

  startDestinationSlot(): void {
    this.#receivable = this.#sent - this.#received;
    this.#taken = 0;
  }

  /** Puts a copy of `message`, at most `maxMessageBytes` long, into the queue. @returns false when no place is free. */
  send(message: Uint8Array): boolean {
    if (this.free === 0) return false;
    const place = (this.#sent + this.#added) % this.depth;
    this.#places.set(message, place * this.maxMessageBytes);
    this.#lengths[place] = message.length;
    this.#added += 1;
    return true;
  }

  /** Copies the oldest message into `into`, which has room for `nextLength`. @returns its length, or −1 when there is none. */
  receive(into: Uint8Array): number {
    if (this.receivable === 0) return -1;
    const place = (this.#received + this.#taken) % this.depth;
    const length = this.#lengths[place]!;
    const from = place * this.maxMessageBytes;
    for (let i = 0; i < length; i++) into[i] = this.#places[from + i]!;
    this.#taken += 1;
    return length;
  }

  /** The messages sent in the slot are in the queue from now on. */
  endSourceSlot(): void {
    this.#sent += this.#added;
    this.#free -= this.#added;
    this.#added = 0;
  }

  /** The messages received in the slot have left the queue. */
  endDestinationSlot(): void {
    this.#received += this.#taken;
    this.#receivable -= this.#taken;
    this.#taken = 0;
  }
}
