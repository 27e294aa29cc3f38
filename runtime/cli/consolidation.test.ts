import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const ROOT = new URL("../..", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "partita-consolidation-"));
afterAll(() => rmSync(folder, { recursive: true }));

// The rig's matchers are for the process of a test, which these are not.
const { VITEST: _, ...env } = process.env;

const partita = (...args: string[]): Promise<{ readonly code: number; readonly stdout: string }> =>
  new Promise((resolve) => {
    const main = join(ROOT, "dist/runtime/cli/main.js");
    execFile(process.execPath, [main, "consolidation", ...args], { cwd: folder, env }, (error, stdout) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout }),
    );
  });

const scenario = (wires: object): string => `
import { defineConsolidation } from "${ROOT}dist/hil-tests/rig/index.js";
import { Waterworks } from "${ROOT}dist/hil-tests/plants/waterworks/index.js";

export default defineConsolidation({
  config: "${ROOT}configs/waterworks.yaml",
  plant: (seed: number) => new Waterworks({ seed }),
  scenario: (rig) => rig.runFor("4 s"),
  wires: ${JSON.stringify(wires)},
});
`;

describe("partita consolidation", () => {
  it("reports as text, as JSON and as a page, and fails when an output differs", async () => {
    writeFileSync(join(folder, "right.ts"), scenario({}));
    const right = await partita("right.ts", "--html", "report.html");
    expect([right.code, right.stdout.split(",")[0]]).toEqual([0, "waterworks"]);
    expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("Consolidation of waterworks");
    writeFileSync(join(folder, "wrong.ts"), scenario({ "drive.demand": "boost.pressureSetpointUsed" }));
    expect((await partita("wrong.ts")).code).toBe(2);
    writeFileSync(join(folder, "other.ts"), scenario({ "drive.demand": "intake.flow" }));
    const other = await partita("other.ts", "--json");
    expect([other.code, JSON.parse(other.stdout).isSame]).toEqual([1, false]);
  });
});
