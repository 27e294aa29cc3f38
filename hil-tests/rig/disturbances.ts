/** What lies between what the outside offers to inputs and what their partitions see: faults of single signals, and forces. */
import type { PointCells } from "../../runtime/index.ts";
import type { PointValue } from "../../runtime/system.ts";
import { allOf, type Restore } from "../plants/restore.ts";
import type { SignalDisturbance } from "./faults/index.ts";
import type { NamedPoint } from "./point-names.ts";
import { type Moment, put } from "./wiring.ts";

export class Disturbances {
  readonly #forces = new Map<NamedPoint, PointValue>();
  /** In the order in which they came: one acts on what the one before left. */
  readonly #faults = new Set<SignalDisturbance>();

  /** The points that are held at a value. */
  get forced(): readonly NamedPoint[] {
    return [...this.#forces.keys()];
  }

  /** Whatever the plant says and whatever is broken. */
  force(point: NamedPoint, value: PointValue): void {
    this.#forces.set(point, value);
  }

  release(point: NamedPoint): void {
    this.#forces.delete(point);
  }

  add(fault: SignalDisturbance): void {
    this.#faults.add(fault);
  }

  remove(fault: SignalDisturbance): void {
    this.#faults.delete(fault);
  }

  /** @param seen inputs by partition, as they are offered. */
  apply(seen: readonly PointCells[], { time, frame }: Moment): void {
    for (const fault of this.#faults) fault.apply(seen[fault.named.partition.index]!, time, frame);
    for (const [named, value] of this.#forces) put(seen[named.partition.index]!, named, value);
  }

  checkpoint(): Restore {
    const [forces, faults] = [[...this.#forces], [...this.#faults]];
    const restore = allOf(faults.map((fault) => fault.checkpoint()));
    return () => {
      this.#forces.clear();
      for (const [named, value] of forces) this.#forces.set(named, value);
      this.#faults.clear();
      for (const fault of faults) this.#faults.add(fault);
      restore();
    };
  }
}
