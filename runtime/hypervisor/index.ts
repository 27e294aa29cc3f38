/** The hypervisor: a module's partitions, run as its schedule says. The front door of runtime/hypervisor. */
export { type Command, decodeCommand, encodeCommand, type ForceTarget, NO_COMMANDS } from "./commands.ts";
export type { Shutdown } from "./control.ts";
export type { Force } from "./forces.ts";
export type { HealthRecord } from "./health-record.ts";
export { Memory } from "./memory.ts";
export { Module } from "./module.ts";
export { MODULE_WORD, ModuleMemory } from "./module-memory.ts";
export {
  type HartMail,
  type HartOfSeveral,
  type HeldPartition,
  type ModuleOptions,
  type ModuleState,
  type ProgramState,
  wholeState,
} from "./module-options.ts";
export { type ObservedScans, scansSoFar, slotTimeOfScan } from "./observed-execution.ts";
export type { BoardInstant, Incident, Outside } from "./outside.ts";
export type { PartitionState } from "./partition.ts";
export type { TimeUse } from "./partition-view.ts";
export { Playback, type PlaybackOptions } from "./playback.ts";
export { bytesOfCell, PointCells, QUALITY, type Quality } from "./point-cells.ts";
export { type Program, programOf, retainedFor } from "./program.ts";
export { replay } from "./replay.ts";
export type { WallTime } from "./wall-clock.ts";
