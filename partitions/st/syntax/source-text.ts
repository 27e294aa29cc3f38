/** A file's text and places in it. Everything that the compiler says points at a Span. */

/** One source file, as the user named it. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  readonly #lineStarts: readonly number[];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    const starts = [0];
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    this.#lineStarts = starts;
  }

  /** Line and column of an offset, both from 1. */
  position(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.#lineStarts[low]! + 1 };
  }

  /** The text of line `line` (from 1), without its end. */
  line(line: number): string {
    const start = this.#lineStarts[line - 1] ?? this.text.length;
    const end = this.#lineStarts[line] ?? this.text.length + 1;
    return this.text.slice(start, end - 1).replace(/\r$/, "");
  }
}

/** A stretch of one file, from `start` up to, not including, `end`. */
export interface Span {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

export const spanning = (first: Span, last: Span): Span => ({
  source: first.source,
  start: first.start,
  end: Math.max(first.end, last.end),
});

export const lineOf = (at: Span): number => at.source.position(at.start).line;

/** Without folders: an image is the same wherever its source lies, which recordings and digests rely on. */
export const fileName = ({ source: { file } }: Pick<Span, "source">): string =>
  file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);

/** What the source says there. */
export const textOf = ({ source, start, end }: Span): string => source.text.slice(start, end);
