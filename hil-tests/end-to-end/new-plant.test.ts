/** What `partita new plant` writes, as a newcomer uses it: checked, run, tested; and what a mistake in the program looks like then. */
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PYTHON, requirePythonModule } from "../peers.ts";
import { ROOT } from "./program.ts";

const MAIN = join(ROOT, "dist/runtime/cli/main.js");
const folder = mkdtempSync(join(tmpdir(), "partita-new-"));
const plant = join(folder, "water-tank");
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly output: string;
}

const run = (cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  new Promise((resolve) => {
    // What this run of vitest tells its workers is not for another one.
    const { VITEST: _, ...outer } = process.env;
    const options = { cwd, timeout: 50_000, env: { ...outer, NO_COLOR: "1", ...env } };
    execFile(process.execPath, args, options, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr }),
    );
  });
const partita = (cwd: string, ...args: string[]): Promise<Ended> => run(cwd, [MAIN, ...args]);
/** As `npx vitest` would. */
const vitest = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  run(plant, ["node_modules/vitest/vitest.mjs", ...args], env);

describe("partita new plant", () => {
  beforeAll(async () => {
    const { code, output } = await partita(folder, "new", "plant", "water-tank");
    expect(output).toMatch(
      /^water-tank\/\n {2}module\.yaml +the module[\s\S]*\nNext: cd water-tank && npm install && npm test\n$/,
    );
    expect(code).toBe(0);
    // In place of npm install.
    mkdirSync(join(plant, "node_modules"));
    symlinkSync(ROOT, join(plant, "node_modules/partita"));
    symlinkSync(join(ROOT, "node_modules/vitest"), join(plant, "node_modules/vitest"));
  });

  it("writes a package of that name that asks for this Partita, and for the vitest that it was tested with", () => {
    const read = (path: string) => JSON.parse(readFileSync(path, "utf8"));
    const { name, devDependencies } = read(join(plant, "package.json"));
    expect(name).toBe("water-tank");
    expect(join(plant, devDependencies.partita.replace("file:", ""), "/")).toBe(ROOT);
    expect(devDependencies.vitest).toBe(read(join(ROOT, "package.json")).devDependencies.vitest);
  });

  it("touches nothing that exists, and refuses names that no package can have", async () => {
    writeFileSync(join(folder, "mine"), "precious");
    const refused = await partita(folder, "new", "plant", "mine");
    expect(refused).toEqual({ code: 2, output: expect.stringContaining("mine exists already") });
    expect(readFileSync(join(folder, "mine"), "utf8")).toBe("precious");
    for (const name of ["Tank", "../tank"]) {
      const { code, output } = await partita(folder, "new", "plant", name);
      expect({ code, output }).toEqual({ code: 2, output: expect.stringContaining("is no name for a plant") });
      expect(existsSync(join(folder, name))).toBe(false);
    }
  });

  it("writes a module that checks, and runs", async () => {
    const checked = await partita(plant, "check", "module.yaml");
    expect(checked).toEqual({ code: 0, output: expect.stringMatching(/^module water-tank /) });
    const ran = await partita(plant, "run", "module.yaml", "--fast", "--duration", "1s");
    expect(ran).toEqual({ code: 0, output: expect.stringMatching(/50 major frames/) });
  });

  it("writes tests that pass, with a report that others can read", async () => {
    const { code, output } = await vitest(["run"]);
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringContaining("rig-reports/report.html: 2 tests, 2 of 2 requirements met"),
    });
    expect(readFileSync(join(plant, "rig-reports/report.html"), "utf8")).toContain("<title>water-tank</title>");
  });

  it.skipIf(requirePythonModule("junitparser").missing)("writes JUnit XML that junitparser reads", () => {
    const script = [
      "import junitparser, json",
      "suites = junitparser.JUnitXml.fromfile('rig-reports/junit.xml')",
      "of = lambda case: [p.value for p in case.child(junitparser.Properties) if p.name == 'requirement']",
      "print(json.dumps([[suite.name, suite.tests, suite.failures, [of(case) for case in suite]] for suite in suites]))",
    ];
    const printed = execFileSync(PYTHON, ["-c", script.join("\n")], { cwd: plant, encoding: "utf8" });
    expect(JSON.parse(printed)).toEqual([["tank.hil.test.ts", 2, 0, [["REQ-TANK-1"], ["REQ-TANK-2"]]]]);
  });

  it("fails a run whose tests name what is no requirement, and says which requirements have no test", async () => {
    const path = join(plant, "requirements.yaml");
    const right = readFileSync(path, "utf8");
    writeFileSync(path, right.replace("REQ-TANK-2:", "REQ-TANK-3:"));
    const { code, output } = await vitest(["run", "-t", "REQ-TANK-2"]);
    writeFileSync(path, right);
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining("without a test: REQ-TANK-3") });
    expect(output).toContain("tests name requirements that no file has: REQ-TANK-2");
  });

  it("with one constant changed fails, draws what happened, and says how to run that again", async () => {
    const path = join(plant, "control.st");
    const right = readFileSync(path, "utf8");
    writeFileSync(path, right.replace("STOP_LEVEL  : REAL := 2.0", "STOP_LEVEL  : REAL := 2.2"));
    const { code, output } = await vitest(["run"]);
    expect(code).toBe(1);
    expect(output).toMatch(
      /expected, from 0\.000 s on: level between 0\.95 and 2\.05 for 5 min\n *at 2 min [\d.]+ s of virtual time/,
    );
    expect(output).toContain("rig-reports/report.html: 2 tests, 1 of 2 requirements met");
    const [, picture] = /seen: (\S+\.png)/.exec(output)!;
    expect(readFileSync(join(plant, picture!)).subarray(1, 4).toString()).toBe("PNG");
    const [, seed, file, pattern] = /again: PARTITA_SEED=(\d+) npx vitest run (\S+) -t '(.*)'/.exec(output)!;
    const again = await vitest(["run", file!, "-t", pattern!], { PARTITA_SEED: seed! });
    const moment = /at 2 min [\d.]+ s of virtual time, frame \d+/;
    expect(again.code).toBe(1);
    expect(moment.exec(again.output)?.[0]).toBe(moment.exec(output)![0]);
    expect(again.output).toMatch(/1 failed \| 1 skipped/);
    writeFileSync(path, right);
  });
});
