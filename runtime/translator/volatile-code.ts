/** Which of a guest's code was written while it was translated: it may be written again, and is left to the interpreter. */
import type { Extent } from "./translated-code.ts";

/** What is noted together: where one word is patched, its neighbours often are too. */
const BLOCK_BYTES = 64;

export class VolatileCode {
  readonly #code: Extent;
  /** By block from the code's start. */
  readonly #isVolatile: Uint8Array;

  constructor(code: Extent) {
    this.#code = code;
    this.#isVolatile = new Uint8Array(Math.ceil((code.end - code.start) / BLOCK_BYTES));
  }

  /** Notes that `start` … `end` − 1, within the code, was written. @returns what is volatile now, when any of it was not before. */
  add(start: number, end: number): Extent | null {
    const first = Math.floor((start - this.#code.start) / BLOCK_BYTES);
    const behind = Math.ceil((end - this.#code.start) / BLOCK_BYTES);
    if (this.#isVolatile.subarray(first, behind).every((is) => is === 1)) return null;
    this.#isVolatile.fill(1, first, behind);
    return this.#extentOf(first, behind);
  }

  clear(): void {
    this.#isVolatile.fill(0);
  }

  /** Ascending and apart. */
  extents(): Extent[] {
    const extents: Extent[] = [];
    for (let first = this.#isVolatile.indexOf(1); first >= 0; ) {
      const found = this.#isVolatile.indexOf(0, first);
      const behind = found < 0 ? this.#isVolatile.length : found;
      extents.push(this.#extentOf(first, behind));
      first = this.#isVolatile.indexOf(1, behind);
    }
    return extents;
  }

  #extentOf(first: number, behind: number): Extent {
    const { start, end } = this.#code;
    return { start: start + first * BLOCK_BYTES, end: Math.min(start + behind * BLOCK_BYTES, end) };
  }
}
