/** One thing wrong with what the user wrote: where, what, and what to do. Problems are collected, never thrown. */
export interface Problem {
  /** Stable, kebab-case: the rule that found it (`slots-overlap`). */
  readonly code: string;
  /** The file, as the user named it. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Where in the document (`schedules.normal.slots[1].start`), or "" when the place says it all. */
  readonly path: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
}

/** `file:line:column: message [code]` and the hint below it. */
export const formatProblem = (problem: Problem): string =>
  `${problem.file}:${problem.line}:${problem.column}: ${problem.message} [${problem.code}]` +
  (problem.hint === "" ? "" : `\n  hint: ${problem.hint}`);
