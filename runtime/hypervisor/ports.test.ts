import { describe, expect, it } from "vitest";
import { PARTITA_RETURN_CODES as CODE } from "../board/index.ts";
import type { Overflow, Port } from "../system.ts";
import { cycles } from "../units.ts";
import { Channels } from "./channels.ts";
import { Ports } from "./ports.ts";

const AT = cycles(0);

/** A queue of two messages of at most 8 bytes from partition 0 to partition 1. */
const queueEnds = (overflow: Overflow = "refuse") => {
  const channels = new Channels({
    queuingChannels: [
      { from: { partition: 0, port: 0 }, to: { partition: 1, port: 0 }, depth: 2, maxMessageBytes: 8, overflow },
    ],
    samplingMessageChannels: [],
  });
  const port = { index: 0, kind: "queuing", channel: 0 } as const;
  return {
    source: new Ports(0, [{ ...port, name: "out", direction: "source" }], channels),
    destination: new Ports(1, [{ ...port, name: "in", direction: "destination" }], channels),
  };
};

/** A message from partition 0 to partitions 1 and 2, valid for 100 cycles. */
const sampleEnds = () => {
  const channels = new Channels({
    queuingChannels: [],
    samplingMessageChannels: [
      {
        from: { partition: 0, port: 0 },
        to: [1, 2].map((partition) => ({ partition, port: 0 })),
        refreshPeriod: cycles(100),
        maxMessageBytes: 1 << 20,
      },
    ],
  });
  const port = (direction: Port["direction"]): Port => ({
    index: 0,
    name: "p",
    kind: "sampling",
    direction,
    channel: 0,
  });
  return {
    source: new Ports(0, [port("source")], channels),
    destinations: [1, 2].map((partition) => new Ports(partition, [port("destination")], channels)) as [Ports, Ports],
  };
};

/** Sends a message of one byte for each of `bytes` in a slot. */
const sendAll = (source: Ports, ...bytes: readonly number[]): number[] => {
  source.startSlot();
  const statuses = bytes.map((byte) => source.send(0, Uint8Array.of(byte)));
  source.endSlot(AT);
  return statuses;
};

/** Receives all there is in a slot; negative: the code at the end. */
const receiveAll = (destination: Ports): number[] => {
  destination.startSlot();
  const received: number[] = [];
  const into = new Uint8Array(8);
  while (destination.receive(0, into) > 0) received.push(into[0]!);
  destination.endSlot(AT);
  return received;
};

describe("a port", () => {
  it("is found by its name", () => {
    const { source } = queueEnds();
    expect([source.find("out"), source.find("in")]).toEqual([0, -1]);
  });

  it("works in one direction only, and only where it is", () => {
    const { source, destination } = queueEnds();
    expect(source.receive(0, new Uint8Array(8))).toBe(-CODE.INVALID_MODE);
    expect(destination.send(0, new Uint8Array(8))).toBe(CODE.INVALID_MODE);
    expect([source.send(1, new Uint8Array(8)), destination.receive(1, new Uint8Array(8))]).toEqual([
      CODE.INVALID_PARAM,
      -CODE.INVALID_PARAM,
    ]);
  });
});

describe("a queuing port", () => {
  it("refuses a buffer that is too small for the next message, and keeps the message", () => {
    const { source, destination } = queueEnds();
    source.startSlot();
    expect(source.send(0, Uint8Array.of(1, 2, 3))).toBe(CODE.NO_ERROR);
    source.endSlot(AT);
    destination.startSlot();
    expect(destination.receive(0, new Uint8Array(2))).toBe(-CODE.INVALID_PARAM);
    const into = new Uint8Array(3);
    expect(destination.receive(0, into)).toBe(3);
    expect([...into]).toEqual([1, 2, 3]);
  });

  it("tells its free places, its messages and its limit", () => {
    const { source, destination } = queueEnds();
    source.startSlot();
    source.send(0, new Uint8Array(8));
    expect([source.available(0), destination.available(0)]).toEqual([1, 0]);
    source.endSlot(AT);
    destination.startSlot();
    expect([source.available(0), destination.available(0)]).toEqual([1, 1]);
    expect([source.maxMessageBytes(0), source.maxMessageBytes(1), source.available(1)]).toEqual([8, 0, 0]);
  });

  it("refuses what finds no place, or drops the oldest or the newest message, as the channel says", () => {
    const refusing = queueEnds("refuse");
    expect(sendAll(refusing.source, 1, 2, 3)).toEqual([CODE.NO_ERROR, CODE.NO_ERROR, CODE.NOT_AVAILABLE]);
    expect(receiveAll(refusing.destination)).toEqual([1, 2]);
    for (const [overflow, left] of [["dropOldest", [4, 5]] as const, ["dropNewest", [1, 2]] as const]) {
      const { source, destination } = queueEnds(overflow);
      expect(sendAll(source, 1, 2, 3)).toEqual([CODE.NO_ERROR, CODE.NO_ERROR, CODE.NO_ERROR]);
      sendAll(source, 4, 5);
      expect(destination.lost(0)).toBe(0);
      expect(receiveAll(destination)).toEqual(left);
      expect(destination.lost(0)).toBe(3);
    }
  });

  it("that drops shows its source nothing of its destination", () => {
    const run = (receives: boolean): number[] => {
      const { source, destination } = queueEnds("dropOldest");
      return [1, 2, 3, 4].flatMap((byte) => {
        const seen = sendAll(source, byte, byte);
        if (receives) receiveAll(destination);
        return [...seen, source.available(0)];
      });
    };
    expect(run(true)).toEqual(run(false));
  });
});

describe("a sampling port", () => {
  it("gives the last message that was written before its slot, again and again", () => {
    const { source, destinations } = sampleEnds();
    const [one, other] = destinations;
    const into = new Uint8Array(8);
    one.startSlot();
    expect([one.receive(0, into), one.isValid(0, cycles(0))]).toEqual([-CODE.NO_ACTION, false]);
    one.endSlot(AT);
    sendAll(source, 7, 8);
    one.startSlot();
    source.startSlot();
    source.send(0, Uint8Array.of(9));
    expect([one.receive(0, into), into[0], one.receive(0, into), into[0]]).toEqual([1, 8, 1, 8]);
    source.endSlot(cycles(10));
    expect([one.receive(0, into), into[0]]).toEqual([1, 8]);
    other.startSlot();
    expect([other.receive(0, into), into[0]]).toEqual([1, 9]);
  });

  it("keeps what a slot reads while others write again and again", () => {
    const { source, destinations } = sampleEnds();
    const [one, other] = destinations;
    const into = new Uint8Array(8);
    sendAll(source, 1);
    one.startSlot();
    sendAll(source, 2);
    other.startSlot();
    for (const byte of [3, 4, 5, 6]) sendAll(source, byte);
    expect([one.receive(0, into), into[0], other.receive(0, into), into[0]]).toEqual([1, 1, 1, 2]);
  });

  it("knows the age of its message, and whether that is within the refresh period", () => {
    const { source, destinations } = sampleEnds();
    source.startSlot();
    source.send(0, Uint8Array.of(1));
    source.endSlot(cycles(1000));
    destinations[0].startSlot();
    const at = (now: number) => [destinations[0].age(0, cycles(now)), destinations[0].isValid(0, cycles(now))];
    expect([at(1000), at(1100), at(1101)]).toEqual([
      [0, true],
      [100, true],
      [101, false],
    ]);
  });

  it("takes a mebibyte, and nothing longer", () => {
    const { source, destinations } = sampleEnds();
    const message = Uint8Array.from({ length: 1 << 20 }, (_, at) => at * 7);
    source.startSlot();
    expect(source.send(0, new Uint8Array((1 << 20) + 1))).toBe(CODE.INVALID_PARAM);
    expect(source.send(0, message)).toBe(CODE.NO_ERROR);
    source.endSlot(AT);
    destinations[0].startSlot();
    const into = new Uint8Array(1 << 20);
    expect(destinations[0].receive(0, into.subarray(1))).toBe(-CODE.INVALID_PARAM);
    expect(destinations[0].receive(0, into)).toBe(1 << 20);
    expect(into).toEqual(message);
  });
});
