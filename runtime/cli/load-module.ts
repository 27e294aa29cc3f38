/** Loads a module for a verb: all its problems are printed, and end the verb, before anything runs. */
import { compileProgram } from "../../partitions/st/index.ts";
import { loadSystem } from "../index.ts";
import { formatProblem } from "../problem.ts";
import type { EngineKind, System } from "../system.ts";
import { counted } from "./counted.ts";
import { type CliEnvironment, UserError } from "./environment.ts";

/**
 * @param engine for every partition; undefined: as the config says.
 * @throws UserError (status 2) after printing every problem.
 */
export const loadModule = async (
  path: string,
  { stderr }: CliEnvironment,
  engine: EngineKind | undefined,
): Promise<System> => {
  const loaded = await loadSystem(path, compileProgram);
  for (const problem of loaded.ok ? loaded.warnings : loaded.problems) stderr.write(`${formatProblem(problem)}\n`);
  if (loaded.ok) return engine === undefined ? loaded.system : withEngine(loaded.system, engine);
  throw new UserError(`${path} has ${counted(loaded.problems.length, "problem")}`);
};

const withEngine = (system: System, engine: EngineKind): System => ({
  ...system,
  partitions: system.partitions.map((partition) => ({ ...partition, engine })),
});
