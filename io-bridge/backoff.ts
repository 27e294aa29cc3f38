/** How long to wait before the next attempt: from `min`, doubling, to `max` (ms), until an attempt succeeds. */
export class Backoff {
  readonly #min: number;
  readonly #max: number;
  #next: number;

  constructor(range: { readonly min: number; readonly max: number }) {
    this.#min = range.min;
    this.#max = range.max;
    this.#next = range.min;
  }

  next(): number {
    const delayMs = this.#next;
    this.#next = Math.min(delayMs * 2, this.#max);
    return delayMs;
  }

  reset(): void {
    this.#next = this.#min;
  }
}
