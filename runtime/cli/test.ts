/** `partita test`: runs the TESTs that Structured Text files contain, each in a partition of its own, in virtual time. */
import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { lcovOf } from "../../partitions/st/index.ts";
import { readLibraries, readSources } from "../config/index.ts";
import { type JunitCase, junitOf } from "../junit.ts";
import { problemAsJson } from "../problem.ts";
import { type CliEnvironment, EXIT, UserError } from "./environment.ts";
import { libraryPathOption } from "./options.ts";
import { printProblems, refuse, sourcesOf } from "./st-problems.ts";
import { coverageLines, outcomeLines, resultsAsJson, totalLine } from "./test-report.ts";
import type { TestOutcome } from "./test-run.ts";
import { runSuite, type SuiteResult } from "./test-suite.ts";

interface TestVerbOptions {
  readonly libraryPath: readonly string[];
  readonly filter?: string;
  readonly junit?: string;
  readonly coverage?: string;
  readonly json?: true;
}

const TESTS = `
A test stands at file level and begins at t = 0, with all variables as they start:

  TEST 'the pump stops when the tank is full'
    VAR pump : PumpControl; zero, n : INT; END_VAR
    pump(level := 99.5);
    ASSERT_FALSE(pump.run);                    also ASSERT_TRUE(condition)
    ADVANCE_TIME(T#5s);                        the only thing that moves time
    ASSERT_EQ(pump.starts, 0);                 actual, expected
    ASSERT_NEAR(pump.level, 99.5, 0.01);       actual, expected, tolerance
    n := 5 / zero;
    ASSERT_ERROR(NUMERIC_ERROR);               what ran since the start, or since the last ASSERT_ERROR, has raised
  END_TEST                                     this error of the health monitor and no other

It ends at the first assertion that does not hold, and fails when an error was raised that no ASSERT_ERROR expects.
`;

export const addTest = (program: Command, environment: CliEnvironment): void => {
  program
    .command("test")
    .description("run the tests in Structured Text files, each in a fresh partition and in virtual time")
    .argument("<files...>", "sources and tests together")
    .addOption(libraryPathOption())
    .option("--filter <text>", "only tests whose name contains this")
    .option("--junit <file>", "write the results as JUnit XML too")
    .option(
      "--coverage <file>",
      "write as LCOV trace file how often each statement ran and each branch was taken; for that each test runs a second time, compiled without optimisation, and must come to the same result",
    )
    .option("--json", "print the results as one JSON object")
    .addHelpText("after", TESTS)
    .action((files: string[], options: TestVerbOptions) => test(files, options, environment));
};

const test = async (files: readonly string[], options: TestVerbOptions, environment: CliEnvironment): Promise<void> => {
  const { stdout, clock, color, exitWith } = environment;
  const { filter = "", json = false } = options;
  const result = runSuite({
    sources: await sourcesOf(readSources(files)),
    libraries: await sourcesOf(readLibraries(options.libraryPath)),
    covers: options.coverage !== undefined,
    warn: (warnings) => json || printProblems(warnings, environment),
    hear: (outcome) => json || stdout.write(outcomeLines(outcome, color)),
    ...{ filter, clock },
  });
  if (!result.ok) {
    refuseAll(result, json, environment);
    return;
  }
  const { outcomes, coverage } = result;
  if (outcomes.length === 0) {
    const what = filter === "" ? "there is no TEST" : `no TEST has "${filter}" in its name`;
    throw new UserError(`${what} in ${files.join(", ")}: write TEST 'name' … END_TEST at file level`);
  }
  if (json) stdout.write(`${JSON.stringify(resultsAsJson(outcomes, coverage), null, 2)}\n`);
  else stdout.write(`${totalLine(outcomes)}${coverage === null ? "" : coverageLines(coverage)}`);
  if (options.junit !== undefined) await writeReport(options.junit, junitOf(outcomes.map(junitCaseOf)));
  if (options.coverage !== undefined) await writeReport(options.coverage, lcovOf(coverage!.files));
  if (outcomes.some(({ failure }) => failure !== null)) exitWith(EXIT.failed);
};

/** Failures say where they are, for the report has no other place for it. */
const junitCaseOf = ({ test: { name, file, line }, seconds, failure }: TestOutcome): JunitCase => ({
  ...{ suite: file, name, file, line, seconds },
  failure:
    failure === null ? null : { message: failure.message, text: `${failure.file}:${failure.line}: ${failure.message}` },
});

const refuseAll = (
  { problems }: Extract<SuiteResult, { ok: false }>,
  json: boolean,
  environment: CliEnvironment,
): void => {
  if (json) {
    environment.stdout.write(`${JSON.stringify({ ok: false, problems: problems.map(problemAsJson) }, null, 2)}\n`);
    environment.exitWith(EXIT.misuse);
    return;
  }
  printProblems(problems, environment);
  refuse(problems, environment);
};

const writeReport = (path: string, text: string): Promise<void> =>
  writeFile(path, text).catch((error: Error) => {
    throw new UserError(`${path} cannot be written: ${error.message}`);
  });
