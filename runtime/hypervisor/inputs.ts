/** The inputs of a partition: what the outside offers and what sampling channels bring, fixed at the start of each slot. */
import type { StateReader, StateWriter } from "../state.ts";
import type { Partition, SamplingChannel, System } from "../system.ts";
import type { Cycles } from "../units.ts";
import type { Forces } from "./forces.ts";
import type { Outputs } from "./outputs.ts";
import { PointCells, type PointRun, QUALITY, runsOf } from "./point-cells.ts";
import { PointPlaces } from "./point-places.ts";

/** A sampling channel as its destination sees it (ARINC 653 P1 §2.3.5.5). */
interface Feed {
  readonly point: number;
  readonly source: Outputs;
  readonly sourcePoint: number;
  readonly refreshPeriod: Cycles;
}

interface Validity {
  readonly point: number;
  readonly of: number;
}

export class Inputs {
  /** The outside's own copy: it holds what was offered last, whatever channels bring. */
  readonly offered: PointCells;
  places: PointPlaces;
  /** The partition's points: this class writes the inputs among them. */
  readonly #points: PointCells;
  readonly #initial: PointCells;
  readonly #fromOutside: readonly PointRun[];
  readonly #feeds: readonly Feed[];
  readonly #validities: readonly Validity[];
  readonly #forces: Forces;

  /** @param outputs of all partitions, by index; those of `partition` hold the points. */
  constructor(partition: Partition, system: System, outputs: readonly Outputs[], forces: Forces) {
    const inputs = partition.points.filter(({ direction }) => direction === "input");
    this.#initial = PointCells.initial(partition.points);
    this.offered = PointCells.initial(partition.points);
    this.#points = outputs[partition.index]!.points;
    this.places = new PointPlaces(inputs, this.#points.starts);
    this.#feeds = system.samplingChannels.flatMap((channel) => feedsOf(channel, partition.index, outputs));
    this.#validities = inputs.flatMap(({ index, validityOf }) =>
      validityOf === null ? [] : [{ point: index, of: validityOf }],
    );
    this.#forces = forces;
    const elsewhere = new Set([...this.#feeds, ...this.#validities].map(({ point }) => point));
    this.#fromOutside = runsOf(inputs.map(({ index }) => index).filter((index) => !elsewhere.has(index)));
  }

  /** Fixes all inputs as they are at board cycle `now`. */
  fix(now: Cycles): void {
    for (const run of this.#fromOutside) this.#points.copyRun(run, this.offered);
    for (const feed of this.#feeds) this.#sample(feed, now);
    this.#forces.overInputs(this.#points);
    for (const { point, of } of this.#validities) {
      if (this.#forces.holds(point)) continue;
      this.#points.set(point, this.#points.quality[of] === QUALITY.good);
      this.#points.quality[point] = QUALITY.good;
      this.#points.time[point] = this.#points.time[of]!;
    }
  }

  /** The partition's program has been replaced by one that has its points elsewhere. */
  relocate({ points }: Partition): void {
    const inputs = points.filter(({ direction }) => direction === "input");
    this.places = new PointPlaces(inputs, this.#points.starts);
  }

  /** What was accepted from outside, latched or not yet; what the guest saw lies in the partition's points. */
  save(writer: StateWriter): void {
    this.offered.save(writer);
  }

  restore(reader: StateReader): void {
    this.offered.restore(reader);
  }

  #sample({ point, source, sourcePoint, refreshPeriod }: Feed, now: Cycles): void {
    if (!source.produced) {
      this.#points.copyPoint(point, this.#initial, point);
      return;
    }
    this.#points.copyPoint(point, source.points, sourcePoint);
    const stale = now - source.points.time[sourcePoint]! > refreshPeriod;
    if (stale && this.#points.quality[point] === QUALITY.good) this.#points.quality[point] = QUALITY.uncertain;
  }
}

const feedsOf = (
  { from, to, refreshPeriod }: SamplingChannel,
  partition: number,
  outputs: readonly Outputs[],
): Feed[] =>
  to
    .filter((end) => end.partition === partition)
    .map(({ point }) => ({ point, source: outputs[from.partition]!, sourcePoint: from.point, refreshPeriod }));
