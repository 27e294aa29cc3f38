/** The outputs of a partition: what it published, held until its slot's end, and what stands in for them when it is stopped. */
import type { StateReader, StateWriter } from "../state.ts";
import type { Partition, Point } from "../system.ts";
import { type Cycles, cycles } from "../units.ts";
import type { Forces } from "./forces.ts";
import type { ModuleMemory } from "./module-memory.ts";
import { PointCells, type PointRun, QUALITY, runsOf } from "./point-cells.ts";
import { PointPlaces } from "./point-places.ts";

export class Outputs {
  /** All points of the partition; this class writes the outputs among them, and only at slot ends. */
  readonly points: PointCells;
  places: PointPlaces;
  /** What PUBLISH read from RAM in this slot. */
  readonly pending: PointCells;
  readonly #outputs: readonly Point[];
  readonly #runs: readonly PointRun[];
  readonly #forces: Forces;
  readonly #memory: ModuleMemory;
  readonly #partition: number;
  #isPending = false;
  #failed = false;

  /** Its points' memory holds nothing of worth until `powerOn`. */
  constructor(partition: Partition, memory: ModuleMemory, forces: Forces) {
    this.#memory = memory;
    this.#partition = partition.index;
    this.#forces = forces;
    this.#outputs = partition.points.filter(({ direction }) => direction === "output");
    this.#runs = runsOf(this.#outputs.map(({ index }) => index));
    this.points = memory.points[partition.index]!;
    this.pending = PointCells.initial(partition.points);
    this.places = new PointPlaces(this.#outputs, this.points.starts);
  }

  /** The partition's program has been replaced by one that has its points elsewhere. */
  relocate({ points }: Partition): void {
    const outputs = points.filter(({ direction }) => direction === "output");
    this.places = new PointPlaces(outputs, this.points.starts);
  }

  /** Every point has its initial value. */
  powerOn(): void {
    this.points.copyFrom(this.pending);
  }

  /** At power-on, before the partition is NORMAL: as after `fail`, but destinations of channels keep their own initial values. */
  startFailed(): void {
    this.#takeFailSafe(cycles(0));
  }

  /** Something other than initial values has taken effect: a publish, or fail-safe values. */
  get produced(): boolean {
    return this.#memory.produced[this.#partition] === 1;
  }

  /** Reads the outputs from RAM; the last publish of a slot counts. */
  publish(ram: Uint8Array): void {
    this.places.copyFromRam(ram, this.pending);
    this.#forces.overOutputs(this.pending);
    this.#isPending = true;
  }

  /** The slot ended at board cycle `now`: what was published is seen by all from now on. */
  takeEffect(now: Cycles): void {
    if (!this.#isPending) return;
    for (const run of this.#runs) this.points.copyValues(run, this.pending);
    for (const { index } of this.#outputs) this.#mark(index, QUALITY.good, now);
    this.#isPending = false;
    this.#produce();
    this.#failed = false;
  }

  /** The partition is not NORMAL, or suspended: every output is at its fail-safe value, and bad, until the next publish. */
  fail(now: Cycles): void {
    this.#isPending = false;
    if (this.#failed && this.produced) return;
    this.#takeFailSafe(now);
    this.#produce();
  }

  #takeFailSafe(now: Cycles): void {
    for (const { index, failSafe } of this.#outputs) {
      if (failSafe !== null) this.points.set(index, failSafe);
      this.#mark(index, QUALITY.bad, now);
    }
    this.#failed = true;
  }

  /** Between two slots, when nothing is pending: all points of the partition. */
  save(writer: StateWriter): void {
    writer.section("outputs", 1);
    writer.flag(this.produced);
    writer.flag(this.#failed);
    this.points.save(writer);
  }

  /** @param timeJump what is now called so many cycles later was called before. */
  restore(reader: StateReader, timeJump: Cycles): void {
    reader.section("outputs", 1);
    this.#memory.produced[this.#partition] = reader.flag() ? 1 : 0;
    this.#failed = reader.flag();
    this.points.restore(reader);
    for (const { index } of this.#outputs) this.points.time[index]! += timeJump;
  }

  #produce(): void {
    this.#memory.produced[this.#partition] = 1;
  }

  #mark(point: number, quality: number, now: Cycles): void {
    this.points.quality[point] = quality;
    this.points.time[point] = now;
  }
}
