/** Tables of figures, for a terminal and for Markdown. */

export interface Table {
  readonly title: string;
  /** The first column is text, the others are figures. */
  readonly columns: readonly string[];
  /** Cells as shown; a figure that does not exist is a dash. */
  readonly rows: readonly (readonly string[])[];
  /** The same as bars, line by line; for a terminal. */
  readonly picture?: readonly string[];
  /** What the figures mean, and what is missing. */
  readonly notes: readonly string[];
}

export const NOTHING = "–";

/** A figure with about three digits that count. */
export const figure = (value: number | null | undefined, unit = ""): string => {
  if (value === null || value === undefined) return NOTHING;
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3;
  return `${value.toFixed(digits)}${unit === "" ? "" : ` ${unit}`}`;
};

export const mediansOf = (rounds: number): string => (rounds === 1 ? "One round" : `Medians of ${rounds} rounds`);

export const asText = ({ title, columns, rows, picture = [], notes }: Table): string => {
  const widths = columns.map((column, at) => Math.max(column.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const lineOf = (cells: readonly string[]) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join("  ");
  const lines = [lineOf(columns), ...rows.map(lineOf), ...[...picture, ...notes].map((text) => `  ${text}`)];
  return [title, ...lines.map((line) => line.trimEnd()), ""].join("\n");
};

export const asMarkdown = ({ title, columns, rows, notes }: Table): string => {
  const lineOf = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = lineOf(columns.map((_, at) => (at === 0 ? "---" : "---:")));
  const lines = [`**${title}**`, "", lineOf(columns), rule, ...rows.map(lineOf), ""];
  return [...lines, ...notes.flatMap((note) => [note, ""])].join("\n");
};
