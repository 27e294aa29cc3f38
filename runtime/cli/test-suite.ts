/** All TESTs of some files, one after the other, each compiled as the program of an image of its own; and what they reached. */
import {
  type CodeMap,
  type CodePlace,
  Compiler,
  Coverage,
  type DeclaredTest,
  type SourceInput,
  type StProblem,
} from "../../partitions/st/index.ts";
import { ExecutionCounts, interpretCounting } from "../hart/index.ts";
import type { Clock } from "../host/clock.ts";
import { runTest, type TestFailure, type TestOutcome } from "./test-run.ts";

export interface TestSuite {
  readonly sources: readonly SourceInput[];
  readonly libraries: readonly SourceInput[];
  /** Only tests whose name contains this; "": all. */
  readonly filter: string;
  /** Whether what the tests reach of the sources is looked at too. */
  readonly covers: boolean;
  readonly clock: Clock;
  /** Hears, before the first test, of what compiles but is hardly meant. */
  readonly warn: (warnings: readonly StProblem[]) => void;
  /** Hears of each test as soon as it has run. */
  readonly hear: (outcome: TestOutcome) => void;
}

export type SuiteResult =
  | { readonly ok: false; readonly problems: readonly StProblem[] }
  | {
      readonly ok: true;
      readonly outcomes: readonly TestOutcome[];
      /** null: it was not asked for. */
      readonly coverage: Coverage | null;
    };

export const runSuite = ({ sources, libraries, filter, covers, clock, warn, hear }: TestSuite): SuiteResult => {
  const compiler = new Compiler();
  const found = compiler.findTests(sources, libraries);
  if (!found.ok) return found;
  warn(found.warnings);
  const coverage = covers ? new Coverage(found.coverable()) : null;
  const compile = (test: DeclaredTest, optimize: boolean) => {
    const compiled = compiler.compile(sources, { libraries, test: test.name, optimize });
    // All that the files say was checked before.
    if (!compiled.ok) throw new Error(`TEST '${test.name}' does not compile: ${compiled.problems[0]?.message}`);
    return compiled;
  };
  /** Once more, counting. Optimised it has come to the same result, if it ends at all. */
  const runCounting = (test: DeclaredTest, outcome: TestOutcome): TestOutcome => {
    const plain = compile(test, false);
    const counts = new ExecutionCounts(plain.elf.length);
    const counting = { engine: interpretCounting(counts), ...(outcome.isHung ? { maxCycles: HUNG_CYCLES } : {}) };
    const { failure } = runTest(test, plain, clock, counting);
    coverage?.add(plain.codeMap, counts);
    if (outcome.isHung) return { ...outcome, failure: hanging(outcome.failure!, plain.codeMap, counts) };
    return isSame(failure, outcome.failure)
      ? outcome
      : { ...outcome, failure: differing(test, outcome.failure, failure) };
  };
  const outcomes = found.tests
    .filter(({ name }) => name.includes(filter))
    .map((test) => {
      const outcome = runTest(test, compile(test, true), clock);
      const final = coverage !== null || outcome.isHung ? runCounting(test, outcome) : outcome;
      hear(final);
      return final;
    });
  return { ok: true, outcomes, coverage };
};

/** So long a test that hangs is looked at. */
const HUNG_CYCLES = 1e7;

/** Where it spends its time. */
const hanging = (failure: TestFailure, { statements }: CodeMap, counts: ExecutionCounts): TestFailure => {
  const busiest = statements.reduce<CodePlace | null>(
    (most, each) => (most === null || counts.executed(each.address) > counts.executed(most.address) ? each : most),
    null,
  );
  if (busiest === null) return failure;
  const { file, line } = busiest.place;
  return { file, line, message: `${failure.message}, most of which it is here` };
};

const isSame = (a: TestFailure | null, b: TestFailure | null): boolean =>
  a?.file === b?.file && a?.line === b?.line && a?.message === b?.message;

const differing = (test: DeclaredTest, optimized: TestFailure | null, plain: TestFailure | null): TestFailure => {
  const words = (failure: TestFailure | null): string =>
    failure === null ? "it passes" : `${failure.file}:${failure.line}: ${failure.message}`;
  const message = `its result depends on optimisation: unless it looks at addresses, please report it. With: ${words(optimized)}. Without: ${words(plain)}`;
  return { file: test.file, line: test.line, message };
};
