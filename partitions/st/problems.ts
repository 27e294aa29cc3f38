/** What is wrong with a program: collected while the compiler goes on, so that one run reports everything. */
import type { Problem } from "../../runtime/problem.ts";
import { numberNamed, type ProblemName } from "./problem-codes.ts";
import type { Span } from "./syntax/source-text.ts";

/** A `Problem` with its number, its source line and a caret under the place; `formatProblem` prints it. */
export interface StProblem extends Problem {
  readonly number: string;
  readonly excerpt: string;
}

/** Characters of a source line that are shown; of longer ones the part around the place. */
const SHOWN = 120;

const excerptOf = (at: Span): string => {
  const { line, column } = at.source.position(at.start);
  const whole = at.source.line(line);
  const start = whole.length <= SHOWN ? 0 : Math.max(0, column - 1 - SHOWN / 2);
  const text = whole.slice(start, start + SHOWN);
  const indent = text.slice(0, column - 1 - start).replace(/[^\t]/g, " ");
  const carets = Math.max(1, Math.min(at.end - at.start, text.length - indent.length));
  return `    ${text}\n    ${indent}${"^".repeat(carets)}`;
};

export class Problems {
  readonly errors: StProblem[] = [];
  readonly warnings: StProblem[] = [];
  readonly #seen = new Set<string>();

  error(at: Span, code: ProblemName, message: string, hint = ""): void {
    this.#add(this.errors, problemAt(at, code, message, hint));
  }

  warning(at: Span, code: ProblemName, message: string, hint = ""): void {
    this.#add(this.warnings, { ...problemAt(at, code, message, hint), severity: "warning" });
  }

  /** Those that a part of the work found. */
  add({ errors, warnings }: Problems): void {
    for (const problem of errors) this.#add(this.errors, problem);
    for (const problem of warnings) this.#add(this.warnings, problem);
  }

  /** Each once. */
  #add(list: StProblem[], problem: StProblem): void {
    const key = `${problem.file}:${problem.line}:${problem.column}:${problem.message}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    list.push(problem);
  }
}

const problemAt = (at: Span, code: ProblemName, message: string, hint: string): StProblem => {
  const { source } = at;
  const place = { file: source.file, ...source.position(at.start), end: source.position(Math.max(at.start, at.end)) };
  return { code, number: numberNamed(code), ...place, path: "", message, hint, excerpt: excerptOf(at) };
};

/** In the order of the text; what is found at one place, as it was found. */
export const inOrder = (problems: readonly StProblem[]): readonly StProblem[] =>
  [...problems].sort((a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
