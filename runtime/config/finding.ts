/** What a check of one config file found, before the file's name makes it a Problem. */
import type { Problem } from "../problem.ts";
import type { Place } from "./places.ts";

export interface Finding {
  readonly code: string;
  readonly at: Place;
  readonly message: string;
  readonly hint: string;
}

export const toProblem = ({ code, at, message, hint }: Finding, file: string): Problem => ({
  code,
  file,
  line: at.line,
  column: at.column,
  path: at.path,
  message,
  hint,
});
