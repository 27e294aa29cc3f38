/** How much of its slots each partition was seen to use: observed, never the worst case, for that nobody saw. */
import type { TimeUse } from "../../runtime/hypervisor/index.ts";
import type { System } from "../../runtime/system.ts";

export interface SlotUse {
  readonly partition: string;
  /** That it had. */
  readonly slots: number;
  /** Share of a slot, 0 … 1, to a ten-thousandth. */
  readonly median: number;
  /** Of the slot that was filled most, in cycles; null: it had none. */
  readonly most: { readonly used: number; readonly duration: number } | null;
}

/** Steps in which shares are counted. */
const STEPS = 10_000;

interface View {
  readonly timeUse: TimeUse;
}

class PartitionSlots {
  /** How many slots were used so far, to a step. */
  readonly counts = new Uint32Array(STEPS + 1);
  slots = 0;
  most: SlotUse["most"] = null;
  /** What its time use was when the slot before ended. */
  given = 0;
  idle = 0;

  goOnFrom({ timeUse: { given, idle } }: View): void {
    this.given = given;
    this.idle = idle;
  }

  ended({ timeUse: { given, idle } }: View): void {
    const duration = given - this.given;
    if (duration === 0) return;
    const used = duration - (idle - this.idle);
    this.given = given;
    this.idle = idle;
    this.slots++;
    this.counts[Math.floor((STEPS * used) / duration)]!++;
    if (this.most === null || used * this.most.duration > this.most.used * duration) this.most = { used, duration };
  }

  /** The share that half of the slots do not exceed. */
  get median(): number {
    let passed = 0;
    const step = this.counts.findIndex((count) => {
      passed += count;
      return passed * 2 >= this.slots;
    });
    return step / STEPS;
  }
}

export class SlotUses {
  readonly #partitions: readonly PartitionSlots[];

  constructor({ partitions }: System) {
    this.#partitions = partitions.map(() => new PartitionSlots());
  }

  /** A slot of the partition is over, or something else happened to it between its slots. */
  ended(partition: number, view: View): void {
    this.#partitions[partition]!.ended(view);
  }

  /** The run is elsewhere in time; what was seen before counts on. */
  goOnFrom(views: readonly View[]): void {
    for (const [index, view] of views.entries()) this.#partitions[index]!.goOnFrom(view);
  }

  of({ partitions }: System): readonly SlotUse[] {
    return partitions.map(({ name, index }) => {
      const { slots, median, most } = this.#partitions[index]!;
      return { partition: name, slots, median, most };
    });
  }
}
