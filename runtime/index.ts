/** The front door of the runtime: what a module is, how it is loaded, booted and run, and how the bridge meets it. */

export type { Clock } from "./host/clock.ts";
export { type PointExchange, SharedExchange } from "./host/point-exchange.ts";
export { PointCells, QUALITY, type Quality } from "./hypervisor/point-cells.ts";
export { formatProblem, type Problem } from "./problem.ts";
export * from "./system.ts";
export * from "./units.ts";
