/** What is behind a port: an end of a channel, seen from its partition's slot (ARINC 653 P1 §3.6.2). */
import { PARTITA_RETURN_CODES as CODE } from "../board/index.ts";
import type { Cycles } from "../units.ts";
import type { DroppingQueue } from "./dropping-queue.ts";
import type { MessageQueue } from "./message-queue.ts";
import type { SamplingMessage } from "./sampling-message.ts";

export interface PortEnd {
  readonly maxMessageBytes: number;
  /** Source: places free in this slot; destination: messages that can be received in it. */
  readonly available: number;
  /** Messages that did not get this far, as of the start of the slot; of a destination. */
  readonly lost: number;
  startSlot(): void;
  endSlot(now: Cycles): void;
  /** Between two frames: messages on their way are gone. */
  empty(): void;
  /** @returns a return code. */
  send(message: Uint8Array): number;
  /** @returns the message's length, or −(return code). */
  receive(into: Uint8Array): number;
  /** Of the message that `receive` gives: board cycles since it could first be received; 0 where that is not kept. */
  age(now: Cycles): number;
  /** Whether it is no older than the channel's refresh period; FIFOs keep no age: whatever they hold. */
  isValid(now: Cycles): boolean;
}

/** Every end is wrong in one direction; where a service is not there, it is the wrong direction's. */
const WRONG_DIRECTION = {
  lost: 0,
  send: () => CODE.INVALID_MODE,
  receive: () => -CODE.INVALID_MODE,
  age: () => 0,
  isValid: () => false,
} as const;

type Queue = MessageQueue | DroppingQueue;

/** @param copies of what `queue` takes; they refuse nothing. */
export const queueSource = (queue: Queue, copies: readonly Queue[] = []): PortEnd => ({
  ...WRONG_DIRECTION,
  maxMessageBytes: queue.maxMessageBytes,
  get available() {
    return queue.free;
  },
  startSlot: () => queue.startSourceSlot(),
  endSlot: () => {
    queue.endSourceSlot();
    for (const copy of copies) copy.endSourceSlot();
  },
  empty: () => {
    queue.empty();
    for (const copy of copies) copy.empty();
  },
  send: (message) => {
    if (message.length > queue.maxMessageBytes) return CODE.INVALID_PARAM;
    if (!queue.send(message)) return CODE.NOT_AVAILABLE;
    for (const copy of copies) copy.send(message);
    return CODE.NO_ERROR;
  },
});

export const queueDestination = (queue: Queue): PortEnd => ({
  ...WRONG_DIRECTION,
  maxMessageBytes: queue.maxMessageBytes,
  get available() {
    return queue.receivable;
  },
  get lost() {
    return queue.lost;
  },
  startSlot: () => queue.startDestinationSlot(),
  endSlot: () => queue.endDestinationSlot(),
  empty: () => queue.empty(),
  receive: (into) => {
    if (queue.receivable === 0) return -CODE.NOT_AVAILABLE;
    return queue.nextLength > into.length ? -CODE.INVALID_PARAM : queue.receive(into);
  },
  isValid: () => queue.receivable > 0,
});

export const sampleSource = (sample: SamplingMessage): PortEnd => ({
  ...WRONG_DIRECTION,
  maxMessageBytes: sample.maxMessageBytes,
  available: 1,
  startSlot: () => {},
  endSlot: (now) => sample.endSourceSlot(now),
  empty: () => sample.empty(),
  send: (message) => {
    if (message.length > sample.maxMessageBytes) return CODE.INVALID_PARAM;
    sample.write(message);
    return CODE.NO_ERROR;
  },
});

/** @param destination which of the channel's. */
export const sampleDestination = (sample: SamplingMessage, destination: number): PortEnd => ({
  ...WRONG_DIRECTION,
  maxMessageBytes: sample.maxMessageBytes,
  get available() {
    return sample.lengthFor(destination) < 0 ? 0 : 1;
  },
  startSlot: () => sample.startDestinationSlot(destination),
  endSlot: () => sample.endDestinationSlot(destination),
  // The message is the source's.
  empty: () => {},
  receive: (into) => {
    const length = sample.lengthFor(destination);
    // ARINC 653 P1 §3.6.2.1.4: reading an empty sampling port is no action.
    if (length < 0) return -CODE.NO_ACTION;
    if (length > into.length) return -CODE.INVALID_PARAM;
    sample.read(destination, into);
    return length;
  },
  age: (now) => sample.ageFor(destination, now),
  isValid: (now) => sample.isValidFor(destination, now),
});
