/**
 * Signals over virtual time, made of segments one behind the other (the words are those of ASAM XIL's signal descriptions).
 * A signal is a pure function of time: asked again, after a checkpoint say, it answers the same.
 */
import { type Duration, HAIR, toSeconds } from "../duration.ts";

/** One stretch of a signal. */
export interface Segment {
  /** s; Infinity: it lasts as long as anybody listens. */
  readonly duration: number;
  /** The value at `time` s from the segment's beginning; `from` is where the segment before has ended. */
  readonly at: (time: number, from: number) => number;
}

export interface Signal {
  /** s */
  readonly duration: number;
  /** The value at so many seconds from the signal's beginning; behind its end, the value it ended with. */
  at(time: number): number;
}

/** @param from the channel's value before, which segments that name no value of their own begin with. */
export const signalOf = (segments: readonly Segment[], from: number): Signal => {
  const placed: { readonly start: number; readonly from: number; readonly segment: Segment }[] = [];
  let [start, value] = [0, from];
  for (const segment of segments) {
    placed.push({ start, from: value, segment });
    if (segment.duration === Infinity) break;
    value = segment.at(segment.duration, value);
    start += segment.duration;
  }
  const duration = placed.length < segments.length || placed.at(-1)?.segment.duration === Infinity ? Infinity : start;
  const last = value;
  return {
    duration,
    at: (time) => {
      if (time >= duration - HAIR) return last;
      const current = placed.findLast((each) => each.start <= time + HAIR) ?? placed[0];
      return current === undefined ? from : current.segment.at(Math.max(0, time - current.start), current.from);
    },
  };
};

/** Segments again and again, each time beginning where the last one ended. */
export const loop = (times: number, segments: readonly Segment[]): Segment => {
  if (!(times >= 1) || !Number.isInteger(times)) throw new RangeError(`a loop runs 1 time or more, not ${times}`);
  const once = signalOf(segments, 0).duration;
  return {
    duration: once * times,
    at: (time, from) => {
      const rounds = once === Infinity ? 0 : Math.min(Math.floor(time / once + HAIR), times - 1);
      let value = from;
      for (let round = 0; round < rounds; round++) value = signalOf(segments, value).at(once);
      return signalOf(segments, value).at(Math.max(0, time - rounds * once));
    },
  };
};

/** @throws when it is no duration, or none at all. */
export const lengthOf = (duration: Duration | undefined): number => {
  if (duration === undefined) return Infinity;
  const seconds = toSeconds(duration);
  if (seconds === 0) throw new RangeError("a segment lasts longer than 0 s");
  return seconds;
};
