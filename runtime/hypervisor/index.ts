/** The hypervisor: a module's partitions, run as its schedule says. The front door of runtime/hypervisor. */
export { Module, type ModuleOptions } from "./module.ts";
export {
  type ApplicationErrorCode,
  type BoardInstant,
  type Incident,
  type Outside,
  PARTITION_MODES,
  type PartitionMode,
} from "./outside.ts";
export type { PartitionView, TimeUse } from "./partition.ts";
export { bytesForCells, PointCells, QUALITY, type Quality } from "./point-cells.ts";
export { type ReplayOutcome, replay } from "./replay.ts";
export { type Boundary, boundariesOf } from "./schedule.ts";
