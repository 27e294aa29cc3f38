/** What happened lately at a module's points: the story that a failure tells. */
import type { PointCells } from "../../runtime/index.ts";
import { POINT_TYPES, type PointValue } from "../../runtime/system.ts";
import type { Restore } from "../plants/restore.ts";
import type { NamedPoint, PointNames } from "./point-names.ts";

export interface Change {
  /** Virtual time, s. */
  readonly time: number;
  readonly name: string;
  readonly from: PointValue;
  readonly to: PointValue;
}

const KEPT = 12;

/** Switching signals, texts and small numbers tell a story; measurements and totalisers change all the time. */
const isTold = ({ point }: NamedPoint): boolean =>
  POINT_TYPES[point.type].kind !== "float" && POINT_TYPES[point.type].bytes <= 2;

export class History {
  readonly #told: readonly (readonly NamedPoint[])[];
  readonly #last: PointValue[][];
  readonly #changes: Change[] = [];

  constructor(names: PointNames, partitions: number) {
    this.#told = Array.from({ length: partitions }, (_, index) => names.of(index).filter(isTold));
    this.#last = this.#told.map((points) => points.map(({ point }) => point.initial));
  }

  /** The latest, oldest first. */
  get changes(): readonly Change[] {
    return this.#changes;
  }

  checkpoint(): Restore {
    const [last, changes] = [this.#last.map((values) => [...values]), [...this.#changes]];
    return () => {
      for (const [partition, values] of last.entries()) this.#last[partition] = [...values];
      this.#changes.splice(0, this.#changes.length, ...changes);
    };
  }

  observe(partition: number, cells: PointCells, time: number): void {
    const told = this.#told[partition]!;
    const last = this.#last[partition]!;
    for (let i = 0; i < told.length; i++) {
      const { name, point } = told[i]!;
      const value = cells.get(point.index);
      if (value === last[i]) continue;
      this.#changes.push({ time, name, from: last[i]!, to: value });
      if (this.#changes.length > KEPT) this.#changes.shift();
      last[i] = value;
    }
  }
}
