/** What a failing test leaves behind. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { Waterworks } from "../plants/waterworks/index.ts";
import { replayTest, rigTest } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-evidence-"));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it("a failing test says where, draws what it asked about, leaves its traces, and says how to run it again", async () => {
  vi.stubEnv("PARTITA_RIG_REPORTS", folder);
  vi.stubEnv("PARTITA_SEED", "42");
  const seeds: number[] = [];
  const plant = (seed: number) => {
    seeds.push(seed);
    return new Waterworks({ seed, level: 3 });
  };
  const body = rigTest("configs/waterworks.yaml", { plant, alias: { tank: "plant.level" } }, (rig) => {
    rig.capture(["intake.pump1"]);
    rig.force("intake.lowFloat", true);
    rig.runFor("500 ms");
    expect(rig.number("tank")).toBe(9);
  });
  const file = { filepath: join(process.cwd(), "hil-tests/tank.test.ts") };
  const test = { task: { name: "fills (in time)", file, meta: {} } };
  const message = await body(test).then(
    () => "it passed",
    (error: Error) => error.message,
  );
  expect(seeds).toEqual([42]);
  expect(message).toMatch(/expected \d[\d.]* to be 9[\s\S]*\nat 0\.500 s of virtual time, frame 25/);
  const place = join(folder, "hil-tests-tank-test-ts-fills-in-time");
  expect(message).toContain(`\n  seen: ${join(place, "failure.png")} (and .svg)`);
  expect(message).toContain("again: PARTITA_SEED=42 npx vitest run hil-tests/tank.test.ts -t 'fills \\(in time\\)'");
  const svg = readFileSync(join(place, "failure.svg"), "utf8");
  expect(svg).toMatch(/plant\.level \[m\][\s\S]*intake\.lowFloat[\s\S]*intake\.pump1/);
  expect(existsSync(join(place, "failure.png"))).toBe(true);
  expect(message).toContain(`\n  trace: ${join(place, "failure.recording")}, ${join(place, "failure.json")}`);
  await replayTest(join(place, "failure.recording"))();
  expect(JSON.parse(readFileSync(join(place, "failure.json"), "utf8")).traceEvents).not.toEqual([]);
});

it("a seed that is none is refused", async () => {
  vi.stubEnv("PARTITA_SEED", "lucky");
  const body = rigTest("configs/waterworks.yaml", { plant: () => new Waterworks() }, () => undefined);
  await expect(body()).rejects.toThrow('PARTITA_SEED is "lucky", and not a whole number');
});
