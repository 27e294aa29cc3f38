/**
 * What the scans of a partition were seen to take, in cycles that the guest executed. A scan ends where outputs are published, and
 * begins where the guest last woke from a `wfi`: at its release. One that waits for nothing begins where the former ended, or where
 * the partition became NORMAL; that of a guest without doorbells with its slot. Observed, never the worst case: that nobody saw.
 */
import type { VirtualBoard } from "../board/index.ts";
import type { Partition, Schedule } from "../system.ts";
import { type Cycles, cycles } from "../units.ts";

/** Over the scans since power-on. */
export interface ObservedScans {
  readonly scans: number;
  /** Cycles of the shortest scan, of the longest, and of all together; 0 when there was none. */
  readonly least: Cycles;
  readonly most: Cycles;
  readonly total: Cycles;
}

/** A copy that does not change. */
export const scansSoFar = ({ scans, least, most, total }: ObservedScans): ObservedScans => ({
  scans,
  least,
  most,
  total,
});

/** Slot time that a scan has: what the schedule gives the partition in a period of its shortest task, or in a major frame. */
export const slotTimeOfScan = ({ index, tasks }: Partition, { slots, majorFrame }: Schedule): Cycles => {
  const own = slots.filter(({ partition }) => partition === index);
  const given = own.reduce((sum, { duration }) => sum + duration, 0);
  const period = tasks.length === 0 ? majorFrame : Math.min(...tasks.map(({ interval }) => interval));
  return cycles((given * period) / majorFrame);
};

export class ObservedExecution implements ObservedScans {
  scans = 0;
  least = cycles(0);
  most = cycles(0);
  total = cycles(0);
  /** What the guest had executed when the scan began, at the latest. */
  #begun = cycles(0);

  begin(board: VirtualBoard): void {
    this.#begun = board.executed;
  }

  /** The guest rang to publish. */
  published(board: VirtualBoard): void {
    this.#begun = cycles(Math.max(this.#begun, board.executedAtWake));
    this.slotEnded(board);
  }

  /** The scan of a guest without doorbells: it may have waited in between. */
  slotEnded(board: VirtualBoard): void {
    const scan = cycles(board.executed - this.#begun);
    this.least = this.scans === 0 || scan < this.least ? scan : this.least;
    if (scan > this.most) this.most = scan;
    this.total = cycles(this.total + scan);
    this.scans += 1;
    this.#begun = board.executed;
  }
}
