/**
 * The shared memory in which the board worker and the bridge meet: per partition a double-buffered image of its inputs
 * (bridge → board) and of all its points (board → bridge). Each side owns the buffer it writes; a sequence counter says
 * which of the two is whole. Neither side ever waits for the other.
 */
import { bytesForCells, PointCells, QUALITY, type Quality } from "../hypervisor/point-cells.ts";
import type { Point, PointRef, PointValue, System } from "../system.ts";
import { DoubleBuffer } from "./double-buffer.ts";

/** The bridge's side of a running module. */
export interface PointExchange {
  /**
   * Copies the partition's points, as of the end of its latest slot, into `into`: inputs as the guest saw them, outputs as it
   * published them (`time` in board cycles for these).
   * @returns false, leaving `into` alone, when nothing new was published since this side's last call.
   */
  readPublished(partition: number, into: PointCells): boolean;
  /** Whether the partition was NORMAL, and not suspended, when it last published. */
  drives(partition: number): boolean;
  /** Sets an input; it travels with the next `handOver`. `timeMs`: host milliseconds since 1970 at which the value was good. */
  writeInput(ref: PointRef, value: PointValue, quality: Quality, timeMs: number): void;
  /** Makes everything written since the last call visible to the partitions' next slot starts, per partition at once. */
  handOver(): void;
  /** Host milliseconds since 1970 at which board cycle `cycle` happened, or happens. */
  timeOfCycle(cycle: number): number;
}

/** The board's side. */
export interface BoardExchange {
  /**
   * Copies what the bridge handed over into `inputs`; those that it has not written yet stay as they are.
   * @returns false when there is nothing new since the last call.
   */
  takeInputs(partition: number, inputs: PointCells): boolean;
  publish(partition: number, points: PointCells, drives: boolean): void;
  /** Says that board cycle `cycle` is at host time `timeMs`. */
  anchor(cycle: number, timeMs: number): void;
}

const HEADER_BYTES = 64;
/** The time of an input that the bridge has not written. */
const NEVER = -1;

/** Of shared memory, for a partition's points in one direction. */
const roomFor = (points: readonly Point[]): number => DoubleBuffer.bytes(bytesForCells(points));

export class SharedExchange implements PointExchange, BoardExchange {
  readonly shared: SharedArrayBuffer;
  readonly #cyclesPerMs: number;
  /** One word, so that a reader sees all of it or nothing: the host time of board cycle 0. */
  readonly #startMs: Float64Array;
  /** By partition: 1 while it drives its outputs. */
  readonly #driving: Int32Array;
  readonly #inputs: DoubleBuffer[] = [];
  readonly #published: DoubleBuffer[] = [];
  /** Room for what the board takes. */
  readonly #taken: PointCells[] = [];
  /** The bridge's own copy of each partition's inputs, and whether it has changed since the last hand-over. */
  readonly #pending: { cells: PointCells; changed: boolean }[] = [];

  /** Over `shared` when another thread made it, else over new memory. Both sides must be given the same System. */
  constructor(system: System, shared?: SharedArrayBuffer) {
    const partitions = system.partitions.length;
    const first = HEADER_BYTES + Math.ceil((partitions * Int32Array.BYTES_PER_ELEMENT) / 8) * 8;
    const bytes = system.partitions.reduce((sum, p) => sum + 2 * roomFor(p.points), first);
    this.shared = shared ?? new SharedArrayBuffer(bytes);
    this.#cyclesPerMs = system.clock / 1000;
    this.#startMs = new Float64Array(this.shared, 0, 1);
    this.#driving = new Int32Array(this.shared, HEADER_BYTES, partitions);
    let at = first;
    for (const { points } of system.partitions) {
      this.#inputs.push(new DoubleBuffer(bytesForCells(points), this.shared, at));
      at += roomFor(points);
      this.#published.push(new DoubleBuffer(bytesForCells(points), this.shared, at));
      at += roomFor(points);
      const cells = PointCells.initial(points);
      cells.time.fill(NEVER);
      this.#pending.push({ cells, changed: false });
      this.#taken.push(new PointCells(points));
    }
  }

  readPublished(partition: number, into: PointCells): boolean {
    return this.#published[partition]!.read(into.bytes);
  }

  drives(partition: number): boolean {
    return Atomics.load(this.#driving, partition) === 1;
  }

  writeInput(ref: PointRef, value: PointValue, quality: Quality, timeMs: number): void {
    const pending = this.#pending[ref.partition]!;
    pending.cells.set(ref.point, value);
    pending.cells.quality[ref.point] = QUALITY[quality];
    pending.cells.time[ref.point] = timeMs;
    pending.changed = true;
  }

  handOver(): void {
    for (const [index, pending] of this.#pending.entries()) {
      if (!pending.changed) continue;
      this.#inputs[index]!.write(pending.cells.bytes);
      pending.changed = false;
    }
  }

  timeOfCycle(cycle: number): number {
    return this.#startMs[0]! + cycle / this.#cyclesPerMs;
  }

  takeInputs(partition: number, inputs: PointCells): boolean {
    const taken = this.#taken[partition]!;
    if (!this.#inputs[partition]!.read(taken.bytes)) return false;
    for (let point = 0; point < taken.count; point++) {
      if (taken.time[point] !== NEVER) inputs.copyPoint(point, taken, point);
    }
    return true;
  }

  publish(partition: number, points: PointCells, drives: boolean): void {
    this.#published[partition]!.write(points.bytes);
    // Behind the image: who sees it drive sees what it has published.
    Atomics.store(this.#driving, partition, drives ? 1 : 0);
  }

  anchor(cycle: number, timeMs: number): void {
    this.#startMs[0] = timeMs - cycle / this.#cyclesPerMs;
  }
}
