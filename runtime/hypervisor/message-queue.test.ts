import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessageQueue } from "./message-queue.ts";

const message = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

/** The same queue as plainly as can be: an array, and what each end has done in its slot. */
class Oracle {
  readonly depth: number;
  queue: number[][] = [];
  free = 0;
  added: number[][] = [];
  receivable = 0;
  taken = 0;

  constructor(depth: number) {
    this.depth = depth;
  }
}

/** Which slot is running, and what its guest tries. Slots of source and destination may overlap, on two harts. */
const actions = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom("startSource", "endSource", "startDestination", "endDestination") },
    { weight: 4, arbitrary: fc.record({ send: fc.array(fc.integer({ min: 1, max: 255 }), { maxLength: 4 }) }) },
    { weight: 4, arbitrary: fc.constant("receive") },
  ),
  { maxLength: 60 },
);

describe("a queuing channel", () => {
  it("shows each end the queue as its slot found it, and loses, adds and reorders nothing", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), actions, (depth, steps) => {
        const queue = new MessageQueue({ depth, maxMessageBytes: 4 });
        const oracle = new Oracle(depth);
        const into = new Uint8Array(4);
        let source = false;
        let destination = false;
        for (const step of steps) {
          if (step === "startSource" && !source) {
            source = true;
            queue.startSourceSlot();
            oracle.free = depth - oracle.queue.length;
          } else if (step === "endSource" && source) {
            source = false;
            queue.endSourceSlot();
            oracle.queue.push(...oracle.added.splice(0));
          } else if (step === "startDestination" && !destination) {
            destination = true;
            queue.startDestinationSlot();
            oracle.receivable = oracle.queue.length;
          } else if (step === "endDestination" && destination) {
            destination = false;
            queue.endDestinationSlot();
            oracle.queue.splice(0, oracle.taken);
            oracle.taken = 0;
          } else if (typeof step === "object" && source) {
            const fits = oracle.added.length < oracle.free;
            expect(queue.free).toBe(oracle.free - oracle.added.length);
            expect(queue.send(Uint8Array.from(step.send))).toBe(fits);
            if (fits) oracle.added.push(step.send);
          } else if (step === "receive" && destination) {
            const expected = oracle.taken < oracle.receivable ? oracle.queue[oracle.taken]! : null;
            expect(queue.receivable).toBe(oracle.receivable - oracle.taken);
            expect(queue.nextLength).toBe(expected?.length ?? 0);
            const length = queue.receive(into);
            expect(length < 0 ? null : [...into.subarray(0, length)]).toEqual(expected);
            if (expected !== null) oracle.taken += 1;
          }
        }
      }),
    );
  });

  it("does not let a message be received in the slot in which it was sent", () => {
    const queue = new MessageQueue({ depth: 2, maxMessageBytes: 4 });
    queue.startSourceSlot();
    queue.send(message(1, 2));
    queue.startDestinationSlot();
    expect(queue.receivable).toBe(0);
    queue.endSourceSlot();
    expect(queue.receivable).toBe(0);
    queue.startDestinationSlot();
    expect(queue.receivable).toBe(1);
  });

  it("does not give a place back before the receiver's slot has ended", () => {
    const queue = new MessageQueue({ depth: 1, maxMessageBytes: 4 });
    queue.startSourceSlot();
    queue.send(message(1));
    queue.endSourceSlot();
    queue.startDestinationSlot();
    queue.receive(new Uint8Array(4));
    queue.startSourceSlot();
    expect(queue.send(message(2))).toBe(false);
    queue.endSourceSlot();
    queue.endDestinationSlot();
    queue.startSourceSlot();
    expect(queue.send(message(2))).toBe(true);
  });
});
