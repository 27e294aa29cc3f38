import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { patchedModule } from "../../hil-tests/patched-module.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const MAIN = join(ROOT, "dist/runtime/cli/main.js");
const RUNNER = join(ROOT, "node_modules/vitest/vitest.mjs");
const folder = mkdtempSync(join(tmpdir(), "partita-campaign-"));
// What is not known any more is taken as it was.
const buggy = patchedModule({ "intake.st": [["levelValid AND", "TRUE AND"]] });
afterAll(() => {
  rmSync(folder, { recursive: true });
  buggy.remove();
});

const campaignOn = (config: string, warmUp: string): string => `
import { defineCampaign } from "${ROOT}dist/hil-tests/rig/index.js";
import { Waterworks } from "${ROOT}dist/hil-tests/plants/waterworks/index.js";

interface Level { readonly level: number }
const start: Level = { level: 2.4 };

export default defineCampaign({
  name: "reservoir",
  config: ${JSON.stringify(config)},
  plant: (seed: number) => new Waterworks({ seed, demand: 5, ...start }),
  prepare: (rig) => rig.runFor("${warmUp}"),
  duration: "4 s",
  targets: ["intake.level", "reservoir", "boost.pressure", "intake.lowFloat"],
  invariants: {
    "nobody pumps into a reservoir whose level is unknown": {
      exceptFor: "1 s",
      holds: (rig) => rig.quality("intake.level") !== "bad" || !(rig.isOn("intake.pump1") || rig.isOn("intake.pump2")),
    },
  },
});
`;

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

// Its matchers are for the process of a test, which these are not.
const { VITEST: _, ...env } = process.env;

const run = (program: string, ...args: string[]): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
  });
const partita = (...args: string[]): Promise<Ended> => run(MAIN, "campaign", ...args);

describe("partita campaign", () => {
  beforeAll(() => {
    writeFileSync(join(folder, "reservoir.campaign.ts"), campaignOn(join(ROOT, "configs/waterworks.yaml"), "1 s"));
    writeFileSync(join(folder, "buggy.campaign.ts"), campaignOn(buggy.configPath, "10 s"));
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  });

  it("saves what fails as a test that fails with the same message", async () => {
    const { code, stdout } = await partita("buggy.campaign.ts", "--schedules", "16", "--json");
    const { failures, outcomes, objection } = JSON.parse(stdout);
    expect([code, objection, failures.length, outcomes.failed > 0]).toEqual([1, null, 1, true]);
    const [{ file, message, schedule }] = failures;
    expect(schedule).toHaveLength(1);
    expect(file).toBe(join(folder, "buggy-nobody-pumps-into-a-reservoir-whose-level-is-unknown.hil.test.ts"));
    const test = await run(RUNNER, "run", "--root", folder, "--no-color");
    expect(test.code).toBe(1);
    for (const line of message.split("\n").slice(0, 4)) expect(test.stdout + test.stderr).toContain(line);
  }, 120_000);

  it("goes on where it was stopped, and comes to the same as one that was not", async () => {
    const whole = await partita("reservoir.campaign.ts", "--schedules", "96", "--journal", "whole", "--workers", "1");
    expect([whole.code, existsSync(join(folder, "whole"))]).toEqual([0, true]);
    expect(whole.stdout).toMatch(
      /^reservoir: 96 schedules of seed 1, \d+ faults, invariants looked at \d+ times\n {2}fault /,
    );
    const args = ["reservoir.campaign.ts", "--schedules", "96", "--journal", "part", "--workers", "1"];
    const child = spawn(process.execPath, [MAIN, "campaign", ...args], { cwd: folder, env });
    child.stderr.once("data", () => child.kill("SIGINT"));
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(3);
    const made = readFileSync(join(folder, "part"), "utf8").split("\n").length - 2;
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(96);
    expect((await partita(...args)).stdout).toBe(whole.stdout);
  }, 120_000);

  it("says what it cannot play", async () => {
    const missing = await partita("nothing.campaign.ts");
    expect([missing.code, missing.stderr]).toEqual([2, "partita: there is no nothing.campaign.ts\n"]);
    writeFileSync(join(folder, "wrong.campaign.ts"), "export default 5 as number;\n");
    const wrong = await partita("wrong.campaign.ts");
    expect([wrong.code, wrong.stderr]).toMatchObject([
      2,
      expect.stringContaining("does not export a campaign by default"),
    ]);
  });
});
