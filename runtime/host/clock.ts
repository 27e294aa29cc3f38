/** The one place that reads the host's time; everything else is given a Clock. Host time never reaches a guest (law 5). */

export interface Clock {
  /** Milliseconds since 1970-01-01 UTC; may jump when the host's clock is set. */
  nowMs(): number;
  /** Milliseconds since some fixed moment, with a resolution of a microsecond or better; never goes back. */
  monotonicMs(): number;
}

/** A thread's `performance.now()` counts from its own start; this is that start on the clock that all threads share. */
const THREAD_START_MS = Number(process.hrtime.bigint()) / 1e6 - performance.now();

/** Its readings can be compared between threads. */
export const hostClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => THREAD_START_MS + performance.now(),
};
