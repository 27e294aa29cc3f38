/** Random numbers from a seed, the same on every machine. */

/** Evenly over 0 ≤ x < 1: the 32-bit generator "mulberry32" (public domain, T. Ettinger). */
export const uniform = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Roughly normal with mean 0 and deviation 1: twelve even ones less six (central limit; no logarithm needed). */
export const normal = (even: () => number): (() => number) => {
  return () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += even();
    return sum;
  };
};
