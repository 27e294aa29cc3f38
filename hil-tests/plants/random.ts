/** Random numbers from a seed, the same on every machine. */

import type { Restore } from "./restore.ts";

/** Each call gives the next number. */
export interface RandomNumbers {
  (): number;
  /** Notes where in their row the numbers are. */
  readonly checkpoint: () => Restore;
}

/** Evenly over 0 ≤ x < 1: the 32-bit generator "mulberry32" (public domain, T. Ettinger). */
export const uniform = (seed: number): RandomNumbers => {
  let state = seed >>> 0;
  const checkpoint = (): Restore => {
    const noted = state;
    return () => {
      state = noted;
    };
  };
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Object.assign(next, { checkpoint });
};

/** Roughly normal with mean 0 and deviation 1: twelve even ones less six (central limit; no logarithm needed). */
export const normal = (even: RandomNumbers): RandomNumbers => {
  const next = (): number => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += even();
    return sum;
  };
  return Object.assign(next, { checkpoint: even.checkpoint });
};
