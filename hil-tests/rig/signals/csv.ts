/** Segments from CSV files: measured or drawn elsewhere, a column of times and one of values. */
import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { type Interpolation, type Sample, samples } from "./segments.ts";
import type { Segment } from "./signal.ts";

export interface CsvOptions {
  /** Header of the column of values. */
  readonly column: string;
  /** Header of the column of times, s; left out: the first one. */
  readonly time?: string;
  readonly interpolation?: Interpolation;
}

/**
 * Reads a file with a line of headers and `,` or `;` between columns; with `;` a decimal comma is understood.
 * @throws with the file and line of what is no number.
 */
export const csv = (path: string, { column, time, interpolation }: CsvOptions): Segment => {
  const text = readFileSync(path, "utf8");
  const delimiter = text.slice(0, text.indexOf("\n")).includes(";") ? ";" : ",";
  const rows: string[][] = parse(text, { delimiter, bom: true, trim: true, skip_empty_lines: true });
  const [headers = [], ...lines] = rows;
  const place = (name: string): number => {
    const index = headers.indexOf(name);
    if (index < 0) throw new Error(`${path} has no column ${name}; it has ${headers.join(", ")}`);
    return index;
  };
  const places = [time === undefined ? 0 : place(time), place(column)] as const;
  const number = (row: readonly string[], at: number, line: number): number => {
    const cell = row[at]!;
    const value = cell === "" ? Number.NaN : Number(delimiter === ";" ? cell.replace(",", ".") : cell);
    if (Number.isFinite(value)) return value;
    throw new Error(`${path}:${line}: "${cell}" in column ${headers[at]} is no number`);
  };
  const read = lines.map((row, i): Sample => [number(row, places[0], i + 2), number(row, places[1], i + 2)]);
  if (read.length === 0) throw new Error(`${path} has no lines behind its headers`);
  return samples(read, interpolation === undefined ? {} : { interpolation });
};
