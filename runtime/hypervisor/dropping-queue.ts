/**
 * A queuing channel that never holds its source up: what finds no place is dropped, the oldest message or the newest. So nothing
 * that the destination does can reach the source (design.md §2 law 3). Messages on their way and messages that the destination can
 * receive have `depth` places each; they pass from one to the other at the start of the destination's slot.
 */
import type { StateReader, StateWriter } from "../state.ts";
import type { QueuingChannel } from "../system.ts";
import { Memory } from "./memory.ts";
import { MessageFifo } from "./message-fifo.ts";

export class DroppingQueue {
  readonly maxMessageBytes: number;
  /** What a source sees of it: there always is room. */
  readonly free: number;
  readonly #dropsOldest: boolean;
  /** Sent in the source's slot. */
  readonly #sent: MessageFifo;
  readonly #onTheWay: MessageFifo;
  readonly #receivable: MessageFifo;
  /** Dropped so far, as far as it has taken effect; and those of them that the destination may know of. */
  readonly #counts: Float64Array;
  /** In the source's slot. */
  #droppedInSlot = 0;

  constructor({ depth, maxMessageBytes, overflow }: QueuingChannel, memory = new Memory()) {
    this.#counts = memory.f64(2);
    this.maxMessageBytes = maxMessageBytes;
    this.free = depth;
    this.#dropsOldest = overflow === "dropOldest";
    this.#sent = new MessageFifo(depth, maxMessageBytes);
    this.#onTheWay = new MessageFifo(depth, maxMessageBytes, memory);
    this.#receivable = new MessageFifo(depth, maxMessageBytes, memory);
  }

  get #dropped(): number {
    return this.#counts[0]!;
  }

  set #dropped(count: number) {
    this.#counts[0] = count;
  }

  /** Messages that the destination can still receive in this slot. */
  get receivable(): number {
    return this.#receivable.count;
  }

  /** Bytes of the message that `receive` gives next; 0 when there is none. */
  get nextLength(): number {
    return this.#receivable.firstLength;
  }

  /** Messages that were dropped before the destination's slot started. */
  get lost(): number {
    return this.#counts[1]!;
  }

  startSourceSlot(): void {}

  startDestinationSlot(): void {
    this.#dropped += this.#move(this.#onTheWay, this.#receivable);
    this.#counts[1] = this.#dropped;
  }

  /** Takes a copy of `message`, at most `maxMessageBytes` long. @returns true. */
  send(message: Uint8Array): true {
    this.#droppedInSlot += this.#add(message, this.#sent);
    return true;
  }

  /** Copies the oldest message into `into`, which has room for `nextLength`. @returns its length, or −1 when there is none. */
  receive(into: Uint8Array): number {
    const length = this.#receivable.count === 0 ? -1 : this.#receivable.firstLength;
    if (length < 0) return length;
    into.set(this.#receivable.first);
    this.#receivable.dropFirst();
    return length;
  }

  /** The messages sent in the slot are on their way from now on. */
  endSourceSlot(): void {
    this.#dropped += this.#droppedInSlot + this.#move(this.#sent, this.#onTheWay);
    this.#droppedInSlot = 0;
  }

  endDestinationSlot(): void {}

  /** Between two frames: no message is left. */
  empty(): void {
    for (const fifo of [this.#sent, this.#onTheWay, this.#receivable]) fifo.empty();
  }

  /** Between the slots of its ends. */
  save(writer: StateWriter): void {
    writer.section("dropping", 1);
    writer.f64(this.#dropped);
    writer.f64(this.lost);
    this.#onTheWay.save(writer);
    this.#receivable.save(writer);
  }

  restore(reader: StateReader): void {
    reader.section("dropping", 1);
    this.#dropped = reader.f64();
    this.#counts[1] = reader.f64();
    this.#onTheWay.restore(reader);
    this.#receivable.restore(reader);
  }

  /** @returns how many messages that drops. */
  #move(from: MessageFifo, to: MessageFifo): number {
    let dropped = 0;
    while (from.count > 0) {
      dropped += this.#add(from.first, to);
      from.dropFirst();
    }
    return dropped;
  }

  /** Likewise. */
  #add(message: Uint8Array, to: MessageFifo): 0 | 1 {
    const drops = to.isFull;
    if (drops && !this.#dropsOldest) return 1;
    if (drops) to.dropFirst();
    to.push(message);
    return drops ? 1 : 0;
  }
}
