import { describe, expect, it } from "vitest";
import { PARTITA_RETURN_CODES as CODE } from "../board/index.ts";
import { MessageQueue } from "./message-queue.ts";
import { Ports } from "./ports.ts";

/** A queue of two messages of at most 8 bytes, with a port at each end. */
const ends = () => {
  const queues = [new MessageQueue({ depth: 2, maxMessageBytes: 8 })];
  return {
    source: new Ports([{ index: 0, name: "out", direction: "source", channel: 0 }], queues),
    destination: new Ports([{ index: 0, name: "in", direction: "destination", channel: 0 }], queues),
  };
};

describe("a port", () => {
  it("is found by its name", () => {
    expect([ends().source.find("out"), ends().source.find("in")]).toEqual([0, -1]);
  });

  it("refuses a buffer that is too small for the next message, and keeps the message", () => {
    const { source, destination } = ends();
    source.startSlot();
    expect(source.send(0, Uint8Array.of(1, 2, 3))).toBe(CODE.NO_ERROR);
    source.endSlot();
    destination.startSlot();
    expect(destination.receive(0, new Uint8Array(2))).toBe(-CODE.INVALID_PARAM);
    const into = new Uint8Array(3);
    expect(destination.receive(0, into)).toBe(3);
    expect([...into]).toEqual([1, 2, 3]);
  });

  it("tells its free places, its messages and its limit", () => {
    const { source, destination } = ends();
    source.startSlot();
    source.send(0, new Uint8Array(8));
    expect([source.available(0), destination.available(0)]).toEqual([1, 0]);
    source.endSlot();
    destination.startSlot();
    expect([source.available(0), destination.available(0)]).toEqual([1, 1]);
    expect([source.maxMessageBytes(0), source.maxMessageBytes(1), source.available(1)]).toEqual([8, 0, 0]);
  });
});
