/** What `compile` and `exec` share: Structured Text from files and libraries, and the words for its problems. */
import type { StProblem } from "../../partitions/st/index.ts";
import type { StSources } from "../config/index.ts";
import { formatProblem } from "../problem.ts";
import { counted } from "./counted.ts";
import { type CliEnvironment, EXIT, UserError } from "./environment.ts";

/** @throws UserError when one cannot be read. */
export const sourcesOf = async (reading: Promise<StSources>) => {
  const { sources, unusable } = await reading;
  if (unusable.length > 0) throw new UserError(unusable.map(({ message }) => message).join("\npartita: "));
  return sources;
};

export const printProblems = (problems: readonly StProblem[], { stderr }: CliEnvironment): void => {
  for (const problem of problems) stderr.write(`${formatProblem(problem)}\n`);
};

/** Says how many there are and sets the exit status. */
export const refuse = (problems: readonly StProblem[], { stderr, exitWith }: CliEnvironment): void => {
  const files = [...new Set(problems.map(({ file }) => file))];
  stderr.write(`\n${files.join(", ")}: ${counted(problems.length, "problem")}\n`);
  exitWith(EXIT.misuse);
};
