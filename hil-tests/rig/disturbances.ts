/** What a test does to inputs on top of what the wires brought: values forced, signals lost, qualities of their own. */
import { type PointCells, QUALITY, type Quality } from "../../runtime/index.ts";
import type { PointValue, System } from "../../runtime/system.ts";
import type { Restore } from "../plants/restore.ts";
import type { NamedPoint } from "./point-names.ts";
import { clientMappings, put, spoil } from "./wiring.ts";

export class Disturbances {
  readonly #system: System;
  readonly #forces = new Map<NamedPoint, PointValue>();
  readonly #qualities = new Map<NamedPoint, Quality>();
  readonly #lost = new Set<NamedPoint>();

  constructor(system: System) {
    this.#system = system;
  }

  /** The points that are held at a value. */
  get forced(): readonly NamedPoint[] {
    return [...this.#forces.keys()];
  }

  force(point: NamedPoint, value: PointValue): void {
    this.#forces.set(point, value);
  }

  release(point: NamedPoint): void {
    this.#forces.delete(point);
  }

  /** Its device falls silent. */
  lose(point: NamedPoint): void {
    this.#lost.add(point);
  }

  setQuality(point: NamedPoint, quality: Quality): void {
    this.#qualities.set(point, quality);
  }

  /** Ends `lose` and `setQuality`. */
  restore(point: NamedPoint): void {
    this.#lost.delete(point);
    this.#qualities.delete(point);
  }

  /** @param offered inputs by partition, as the wires brought them. */
  apply(offered: readonly PointCells[]): void {
    for (const [named, value] of this.#forces) put(offered[named.partition.index]!, named, value);
    for (const named of this.#lost) spoil(offered[named.partition.index]!, named, this.#mappingOf(named));
    for (const [{ partition, point }, quality] of this.#qualities) {
      offered[partition.index]!.quality[point.index] = QUALITY[quality];
    }
  }

  checkpoint(): Restore {
    const [forces, qualities, lost] = [[...this.#forces], [...this.#qualities], [...this.#lost]];
    return () => {
      for (const kept of [this.#forces, this.#qualities, this.#lost]) kept.clear();
      for (const [named, value] of forces) this.#forces.set(named, value);
      for (const [named, quality] of qualities) this.#qualities.set(named, quality);
      for (const named of lost) this.#lost.add(named);
    };
  }

  #mappingOf({ partition, point }: NamedPoint) {
    return clientMappings(this.#system).find(
      (mapping) => mapping.point.partition === partition.index && mapping.point.point === point.index,
    );
  }
}
