/** Recordings as their user meets them: replayed whole and in part, looked into, cut off by a killed process, altered. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BlockWriter, createHasher, decodeRecording, readBlocks } from "../../runtime/trace/index.ts";
import { RECORDING_FORMAT } from "../../runtime/trace/recording-format.ts";
import { output, Program } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-replay-"));
afterAll(() => rmSync(folder, { recursive: true }));
const RECORDING = join(folder, "two-seconds.recording");
const CONFIG = "configs/waterworks.yaml";
const MAIN = "dist/runtime/cli/main.js";

const partita = (...args: string[]) => output(process.execPath, MAIN, ...args);
const failure = (...args: string[]) =>
  partita(...args).then(
    () => ({ code: 0, stdout: "", stderr: "" }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  );

describe("partita replay", () => {
  beforeAll(() => partita("run", CONFIG, "--fast", "--duration", "2s", "--record", RECORDING));

  it("compares a recording as far as it is asked to", async () => {
    expect(await partita("replay", RECORDING)).toMatch(/^identical: 100 major frames, 2\.000 s/);
    expect(await partita("replay", RECORDING, "--to", "0.51s")).toMatch(/^identical: 26 major frames/);
  });

  it("shows a moment of it: the points, and the registers as the slot before left them", async () => {
    const text = await partita("replay", RECORDING, "--at", "1s");
    expect(text).toMatch(/^frame 50 at 1\.000000 s of board time, schedule normal\n\nintake {2}NORMAL\n {2}level/);
    expect(text).toContain("residualSetpoint  0.5  uncertain\n");
    const { partitions } = JSON.parse(await partita("replay", RECORDING, "--at", "0min1s", "--json"));
    expect(partitions[1]).toMatchObject({ name: "dosing", points: { residualSetpoint: { value: 0.5 } } });
    // Cycles of its own slots, 3 ms of each frame, idle included.
    expect(Number(partitions[1].registers.mcycle)).toBe(50 * 300_000);
    expect(await failure("replay", RECORDING, "--at", "2.02s")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("ends before that, at 2.000 s"),
    });
  });

  it("plays what a killed run left, up to its last whole block", async () => {
    const path = join(folder, "killed.recording");
    const run = new Program(process.execPath, [MAIN, "run", CONFIG, "--fast", "--duration", "10h", "--record", path]);
    const size = () => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    while (size() < 20_000) await setTimeout(20);
    expect(await run.end("SIGKILL")).toMatchObject({ signal: "SIGKILL" });
    writeFileSync(path, readFileSync(path).subarray(0, -7));
    const replayed = await partita("replay", path);
    const [, frames] = /^identical: (\d+) major frames/m.exec(replayed) ?? [];
    expect(Number(frames)).toBeGreaterThan(64);
  });

  it("names the first frame and partition that differ, and tells what the partition did there", async () => {
    const path = join(folder, "lie.recording");
    writeFileSync(path, await withOtherHash(readFileSync(RECORDING), 30, 2));
    const { code, stdout } = await failure("replay", path);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^different: frame 30, partition boost: the trace differs, recorded [0-9a-f]{16}, replayed/);
    expect(stdout).toMatch(
      /^in this replay it did:\n {2}cycle \d+, slot 4: latch: .*\n(.*\n)* {2}cycle 61500000, slot 4: end of slot: pc 0x8/m,
    );
  });
});

describe("partita run --record-limit", () => {
  const record = (folderName: string, ...more: string[]) =>
    ["run", CONFIG, "--fast", "--record", join(folder, folderName), "--record-limit", "20s", ...more] as const;

  it("keeps the last stretch of a run, which replays from its oldest segment on", async () => {
    expect(await partita(...record("flight", "--duration", "10min"))).toContain("recorded in");
    const segments = readdirSync(join(folder, "flight"));
    expect(segments).not.toContain("000001.recording");
    const [, frames] = /^identical: (\d+) major frames/m.exec(await partita("replay", join(folder, "flight"))) ?? [];
    expect(Number(frames)).toBeGreaterThanOrEqual(1000);
    expect(Number(frames)).toBeLessThan(25_000);
    expect((await failure(...record("flight", "--duration", "1s"))).stderr).toContain("it holds a recording already");
  });

  it("leaves what a killed run had recorded", async () => {
    const run = new Program(process.execPath, [MAIN, ...record("killed", "--duration", "100h")]);
    const path = join(folder, "killed");
    const count = () => (statSync(path, { throwIfNoEntry: false }) === undefined ? 0 : readdirSync(path).length);
    while (count() < 3) await setTimeout(5);
    await run.end("SIGKILL");
    expect(await partita("replay", path)).toMatch(/^identical: \d{3,} major frames/m);
  });
});

describe("partita diff", () => {
  it("tells where partitions first did something else, and whether their channels were the same", async () => {
    const others = ["4 ms", "3 ms"].map((duration) => join(folder, `dosing-at-${duration.slice(0, 1)}.yaml`));
    const text = readFileSync(CONFIG, "utf8").replaceAll("../partitions", join(process.cwd(), "partitions"));
    writeFileSync(others[0]!, text);
    writeFileSync(others[1]!, text.replace("dosing, start: 5 ms,", "dosing, start: 6 ms,"));
    const recordings = others.map((path) => `${path}.recording`);
    for (const [index, path] of others.entries()) {
      await partita("run", path, "--fast", "--duration", "1s", "--record", recordings[index]!);
    }
    expect(await partita("diff", recordings[0]!, recordings[0]!)).toBe(
      "50 major frames of both compared\nintake: the same trace\ndosing: the same trace\nboost: the same trace\n" +
        "drive: the same trace\nchannels: the same\n",
    );
    const { code, stdout } = await failure("diff", recordings[0]!, recordings[1]!);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^dosing: another trace from frame 0 on, which ends at 0\.020 s\n {2}first {3}cycle 50\d+, .*\n {2}second {2}cycle 60/m,
    );
    expect(stdout).toMatch(/^intake: the same trace$/m);
    expect(await partita("diff", recordings[0]!, recordings[1]!, "--latency", "20ms")).toMatch(/^channels: the same$/m);
  });
});

/** The same recording with another hash of one partition for one frame. */
const withOtherHash = async (file: Uint8Array, frame: number, partition: number): Promise<Uint8Array> => {
  const hasher = await createHasher();
  const blocks = readBlocks(file, RECORDING_FORMAT, hasher);
  const recording = decodeRecording(file, hasher);
  if (blocks.kind === "damaged" || recording.kind === "damaged") throw new Error("the recording is damaged");
  const record = [...recording.records(frame)].find(({ kind }) => kind === "frame");
  if (record?.kind !== "frame") throw new Error("there is no such frame");
  const bytes = Buffer.from(new BigUint64Array([record.hashes[partition]!]).buffer);
  const parts: Uint8Array[] = [];
  const writer = new BlockWriter(RECORDING_FORMAT, hasher, (part) => void parts.push(part.slice()));
  for (const { bytes: payload } of blocks.payloads) {
    const at = Buffer.from(payload.buffer, payload.byteOffset, payload.length).indexOf(bytes);
    if (at >= 0) payload[at]! ^= 1;
    writer.writePayload(payload);
  }
  return Buffer.concat(parts);
};
