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

/** The number at a place of a row that nobody has to draw from its start: each place has a generator of its own. */
export const uniformAt = (seed: number, place: number): number => generatorAt(seed, place)();

/** The same, as `normal`. */
export const normalAt = (seed: number, place: number): number => normal(generatorAt(seed, place))();

const generatorAt = (seed: number, place: number): RandomNumbers =>
  uniform(Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) ^ Math.imul(place + 1, 0xc2b2_ae35));
