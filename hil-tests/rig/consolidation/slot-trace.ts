/** What a partition's points were at the end of each of its slots. */
import type { BoardInstant, PointCells } from "../../../runtime/index.ts";
import type { Cycles } from "../../../runtime/units.ts";

export interface SlotEnd {
  /** Board time. */
  readonly cycle: Cycles;
  readonly points: PointCells;
}

export class SlotTrace {
  readonly #ends: SlotEnd[] = [];
  #latest = "";

  /** In order, one a slot. */
  get ends(): readonly SlotEnd[] {
    return this.#ends;
  }

  /** As `Outside.published` is told: what it hears between two slots belongs to the earlier one. */
  note({ frame, slot, cycle }: BoardInstant, points: PointCells): void {
    const place = `${frame} ${slot}`;
    const end = { cycle, points: points.copy() };
    if (place === this.#latest) this.#ends[this.#ends.length - 1] = end;
    else this.#ends.push(end);
    this.#latest = place;
  }

  /** The last slot that was over at that time; undefined: none was. */
  before(cycle: Cycles): SlotEnd | undefined {
    return this.#ends.findLast((end) => end.cycle <= cycle);
  }
}
