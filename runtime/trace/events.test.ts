import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeEvents, EVENT_KINDS, EventLog, type EventSink, type TraceEvent } from "./events.ts";
import { createHasher, formatHash, RunningHashes } from "./hashes.ts";

const hasher = await createHasher();
const place = (cycle: number, frame = 0, slot = 0, partition = 0) => ({ cycle, frame, slot, partition });

/** Keeps all bytes that a log hands over. */
const collector = (): EventSink & { bytes(): Uint8Array } => {
  const parts: Uint8Array[] = [];
  return {
    events: (_, bytes) => void parts.push(bytes.slice()),
    bytes: () => new Uint8Array(Buffer.concat(parts)),
  };
};

const plain = (event: TraceEvent) => ({ ...event, payload: Buffer.from(event.payload).toString("hex") });

const KINDS = Object.keys(EVENT_KINDS) as (keyof typeof EVENT_KINDS)[];
const events = fc.array(
  fc.record({
    cycle: fc.maxSafeNat(),
    frame: fc.nat(0xffff_ffff),
    slot: fc.nat(0xffff),
    partition: fc.nat(0xffff),
    kind: fc.constantFrom(...KINDS),
    payload: fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.integer({ min: 60_000, max: 65_535 }).map((length) => new Uint8Array(length).fill(length)),
    ),
  }),
  { maxLength: 6 },
);

describe("an event log", () => {
  it("hands over what was written, byte for byte, and its hash is XXH64 over these bytes", () => {
    fc.assert(
      fc.property(events, (written) => {
        const sink = collector();
        const log = new EventLog(0, hasher, sink);
        for (const event of written) log.write(event, EVENT_KINDS[event.kind], event.payload);
        const hash = log.endFrame();
        expect([...decodeEvents(sink.bytes())].map(plain)).toEqual(written.map(plain));
        expect(hash).toBe(hasher.hash(sink.bytes()));
      }),
      { numRuns: 50 },
    );
  });

  it("starts each frame anew", () => {
    const log = new EventLog(0, hasher, null);
    const frame = () => {
      log.write(place(5), EVENT_KINDS.uart, Uint8Array.of(65));
      return log.endFrame();
    };
    expect(frame()).toBe(frame());
    expect(log.endFrame()).toBe(hasher.hash(new Uint8Array(0)));
  });

  it("splits a payload that is too long for one event", () => {
    const sink = collector();
    const log = new EventLog(0, hasher, sink);
    log.write(place(1), EVENT_KINDS.publish, new Uint8Array(150_000).fill(7));
    log.endFrame();
    const lengths = [...decodeEvents(sink.bytes())].map(({ kind, payload }) => `${kind} ${payload.length}`);
    expect(lengths).toEqual(["publish 65535", "publish 65535", "publish 18930"]);
  });

  it("changes its hash with any single bit of an event", () => {
    const hashOf = (cycle: number, kind: number, payload: number) => {
      const log = new EventLog(0, hasher, null);
      log.write(place(cycle), kind, Uint8Array.of(payload));
      return log.endFrame();
    };
    const hashes = [hashOf(1, 5, 1), hashOf(2, 5, 1), hashOf(1 + 2 ** 40, 5, 1), hashOf(1, 6, 1), hashOf(1, 5, 3)];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe("hashes", () => {
  it("are XXH64 as its specification says", () => {
    const text = new TextEncoder().encode("Nobody inspects the spammish repetition");
    expect(formatHash(hasher.hash(new Uint8Array(0)))).toBe("ef46db3751d8e999");
    expect(formatHash(hasher.hash(text))).toBe("fbcea83c8a378bf1");
  });

  it("do not depend on how a stream is cut", () => {
    const bytes = Uint8Array.from({ length: 200_001 }, (_, i) => (i * 7) >> 3);
    const stream = hasher.stream();
    for (let at = 0, size = 1; at < bytes.length; at += size, size = size * 2 + 1) {
      stream.add(bytes.subarray(at, at + size));
    }
    expect(stream.digest()).toBe(hasher.hash(bytes));
  });

  it("of a run remember every frame, and their order", () => {
    const runOf = (...frames: bigint[]) => {
      const running = new RunningHashes(1, hasher);
      for (const frame of frames) running.frameEnded(BigUint64Array.of(frame));
      return running.values[0];
    };
    expect(runOf(1n, 2n)).toBe(runOf(1n, 2n));
    expect(new Set([runOf(1n, 2n), runOf(2n, 1n), runOf(1n), runOf(1n, 3n)]).size).toBe(4);
  });
});
