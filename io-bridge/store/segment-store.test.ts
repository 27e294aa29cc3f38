import * as fs from "node:fs";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { logBook } from "../testing/test-module.ts";
import { SegmentStore, type StoreOptions } from "./segment-store.ts";
import type { StoreFiles } from "./segment-writer.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "partita-store-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const clock = { nowMs: () => 0, monotonicMs: () => clock.ms, ms: 0 };
beforeEach(() => {
  clock.ms = 0;
});

const KIB = 1024;

const openStore = (more: Partial<StoreOptions> = {}): SegmentStore =>
  new SegmentStore({
    name: "plant",
    folder: join(folder, "buffer"),
    maxBytes: 1024 * KIB,
    policy: "dropOldest",
    clock,
    log: logBook().log,
    ...more,
  });

/** Each of its own length. */
const payloadOf = (number: number): Buffer => Buffer.from(`record ${number} ${"x".repeat(number % 40)}`);
const numberOf = (payload: Buffer): number => Number(String(payload).split(" ")[1]);

const append = (store: SegmentStore, from: number, below: number): void => {
  for (let number = from; number < below; number += 1) store.append(payloadOf(number));
  store.flush();
};

const takeAll = (store: SegmentStore): number[] => {
  const numbers: number[] = [];
  for (let record = store.take(); record !== null; record = store.take()) {
    numbers.push(numberOf(record.payload));
    store.delivered(record);
  }
  return numbers;
};

const range = (from: number, below: number): number[] =>
  Array.from({ length: below - from }, (_, index) => from + index);
const segments = (): string[] => readdirSync(join(folder, "buffer")).filter((name) => name.endsWith(".segment"));

describe("a store", () => {
  test("gives the records back in order, over many segments, and leaves no file behind", () => {
    const store = openStore();
    append(store, 0, 10_000);
    expect(segments().length).toBeGreaterThan(1);
    expect(takeAll(store)).toEqual(range(0, 10_000));
    expect(store.take()).toBeNull();
    expect(segments()).toEqual([]);
    expect(store.counters).toEqual({
      bytes: 0,
      stored: 10_000,
      delivered: 10_000,
      dropped: 0,
      damaged: 0,
      failures: 0,
    });
    append(store, 10_000, 10_003);
    expect(takeAll(store)).toEqual([10_000, 10_001, 10_002]);
  });

  test("gives what is appended while others are taken", () => {
    const store = openStore();
    append(store, 0, 3);
    const first = store.take()!;
    append(store, 3, 5);
    store.delivered(first);
    expect(takeAll(store)).toEqual([1, 2, 3, 4]);
  });

  test("gives again, after a rewind, all from the oldest that was not delivered on", () => {
    const store = openStore();
    append(store, 0, 6);
    const taken = range(0, 5).map(() => store.take()!);
    for (const index of [0, 1, 3]) store.delivered(taken[index]!);
    store.rewind();
    store.delivered(taken[2]!); // too late to count
    expect(takeAll(store)).toEqual([2, 3, 4, 5]);
  });

  test("gives to the next run what the last one did not deliver", () => {
    const store = openStore();
    append(store, 0, 5000);
    for (let count = 0; count < 3000; count += 1) store.delivered(store.take()!);
    store.close();
    const next = openStore();
    append(next, 5000, 5010);
    expect(takeAll(next)).toEqual(range(3000, 5010));
    next.close();
    expect(takeAll(openStore())).toEqual([]);
  });

  test("gives rather twice than never what a killed run delivered last", () => {
    const store = openStore();
    append(store, 0, 100);
    for (let count = 0; count < 50; count += 1) store.delivered(store.take()!);
    expect(takeAll(openStore())).toEqual(range(0, 100)); // nothing was synchronised
    expect(store.counters.delivered).toBe(50);
  });

  test("remembers once a second what was delivered", () => {
    const store = openStore();
    append(store, 0, 100);
    clock.ms = 1000;
    store.flush();
    for (let count = 0; count < 50; count += 1) store.delivered(store.take()!);
    clock.ms = 2001;
    store.flush();
    expect(takeAll(openStore())).toEqual(range(50, 100));
  });
});

describe("a store that is full", () => {
  test("drops its oldest segment first, and counts what was in it", () => {
    const store = openStore({ maxBytes: 512 * KIB });
    for (let batch = 0; batch < 400; batch += 1) append(store, batch * 100, batch * 100 + 100);
    const { bytes, dropped } = store.counters;
    expect(bytes).toBeLessThanOrEqual(512 * KIB);
    expect(bytes).toBeGreaterThan(400 * KIB);
    expect(dropped).toBeGreaterThan(10_000);
    expect(takeAll(store)).toEqual(range(dropped, 40_000));
  });

  test("also when what it drops is being read", () => {
    const store = openStore({ maxBytes: 512 * KIB });
    append(store, 0, 1000);
    const early = store.take()!;
    for (let batch = 10; batch < 400; batch += 1) append(store, batch * 100, batch * 100 + 100);
    const { dropped } = store.counters;
    expect(numberOf(store.take()!.payload)).toBe(dropped);
    store.delivered(early);
    store.rewind();
    expect(takeAll(store)).toEqual(range(dropped, 40_000));
  });

  test("or what is new, where that is its policy", () => {
    const store = openStore({ maxBytes: 512 * KIB, policy: "dropNewest" });
    for (let batch = 0; batch < 400; batch += 1) append(store, batch * 100, batch * 100 + 100);
    const { stored, dropped } = store.counters;
    expect(stored + dropped).toBe(40_000);
    expect(dropped).toBeGreaterThan(10_000);
    expect(takeAll(store)).toEqual(range(0, stored));
  });
});

describe("a file that is damaged", () => {
  const COUNT = 40;
  /** Where each record ends, in the one segment that there is. */
  const intact = () => {
    const store = openStore();
    append(store, 0, COUNT);
    store.close();
    const [name] = segments();
    const bytes = readFileSync(join(folder, "buffer", name!));
    let end = 0;
    const ends = range(0, COUNT).map((number) => {
      end += 8 + payloadOf(number).length;
      return end;
    });
    expect(end).toBe(bytes.length);
    return { name: name!, bytes, ends };
  };
  let trial = 0;
  const readDamaged = (name: string, bytes: Buffer) => {
    trial += 1;
    const copy = join(folder, `damaged-${trial}`);
    mkdirSync(copy);
    writeFileSync(join(copy, name), bytes);
    const store = openStore({ folder: copy });
    const numbers = takeAll(store);
    expect(store.counters.failures).toBe(0);
    append(store, COUNT, COUNT + 1);
    expect(takeAll(store)).toEqual([COUNT]);
    rmSync(copy, { recursive: true });
    return { numbers, damaged: store.counters.damaged };
  };

  test("loses, wherever it is cut, only the records from there on", () => {
    const { name, bytes, ends } = intact();
    fc.assert(
      fc.property(fc.nat(bytes.length), (length) => {
        const { numbers, damaged } = readDamaged(name, bytes.subarray(0, length));
        expect(numbers).toEqual(range(0, ends.filter((end) => end <= length).length));
        expect(damaged).toBe(length === 0 || ends.includes(length) ? 0 : 1);
      }),
      { numRuns: 200 },
    );
  });

  test("loses, whichever bits are flipped, only the record there, or where its length is hit those behind it", () => {
    const { name, bytes, ends } = intact();
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (place, bits) => {
        const flipped = Buffer.from(bytes);
        flipped[place]! ^= bits;
        const hit = ends.filter((end) => end <= place).length;
        const start = hit === 0 ? 0 : ends[hit - 1]!;
        const { numbers, damaged } = readDamaged(name, flipped);
        const isLength = place - start < 4;
        const others = isLength ? range(0, hit) : [...range(0, hit), ...range(hit + 1, COUNT)];
        expect(numbers.slice(0, others.length)).toEqual(others);
        expect(numbers).not.toContain(hit);
        expect(damaged).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  test("of zeros, as a power failure may leave it, holds nothing", () => {
    const { name, bytes } = intact();
    expect(readDamaged(name, Buffer.alloc(bytes.length)).numbers).toEqual([]);
  });

  test("that says what was delivered has all of it given again", () => {
    const store = openStore();
    append(store, 0, 10);
    for (let count = 0; count < 5; count += 1) store.delivered(store.take()!);
    store.close();
    const path = join(folder, "buffer", "delivered");
    copyFileSync(path, `${path}.intact`);
    const bytes = readFileSync(path);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (place) => {
        const flipped = Buffer.from(bytes);
        flipped[place]! ^= 0x10;
        writeFileSync(path, flipped);
        const damaged = openStore();
        expect(numberOf(damaged.take()!.payload)).toBe(0);
      }),
    );
  });
});

describe("a disk that fails", () => {
  /** node:fs, of which every operation may fail, or be done in part. */
  const unreliable = (fails: (operation: string) => boolean): StoreFiles => {
    const failure = (): Error => Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
    const guarded = Object.entries({ ...fs }).map(([name, operation]) => {
      if (typeof operation !== "function" || (!name.endsWith("Sync") && name !== "fsync")) return [name, operation];
      const guard = (...given: unknown[]): unknown => {
        if (name === "closeSync" || !fails(name)) return Reflect.apply(operation, fs, given);
        if (name === "fsync") return queueMicrotask(() => (given[1] as (error: Error) => void)(failure()));
        if (name === "writeSync" && (given[3] as number) > 1 && fails("partly")) {
          const [file, bytes, offset, length, place] = given as [number, Buffer, number, number, number];
          return fs.writeSync(file, bytes, offset, Math.ceil(length / 2), place);
        }
        throw failure();
      };
      return [name, guard];
    });
    return Object.fromEntries(guarded) as StoreFiles;
  };

  test("costs the records that it does not take; they are counted, and what it takes later is kept", () => {
    let isFull = false;
    const { log, lines } = logBook();
    const store = openStore({ log, files: unreliable((operation) => isFull && operation === "writeSync") });
    append(store, 0, 10);
    isFull = true;
    for (let batch = 1; batch < 10; batch += 1) append(store, batch * 10, batch * 10 + 10);
    expect(store.counters).toMatchObject({ stored: 10, dropped: 90, failures: 1 }); // left alone for a second
    isFull = false;
    clock.ms += 1001;
    append(store, 100, 110);
    expect(takeAll(store)).toEqual([...range(0, 10), ...range(100, 110)]);
    expect(lines).toMatchObject([
      { level: "warn", fields: { link: "plant", reason: expect.stringMatching(/^ENOSPC/) } },
    ]);
  });

  test("from the start is no reason not to start, and is used as soon as it works", () => {
    let isBroken = true;
    const store = openStore({ files: unreliable(() => isBroken) });
    append(store, 0, 5);
    expect(store.take()).toBeNull();
    isBroken = false;
    clock.ms += 1001;
    append(store, 5, 8);
    expect(takeAll(store)).toEqual([5, 6, 7]);
    expect(store.counters).toMatchObject({ stored: 3, dropped: 5 });
  });

  test("at any operation, any number of times, leads to no exception, and to no record that is not counted or out of order", () => {
    fc.assert(
      fc.property(
        fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
        fc.array(fc.nat(6), { maxLength: 60 }),
        (luck, steps) => {
          const dice = luck[Symbol.iterator]();
          let isHealthy = false;
          const files = unreliable(() => !isHealthy && (dice.next().value as number) < 3);
          rmSync(join(folder, "buffer"), { recursive: true, force: true });
          const store = openStore({ files, maxBytes: 512 * KIB });
          let next = 0;
          const given: number[] = [];
          for (const step of steps) {
            clock.ms += 600;
            if (step < 4) {
              append(store, next, next + step * 100);
              next += step * 100;
            } else if (step === 4) store.rewind();
            else {
              const record = store.take();
              if (record === null) continue;
              given.push(numberOf(record.payload));
              if (step === 5) store.delivered(record);
            }
          }
          isHealthy = true;
          clock.ms += 2000;
          append(store, next, next + 1);
          store.rewind();
          given.push(...takeAll(store));
          expect(given.at(-1)).toBe(next);
          const first = [...new Set(given)];
          expect(first).toEqual(first.toSorted((a, b) => a - b));
          expect(first.length + store.counters.dropped).toBeGreaterThanOrEqual(next + 1);
        },
      ),
      { numRuns: 60 },
    );
  });
});
