/** Results of tests as JUnit XML, the way build servers read them: a suite for each file. */

import { xmlText } from "../xml-text.ts";
import type { TestOutcome } from "./test-run.ts";

const attributes = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${xmlText(String(value))}"`)
    .join("");

export const junitOf = (outcomes: readonly TestOutcome[]): string => {
  const files = [...new Set(outcomes.map(({ test }) => test.file))];
  const suites = files.map((file) =>
    suiteOf(
      file,
      outcomes.filter(({ test }) => test.file === file),
    ),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes(totalsOf(outcomes))}>\n${suites.join("")}</testsuites>\n`;
};

const totalsOf = (outcomes: readonly TestOutcome[]) => ({
  tests: outcomes.length,
  failures: outcomes.filter(({ failure }) => failure !== null).length,
  time: outcomes.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3),
});

const suiteOf = (file: string, outcomes: readonly TestOutcome[]): string =>
  `  <testsuite${attributes({ name: file, ...totalsOf(outcomes) })}>\n${outcomes.map(caseOf).join("")}  </testsuite>\n`;

const caseOf = ({ test: { name, file, line }, seconds, failure }: TestOutcome): string => {
  const opening = `    <testcase${attributes({ classname: file, name, file, line, time: seconds.toFixed(3) })}`;
  if (failure === null) return `${opening}/>\n`;
  const { message } = failure;
  const where = `${failure.file}:${failure.line}: ${message}`;
  return `${opening}>\n      <failure${attributes({ message })}>${xmlText(where)}</failure>\n    </testcase>\n`;
};
