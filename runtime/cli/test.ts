/** `partita test`: runs the TESTs that Structured Text files contain, each in a partition of its own, in virtual time. */
import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { Compiler, type DeclaredTest, type SourceInput } from "../../partitions/st/index.ts";
import { readLibraries, readSources } from "../config/index.ts";
import { counted } from "./counted.ts";
import { type CliEnvironment, EXIT, UserError } from "./environment.ts";
import { junitOf } from "./junit.ts";
import { libraryPathOption } from "./options.ts";
import { printProblems, refuse, sourcesOf } from "./st-problems.ts";
import { runTest, type TestOutcome } from "./test-run.ts";

interface TestVerbOptions {
  readonly libraryPath: readonly string[];
  readonly filter?: string;
  readonly junit?: string;
}

export const addTest = (program: Command, environment: CliEnvironment): void => {
  program
    .command("test")
    .description("run the tests in Structured Text files, each in a fresh partition and in virtual time")
    .argument("<files...>", "sources and tests together")
    .addOption(libraryPathOption())
    .option("--filter <text>", "only tests whose name contains this")
    .option("--junit <file>", "write the results as JUnit XML too")
    .action((files: string[], options: TestVerbOptions) => test(files, options, environment));
};

const test = async (files: readonly string[], options: TestVerbOptions, environment: CliEnvironment): Promise<void> => {
  const sources = await sourcesOf(readSources(files));
  const libraries = await sourcesOf(readLibraries(options.libraryPath));
  const compiler = new Compiler();
  const found = compiler.findTests(sources, libraries);
  printProblems(found.ok ? found.warnings : found.problems, environment);
  if (!found.ok) {
    refuse(found.problems, environment);
    return;
  }
  const { filter = "" } = options;
  const tests = found.tests.filter(({ name }) => name.includes(filter));
  if (tests.length === 0) {
    const what = filter === "" ? "there is no TEST" : `no TEST has "${filter}" in its name`;
    throw new UserError(`${what} in ${files.join(", ")}: write TEST 'name' … END_TEST at file level`);
  }
  const outcomes = tests.map((each) => outcomeOf(compiler, each, sources, libraries, environment));
  report(outcomes, environment);
  if (options.junit !== undefined) await writeReport(options.junit, junitOf(outcomes));
  if (outcomes.some(({ failure }) => failure !== null)) environment.exitWith(EXIT.failed);
};

const outcomeOf = (
  compiler: Compiler,
  test: DeclaredTest,
  sources: readonly SourceInput[],
  libraries: readonly SourceInput[],
  { clock, stdout }: CliEnvironment,
): TestOutcome => {
  const compiled = compiler.compile(sources, { libraries, test: test.name });
  // All that the files say was checked before.
  if (!compiled.ok) throw new Error(`TEST '${test.name}' does not compile: ${compiled.problems[0]?.message}`);
  const outcome = runTest(test, compiled, clock);
  stdout.write(`${outcome.failure === null ? "ok  " : "FAIL"} ${test.file}:${test.line} ${test.name}\n`);
  if (outcome.failure !== null) {
    stdout.write(`     ${outcome.failure.file}:${outcome.failure.line}: ${outcome.failure.message}\n`);
  }
  return outcome;
};

const report = (outcomes: readonly TestOutcome[], { stdout }: CliEnvironment): void => {
  const failed = outcomes.filter(({ failure }) => failure !== null).length;
  stdout.write(`\n${counted(outcomes.length, "test")}: ${outcomes.length - failed} passed, ${failed} failed\n`);
};

const writeReport = (path: string, text: string): Promise<void> =>
  writeFile(path, text).catch((error: Error) => {
    throw new UserError(`${path} cannot be written: ${error.message}`);
  });
