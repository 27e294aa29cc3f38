/** Loads a module for a verb: all its problems are printed, and end the verb, before anything runs. */
import { compile } from "../../partitions/st/index.ts";
import { loadSystem } from "../index.ts";
import { formatProblem } from "../problem.ts";
import type { System } from "../system.ts";
import { counted } from "./counted.ts";
import { type CliEnvironment, UserError } from "./environment.ts";

/** @throws UserError (status 2) after printing every problem. */
export const loadModule = async (path: string, { stderr }: CliEnvironment): Promise<System> => {
  const loaded = await loadSystem(path, compile);
  for (const problem of loaded.ok ? loaded.warnings : loaded.problems) stderr.write(`${formatProblem(problem)}\n`);
  if (loaded.ok) return loaded.system;
  throw new UserError(`${path} has ${counted(loaded.problems.length, "problem")}`);
};
