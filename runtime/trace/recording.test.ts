import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { systemOf } from "../../hil-tests/laws/systems.ts";
import type { BoardInstant, Outside } from "../hypervisor/outside.ts";
import { PointCells, QUALITY } from "../hypervisor/point-cells.ts";
import { cycles } from "../units.ts";
import { createHasher } from "./hashes.ts";
import { Recorder } from "./recorder.ts";
import { decodeRecording, type Recording } from "./recording.ts";
import { differencesOf, Replayer } from "./replayer.ts";

const hasher = await createHasher();
const image = Uint8Array.of(0x6f, 0, 0, 0);
const system = systemOf({
  partitions: { a: { image, inputs: 3, outputs: 1 }, b: { image, inputs: 2 } },
  majorFrame: 100,
  slots: [
    ["a", 0, 50],
    ["b", 50, 50],
  ],
});

/** Sets some inputs at some latches: [frame, partition, point, value, quality]. */
type Entry = readonly [number, number, number, number, number];
const outsideOf = (entries: readonly Entry[]): Outside => ({
  commands: () => [],
  latch: (at, inputs) => {
    for (const [frame, partition, point, value, quality] of entries) {
      if (frame !== at.frame || partition !== at.partition) continue;
      inputs.set(point, value);
      inputs.quality[point] = quality;
    }
  },
  published: () => {},
  uart: () => {},
  incident: () => {},
  scheduleSwitched: () => {},
  frameEnded: () => {},
});

const instant = (frame: number, partition: number): BoardInstant => ({
  cycle: cycles(100 * frame + 50 * partition),
  frame,
  slot: partition,
  partition,
});

/** Plays the module's part: the calls of some frames. @returns each slot's inputs, as text. */
const drive = (outside: Outside, frames: number, hashOf: (frame: number) => bigint): string[] => {
  const inputs = system.partitions.map(({ points }) => PointCells.initial(points));
  const seen: string[] = [];
  for (let frame = 0; frame < frames; frame++) {
    for (const partition of [0, 1]) {
      outside.latch(instant(frame, partition), inputs[partition]!);
      seen.push(`${frame} ${partition}: ${inputs[partition]!.values.join()} / ${inputs[partition]!.quality.join()}`);
    }
    outside.frameEnded(frame, BigUint64Array.of(hashOf(frame), hashOf(frame) + 1n));
  }
  return seen;
};

const hashOf = (frame: number) => BigInt(frame) * 0x1234_5678_9abc_def1n;

const record = (entries: readonly Entry[], frames: number, ended = true): { file: Uint8Array; seen: string[] } => {
  const parts: Uint8Array[] = [];
  const recorder = new Recorder({
    ...{ system, inner: outsideOf(entries), version: "0.0.0", hasher },
    sink: (bytes) => void parts.push(bytes.slice()),
  });
  const seen = drive(recorder, frames, hashOf);
  if (ended) {
    recorder.stopped(frames);
    recorder.end(frames, BigUint64Array.of(11n, 22n));
  } else recorder.flush();
  return { file: new Uint8Array(Buffer.concat(parts)), seen };
};

const recordingOf = (file: Uint8Array): Recording => {
  const recording = decodeRecording(file, hasher);
  if (recording.kind === "damaged") throw new Error(recording.message);
  return recording;
};

const entries = fc.array(
  fc.tuple(fc.nat(19), fc.nat(1), fc.nat(1), fc.nat(0xffff_ffff), fc.constantFrom(...Object.values(QUALITY))),
  { maxLength: 40 },
);

/** Inputs of partition a as a restored state left them. */
const restoredInputs = (): PointCells => {
  const inputs = PointCells.initial(system.partitions[0]!.points);
  inputs.set(0, 5);
  return inputs;
};

it("a recording holds an input that goes back to its initial value from what a restored state or a clone brought", () => {
  const parts: Uint8Array[] = [];
  const recorder = new Recorder({
    ...{ system, inner: outsideOf([[0, 0, 0, 0, QUALITY.uncertain]]), version: "0.0.0", hasher },
    sink: (bytes) => void parts.push(bytes.slice()),
  });
  const latched = (outside: Outside): number[] => {
    const inputs = restoredInputs();
    return [0, 1].map((frame) => {
      outside.latch(instant(frame, 0), inputs);
      outside.frameEnded(frame, BigUint64Array.of(1n, 2n));
      return Number(inputs.get(0));
    });
  };
  expect(latched(recorder)).toEqual([0, 0]);
  recorder.flush();
  const recording = decodeRecording(new Uint8Array(Buffer.concat(parts)), hasher);
  if (recording.kind === "damaged") throw new Error(recording.message);
  expect(latched(new Replayer(recording))).toEqual([0, 0]);
});

describe("a recording", () => {
  it("gives back at every latch exactly what was there", () => {
    fc.assert(
      fc.property(entries, (given) => {
        const { file, seen } = record(given, 20);
        const replayer = new Replayer(recordingOf(file));
        expect(drive(replayer, 20, hashOf)).toEqual(seen);
        expect(replayer.divergence).toBeNull();
        expect(replayer.next).toBe("stop");
        replayer.stopped();
        expect(replayer.next).toBe("end");
        replayer.end(BigUint64Array.of(11n, 22n));
        expect(replayer.divergence).toBeNull();
      }),
    );
  });

  it("holds only what changed", () => {
    const once = record([[3, 0, 1, 5, QUALITY.good]], 20).file.length;
    const again = record(
      [
        [3, 0, 1, 5, QUALITY.good],
        [9, 0, 1, 5, QUALITY.good],
      ],
      20,
    ).file.length;
    const other = record(
      [
        [3, 0, 1, 5, QUALITY.good],
        [9, 0, 1, 6, QUALITY.good],
      ],
      20,
    ).file.length;
    expect(again).toBe(once);
    expect(other).toBe(once + 11 + 11);
  });

  it("names the first frame and partition whose hash differs", () => {
    const replayer = new Replayer(recordingOf(record([], 20).file));
    drive(replayer, 20, (frame) => hashOf(frame) + (frame >= 7 ? 1n : 0n));
    expect(replayer.divergence).toMatchObject({ kind: "frameHash", frame: 7, partition: 0 });
  });

  it("names the partition whose state at the end differs", () => {
    const replayer = new Replayer(recordingOf(record([], 2).file));
    drive(replayer, 2, hashOf);
    replayer.stopped();
    replayer.end(BigUint64Array.of(11n, 23n));
    expect(replayer.divergence).toMatchObject({ kind: "stateHash", frame: 2, partition: 1, replayed: 23n });
  });

  it("says when its inputs belong to slots that the replay does not have", () => {
    const replayer = new Replayer(recordingOf(record([[1, 1, 0, 5, QUALITY.good]], 3).file));
    for (let frame = 0; frame < 3; frame++) {
      replayer.latch(instant(frame, 0), PointCells.initial(system.partitions[0]!.points));
      replayer.frameEnded(frame, BigUint64Array.of(hashOf(frame), hashOf(frame) + 1n));
    }
    expect(replayer.divergence).toEqual({ kind: "order", frame: 1, partition: 1 });
  });

  it("knows what it was made from", () => {
    const { header } = recordingOf(record([], 1).file);
    expect(differencesOf(header, system, hasher)).toEqual([]);
    const [a, b] = system.partitions;
    const other = { ...system, partitions: [a!, { ...b!, image: Uint8Array.of(0x6f, 0, 0, 1) }] };
    expect(differencesOf(header, other, hasher)).toEqual(["the image of partition b is another one"]);
    expect(differencesOf(header, { ...system, digest: "x" }, hasher)).toHaveLength(1);
    expect(differencesOf(header, { ...system, partitions: [a!] }, hasher)).toEqual([
      "the partitions were a, b, and are a",
    ]);
  });
});

describe("a recording's file", () => {
  const FORMAT_AT = 7;
  const frames = 200;
  const { file } = record(
    Array.from({ length: frames }, (_, frame): Entry => [frame, frame % 2, 0, frame, QUALITY.good]),
    frames,
  );

  it("is good up to its last whole block, wherever it is cut", () => {
    const whole = recordingOf(file);
    expect([whole.frames, whole.complete, whole.truncatedAt]).toEqual([frames, true, null]);
    fc.assert(
      fc.property(fc.nat(file.length - 1), (length) => {
        const cut = decodeRecording(file.subarray(0, length), hasher);
        if (cut.kind === "damaged") {
          expect(length).toBeLessThan(1000);
          return;
        }
        expect(cut.complete).toBe(false);
        expect(cut.frames % 64).toBe(0);
        expect(cut.frames).toBeLessThan(frames);
        const replayer = new Replayer(cut);
        drive(replayer, cut.frames, hashOf);
        expect(replayer.next).toBe("end");
      }),
    );
  });

  it("is refused with the place when one byte of it is another", () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = file.slice();
        damaged[at]! ^= flip;
        fc.pre(at !== FORMAT_AT || damaged[at]! < 1 || damaged[at]! > 2);
        const result = decodeRecording(damaged, hasher);
        expect(result.kind).toBe("damaged");
        if (result.kind === "damaged") expect(result.offset).toBeLessThanOrEqual(at);
      }),
    );
  });

  it("is refused when blocks have changed places", () => {
    const blocks: Uint8Array[] = [];
    for (let at = 8; at < file.length; ) {
      const length = 16 + new DataView(file.buffer, file.byteOffset).getUint32(at, true);
      blocks.push(file.subarray(at, at + length));
      at += length;
    }
    const [header, first, second, ...rest] = blocks;
    const swapped = new Uint8Array(Buffer.concat([file.subarray(0, 8), header!, second!, first!, ...rest]));
    expect(decodeRecording(swapped, hasher)).toMatchObject({
      kind: "damaged",
      message: expect.stringMatching("block 1"),
    });
  });

  it("of former formats, which knew no commands and no texts, is read as ever", () => {
    const former = file.slice();
    expect(former[FORMAT_AT]).toBe(3);
    for (const format of [1, 2]) {
      former[FORMAT_AT] = format;
      expect([...recordingOf(former).records()]).toEqual([...recordingOf(file).records()]);
    }
    former[FORMAT_AT] = 4;
    expect(decodeRecording(former, hasher)).toMatchObject({ kind: "damaged", offset: FORMAT_AT });
  });

  it("of another kind is refused by name", () => {
    const text = new TextEncoder().encode("module: waterworks\n");
    expect(decodeRecording(text, hasher)).toMatchObject({ kind: "damaged", message: "this is no Partita recording" });
  });
});
