/** What a warning is: one thing that compiles but is hardly meant. Each has a file here, and a page among the problem codes. */
import type { ProblemName } from "../../problem-codes.ts";
import type { Span } from "../../syntax/source-text.ts";
import type { Unit } from "../symbols.ts";
import type { Uses } from "./uses.ts";

export interface Warning {
  readonly at: Span;
  readonly message: string;
  readonly hint: string;
}

export interface WarningRule {
  readonly name: ProblemName;
  /** Of a unit whose body is checked. */
  check(unit: Unit, uses: Uses): Iterable<Warning>;
}
