/** The points of a module by the names that tests use: `partition.point`. */
import type { Partition, Point, System } from "../../runtime/system.ts";

export interface NamedPoint {
  /** `intake.level` */
  readonly name: string;
  readonly partition: Partition;
  readonly point: Point;
}

export class PointNames {
  readonly #points = new Map<string, NamedPoint>();
  readonly #byPartition: readonly (readonly NamedPoint[])[];

  constructor(system: System) {
    this.#byPartition = system.partitions.map((partition) =>
      partition.points.map((point) => ({ name: `${partition.name}.${point.name}`, partition, point })),
    );
    for (const named of this.#byPartition.flat()) this.#points.set(named.name, named);
  }

  has(name: string): boolean {
    return this.#points.has(name);
  }

  /** @throws when there is no such point; the message names those of the partition. */
  find(name: string): NamedPoint {
    const found = this.#points.get(name);
    if (found !== undefined) return found;
    const [partition = ""] = name.split(".");
    const near = [...this.#points.keys()].filter((other) => other.startsWith(`${partition}.`));
    throw new Error(
      near.length === 0
        ? `there is no point ${name}: the module has no partition ${partition}`
        : `there is no point ${name}; ${partition} has ${near.join(", ")}`,
    );
  }

  all(): readonly NamedPoint[] {
    return this.#byPartition.flat();
  }

  of(partition: number): readonly NamedPoint[] {
    return this.#byPartition[partition]!;
  }

  at(partition: number, point: number): NamedPoint {
    return this.#byPartition[partition]![point]!;
  }
}
