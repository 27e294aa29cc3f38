/** Results of tests and what they covered: as lines for a person, and as one JSON object for programs. */
import { type Coverage, type CoverageShare, type FileCoverage, figuresOf } from "../../partitions/st/index.ts";
import { counted } from "./counted.ts";
import type { TestOutcome } from "./test-run.ts";

const COLORS = { ok: "\u001b[32m", FAIL: "\u001b[31m" } as const;

export const outcomeLines = ({ test, seconds, failure }: TestOutcome, color: boolean): string => {
  const word = failure === null ? "ok" : "FAIL";
  const mark = color ? `${COLORS[word]}${word}\u001b[0m` : word;
  const head = `${mark}${" ".repeat(5 - word.length)}${test.file}:${test.line} ${test.name} (${milliseconds(seconds)})\n`;
  return failure === null ? head : `${head}     ${failure.file}:${failure.line}: ${failure.message}\n`;
};

const milliseconds = (seconds: number): string => `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms`;

export const totalLine = (outcomes: readonly TestOutcome[]): string => {
  const { passed, failed, seconds } = totalsOf(outcomes);
  return `\n${counted(outcomes.length, "test")}: ${passed} passed, ${failed} failed (${seconds.toFixed(2)} s)\n`;
};

const totalsOf = (outcomes: readonly TestOutcome[]) => {
  const failed = outcomes.filter(({ failure }) => failure !== null).length;
  const seconds = outcomes.reduce((sum, outcome) => sum + outcome.seconds, 0);
  return { passed: outcomes.length - failed, failed, seconds };
};

export const coverageLines = ({ files }: Coverage): string => {
  const width = Math.max(...files.map(({ file }) => file.length));
  return files.map((each) => `${each.file.padEnd(width)}  ${sharesOf(each)}\n`).join("");
};

const sharesOf = (file: FileCoverage): string => {
  const { statements, branches } = figuresOf(file);
  return `${share(statements)} statements, ${share(branches)} branches`;
};

const share = ({ covered, total }: CoverageShare): string => {
  const percent = total === 0 ? 100 : (100 * covered) / total;
  return `${percent.toFixed(1)} % (${covered} of ${total})`;
};

export const resultsAsJson = (outcomes: readonly TestOutcome[], coverage: Coverage | null) => ({
  ok: outcomes.every(({ failure }) => failure === null),
  ...totalsOf(outcomes),
  tests: outcomes.map(({ test, seconds, failure }) => ({ ...test, seconds, ok: failure === null, failure })),
  ...(coverage === null ? {} : { coverage: coverage.files.map((each) => ({ file: each.file, ...figuresOf(each) })) }),
});
