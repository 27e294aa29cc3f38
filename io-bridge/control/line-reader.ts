/** Cuts what arrives on a socket into lines of UTF-8, and notices one that is too long before it is all there. */

const NEWLINE = 10;

export class LineReader {
  readonly #longest: number;
  #pieces: Buffer[] = [];
  #pieceBytes = 0;

  /** `longest`: bytes of a line, its newline included. */
  constructor(longest: number) {
    this.#longest = longest;
  }

  /** @returns the lines that are whole now, without their newlines; null: one is too long, and there is no going on. */
  add(arrived: Buffer): string[] | null {
    const lines: string[] = [];
    let rest = arrived;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      if (this.#pieceBytes + end + 1 > this.#longest) return null;
      lines.push(Buffer.concat([...this.#pieces, rest.subarray(0, end)]).toString("utf8"));
      this.#pieces = [];
      this.#pieceBytes = 0;
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) this.#pieces.push(rest);
    this.#pieceBytes += rest.length;
    return this.#pieceBytes < this.#longest ? lines : null;
  }
}
