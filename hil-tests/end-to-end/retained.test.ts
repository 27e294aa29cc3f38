/** Retained data over a power cycle of the module, as its user sees it: kept, refused when torn, and replayed with the run. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { output, Program } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-retain-"));
afterAll(() => rmSync(folder, { recursive: true }));
const CONFIG = join(folder, "module.yaml");
const FILE = join(folder, "kept", "press.press.retained");
const RECORDING = join(folder, "second.recording");

writeFileSync(
  join(folder, "press.st"),
  `PROGRAM Press
VAR RETAIN strokes : UDINT; END_VAR
VAR first : BOOL := TRUE; END_VAR
IF first THEN first := FALSE; strokes := strokes + 1000000; END_IF;
strokes := strokes + 1;
END_PROGRAM`,
);
writeFileSync(
  CONFIG,
  `module: press
partitions: { press: { program: press.st, memory: 64 KiB } }
schedules: { normal: { majorFrame: 20 ms, slots: [ { partition: press, start: 0 ms, duration: 1 ms } ] } }
retain: { folder: kept, period: 50 ms }
`,
);

const MAIN = "dist/runtime/cli/main.js";
const run = (...args: string[]) => output(process.execPath, MAIN, "run", CONFIG, "--duration", "200ms", ...args);
/** The data stand before the checksum. */
const strokes = (): number => readFileSync(FILE).subarray(-12).readUInt32LE(0);

it("counts on after each power cycle, and replays a run that began warm", async () => {
  await run();
  expect(strokes()).toBe(1_000_010);
  const text = await output(process.execPath, MAIN, "run", CONFIG, "--duration", "200ms", "--record", RECORDING);
  expect(strokes()).toBe(2_000_020);
  expect(text).toContain("recorded");
  expect(await output(process.execPath, MAIN, "replay", RECORDING)).toMatch(/^identical: 10 major frames/);
});

it("keeps what it saved when the power goes without a word", async () => {
  const before = strokes();
  const program = new Program(process.execPath, [MAIN, "run", CONFIG]);
  await program.line(/module running/, 10_000);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await program.end("SIGKILL");
  expect(strokes()).toBeGreaterThan(before + 1_000_000);
});

it("starts cold with a word when the file is torn, and keeps that file", async () => {
  writeFileSync(FILE, readFileSync(FILE).subarray(0, -3));
  const program = new Program(process.execPath, [MAIN, "run", CONFIG, "--duration", "100ms"]);
  await program.line(/retained data refused: it is damaged.*it starts cold/, 10_000);
  expect((await program.ended).code).toBe(0);
  expect(strokes()).toBe(1_000_005);
  expect(readFileSync(`${FILE}.refused`).length).toBeGreaterThan(50);
});
