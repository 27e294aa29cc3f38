/** One thing wrong with what the user wrote: where, what, and what to do. Problems are collected, never thrown. */
export interface Problem {
  /** Stable, kebab-case: the rule that found it (`slots-overlap`). */
  readonly code: string;
  /** `ST0042`, where problems are numbered: those of Structured Text are. */
  readonly number?: string;
  /** The file, as the user named it. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Just behind the place; left out: only its start is known. */
  readonly end?: { readonly line: number; readonly column: number };
  /** Where in the document (`schedules.normal.slots[1].start`), or "" when the place says it all. */
  readonly path: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** The line it stands in with a caret below the place, ready to print; lines end in "\n", the last one does not. */
  readonly excerpt?: string;
  /** Left out: nothing runs before it is put right. */
  readonly severity?: "warning";
}

/** `file:line:column: message [code]`, with `warning: ` before the message of one; below it the excerpt and the hint. */
export const formatProblem = (problem: Problem): string =>
  `${problem.file}:${problem.line}:${problem.column}: ` +
  `${problem.severity === undefined ? "" : `${problem.severity}: `}${problem.message} [${codeOf(problem)}]` +
  (problem.excerpt === undefined ? "" : `\n${problem.excerpt}`) +
  (problem.hint === "" ? "" : `\n  hint: ${problem.hint}`);

const codeOf = ({ code, number }: Problem): string => (number === undefined ? code : `${number} ${code}`);

/** A problem as editors want it; lines and columns from 1, `end` just behind the place. */
export const problemAsJson = (problem: Problem): object => {
  const { severity = "error", code, number, file, line, column, end, path, message, hint } = problem;
  const start = { line, column };
  const named = { code, ...(number === undefined ? {} : { number }) };
  return { severity, ...named, file, range: { start, end: end ?? start }, path, message, hint };
};
