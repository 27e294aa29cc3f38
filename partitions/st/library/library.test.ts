/** The standard library by its own tests, which stand in tests/ in Structured Text, and how much of it they reach. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { runSuite, type SuiteResult } from "../../../runtime/cli/test-suite.ts";
import { formatProblem } from "../../../runtime/problem.ts";
import { figuresOf } from "../coverage/index.ts";
import { IEC_LIBRARY } from "./index.ts";

const FOLDER = new URL("tests/", import.meta.url).pathname;
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".test.st"));
const LIBRARY = { file: "library.st", text: IEC_LIBRARY };
const LONGEST_MS = 180_000;

describe("the standard library", () => {
  let result: Extract<SuiteResult, { ok: true }>;

  beforeAll(() => {
    const tests = FILES.map((file) => ({ file, text: readFileSync(join(FOLDER, file), "utf8") }));
    const ran = runSuite({
      ...{ sources: [LIBRARY, ...tests], libraries: [], filter: "", covers: true },
      ...{ clock: { monotonicMs: () => 0, nowMs: () => 0 }, warn: () => {}, hear: () => {} },
    });
    if (!ran.ok) throw new Error(ran.problems.map(formatProblem).join("\n"));
    result = ran;
  }, LONGEST_MS);

  it.each(FILES)("does what %s says", (name) => {
    const outcomes = result.outcomes.filter(({ test }) => test.file === name);
    expect(outcomes.length).toBeGreaterThan(0);
    const failures = outcomes.flatMap(({ test, failure }) =>
      failure === null ? [] : `${test.name}: ${failure.file}:${failure.line}: ${failure.message}`,
    );
    expect(failures).toEqual([]);
  });

  it("is reached by them in nearly all of its statements", () => {
    const { statements } = figuresOf(result.coverage!.files.find(({ file }) => file === LIBRARY.file)!);
    expect(statements.covered / statements.total).toBeGreaterThan(0.98);
  });
});
