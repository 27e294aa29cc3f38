/**
 * The bridge's view of the module: the latest whole image of every partition's points, and the only way in for values from
 * outside. Servers, clients and links all meet here; none of them touches the exchange.
 */
import {
  type Clock,
  type Point,
  PointCells,
  type PointExchange,
  type PointRef,
  type PointValue,
  type Quality,
  type System,
} from "../runtime/index.ts";

interface PartitionImage {
  readonly points: readonly Point[];
  readonly cells: PointCells;
  /** False: the cells still hold the initial values. */
  hasPublished: boolean;
  /** Per point: the last value handed in from outside, and when it was last good (host ms since 1970; 0: never). */
  readonly accepted: (PointValue | undefined)[];
  readonly lastGoodMs: Float64Array;
  /** Points whose `time` counts board cycles: a guest of this module produced them. */
  readonly madeOnBoard: readonly boolean[];
}

const boardMadePoints = (system: System, partition: number): boolean[] => {
  const points = system.partitions[partition]!.points;
  const made = points.map((point) => point.direction === "output");
  for (const channel of system.samplingChannels) {
    for (const to of channel.to) if (to.partition === partition) made[to.point] = true;
  }
  return points.map((point, index) => (point.validityOf === null ? made[index]! : made[point.validityOf]!));
};

export class ProcessImage {
  readonly #system: System;
  readonly #exchange: PointExchange;
  readonly #clock: Clock;
  readonly #partitions: readonly PartitionImage[];

  constructor(system: System, exchange: PointExchange, clock: Clock) {
    this.#system = system;
    this.#exchange = exchange;
    this.#clock = clock;
    this.#partitions = system.partitions.map(({ points, index }) => ({
      points,
      cells: PointCells.initial(points),
      hasPublished: false,
      accepted: points.map(() => undefined),
      lastGoodMs: new Float64Array(points.length),
      madeOnBoard: boardMadePoints(system, index),
    }));
  }

  /** Fetches what the board has published since the last call; each partition's image is whole, never torn. */
  refresh(): void {
    for (const index of this.#partitions.keys()) this.refreshPartition(index);
  }

  /** The same of one partition: who is asked often need not look at all. */
  refreshPartition(index: number): void {
    const partition = this.#partitions[index]!;
    if (this.#exchange.readPublished(index, partition.cells)) partition.hasPublished = true;
  }

  /** False until the partition's first image: its initial values are no output of the guest yet. */
  hasPublished(ref: PointRef): boolean {
    return this.#partitions[ref.partition]!.hasPublished;
  }

  /** The partition is NORMAL, and not suspended, and has published. */
  drives(partition: number): boolean {
    return this.#partitions[partition]!.hasPublished && this.#exchange.drives(partition);
  }

  point(ref: PointRef): Point {
    return this.#partitions[ref.partition]!.points[ref.point]!;
  }

  /** `partition.point`, for messages. */
  nameOf(ref: PointRef): string {
    return `${this.#system.partitions[ref.partition]!.name}.${this.point(ref).name}`;
  }

  value(ref: PointRef): PointValue {
    return this.#partitions[ref.partition]!.cells.get(ref.point);
  }

  quality(ref: PointRef): Quality {
    return this.#partitions[ref.partition]!.cells.qualityOf(ref.point);
  }

  /** Host milliseconds since 1970, whole, at which the source produced the value; the module's start for an initial value. */
  timeMs(ref: PointRef): number {
    const { cells, madeOnBoard } = this.#partitions[ref.partition]!;
    const time = cells.time[ref.point]!;
    return Math.round(madeOnBoard[ref.point]! || time === 0 ? this.#exchange.timeOfCycle(time) : time);
  }

  /** What a writer reads back: the last value accepted for the point, latched by the guest already or not. */
  acceptedValue(ref: PointRef): PointValue {
    return this.#partitions[ref.partition]!.accepted[ref.point] ?? this.value(ref);
  }

  /** Takes a value for an input, good as of now; it travels with the next `handOver`. */
  accept(ref: PointRef, value: PointValue): void {
    const partition = this.#partitions[ref.partition]!;
    const nowMs = this.#clock.nowMs();
    partition.accepted[ref.point] = value;
    partition.lastGoodMs[ref.point] = nowMs;
    this.#exchange.writeInput(ref, value, "good", nowMs);
  }

  /** The source of an input is lost: bad from now on, under the time at which it was last good. */
  markBad(ref: PointRef, onBad: "hold" | { readonly substitute: PointValue }): void {
    const partition = this.#partitions[ref.partition]!;
    const held = partition.accepted[ref.point] ?? this.point(ref).initial;
    const value = onBad === "hold" ? held : onBad.substitute;
    this.#exchange.writeInput(ref, value, "bad", partition.lastGoodMs[ref.point]!);
  }

  /** Shows the partitions, at their next slot starts, all that was accepted since the last call. */
  handOver(): void {
    this.#exchange.handOver();
  }
}
