/** Snapshots as their user meets them: taken by one process, gone on from by others, recorded and replayed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { output } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-snapshot-"));
afterAll(() => rmSync(folder, { recursive: true }));
const SNAPSHOT = join(folder, "half.snapshot");
const RECORDING = join(folder, "second-half.recording");
const CONFIG = "configs/waterworks.yaml";

const partita = (...args: string[]) => output(process.execPath, "dist/runtime/cli/main.js", ...args);
const fast = (duration: string, ...more: string[]) => partita("run", CONFIG, "--fast", "--duration", duration, ...more);
const failure = (...args: string[]) =>
  partita(...args).then(
    () => ({ code: 0, stderr: "" }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ code, stderr }),
  );
/** Each partition's name, trace hash and state hash. */
const hashesIn = (text: string) =>
  [...text.matchAll(/^(\w+) .* {2}([0-9a-f]{16}) {2}([0-9a-f]{16})$/gm)].map((match) => match.slice(1, 4));

it("lets other processes go on from it, on either engine, with the hashes of the run that went on", async () => {
  const whole = hashesIn(await fast("2s"));
  expect(whole).toHaveLength(4);
  expect(await partita("snapshot", CONFIG, "--at", "1s", "-o", SNAPSHOT)).toContain("module waterworks at 1.000 s");
  expect(readFileSync(SNAPSHOT).length).toBeLessThan(100_000);
  for (const engine of ["translator", "interpreter"]) {
    const text = await fast("1s", "--restore", SNAPSHOT, "--engine", engine, "--record", RECORDING);
    expect(text).toMatch(/^50 major frames, 1\.000 s of board time/m);
    expect(hashesIn(text)).toEqual(whole);
  }
  expect(await partita("replay", RECORDING)).toMatch(/^identical: 50 major frames/);
});

it("brings chosen partitions back, the others beginning at power-on", async () => {
  await partita("snapshot", CONFIG, "intake", "--at", "1s", "-o", SNAPSHOT);
  const [restored, fresh] = [await fast("1s", "--restore", SNAPSHOT), await fast("1s")].map(hashesIn);
  const states = (of: string[][]) => new Map(of.map(([name, , state]) => [name, state]));
  expect(states(restored!).get("drive")).toBe(states(fresh!).get("drive"));
  expect(states(restored!).get("intake")).not.toBe(states(fresh!).get("intake"));
});

it("is refused with the reason, and exit status 2", async () => {
  await partita("snapshot", CONFIG, "--at", "100ms", "-o", SNAPSHOT);
  const refused = (...args: string[]) => failure("run", ...args, "--fast", "--duration", "1s", "--restore", SNAPSHOT);
  const other = await refused("configs/packaging.yaml");
  expect([other.code, other.stderr]).toEqual([
    2,
    expect.stringContaining("it is of another module: the partitions were"),
  ]);
  writeFileSync(SNAPSHOT, readFileSync(SNAPSHOT).subarray(0, -1));
  const torn = await refused(CONFIG);
  expect([torn.code, torn.stderr]).toEqual([2, expect.stringContaining("it is cut off")]);
  expect((await failure("snapshot", CONFIG, "nobody", "--at", "1s", "-o", SNAPSHOT)).stderr).toContain(
    "waterworks has no partition nobody; it has",
  );
});
