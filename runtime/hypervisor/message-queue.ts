/**
 * A queuing channel: a FIFO between two ports (ARINC 653 P1 §2.3.5.6). Each end sees it as it was when its slot started, and
 * what it does to the queue is done at its slot's end, so that neither end's timing within a slot reaches the other.
 */
import type { StateReader, StateWriter } from "../state.ts";
import type { QueuingChannel } from "../system.ts";
import { Memory } from "./memory.ts";
import { MessageRing } from "./message-ring.ts";

export class MessageQueue {
  readonly maxMessageBytes: number;
  readonly #ring: MessageRing;
  /** Messages ever received and ever sent, as far as they have taken effect: their numbers in the ring. */
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
    this.maxMessageBytes = maxMessageBytes;
    this.#ring = new MessageRing(depth, maxMessageBytes, memory);
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
    return this.receivable === 0 ? 0 : this.#ring.lengthOf(this.#received + this.#taken);
  }

  /** Between the slots of its ends. */
  empty(): void {
    this.#received = this.#sent;
  }

  /** Between the slots of its ends: the messages in the queue, the oldest first. */
  save(writer: StateWriter): void {
    writer.section("queue", 1);
    this.#ring.save(writer, this.#received, this.#sent - this.#received);
  }

  restore(reader: StateReader): void {
    reader.section("queue", 1);
    this.#received = 0;
    this.#sent = this.#ring.restore(reader);
  }

  startSourceSlot(): void {
    this.#free = this.#ring.depth - (this.#sent - this.#received);
    this.#added = 0;
  }

  startDestinationSlot(): void {
    this.#receivable = this.#sent - this.#received;
    this.#taken = 0;
  }

  /** Puts a copy of `message`, at most `maxMessageBytes` long, into the queue. @returns false when no place is free. */
  send(message: Uint8Array): boolean {
    if (this.free === 0) return false;
    this.#ring.put(this.#sent + this.#added, message);
    this.#added += 1;
    return true;
  }

  /** Copies the oldest message into `into`, which has room for `nextLength`. @returns its length, or −1 when there is none. */
  receive(into: Uint8Array): number {
    if (this.receivable === 0) return -1;
    const length = this.#ring.copy(this.#received + this.#taken, into);
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
