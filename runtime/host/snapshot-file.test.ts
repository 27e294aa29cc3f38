import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomModule } from "../../hil-tests/laws/random-module.ts";
import { busyOutside, fingerprint, runSystem } from "../../hil-tests/laws/runs.ts";
import { systemOf } from "../../hil-tests/laws/systems.ts";
import type { Partition, System } from "../system.ts";
import { createHasher } from "../trace/index.ts";
import { hertz } from "../units.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot-file.ts";

const hasher = await createHasher();
const system = { ...systemOf(randomModule(7)), digest: "d1" };
const { module } = runSystem(system, { frames: 4, outside: busyOutside(system, 7) });
const hashes = BigUint64Array.from(system.partitions, (_, index) => BigInt(index) * 3n ** 30n);
const fileOf = (chosen?: readonly number[]) =>
  encodeSnapshot({ frame: 4, state: module.save(chosen), hashes }, system, "1.2", hasher);
const [whole, second] = [await fileOf(), await fileOf([1])];

const withPartition = (index: number, change: Partial<Partition>): System => ({
  ...system,
  partitions: system.partitions.map((partition, at) => (at === index ? { ...partition, ...change } : partition)),
});
const { name, memoryBytes, points } = system.partitions[1]!;

describe("a snapshot's file", () => {
  it("holds the state, the frame and the hashes", async () => {
    const snapshot = await decodeSnapshot(whole, system, hasher);
    if (typeof snapshot === "string") throw new Error(snapshot);
    expect([snapshot.frame, snapshot.hashes]).toEqual([4, hashes]);
    const [onward, restored] = [undefined, snapshot.state].map((from) =>
      runSystem(system, { frames: 8, ...(from && { from }), outside: busyOutside(system, 7) }),
    );
    expect(fingerprint(restored!).map(({ state }) => state)).toEqual(fingerprint(onward!).map(({ state }) => state));
    expect(restored!.frames).toEqual(onward!.frames.slice(4));
  });

  it("holds only the partitions that were chosen", async () => {
    const snapshot = await decodeSnapshot(second, system, hasher);
    if (typeof snapshot === "string") throw new Error(snapshot);
    expect(snapshot.state.bytes).toBeNull();
    expect(snapshot.state.partitions.flatMap((partition, index) => (partition === null ? [] : [index]))).toEqual([1]);
  });

  it("is small: only pages that a guest has changed are in it, compressed", () => {
    expect(whole.length).toBeLessThan(4096 * system.partitions.length);
  });

  it("is refused wherever it is damaged or cut off", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = whole.slice();
        damaged[at]! ^= flip;
        expect(typeof (await decodeSnapshot(damaged, system, hasher))).toBe("string");
        expect(typeof (await decodeSnapshot(whole.slice(0, at), system, hasher))).toBe("string");
      }),
    );
  });

  it.each<[string, System, Uint8Array, string]>([
    ["another config", { ...system, digest: "d2" }, whole, "it is of another module: the config is another one"],
    [
      "another image",
      withPartition(1, { image: Uint8Array.of(1) }),
      whole,
      `the image of partition ${name} is another one`,
    ],
    [
      "another image of a chosen one",
      withPartition(1, { image: Uint8Array.of(1) }),
      second,
      `the image of partition ${name}`,
    ],
    ["another name", withPartition(1, { name: "x" }), second, `there is no partition ${name}`],
    [
      "other memory",
      withPartition(1, { memoryBytes: 8192 }),
      second,
      `had ${memoryBytes} bytes of memory, and has 8192`,
    ],
    ["other points", withPartition(1, { points: points.slice(1) }), second, `the points or ports of partition ${name}`],
    ["another clock", { ...system, clock: hertz(5) }, second, "the board's clock was 10000000 Hz, and is 5 Hz"],
  ])("is refused with the reason for %s", async (_, other, file, reason) => {
    expect(await decodeSnapshot(file, other, hasher)).toContain(reason);
  });

  it("is refused with the reason when it is no snapshot, or of a later format", async () => {
    const later = whole.slice();
    later[7] = 9;
    expect(await decodeSnapshot(new TextEncoder().encode("module: x\n"), system, hasher)).toContain(
      "no Partita snapshot",
    );
    expect(await decodeSnapshot(later, system, hasher)).toContain("snapshots of format 9 are unknown here, only 3");
  });
});
