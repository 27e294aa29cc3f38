/** A process that writes and reads a store is killed again and again, at random moments. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { hostClock } from "../../runtime/host/clock.ts";
import { logBook, pause, randomFrom } from "../testing/test-module.ts";
import { SegmentStore } from "./segment-store.ts";

const KILLS = Number(process.env.PARTITA_STORE_KILLS ?? "30");
const MODULE = new URL("../../dist/io-bridge/store/segment-store.js", import.meta.url).href;

const folder = mkdtempSync(join(tmpdir(), "partita-killed-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Says "written N" when N and all before it were flushed, and "given N" for each record that it takes. */
const WRITER = `
import { writeSync } from "node:fs";
import { SegmentStore } from ${JSON.stringify(MODULE)};
const [folder, first] = process.argv.slice(1);
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
const store = new SegmentStore({ name: "killed", folder, maxBytes: 2 ** 26, policy: "dropOldest", clock, log: { warn: console.error } });
let next = Number(first);
setInterval(() => {
  for (let count = 0; count < 50; count += 1) store.append(Buffer.from(String(next++).padEnd(200)));
  store.flush();
  writeSync(1, "written " + (next - 1) + "\\n");
  for (let count = 0; count < 30; count += 1) {
    const record = store.take();
    if (record === null) break;
    writeSync(1, "given " + Number(String(record.payload)) + "\\n");
    store.delivered(record);
  }
});
`;

/** What it said before it was killed, `afterMs` after its first word. */
const runUntilKilled = async (first: number, afterMs: number): Promise<readonly string[]> => {
  const args = ["--input-type=module", "-e", WRITER, folder, `${first}`];
  const writer: ChildProcess = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  const ended = new Promise<void>((resolve) => writer.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    writer.once("exit", () => reject(new Error("the writer ended by itself")));
    writer.stdout!.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      resolve();
    });
  });
  await pause(afterMs);
  writer.kill("SIGKILL");
  await ended;
  return said.split("\n").slice(0, -1);
};

test(`a store that is killed ${KILLS} times gives each record that was flushed, in order`, async () => {
  const below = randomFrom(7);
  const given: number[] = [];
  const written: number[] = [];
  let next = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const first = next;
    for (const line of await runUntilKilled(first, below(40))) {
      const number = Number(line.split(" ")[1]);
      if (line.startsWith("given")) given.push(number);
      else {
        for (let flushed = next; flushed <= number; flushed += 1) written.push(flushed);
        next = number + 1;
      }
    }
    next += 1000; // what it may have written after its last word has numbers of its own
  }
  const { log } = logBook();
  const store = new SegmentStore({
    name: "killed",
    folder,
    maxBytes: 2 ** 26,
    policy: "dropOldest",
    clock: hostClock,
    log,
  });
  for (let record = store.take(); record !== null; record = store.take()) given.push(Number(String(record.payload)));
  const arrived = new Set(given);
  expect(written.length).toBeGreaterThan(KILLS * 50);
  expect(written.filter((number) => !arrived.has(number))).toEqual([]);
  expect([...arrived]).toEqual([...arrived].toSorted((a, b) => a - b));
  expect(store.counters.dropped).toBe(0);
});
