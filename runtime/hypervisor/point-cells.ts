/**
 * The values of a partition's points at one moment, outside the guest: one 8-byte cell a point, with its quality and time.
 * The same layout lies in plain memory (rig, replay) and in shared memory (worker ↔ bridge).
 */
import type { StateReader, StateWriter } from "../state.ts";
import { POINT_TYPES, type Point, type PointType, type PointValue } from "../system.ts";

/** OPC's three, worst first. */
export const QUALITY = { bad: 0, uncertain: 1, good: 2 } as const;
export type Quality = keyof typeof QUALITY;
const QUALITY_NAMES: readonly Quality[] = ["bad", "uncertain", "good"];

export const bytesForCells = (points: number): number => points * 8 + points * 8 + Math.ceil(points / 8) * 8;

export class PointCells {
  readonly count: number;
  /** All cells as bytes, 8 a point, the value little-endian from the first; unused bytes are 0. */
  readonly values: Uint8Array;
  /** When the value was produced: host milliseconds since 1970 for what came from outside, board cycles for what a guest published. */
  readonly time: Float64Array;
  /** One of `QUALITY` a point. */
  readonly quality: Uint8Array;
  readonly #view: DataView;

  /** Uses `buffer` from `byteOffset` (a multiple of 8) on, for `bytesForCells(points)` bytes; a new one when left out. */
  constructor(points: number, buffer: ArrayBufferLike = new ArrayBuffer(bytesForCells(points)), byteOffset = 0) {
    this.count = points;
    this.values = new Uint8Array(buffer, byteOffset, points * 8);
    this.time = new Float64Array(buffer, byteOffset + points * 8, points);
    this.quality = new Uint8Array(buffer, byteOffset + points * 16, points);
    this.#view = new DataView(buffer, byteOffset, points * 8);
  }

  /** Every point with its initial value, which nobody vouches for yet. */
  static initial(points: readonly Point[]): PointCells {
    const cells = new PointCells(points.length);
    for (const { index, type, initial } of points) cells.set(index, type, initial);
    cells.quality.fill(QUALITY.uncertain);
    return cells;
  }

  get(point: number, type: PointType): PointValue {
    const at = point * 8;
    const view = this.#view;
    const { bytes, kind } = POINT_TYPES[type];
    if (kind === "bool") return view.getUint8(at) !== 0;
    if (kind === "float") return bytes === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true);
    if (bytes === 8) return kind === "signed" ? view.getBigInt64(at, true) : view.getBigUint64(at, true);
    if (kind === "signed") {
      return bytes === 1 ? view.getInt8(at) : bytes === 2 ? view.getInt16(at, true) : view.getInt32(at, true);
    }
    return bytes === 1 ? view.getUint8(at) : bytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
  }

  /** Integers are taken modulo their width, as DataView does; range checks belong to whoever meets the user. */
  set(point: number, type: PointType, value: PointValue): void {
    const at = point * 8;
    const view = this.#view;
    const { bytes, kind } = POINT_TYPES[type];
    if (kind === "bool") view.setUint8(at, value ? 1 : 0);
    else if (kind === "float" && bytes === 4) view.setFloat32(at, Number(value), true);
    else if (kind === "float") view.setFloat64(at, Number(value), true);
    else if (bytes === 8) view.setBigInt64(at, wholeOf(value), true);
    else if (bytes === 1) view.setUint8(at, Number(value));
    else if (bytes === 2) view.setUint16(at, Number(value), true);
    else view.setUint32(at, Number(value), true);
  }

  qualityOf(point: number): Quality {
    return QUALITY_NAMES[this.quality[point] ?? 0] ?? "bad";
  }

  /** The same value and quality as `other` has there; times may differ. */
  samePoint(other: PointCells, point: number): boolean {
    if (this.quality[point] !== other.quality[point]) return false;
    for (let i = point * 8; i < point * 8 + 8; i++) if (this.values[i] !== other.values[i]) return false;
    return true;
  }

  /** Every point as in `other`, times apart. */
  sameAs(other: PointCells): boolean {
    for (let point = 0; point < this.count; point++) if (!this.samePoint(other, point)) return false;
    return true;
  }

  /** Takes one point's value, quality and time from another image's. */
  copyPoint(point: number, other: PointCells, from: number): void {
    for (let i = 0; i < 8; i++) this.values[point * 8 + i] = other.values[from * 8 + i]!;
    this.time[point] = other.time[from]!;
    this.quality[point] = other.quality[from]!;
  }

  copyFrom(other: PointCells): void {
    this.values.set(other.values);
    this.time.set(other.time);
    this.quality.set(other.quality);
  }

  copy(): PointCells {
    const copy = new PointCells(this.count);
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
