/** The waterworks on either engine, as its user runs and replays it: the same hashes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { output } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-engines-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ENGINES = ["interpreter", "translator"] as const;
const PARTITIONS = ["boost", "dosing", "drive", "intake"];
const partita = (...args: string[]) => output(process.execPath, "dist/runtime/cli/main.js", ...args);
const recordingOf = (engine: string) => join(folder, `${engine}.recording`);

const hashesOf = async (...options: string[]): Promise<readonly (readonly string[])[]> => {
  const text = await partita("run", "configs/waterworks.yaml", "--fast", "--duration", "1s", ...options);
  const rows = [...text.matchAll(/^(\w+) .* {2}([0-9a-f]{16}) {2}([0-9a-f]{16})$/gm)];
  return rows.map(([, name, trace, state]) => [name!, trace!, state!]).sort();
};

it("has the same hashes on both, and each replays what the other recorded", async () => {
  const asConfigured = await hashesOf();
  expect(asConfigured.map(([name]) => name)).toEqual(PARTITIONS);
  for (const engine of ENGINES) {
    expect(await hashesOf("--engine", engine, "--record", recordingOf(engine))).toEqual(asConfigured);
  }
  for (const [engine, other] of [ENGINES, [...ENGINES].reverse()]) {
    expect(await partita("replay", recordingOf(engine!), "--engine", other!)).toMatch(/^identical: 50 major frames/);
  }
});
