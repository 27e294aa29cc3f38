/** Loads a module for a verb: all its problems are printed, and end the verb, before anything runs. */
import { compileProgram, type ProgramInfo } from "../../partitions/st/index.ts";
import { loadSystem } from "../index.ts";
import { formatProblem } from "../problem.ts";
import type { EngineKind, System } from "../system.ts";
import { counted } from "./counted.ts";
import { type CliEnvironment, UserError } from "./environment.ts";

export interface LoadedModule {
  readonly system: System;
  /** By partition; null for an image that is no compiled program. */
  readonly programs: readonly (ProgramInfo | null)[];
}

/**
 * @param engine for every partition; undefined: as the config says.
 * @throws UserError (status 2) after printing every problem.
 */
export const loadModule = async (...args: Parameters<typeof loadWithPrograms>): Promise<System> =>
  (await loadWithPrograms(...args)).system;

/** The same, with what is known of its programs. */
export const loadWithPrograms = async (
  path: string,
  { stderr }: CliEnvironment,
  engine: EngineKind | undefined,
): Promise<LoadedModule> => {
  const programs = new Map<Uint8Array, ProgramInfo>();
  const loaded = await loadSystem(path, (...sources) => {
    const compiled = compileProgram(...sources);
    if (compiled.ok) programs.set(compiled.elf, compiled.program);
    return compiled;
  });
  for (const problem of loaded.ok ? loaded.warnings : loaded.problems) stderr.write(`${formatProblem(problem)}\n`);
  if (loaded.ok) {
    return {
      system: engine === undefined ? loaded.system : withEngine(loaded.system, engine),
      programs: loaded.system.partitions.map(({ image }) => programs.get(image) ?? null),
    };
  }
  throw new UserError(`${path} has ${counted(loaded.problems.length, "problem")}`);
};

const withEngine = (system: System, engine: EngineKind): System => ({
  ...system,
  partitions: system.partitions.map((partition) => ({ ...partition, engine })),
});
