/**
 * A reporter for vitest, `partita/rig/reporter`: joins what rig tests leave with the requirements that their names mention, and
 * writes a report as one HTML file and one of JUnit XML, where coverage was counted also one for LCOV's tools.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import { lcovOf } from "../../partitions/st/index.ts";
import { hostClock } from "../../runtime/index.ts";
import { type JunitCase, junitOf } from "../../runtime/junit.ts";
import { reportsFolder } from "./evidence.ts";
import { pageOf } from "./report/page.ts";
import { coverageOf, type Report, type ReportedTest, unknownIds, verdictOn } from "./report/report.ts";
import { type Requirement, readRequirements, requirementsIn } from "./report/requirements.ts";
import { thisTool } from "./report/tool.ts";

/** Of the requirements without a test, in the line that ends a run. */
const MOST_NAMED = 5;

export interface RigReporterOptions {
  readonly title?: string;
  /** A file of requirements, or several. */
  readonly requirements?: string | readonly string[];
}

export default class RigReporter implements Reporter {
  readonly #title: string;
  readonly #requirements: readonly Requirement[];

  /** @throws when a file of requirements has problems, or two have one id. */
  constructor({ title = "Test report", requirements = [] }: RigReporterOptions = {}) {
    this.#title = title;
    this.#requirements = [requirements].flat().flatMap(readRequirements);
    const ids = this.#requirements.map(({ id }) => id);
    const twice = ids.find((id, at) => ids.indexOf(id) !== at);
    if (twice !== undefined) throw new Error(`the requirement ${twice} stands in two files`);
  }

  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    const inOrder = modules.toSorted((a, b) => (a.relativeModuleId < b.relativeModuleId ? -1 : 1));
    const tests = inOrder.flatMap((module) => [...module.children.allTests()].filter(isReported)).map(reported);
    if (tests.length === 0) return;
    const madeAt = new Date(hostClock.nowMs()).toISOString();
    const report = { title: this.#title, madeAt, tool: await thisTool(), requirements: this.#requirements, tests };
    const page = writeAll(report);
    process.stdout.write(`\n${closingLine(report, page)}\n`);
    if (this.#requirements.length === 0) return;
    const unknown = unknownIds(report);
    if (unknown.length === 0) return;
    process.stderr.write(`tests name requirements that no file has: ${unknown.join(", ")}\n`);
    process.exitCode = 1;
  }
}

/** Tests of the rig, and others that show a requirement. */
const isReported = (test: TestCase): boolean =>
  test.meta().rigRuns !== undefined || requirementsIn(test.fullName).length > 0;

const reported = (test: TestCase, at: number): ReportedTest => {
  const { state, errors = [] } = test.result();
  return {
    number: at + 1,
    file: test.module.relativeModuleId,
    name: test.fullName,
    requirements: requirementsIn(test.fullName),
    outcome: state === "passed" || state === "failed" ? state : "skipped",
    seconds: (test.diagnostic()?.duration ?? 0) / 1000,
    messages: errors.map(({ message }) => message),
    runs: test.meta().rigRuns ?? [],
  };
};

/** @returns the path of the page. */
const writeAll = (report: Report): string => {
  const folder = reportsFolder();
  const page = join(folder, "report.html");
  const sourceOf = (file: string): string | null => (existsSync(file) ? readFileSync(file, "utf8") : null);
  mkdirSync(folder, { recursive: true });
  writeFileSync(page, pageOf(report, sourceOf));
  writeFileSync(join(folder, "junit.xml"), junitOf(report.tests.map(junitCaseOf)));
  const coverage = coverageOf(report).filter(({ file }) => existsSync(file));
  if (coverage.length > 0) writeFileSync(join(folder, "st.lcov"), lcovOf(coverage));
  return page;
};

const junitCaseOf = ({ file, name, seconds, outcome, messages, requirements, runs }: ReportedTest): JunitCase => ({
  ...{ suite: file, name, file, seconds, isSkipped: outcome === "skipped" },
  failure: outcome === "failed" ? { message: messages[0]?.split("\n")[0] ?? "", text: messages.join("\n\n") } : null,
  properties: [
    ...requirements.map((id) => ["requirement", id] as const),
    ...runs.flatMap(({ module, digest, seed, time }) => [
      ["module", module] as const,
      ["digest", digest] as const,
      ["seed", String(seed)] as const,
      ["virtualSeconds", time.toFixed(3)] as const,
    ]),
  ],
});

/** A run of chosen tests leaves most requirements without one. */
const firstOf = (ids: readonly string[]): string =>
  ids.length <= MOST_NAMED
    ? ids.join(", ")
    : `${ids.slice(0, MOST_NAMED).join(", ")} and ${ids.length - MOST_NAMED} more`;

const closingLine = (report: Report, page: string): string => {
  const { tests, requirements } = report;
  const head = `${page}: ${tests.length === 1 ? "1 test" : `${tests.length} tests`}`;
  if (requirements.length === 0) return head;
  const met = requirements.filter((requirement) => verdictOn(report, requirement) === "met");
  const uncovered = requirements.filter((requirement) => verdictOn(report, requirement) === "uncovered");
  const without = uncovered.length === 0 ? "" : `; without a test: ${firstOf(uncovered.map(({ id }) => id))}`;
  return `${head}, ${met.length} of ${requirements.length} requirements met${without}`;
};
