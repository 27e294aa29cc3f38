/** The one place that reads the host's time; everything else is given a Clock. Host time never reaches a guest (law 5). */

export interface Clock {
  /** Milliseconds since 1970-01-01 UTC; may jump when the host's clock is set. */
  nowMs(): number;
  /** Milliseconds since some fixed moment, with a resolution of a microsecond or better; never goes back. */
  monotonicMs(): number;
}

/** Two clocks are read that often to see how far apart they are. */
const READINGS = 20;

/**
 * A thread's `performance.now()` counts from its own start; this is that start on the clock that all threads share. A thread that is
 * held up between reading the one and the other sees too large a distance: the least of several is right.
 */
const threadStartMs = (): number => {
  const distances = Array.from({ length: READINGS }, () => {
    const own = performance.now();
    return Number(process.hrtime.bigint()) / 1e6 - own;
  });
  return Math.min(...distances);
};
const THREAD_START_MS = threadStartMs();

/** Its readings can be compared between threads. */
export const hostClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => THREAD_START_MS + performance.now(),
};
