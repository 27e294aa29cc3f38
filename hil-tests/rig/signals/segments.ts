/** The segments that stimuli are made of (ASAM XIL: const, ramp, sine, sawtooth, pulse, noise, data file). */
import { normalAt } from "../../plants/random.ts";
import { type Duration, HAIR, toSeconds } from "../duration.ts";
import { lengthOf, type Segment } from "./signal.ts";

/** Stays where the signal is; without a duration for ever. */
export const hold = (duration?: Duration): Segment => ({ duration: lengthOf(duration), at: (_, from) => from });

/** Takes a value at once and keeps it; without a duration for ever. */
export const step = (to: number | boolean, duration?: Duration): Segment => ({
  duration: lengthOf(duration),
  at: () => Number(to),
});

/** Goes straight to a value from where the signal is. */
export const ramp = (to: number, duration: Duration): Segment => {
  const length = lengthOf(duration);
  return { duration: length, at: (time, from) => from + (to - from) * Math.min(time / length, 1) };
};

interface Periodic {
  readonly period: Duration;
  /** Left out: for ever. */
  readonly for?: Duration;
}

/** How much of its period is over, 0 … 1. */
const phaseOf = (time: number, period: number): number => {
  const periods = time / period;
  return Math.max(0, periods - Math.floor(periods + HAIR));
};

export interface Sine extends Periodic {
  readonly amplitude: number;
  /** What it swings about; left out: where the signal is. */
  readonly offset?: number;
  /** Degrees at its beginning. */
  readonly phase?: number;
}

export const sine = ({ amplitude, offset, phase = 0, ...periodic }: Sine): Segment => {
  const period = lengthOf(periodic.period);
  return {
    duration: lengthOf(periodic.for),
    at: (time, from) => (offset ?? from) + amplitude * Math.sin(2 * Math.PI * (time / period + phase / 360)),
  };
};

export interface Saw extends Periodic {
  /** Left out: where the signal is. */
  readonly low?: number;
  readonly high: number;
}

/** Rises from `low` to `high` in each period, and falls back at once. */
export const saw = ({ low, high, ...periodic }: Saw): Segment => {
  const period = lengthOf(periodic.period);
  const rise = (time: number, bottom: number): number => bottom + (high - bottom) * phaseOf(time, period);
  return { duration: lengthOf(periodic.for), at: (time, from) => rise(time, low ?? from) };
};

export interface Pulse extends Periodic {
  readonly low?: number | boolean;
  readonly high: number | boolean;
  /** How long it is high in each period; left out: half of it. */
  readonly width?: Duration;
}

/** Begins each period high. */
export const pulse = ({ low, high, width, ...periodic }: Pulse): Segment => {
  const period = lengthOf(periodic.period);
  const wide = width === undefined ? period / 2 : toSeconds(width);
  return {
    duration: lengthOf(periodic.for),
    at: (time, from) => Number(phaseOf(time, period) * period < wide - HAIR ? high : (low ?? from)),
  };
};

export interface Noise {
  /** Left out: where the signal is. */
  readonly mean?: number;
  /** Standard deviation. */
  readonly deviation: number;
  /** Names the noise: the same seed is the same noise. */
  readonly seed?: number;
  /** How long each drawn value stands; left out: 10 ms. */
  readonly interval?: Duration;
  readonly for?: Duration;
}

/** Normally distributed about the mean, from a seed. */
export const noise = ({ mean, deviation, seed = 1, interval = "10 ms", for: duration }: Noise): Segment => {
  const length = lengthOf(interval);
  return {
    duration: lengthOf(duration),
    at: (time, from) => (mean ?? from) + deviation * normalAt(seed, Math.floor(time / length + HAIR)),
  };
};

/** One value of a data file or of a capture: s from its beginning, and what was there. */
export type Sample = readonly [time: number, value: number];

export type Interpolation = "hold" | "linear";

/** Values at given times, those before the first included in it; between them the one before, or a straight line. */
export const samples = (rows: readonly Sample[], { interpolation = "hold" as Interpolation } = {}): Segment => {
  if (rows.length === 0) throw new RangeError("a segment of samples has one at least");
  const times = rows.map(([time]) => time);
  const unordered = times.findIndex((time, i) => i > 0 && !(time >= times[i - 1]!));
  if (unordered > 0)
    throw new RangeError(`sample ${unordered} is not later than the one before: ${times[unordered]} s`);
  return {
    duration: times.at(-1)! - times[0]! || Infinity,
    at: (time) => {
      const at = time + times[0]!;
      const index = Math.max(0, lastAtOrBefore(times, at));
      const [start, value] = rows[index]!;
      const next = rows[index + 1];
      if (interpolation === "hold" || next === undefined || at <= start) return value;
      return value + ((next[1] - value) * (at - start)) / (next[0] - start);
    },
  };
};

const lastAtOrBefore = (times: readonly number[], time: number): number => {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= time + HAIR) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};
