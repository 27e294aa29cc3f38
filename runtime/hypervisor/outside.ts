/**
 * What the world around a module offers and hears. The module calls it synchronously at slot boundaries, and never
 * otherwise: this is the only way in and out (law 4). The paced host, the rig, the recorder and the replayer are all Outsides.
 */
import type { Schedule } from "../system.ts";
import type { Cycles } from "../units.ts";
import type { Command } from "./commands.ts";
import type { HealthRecord } from "./health-record.ts";
import type { PointCells } from "./point-cells.ts";

/** Where in board time something happened. */
export interface BoardInstant {
  readonly cycle: Cycles;
  readonly frame: number;
  /** Index of the slot in the schedule. */
  readonly slot: number;
  readonly partition: number;
}

/** Something for the log, never for the guest. */
export type Incident =
  /** An error, and what was done about it. */
  | { readonly kind: "error"; readonly record: HealthRecord }
  | { readonly kind: "modeChanged"; readonly from: PartitionMode; readonly to: PartitionMode }
  | { readonly kind: "suspended" | "resumed" }
  /** It has another program from now on, or the state of another partition. */
  | { readonly kind: "replaced" | "cloned" }
  | { readonly kind: "poweredOff"; readonly code: number };

export const PARTITION_MODES = ["IDLE", "COLD_START", "WARM_START", "NORMAL"] as const;
/** ARINC 653 P1 §2.3.1.4. */
export type PartitionMode = (typeof PARTITION_MODES)[number];

export interface Outside {
  /** At the start of a frame, before its first boundary: what the module is to do from this frame on, in order of arrival. */
  commands(frame: number): readonly Command[];
  /**
   * At the start of a partition's slot: bring `inputs` up to date. It holds what was latched last. Cells that a channel
   * feeds, and validity points, are overwritten afterwards; then the whole is fixed for the slot.
   */
  latch(at: BoardInstant, inputs: PointCells): void;
  /**
   * At the end of a slot, after it took effect, and when a partition was stopped, suspended or restarted between its slots: all
   * its points as it saw (inputs) and published (outputs) them.
   * @param drives it is NORMAL and not suspended; while it is not, its outputs are at their fail-safe values.
   */
  published(at: BoardInstant, points: PointCells, drives: boolean): void;
  /** A byte that the guest wrote to its UART. */
  uart(at: BoardInstant, byte: number): void;
  /** A guest's error or change of mode. */
  incident(at: BoardInstant, incident: Incident): void;
  /** `frame`, which ends at board cycle `at`, is the last one of the schedule so far; `to` goes on. */
  scheduleSwitched(frame: number, at: Cycles, to: Schedule): void;
  /**
   * The frame is over; `hashes[p]` is partition p's XXH64 for this frame. The array is reused. Where each hart has a module of its
   * own, hart 0 ends a frame last: it has the hashes of all, any other one those of its own partitions; also hart 0 only those where
   * harts that share nothing run without each other.
   */
  frameEnded(frame: number, hashes: BigUint64Array): void;
}
