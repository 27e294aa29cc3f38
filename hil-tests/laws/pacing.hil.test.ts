/** Law 5: pacing only delays. A run in its worker thread, paced to real time, is the run that virtual time gives. */
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { replay } from "../../runtime/hypervisor/index.ts";
import { boot, formatHash, QUALITY, RunningHashes, SharedExchange, startBoard } from "../../runtime/index.ts";
import { initialSchedule, type System } from "../../runtime/system.ts";
import { createHasher, decodeRecording, type Recording } from "../../runtime/trace/index.ts";
import { CHANGE_BYTES } from "../../runtime/trace/recording-format.ts";
import { cycles } from "../../runtime/units.ts";
import { loadOnce } from "../rig/load.ts";
import { randomFrom, silence } from "./runs.ts";

const hasher = await createHasher();
const system = await loadOnce(resolve(import.meta.dirname, "../../configs/waterworks.yaml"));
const frames = 100;

/** Runs the module in its worker thread; `meddle` is called every few milliseconds with the bridge's side. */
const runInThread = async (
  paced: boolean,
  meddle: (exchange: SharedExchange) => void = () => {},
  of: System = system,
) => {
  const exchange = new SharedExchange(of);
  const parts: Uint8Array[] = [];
  const board = startBoard(of, exchange, {
    paced,
    duration: cycles(frames * initialSchedule(of).majorFrame),
    version: "test",
    record: (bytes) => void parts.push(bytes),
    onMessage: () => {},
  });
  const timer = setInterval(() => meddle(exchange), 7);
  const summary = await board.ended;
  clearInterval(timer);
  const recording = decodeRecording(new Uint8Array(Buffer.concat(parts)), hasher);
  if (recording.kind === "damaged") throw new Error(recording.message);
  return { summary, recording, lateness: board.lateness(), hashes: summary.partitions.map(({ hash }) => hash) };
};

/** Writes a random input of a random partition, as a bridge under fire would. */
const meddling = (seed: number) => {
  const random = randomFrom(seed);
  return (exchange: SharedExchange): void => {
    const { points, index: partition } = system.partitions[random(system.partitions.length)]!;
    const inputs = points.filter(({ direction }) => direction === "input");
    const { index: point, type } = inputs[random(inputs.length)]!;
    exchange.writeInput({ partition, point }, type === "BOOL" ? random(2) === 1 : random(100) / 10, "good", 0);
    exchange.handOver();
  };
};

const inVirtualTime = async (): Promise<string[]> => {
  const running = new RunningHashes(system.partitions.length, hasher);
  const module = await boot(system, { ...silence, frameEnded: (_frame, hashes) => running.frameEnded(hashes) });
  while (module.frame < frames) module.runFrame();
  return [...running.values].map(formatHash);
};

/** Qualities to which recorded inputs changed; before anything came in they are uncertain, which is no change. */
const qualitiesIn = (recording: Recording): Set<number> => {
  const qualities = new Set<number>();
  for (const record of recording.records()) {
    if (record.kind !== "latch") continue;
    for (let at = 0; at < record.changes.byteLength; at += CHANGE_BYTES) qualities.add(record.changes.getUint8(at + 2));
  }
  return qualities;
};

describe("a paced run", () => {
  it("takes as long as its board time says, and has the hashes of an unpaced one, in a thread or not", async () => {
    const paced = await runInThread(true);
    expect(paced.summary.boardSeconds).toBe(2);
    expect(paced.summary.hostMs).toBeGreaterThan(1970);
    expect(paced.lateness.count).toBeGreaterThan(frames);
    expect(paced.hashes).toEqual((await runInThread(false)).hashes);
    expect(paced.hashes).toEqual(await inVirtualTime());
  });

  it("replays bit for bit, whatever came in and whenever", async () => {
    const { recording, hashes, summary } = await runInThread(true, meddling(1));
    expect(replay(system, recording, hasher)).toMatchObject({ frames: summary.frames, divergence: null });
    expect(hashes).not.toEqual(await inVirtualTime());
  });

  it("marks inputs uncertain when the host was away for longer than the module allows", async () => {
    const hasty = { ...system, maxLateness: 1 as System["maxLateness"] };
    const { recording, lateness } = await runInThread(true, meddling(2), hasty);
    expect(lateness.slips).toBeGreaterThan(0);
    expect(qualitiesIn(recording)).toContain(QUALITY.uncertain);
    expect(replay(hasty, recording, hasher).divergence).toBeNull();
  });
});
