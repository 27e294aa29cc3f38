/** A module on two harts as its user meets it: recorded, observed and restored with a thread for each hart, and as one thread has it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { output } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-harts-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
const CONFIG = at("harts.yaml");

writeFileSync(
  at("counter.st"),
  `PROGRAM Counter
VAR heard AT %ID0 : UDINT; scans AT %QD0 : UDINT; END_VAR
scans := scans * 3 + heard + 1;
END_PROGRAM`,
);
writeFileSync(
  CONFIG,
  `module: harts
board: { harts: 2 }
partitions:
  first: { program: counter.st, memory: 64 KiB }
  second: { program: counter.st, memory: 64 KiB }
schedules:
  normal:
    majorFrame: 10 ms
    slots:
      - { partition: first, start: 0 ms, duration: 2 ms }
      - { partition: second, start: 1 ms, duration: 2 ms, hart: 1 }
channels:
  - { type: sampling, from: first.scans, to: [second.heard], refreshPeriod: 50 ms }
  - { type: sampling, from: second.scans, to: [first.heard], refreshPeriod: 50 ms }
`,
);

const partita = (...args: string[]): Promise<string> => output(process.execPath, "dist/runtime/cli/main.js", ...args);
const fast = (duration: string, ...more: string[]): Promise<string> =>
  partita("run", CONFIG, "--fast", "--duration", duration, ...more);
/** Each partition's name, trace hash and state hash. */
const hashesIn = (text: string) =>
  [...text.matchAll(/^(\w+) .* {2}([0-9a-f]{16}) {2}([0-9a-f]{16})$/gm)].map((match) => match.slice(1, 4));
const observedIn = (file: string) => JSON.parse(readFileSync(file, "utf8")).partitions;

it("runs the same on threads, which are recorded, observed and restored like one", async () => {
  const whole = hashesIn(await fast("1s", "--one-thread", "--observed", at("one.json")));
  expect(whole.map(([name]) => name)).toEqual(["first", "second"]);
  const threads = await fast("1s", "--observed", at("threads.json"), "--record", at("whole.recording"));
  expect(hashesIn(threads)).toEqual(whole);
  expect(observedIn(at("threads.json"))).toEqual(observedIn(at("one.json")));
  expect(await partita("replay", at("whole.recording"))).toMatch(/^identical: 100 major frames/);
  await partita("snapshot", CONFIG, "--at", "500ms", "-o", at("half.snapshot"));
  const restored = await fast("500ms", "--restore", at("half.snapshot"), "--record", at("half.recording"));
  expect(hashesIn(restored)).toEqual(whole);
  expect(await partita("replay", at("half.recording"))).toMatch(/^identical: 50 major frames/);
});
