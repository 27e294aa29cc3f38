/** The front door of the runtime: what a module is, how it is loaded, booted and run, and how the bridge meets it. */
import { inspectImage } from "./board/index.ts";
import { type ConfigTools, type LoadedSystem, loadSystem as resolveSystem } from "./config/index.ts";
import { engineOf } from "./host/engines.ts";
import { compiler } from "./host/worker-compiler.ts";
import { Module, type ModuleOptions, type Outside } from "./hypervisor/index.ts";
import type { System } from "./system.ts";
import { createHasher } from "./trace/index.ts";

export { isLoopback, type LoadedSystem, parseNetwork, type StCompilation } from "./config/index.ts";
export { BoardFigures } from "./host/board-figures.ts";
export { type BoardThread, type RunOptions, startBoard } from "./host/board-thread.ts";
export { type Clock, hostClock } from "./host/clock.ts";
export { engineOf } from "./host/engines.ts";
export { LATENESS_BOUNDS_US, LatenessHistogram } from "./host/lateness.ts";
export { type PointExchange, SharedExchange } from "./host/point-exchange.ts";
export { decodeSnapshot, encodeSnapshot } from "./host/snapshot-file.ts";
export { exportTrace, TRACE_FORMATS, type TraceFormat } from "./host/trace-export.ts";
export {
  type BoardInstant,
  type Incident,
  type Module,
  type Outside,
  PointCells,
  QUALITY,
  type Quality,
} from "./hypervisor/index.ts";
export { formatProblem, type Problem } from "./problem.ts";
export * from "./system.ts";
export { textWanted } from "./text.ts";
export { formatHash, RunningHashes } from "./trace/index.ts";
export * from "./units.ts";

/** Reads a module's config file and all it names; the Structured Text compiler is the caller's (partitions/st). */
export const loadSystem = (
  path: string,
  compileSt: ConfigTools["compileSt"],
  replacement?: ConfigTools["replacement"],
): Promise<LoadedSystem> => resolveSystem(path, { compileSt, inspectImage, replacement });

/** Starts the thread that compiles guests' code. Whoever is about to load a module and `boot` it in this thread loses no time so. */
export const prepareToBoot = (): void => compiler.prepare();

/** Powers a module on in this thread, in virtual time, with the engines of its config: nothing runs before its first `step`. */
export const boot = async (system: System, outside: Outside, options?: ModuleOptions): Promise<Module> =>
  new Module(system, outside, await createHasher(), { engineOf, ...options });
