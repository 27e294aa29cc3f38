/** A run that the health monitor ends has failed, and says so. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { Program } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-shutdown-"));
afterAll(() => rmSync(folder, { recursive: true }));

const PROGRAM = "PROGRAM Main VAR n : INT := 3; q : INT; END_VAR n := n - 1; q := 100 / n; END_PROGRAM";
const MODULE = `
module: short
partitions: { a: { program: main.st, memory: 64 KiB, health: strict } }
health: { strict: { NUMERIC_ERROR: { action: SHUTDOWN } } }
schedules: { normal: { majorFrame: 10 ms, slots: [{ partition: a, start: 0 ms, duration: 1 ms }] } }
`;

it("a run that the health monitor shuts down exits with 1 and a line on stderr", async () => {
  writeFileSync(join(folder, "main.st"), PROGRAM);
  writeFileSync(join(folder, "short.yaml"), MODULE);
  const args = ["dist/runtime/cli/main.js", "run", join(folder, "short.yaml"), "--fast", "--duration", "1s"];
  const program = new Program(process.execPath, args);
  expect(await program.line(/^partita: /, 10_000)).toMatch(/^partita: the health monitor has shut the module down/);
  expect(await program.ended).toMatchObject({ code: 1 });
  expect(program.lines.join("\n")).toMatch(/NUMERIC_ERROR/);
});
