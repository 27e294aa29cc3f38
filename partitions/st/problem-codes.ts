/**
 * Every problem that the compiler can find, by number and by name, with the page that explains it.
 *
 * A new problem gets the next number of its area. A number that was given keeps its meaning for good: users search for it, and
 * their notes and suppressions quote it.
 */
import { CLASS_PAGES } from "./problem-codes/classes.ts";
import { DECLARATION_PAGES } from "./problem-codes/declarations.ts";
import { EXPRESSION_PAGES } from "./problem-codes/expressions.ts";
import type { ProblemPage } from "./problem-codes/page.ts";
import { PROGRAM_PAGES } from "./problem-codes/programs.ts";
import { REFERENCE_PAGES } from "./problem-codes/references.ts";
import { STATEMENT_PAGES } from "./problem-codes/statements.ts";
import { TEXT_PAGES } from "./problem-codes/text.ts";
import { WARNING_PAGES } from "./problem-codes/warnings.ts";

export type { ProblemPage } from "./problem-codes/page.ts";

const PAGES = [
  ...TEXT_PAGES,
  ...DECLARATION_PAGES,
  ...EXPRESSION_PAGES,
  ...STATEMENT_PAGES,
  ...PROGRAM_PAGES,
  ...WARNING_PAGES,
  ...REFERENCE_PAGES,
  ...CLASS_PAGES,
] as const;

/** What call sites name a problem by; one without a page does not compile. */
export type ProblemName = (typeof PAGES)[number]["name"];

/** In the order of their numbers. */
export const PROBLEM_PAGES: readonly ProblemPage[] = PAGES;

/** `ST0042` */
export const numberOf = ({ number }: ProblemPage): string => `ST${String(number).padStart(4, "0")}`;

const NUMBERS: ReadonlyMap<string, string> = new Map(PROBLEM_PAGES.map((page) => [page.name, numberOf(page)]));

export const numberNamed = (name: ProblemName): string => NUMBERS.get(name) ?? name;
