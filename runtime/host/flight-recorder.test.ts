/** The last stretch of a run, in segments that replay one behind the other. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { worker } from "../../hil-tests/laws/guests.ts";
import { busyOutside } from "../../hil-tests/laws/runs.ts";
import { systemOf } from "../../hil-tests/laws/systems.ts";
import { Module, type Outside, replay } from "../hypervisor/index.ts";
import { createHasher, decodeRecording, joined, Recorder, type Recording } from "../trace/index.ts";
import { cycles } from "../units.ts";
import { BoardHasEnded } from "./board-requests.ts";
import { FlightRecorder, type RecordingLimit, segmentsIn } from "./flight-recorder.ts";
import type { Snapshot } from "./snapshot.ts";
import { decodeSnapshot } from "./snapshot-file.ts";

const hasher = await createHasher();
const root = mkdtempSync(join(tmpdir(), "partita-flight-"));
afterAll(() => rmSync(root, { recursive: true }));

const points = { inputs: 3, outputs: 2 };
const FRAME = 200;
const system = systemOf({
  partitions: {
    a: { image: worker({ seed: 1, ...points, sleep: 90 }), ...points },
    b: { image: worker({ seed: 2, ...points }), ...points },
  },
  majorFrame: FRAME,
  slots: [
    ["a", 0, 100],
    ["b", 100, 100],
  ],
});

/** Runs under a flight recorder, as a board does that answers requests at the starts of frames and whose bytes come late. */
const run = async (name: string, limit: RecordingLimit, frames: number): Promise<string> => {
  const folder = join(root, name);
  let asked: ((snapshot: Snapshot) => void) | null = null;
  let over: (reason: BoardHasEnded) => void = () => {};
  const snapshot = () =>
    new Promise<Snapshot>((resolve, reject) => {
      [asked, over] = [resolve, reject];
    });
  const flight = new FlightRecorder({ folder, limit, system, version: "test", hasher, snapshot, startedAt: null });
  const busy = busyOutside(system, 7);
  const outside: Outside = {
    ...busy,
    commands: (frame) => {
      if (asked !== null) {
        asked({ frame, state: module.save(), hashes: new BigUint64Array(2) });
        asked = null;
        recorder.flush();
      }
      return busy.commands(frame);
    },
  };
  const late: Uint8Array[] = [];
  const sink = (bytes: Uint8Array) => void late.push(bytes.slice());
  const recorder: Recorder = new Recorder({ system, inner: outside, version: "test", hasher, sink });
  const module: Module = new Module(system, recorder, hasher);
  while (module.frame < frames) {
    for (let at = 0; at < 50; at++) module.runFrame();
    // In pieces that end anywhere.
    const bytes = Buffer.concat(late.splice(0));
    for (let at = 0; at < bytes.length; at += 1000) flight.write(bytes.subarray(at, at + 1000));
    for (let at = 0; at < 10; at++) await turn();
  }
  recorder.end(module.frame, module.stateHashes());
  flight.write(Buffer.concat(late));
  over(new BoardHasEnded());
  await flight.close();
  return folder;
};

const recordingsIn = (folder: string): Recording[] =>
  segmentsIn(folder).map((path) => {
    const recording = decodeRecording(readFileSync(path), hasher);
    if (recording.kind === "damaged") throw new Error(`${path}: ${recording.message}`);
    return recording;
  });

const replayed = async (recordings: readonly Recording[]) => {
  const whole = joined(recordings as [Recording, ...Recording[]]);
  const start = whole.snapshot === null ? null : await decodeSnapshot(whole.snapshot, system, hasher);
  if (typeof start === "string") throw new Error(start);
  const outcome = replay(system, whole, hasher, start === null ? {} : { from: start.state });
  return { ...outcome, first: start?.frame ?? 0, complete: whole.complete };
};

describe("a flight recorder", () => {
  it("keeps so much board time at least, and forgets what lies before", async () => {
    const folder = await run("time", { kind: "time", time: cycles(1600 * FRAME) }, 6000);
    const { frames, first, divergence, complete } = await replayed(recordingsIn(folder));
    expect([divergence, complete, first + frames]).toEqual([null, true, 6000]);
    expect(frames).toBeGreaterThanOrEqual(1600);
    // On a busy machine a segment's snapshot takes long, and the segment before it becomes longer.
    expect(frames).toBeLessThan(4500);
  });

  it("keeps so many bytes at most", async () => {
    const bytes = 400_000;
    const folder = await run("bytes", { kind: "bytes", bytes }, 6000);
    const size = segmentsIn(folder).reduce((sum, path) => sum + statSync(path).size, 0);
    expect(size).toBeLessThan(bytes);
    expect(size).toBeGreaterThan(bytes / 2);
    expect(await replayed(recordingsIn(folder))).toMatchObject({ divergence: null, complete: true });
  });

  it("keeps all while the limit is not reached", async () => {
    const folder = await run("short", { kind: "time", time: cycles(1e9) }, 300);
    expect(await replayed(recordingsIn(folder))).toMatchObject({ first: 0, frames: 300, divergence: null });
  });

  it("leaves segments that are whole by themselves, and joined again whatever was lost of them", async () => {
    const folder = await run("torn", { kind: "time", time: cycles(800 * FRAME) }, 3000);
    const all = recordingsIn(folder);
    expect(all.length).toBeGreaterThan(3);
    for (const one of all) expect(await replayed([one])).toMatchObject({ divergence: null });
    const behindGap = await replayed(all.filter((_, index) => index !== 2));
    expect(behindGap.divergence).toBeNull();
    expect(behindGap.first).toBe((await replayed(all.slice(3))).first);
    const last = segmentsIn(folder).at(-1)!;
    writeFileSync(last, readFileSync(last).subarray(0, -100));
    expect(await replayed(recordingsIn(folder))).toMatchObject({ divergence: null, complete: false });
  });
});
