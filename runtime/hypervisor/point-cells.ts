/**
 * The values of a partition's points at one moment, outside the guest: one cell a point, with its quality and time. The same
 * layout lies in plain memory (rig, replay) and in shared memory (worker ↔ bridge).
 */
import type { StateReader, StateWriter } from "../state.ts";
import { POINT_TYPES, type Point, type PointValue } from "../system.ts";
import { readText, writeText } from "../text.ts";

/** OPC's three, worst first. */
export const QUALITY = { bad: 0, uncertain: 1, good: 2 } as const;
export type Quality = keyof typeof QUALITY;
const QUALITY_NAMES: readonly Quality[] = ["bad", "uncertain", "good"];

/** What a point's cell depends on. */
export type CellKind = Pick<Point, "type" | "bytes">;

/** A multiple of 8, which most values fit into once. */
export const bytesOfCell = ({ bytes }: CellKind): number => Math.ceil(bytes / 8) * 8;

export const bytesOfValues = (points: readonly CellKind[]): number =>
  points.reduce((sum, point) => sum + bytesOfCell(point), 0);

export const bytesForCells = (points: readonly CellKind[]): number =>
  bytesOfValues(points) + points.length * 8 + Math.ceil(points.length / 8) * 8;

/** Points whose cells lie one behind the other. */
export interface PointRun {
  readonly first: number;
  /** Behind the last. */
  readonly end: number;
}

/** @param points in ascending order. */
export const runsOf = (points: readonly number[]): readonly PointRun[] => {
  const starts = points.filter((point, at) => points[at - 1] !== point - 1);
  const ends = points.filter((point, at) => points[at + 1] !== point + 1);
  return starts.map((first, at) => ({ first, end: ends[at]! + 1 }));
};

export class PointCells {
  readonly count: number;
  /** All there is of them: values, times and qualities, one behind the other. */
  readonly bytes: Uint8Array;
  /** All cells as bytes, the value little-endian from the first of its cell; unused bytes are 0, also those behind a text. */
  readonly values: Uint8Array;
  /** The same in words of the host's byte order, to be compared and no more. */
  readonly words: Int32Array;
  /** Where in `values` the cell of each point starts, and behind the last one where they end. */
  readonly starts: Uint32Array;
  /** When the value was produced: host milliseconds since 1970 for what came from outside, board cycles for what a guest published. */
  readonly time: Float64Array;
  /** One of `QUALITY` a point. */
  readonly quality: Uint8Array;
  readonly #points: readonly CellKind[];
  readonly #view: DataView;

  /** Uses `buffer` from `byteOffset` (a multiple of 8) on, for `bytesForCells(points)` bytes; a new one when left out. */
  constructor(
    points: readonly CellKind[],
    buffer: ArrayBufferLike = new ArrayBuffer(bytesForCells(points)),
    byteOffset = 0,
  ) {
    this.count = points.length;
    this.#points = points;
    this.starts = new Uint32Array(points.length + 1);
    for (const [i, point] of points.entries()) this.starts[i + 1] = this.starts[i]! + bytesOfCell(point);
    const valueBytes = this.starts[points.length]!;
    this.bytes = new Uint8Array(buffer, byteOffset, bytesForCells(points));
    this.values = new Uint8Array(buffer, byteOffset, valueBytes);
    this.words = new Int32Array(buffer, byteOffset, valueBytes / 4);
    this.time = new Float64Array(buffer, byteOffset + valueBytes, points.length);
    this.quality = new Uint8Array(buffer, byteOffset + valueBytes + points.length * 8, points.length);
    this.#view = new DataView(buffer, byteOffset, valueBytes);
  }

  /** Every point with its initial value, which nobody vouches for yet. */
  static initial(points: readonly Point[]): PointCells {
    const cells = new PointCells(points);
    for (const { index, initial } of points) cells.set(index, initial);
    cells.quality.fill(QUALITY.uncertain);
    return cells;
  }

  get(point: number): PointValue {
    const { type, bytes: valueBytes } = this.#points[point]!;
    const at = this.starts[point]!;
    const view = this.#view;
    const { bytes, kind } = POINT_TYPES[type];
    if (kind === "bool") return view.getUint8(at) !== 0;
    if (kind === "string") return readText(view, at, valueBytes, bytes);
    if (kind === "float") return bytes === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true);
    if (bytes === 8) return kind === "signed" ? view.getBigInt64(at, true) : view.getBigUint64(at, true);
    if (kind === "signed") {
      return bytes === 1 ? view.getInt8(at) : bytes === 2 ? view.getInt16(at, true) : view.getInt32(at, true);
    }
    return bytes === 1 ? view.getUint8(at) : bytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
  }

  /** Integers are taken modulo their width, as DataView does, texts are cut; range checks belong to whoever meets the user. */
  set(point: number, value: PointValue): void {
    const { type, bytes: valueBytes } = this.#points[point]!;
    const at = this.starts[point]!;
    const view = this.#view;
    const { bytes, kind } = POINT_TYPES[type];
    if (kind === "bool") view.setUint8(at, value ? 1 : 0);
    else if (kind === "string") writeText(view, at, valueBytes, bytes, String(value));
    else if (kind === "float" && bytes === 4) view.setFloat32(at, Number(value), true);
    else if (kind === "float") view.setFloat64(at, Number(value), true);
    else if (bytes === 8) view.setBigInt64(at, wholeOf(value), true);
    else if (bytes === 1) view.setUint8(at, Number(value));
    else if (bytes === 2) view.setUint16(at, Number(value), true);
    else view.setUint32(at, Number(value), true);
  }

  /** A copy of the point's cell. */
  cell(point: number): Uint8Array {
    return this.values.slice(this.starts[point], this.starts[point + 1]);
  }

  /** The point in whose cell the byte `at` of `values` lies. */
  pointAt(at: number): number {
    // A cell has 8 bytes or more, so that no point of a higher number lies there.
    let point = Math.min(Math.floor(at / 8), this.count - 1);
    while (this.starts[point]! > at) point -= 1;
    return point;
  }

  qualityOf(point: number): Quality {
    return QUALITY_NAMES[this.quality[point] ?? 0] ?? "bad";
  }

  /** The same value and quality as `other`, of the same points, has there; times may differ. */
  samePoint(other: PointCells, point: number): boolean {
    if (this.quality[point] !== other.quality[point]) return false;
    const end = this.starts[point + 1]! / 4;
    for (let at = this.starts[point]! / 4; at < end; at++) if (this.words[at] !== other.words[at]) return false;
    return true;
  }

  /** Every point as in `other`, times apart. */
  sameAs(other: PointCells): boolean {
    const { words, quality } = this;
    for (let at = 0; at < words.length; at++) if (words[at] !== other.words[at]) return false;
    for (let point = 0; point < this.count; point++) if (quality[point] !== other.quality[point]) return false;
    return true;
  }

  /** Takes one point's value, quality and time from another image's point of the same type and length. */
  copyPoint(point: number, other: PointCells, from: number): void {
    this.copyValue(point, other, from);
    this.time[point] = other.time[from]!;
    this.quality[point] = other.quality[from]!;
  }

  /** The same for points whose cells lie one behind the other, with an image of the same points. */
  copyRun(run: PointRun, other: PointCells): void {
    this.copyValues(run, other);
    for (let point = run.first; point < run.end; point++) {
      this.time[point] = other.time[point]!;
      this.quality[point] = other.quality[point]!;
    }
  }

  /** Their values alone. */
  copyValues({ first, end }: PointRun, other: PointCells): void {
    const to = this.starts[end]!;
    for (let i = this.starts[first]!; i < to; i++) this.values[i] = other.values[i]!;
  }

  /** One point's value alone. */
  copyValue(point: number, other: PointCells, from: number): void {
    const start = this.starts[point]!;
    const bytes = this.starts[point + 1]! - start;
    const otherStart = other.starts[from]!;
    for (let i = 0; i < bytes; i++) this.values[start + i] = other.values[otherStart + i]!;
  }

  copyFrom(other: PointCells): void {
    this.bytes.set(other.bytes);
  }

  copy(): PointCells {
    const copy = new PointCells(this.#points);
    copy.copyFrom(this);
    return copy;
  }

  save(writer: StateWriter): void {
    writer.section("points", 1);
    writer.bytes(this.values);
    writer.bytes(this.quality);
    writer.f64s(this.time);
  }

  restore(reader: StateReader): void {
    reader.section("points", 1);
    reader.bytes(this.values);
    reader.bytes(this.quality);
    reader.f64s(this.time);
  }
}

const wholeOf = (value: PointValue): bigint => {
  if (typeof value === "bigint") return value;
  return Number.isFinite(Number(value)) ? BigInt(Math.trunc(Number(value))) : 0n;
};
