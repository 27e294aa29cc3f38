/** When something is due that happens again and again: on a beat that does not drift, without a burst after a pause. */
export class Recurrence {
  readonly intervalMs: number;
  #beatMs: number;
  #dueMs: number;
  #retries = 0;

  /** @param firstMs monotonic milliseconds; Infinity: not at all for now. */
  constructor(intervalMs: number, firstMs: number) {
    this.intervalMs = intervalMs;
    this.#beatMs = firstMs;
    this.#dueMs = firstMs;
  }

  get dueMs(): number {
    return this.#dueMs;
  }

  /** Due at `ms` at the latest; the beat goes on from there. */
  bringForward(ms: number): void {
    if (ms >= this.#dueMs) return;
    this.#beatMs = ms;
    this.#dueMs = ms;
  }

  /** Not due before `ms`; the beat stays as it is. */
  holdBack(ms: number): void {
    this.#beatMs += Math.max(Math.ceil((ms - this.#beatMs) / this.intervalMs), 0) * this.intervalMs;
    this.#dueMs = this.#beatMs;
  }

  /** Next = previous + interval; what was missed is left out, not made up for. @returns how many were. */
  done(nowMs: number): number {
    const missed = Math.max(Math.floor((nowMs - this.#beatMs) / this.intervalMs), 0);
    this.#beatMs += (missed + 1) * this.intervalMs;
    this.#dueMs = this.#beatMs;
    this.#retries = 0;
    return missed;
  }

  /** Due once more before the next beat, at `ms`. @returns false when that comes first, or `maxRetries` were made. */
  retry(ms: number, maxRetries: number): boolean {
    if (this.#retries >= maxRetries || ms >= this.#beatMs + this.intervalMs) return false;
    this.#retries += 1;
    this.#dueMs = ms;
    return true;
  }
}
