/** A running partition as the outside may look at it. */
import type { Partition } from "../system.ts";
import type { Cycles } from "../units.ts";
import type { Force } from "./forces.ts";
import type { ObservedScans } from "./observed-execution.ts";
import type { PartitionMode } from "./outside.ts";
import type { PointCells } from "./point-cells.ts";

/** How a partition used its time so far. */
export interface TimeUse {
  /** Cycles of its slots. */
  readonly given: Cycles;
  /** Of those, cycles in which it did not execute: idle in `wfi`, or stopped. */
  readonly idle: Cycles;
}

/** What may be seen of a partition from outside; all of it changes at slot boundaries only. */
export interface PartitionView {
  readonly partition: Partition;
  readonly mode: PartitionMode;
  /** It keeps its mode and its state, and executes nothing. */
  readonly suspended: boolean;
  /** Errors so far, over restarts too. */
  readonly errors: number;
  /** The inputs that the outside brought last, latched or not: whoever is the outside may bring more between two frames. */
  readonly offered: PointCells;
  /** Inputs as the guest sees them and outputs as it published them. Do not write. */
  readonly points: PointCells;
  readonly timeUse: TimeUse;
  /** Its scans since power-on, or since it was restored. */
  readonly observed: ObservedScans;
  /** What is forced of it. */
  readonly forces: readonly Force[];
  /** Its RAM, from 0x8000_0000, current between two frames. Do not write. */
  readonly ram: Uint8Array;
  /** Its retained data as its latest whole scan left them; empty when it has none. Do not write. */
  readonly retained: Uint8Array;
}
