/** Results of tests as JUnit XML, the way build servers read them (the schema of Jenkins' xUnit plugin): a suite for each file. */
import { xmlText } from "./xml-text.ts";

export interface JunitCase {
  /** Tests of one suite stand together. */
  readonly suite: string;
  readonly name: string;
  readonly file: string;
  /** Left out: nobody knows. */
  readonly line?: number;
  readonly seconds: number;
  /** null: it passed. */
  readonly failure: { readonly message: string; readonly text: string } | null;
  readonly isSkipped?: boolean;
  /** What else a build server may show of it; a name may come more than once. */
  readonly properties?: readonly (readonly [name: string, value: string])[];
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

const attributes = (values: Attributes): string =>
  Object.entries(values)
    .flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${xmlText(String(value))}"`]))
    .join("");

export const junitOf = (cases: readonly JunitCase[]): string => {
  const suites = [...new Set(cases.map(({ suite }) => suite))];
  const parts = suites.map((name) =>
    suiteOf(
      name,
      cases.filter(({ suite }) => suite === name),
    ),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes(totalsOf(cases))}>\n${parts.join("")}</testsuites>\n`;
};

const totalsOf = (cases: readonly JunitCase[]): Attributes => {
  const skipped = cases.filter(({ isSkipped }) => isSkipped).length;
  return {
    tests: cases.length,
    failures: cases.filter(({ failure }) => failure !== null).length,
    skipped: skipped === 0 ? undefined : skipped,
    time: cases.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3),
  };
};

const suiteOf = (name: string, cases: readonly JunitCase[]): string =>
  `  <testsuite${attributes({ name, ...totalsOf(cases) })}>\n${cases.map(caseOf).join("")}  </testsuite>\n`;

const caseOf = ({
  suite,
  name,
  file,
  line,
  seconds,
  failure,
  isSkipped = false,
  properties = [],
}: JunitCase): string => {
  const opening = `    <testcase${attributes({ classname: suite, name, file, line, time: seconds.toFixed(3) })}`;
  const children = [
    ...(properties.length === 0
      ? []
      : [`      <properties>\n${properties.map(propertyOf).join("")}      </properties>\n`]),
    ...(isSkipped ? ["      <skipped/>\n"] : []),
    ...(failure === null
      ? []
      : [`      <failure${attributes({ message: failure.message })}>${xmlText(failure.text)}</failure>\n`]),
  ];
  return children.length === 0 ? `${opening}/>\n` : `${opening}>\n${children.join("")}    </testcase>\n`;
};

const propertyOf = ([name, value]: readonly [string, string]): string =>
  `        <property${attributes({ name, value })}/>\n`;
