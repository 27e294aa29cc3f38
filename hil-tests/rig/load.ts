/** Loads the module that a test names, once a process: compiling the programs takes longer than many a test. */
import { resolve } from "node:path";
import { compileProgram } from "../../partitions/st/index.ts";
import { loadSystem, prepareToBoot } from "../../runtime/index.ts";
import { formatProblem } from "../../runtime/problem.ts";
import type { System } from "../../runtime/system.ts";

const loaded = new Map<string, Promise<System>>();

/** @throws with every problem of the config. */
export const loadOnce = (configPath: string): Promise<System> => {
  const path = resolve(configPath);
  const known = loaded.get(path) ?? load(path);
  loaded.set(path, known);
  return known;
};

const load = (path: string): Promise<System> => {
  prepareToBoot();
  return loadWith(path, compileProgram);
};

/** @throws with every problem of the config. */
export const loadWith = async (path: string, compile: Parameters<typeof loadSystem>[1]): Promise<System> => {
  const result = await loadSystem(path, compile);
  if (result.ok) return result.system;
  throw new Error(`${path} cannot be loaded:\n${result.problems.map(formatProblem).join("\n")}`);
};
