/** A report of real runs: what it says of requirements, faults, slots and coverage, and that others can read it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PYTHON, requirePythonModule } from "../../peers.ts";
import { Waterworks } from "../../plants/waterworks/index.ts";
import type { RunningTest, TestRun } from "../evidence.ts";
import { type Rig, rigTest } from "../index.ts";
import { pageOf } from "./page.ts";
import { type Report, type ReportedTest, slotRows, unknownIds, verdictOn } from "./report.ts";
import { readRequirements, requirementsIn } from "./requirements.ts";

const folder = mkdtempSync(join(tmpdir(), "partita-report-"));
afterAll(() => rmSync(folder, { recursive: true }));

const runsOf = async (body: (rig: Rig) => void): Promise<readonly TestRun[]> => {
  const test: RunningTest = { task: { name: "a test", file: { filepath: "tank.test.ts" }, meta: {} } };
  const plant = (seed: number) => new Waterworks({ seed, level: 2.4 });
  await rigTest("configs/waterworks.yaml", { plant }, body)(test);
  return test.task.meta.rigRuns!;
};

const requirements = [
  { id: "REQ-A", partition: "intake", text: "fills" },
  { id: "REQ-B", partition: "boost", text: "keeps <the> pressure" },
  { id: "REQ-C", partition: "module", text: "starts" },
  { id: "REQ-D", partition: "drive", text: "stops" },
];

const testNamed = (number: number, name: string, more: Partial<ReportedTest> = {}): ReportedTest => ({
  ...{ number, name, file: "tank.test.ts", requirements: requirementsIn(name), outcome: "passed", seconds: 0.5 },
  ...{ messages: [], runs: [], ...more },
});

let report: Report;
beforeAll(async () => {
  vi.stubEnv("PARTITA_COVERAGE", "0");
  const runs = await runsOf((rig) => {
    rig.capture(["intake.level", "intake.pump1"], { every: "100 ms" });
    rig.force("intake.lowFloat", true);
    rig.inject({ kind: "noise", channel: "intake.level", deviation: 0.01 }, { for: "1 s" });
    rig.runFor("2 s");
    rig.number("intake.level");
  });
  vi.stubEnv("PARTITA_COVERAGE", "1");
  const counted = [...(await runsOf((rig) => rig.runFor("1 s"))), ...(await runsOf((rig) => rig.runFor("9 s")))];
  vi.unstubAllEnvs();
  const failed = { outcome: "failed", messages: ["a < b\nat 2.000 s"] } as const;
  const tests = [
    testNamed(1, "[REQ-A] fills", { runs }),
    testNamed(2, "[REQ-A, REQ-B] & keeps", { ...failed, runs: counted }),
    testNamed(3, "[REQ-C] starts", { outcome: "skipped" }),
    testNamed(4, "[REQ-X] nobody wants it"),
  ];
  const tool = { version: "1", hash: "0", node: "20" };
  report = { title: "Tank", madeAt: "2026-01-01T00:00:00Z", tool, requirements, tests };
});

describe("a report", () => {
  it("has a verdict on each requirement: one failed test denies what another shows", () => {
    expect(requirements.map((requirement) => verdictOn(report, requirement))).toEqual([
      "failed",
      "failed",
      "open",
      "uncovered",
    ]);
    const { tests } = report;
    expect(verdictOn({ ...report, tests: tests.slice(0, 1) }, requirements[0]!)).toBe("met");
    expect(unknownIds(report)).toEqual(["REQ-X"]);
  });

  it("says how full slots were, of the images that are the module's", () => {
    const rows = slotRows(report);
    expect(rows.map(({ partition, slots }) => [partition, slots])).toEqual([
      ["intake", 100],
      ["dosing", 100],
      ["boost", 100],
      ["drive", 200],
    ]);
    for (const { median, most } of rows) {
      expect(median).toBeGreaterThan(0);
      expect(most!.used / most!.duration).toBeGreaterThanOrEqual(median);
      expect(most!.used).toBeLessThan(most!.duration / 10);
    }
  });

  it("shows faults, forces, plots, hashes and each line of the programs that was counted", () => {
    const page = pageOf(report, (file) => readFileSync(file, "utf8")).replaceAll(">\n<", "><");
    expect(page).toMatch(/<td>noise<\/td><td><code>intake\.level<\/code><\/td><td class="figures">1</);
    expect(page).toMatch(/<td><code>intake\.lowFloat<\/code><\/td><td>true<\/td>/);
    expect(page.match(/<svg /g)).toHaveLength(2);
    expect(page).toContain(report.tests[0]!.runs[0]!.digest);
    // The pump starts after 7 s; the scans of both runs, at 50 a second, are counted together.
    expect(page).toMatch(/500 {2}resetEdge\(CLK := reset\);|500 {4}resetEdge\(CLK := reset\);/);
    expect(page).toMatch(/<span class="missed">\s*\d+ +0 +duty := 2;/);
  });

  it("without requirements, faults and counts says nothing of them", () => {
    const bare = { ...report, requirements: [], tests: [testNamed(1, "passes")] };
    const titles = [...pageOf(bare, () => null).matchAll(/<h2>([^<]*)/g)].map(([, title]) => title);
    expect(titles).toEqual(["Tests", "What ran"]);
  });

  it.skipIf(requirePythonModule("html5lib").missing)("is HTML to a parser that forgives nothing", () => {
    const path = join(folder, "report.html");
    const check = "import html5lib, sys; html5lib.HTMLParser(strict=True).parse(open(sys.argv[1], encoding='utf-8'))";
    writeFileSync(
      path,
      pageOf(report, (file) => readFileSync(file, "utf8")),
    );
    execFileSync(PYTHON, ["-c", check, path]);
    writeFileSync(path, "<!DOCTYPE html><html><head><title>x</title></head><body><p></b></body></html>");
    expect(() => execFileSync(PYTHON, ["-c", check, path], { stdio: "pipe" })).toThrow("Unexpected end tag");
  });
});

describe("a file of requirements", () => {
  const read = (text: string) => {
    const path = join(folder, "requirements.yaml");
    writeFileSync(path, text);
    return readRequirements(path);
  };

  it("is read in its order", () => {
    expect(read("REQ-B-2: { partition: pump, text: 'runs ' }\nREQ-A: { partition: tank, text: fills }\n")).toEqual([
      { id: "REQ-B-2", partition: "pump", text: "runs" },
      { id: "REQ-A", partition: "tank", text: "fills" },
    ]);
  });

  it("is refused with all that is wrong in it", () => {
    const text =
      "REQ-A: { partition: pump }\nPUMP: { partition: p, text: t }\nREQ-C: { partition: p, text: t, owner: me }\n";
    expect(() => read(text)).toThrow(
      /yaml:1: REQ-A needs a text\n.*yaml:2: "PUMP" is no id .*\n.*yaml:3: REQ-C has "owner"/,
    );
    expect(() => read("REQ-A: { partition: p, text: t }\nREQ-A: { partition: p, text: t }\n")).toThrow(
      /yaml:2: .*unique/,
    );
    expect(() => read("- REQ-A\n")).toThrow(/yaml:1: write one requirement or more/);
  });

  it("ids in a test's name end with the last capital or digit", () => {
    expect(requirementsIn("pump > [REQ-PUMP-1] runs, (REQ-PUMP-2), REQ-PUMP-1 REQ-a")).toEqual([
      "REQ-PUMP-1",
      "REQ-PUMP-2",
    ]);
  });
});
