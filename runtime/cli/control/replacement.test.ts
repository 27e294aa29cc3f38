import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compileProgram } from "../../../partitions/st/index.ts";
import { loadSystem } from "../../index.ts";
import { createHasher } from "../../trace/index.ts";
import { loadReplacement } from "./replacement.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-replacement-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const program = (declarations: string): string => `PROGRAM Main VAR ${declarations} END_VAR END_PROGRAM`;
file("pump.st", program("name AT %Q* : STRING[8]; total AT %Q* : LINT := -5;"));
file("other.st", program("hours AT %Q* : ULINT := 7;"));
const config = file(
  "works.yaml",
  `module: works
partitions: { pump: { program: pump.st, memory: 64 KiB }, other: { program: other.st, memory: 64 KiB } }
schedules:
  normal:
    majorFrame: 10 ms
    slots: [{ partition: pump, start: 0 ms, duration: 1 ms }, { partition: other, start: 1 ms, duration: 1 ms }]
`,
);

const replaced = async (by: string) => {
  // As a user gives it: from where he stands.
  const loaded = await loadSystem(relative(process.cwd(), config), compileProgram);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { system } = loaded;
  return loadReplacement(system, system.partitions[0]!, by, await createHasher());
};

describe("another program for a partition", () => {
  it("has its points, be they texts or of 64 bits, at places of its own", async () => {
    const better = file("better.st", program("spare : LREAL; total AT %Q* : LINT; name AT %Q* : STRING[8];"));
    const { points } = (await replaced(better)).program;
    expect(points.map(({ name, index, initial }) => [name, index, initial])).toEqual([
      ["name", 0, ""],
      ["total", 1, 0n],
    ]);
  });

  it("is refused when a text of it is of another length", async () => {
    const longer = file("longer.st", program("total AT %Q* : LINT; name AT %Q* : STRING[9];"));
    await expect(replaced(longer)).rejects.toMatchObject({
      error: { what: expect.stringContaining("its point name holds 9 characters; the module has it with 8") },
    });
  });
});
