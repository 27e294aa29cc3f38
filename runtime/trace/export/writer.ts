/** What a trace is written as: one writer a format, all told the same of a run, in board order but for events. */
import type { BoardInstant } from "../../hypervisor/outside.ts";
import type { PointCells } from "../../hypervisor/point-cells.ts";
import type { Hertz } from "../../units.ts";
import type { TraceEvent } from "../events.ts";

export interface TraceWriter {
  /** A partition's points at the end of its slot, or when it was stopped. */
  readonly published?: (at: BoardInstant, points: PointCells) => void;
  /** In a partition's own order; those of several partitions come frame by frame. */
  readonly event?: (event: TraceEvent) => void;
  /** The frame that ends at board cycle `at` is over; to be waited for. */
  readonly frameEnded?: (at: number) => void | Promise<void>;
  /** There is no more. */
  readonly end: (at: number) => void | Promise<void>;
}

/** Gets a file's text in order. */
export type TextSink = (text: string) => void;

/** Board time in ns, rounded. */
export const nanosecondsAt = (cycle: number, clock: Hertz): number => Math.round((cycle * 1e9) / clock);
