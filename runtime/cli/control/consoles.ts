/** The latest lines that the guests of a module wrote to their serial ports. */

const KEPT_LINES = 500;

export class Consoles {
  readonly #lines: readonly { readonly number: number; readonly text: string }[][];
  #next = 0;

  constructor(partitions: number) {
    this.#lines = Array.from({ length: partitions }, () => []);
  }

  add(partition: number, text: string): void {
    const lines = this.#lines[partition]!;
    lines.push({ number: this.#next++, text });
    if (lines.length > KEPT_LINES) lines.shift();
  }

  /** What came from line `since` on, as far as it is kept, and where to go on. */
  read(partition: number, since: number): { readonly next: number; readonly lines: readonly string[] } {
    const lines = this.#lines[partition]!.filter(({ number }) => number >= since).map(({ text }) => text);
    return { next: this.#next, lines };
  }
}
