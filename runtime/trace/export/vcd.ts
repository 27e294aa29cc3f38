/** Points as a value change dump (IEEE 1364-2005 §18.2), the format of waveform viewers. */
import type { BoardInstant } from "../../hypervisor/outside.ts";
import { type PointCells, QUALITY } from "../../hypervisor/point-cells.ts";
import { isText, POINT_TYPES, type Point, type System } from "../../system.ts";
import { nanosecondsAt, type TextSink, type TraceWriter } from "./writer.ts";

const FIRST_CODE = 33; // !
const CODES = 94; // … ~

/** A short name of printable characters for the n-th variable. */
const codeOf = (index: number): string =>
  (index < CODES ? "" : codeOf(Math.floor(index / CODES) - 1)) + String.fromCharCode(FIRST_CODE + (index % CODES));

const widthOf = ({ type }: Point): number => (type === "BOOL" ? 1 : 8 * POINT_TYPES[type].bytes);
const isReal = ({ type }: Point): boolean => POINT_TYPES[type].kind === "float";

/** Texts are variables of type `string`, which the standard does not have and GTKWave reads. */
const declarationOf = (point: Point, code: string): string => {
  const name = point.name.replaceAll(/[^A-Za-z0-9_$]/g, "_");
  if (isText(point.type)) return `$var string 1 ${code} ${name} $end`;
  return isReal(point) ? `$var real 64 ${code} ${name} $end` : `$var wire ${widthOf(point)} ${code} ${name} $end`;
};

/** Of bad quality it is unknown: x, or NaN for a real. */
const changeOf = (point: Point, cells: PointCells, code: string): string => {
  const isBad = cells.quality[point.index] === QUALITY.bad;
  const value = isBad ? null : cells.get(point.index);
  if (isText(point.type)) return `s${value === null ? "x" : escaped(String(value))} ${code}`;
  if (isReal(point)) return `r${value === null ? "nan" : Number(value)} ${code}`;
  if (point.type === "BOOL") return `${value === null ? "x" : value ? "1" : "0"}${code}`;
  if (value === null) return `bx ${code}`;
  return `b${BigInt.asUintN(widthOf(point), BigInt(value)).toString(2)} ${code}`;
};

/** A text ends at white space, so that and what cannot be printed is written as GTKWave reads it: an octal escape. */
const escaped = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) =>
    byte > 0x20 && byte < 0x7f && byte !== 0x5c ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, "0")}`,
  ).join("");

export class VcdWriter implements TraceWriter {
  readonly #system: System;
  readonly #sink: TextSink;
  /** By partition and point. */
  readonly #codes: readonly (readonly string[])[];
  /** By partition, as they were looked at last; null: not yet. */
  readonly #seen: (PointCells | null)[];
  /** By code, the change that was written last. */
  readonly #written = new Map<string, string>();
  #time = 0;

  constructor(system: System, sink: TextSink) {
    let index = 0;
    this.#system = system;
    this.#sink = sink;
    this.#codes = system.partitions.map(({ points }) => points.map(() => codeOf(index++)));
    this.#seen = system.partitions.map(() => null);
    this.#declare();
  }

  published({ cycle, partition }: BoardInstant, points: PointCells): void {
    const before = this.#seen[partition]!;
    const changes: string[] = [];
    for (const point of this.#system.partitions[partition]!.points) {
      if (before !== null && points.samePoint(before, point.index)) continue;
      const code = this.#codes[partition]![point.index]!;
      const change = changeOf(point, points, code);
      // Another value of bad quality is no change, nor is another quality of the same value.
      if (this.#written.get(code) === change) continue;
      this.#written.set(code, change);
      changes.push(change);
    }
    if (changes.length > 0) this.#sink(`${this.#timeStamp(cycle)}${changes.join("\n")}\n`);
    if (before === null) this.#seen[partition] = points.copy();
    else before.copyFrom(points);
  }

  end(at: number): void {
    this.#sink(this.#timeStamp(at));
  }

  /** Before the first change at a time. */
  #timeStamp(cycle: number): string {
    const time = nanosecondsAt(cycle, this.#system.clock);
    if (time === this.#time) return "";
    this.#time = time;
    return `#${time}\n`;
  }

  /** Before its first slot nothing is known of a partition's points. */
  #declare(): void {
    const { name, partitions } = this.#system;
    const lines = ["$version Partita $end", "$timescale 1 ns $end", `$scope module ${name} $end`];
    for (const { index, name: partition, points } of partitions) {
      const variables = points.map((point) => declarationOf(point, this.#codes[index]![point.index]!));
      lines.push(`$scope module ${partition} $end`, ...variables, "$upscope $end");
    }
    const unknown = partitions.flatMap(({ index, points }) =>
      points.map((point) => {
        const code = this.#codes[index]![point.index]!;
        const change = unknownOf(point, code);
        this.#written.set(code, change);
        return change;
      }),
    );
    lines.push("$upscope $end", "$enddefinitions $end", "#0", "$dumpvars", ...unknown, "$end");
    this.#sink(`${lines.join("\n")}\n`);
  }
}

const unknownOf = (point: Point, code: string): string =>
  isText(point.type)
    ? `sx ${code}`
    : isReal(point)
      ? `rnan ${code}`
      : point.type === "BOOL"
        ? `x${code}`
        : `bx ${code}`;
