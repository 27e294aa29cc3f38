/** How well a slot table serves one partition: the arithmetic behind `requires`, task releases and the figures of `check`. */
import { greatestCommonDivisor } from "../arithmetic.ts";

/** Cycles from the start of the major frame; slots are in order of start and do not overlap. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * The least time that the slots give in any window [k × period, (k + 1) × period). One of period and frame is a multiple of
 * the other.
 */
export const leastInWindows = (slots: readonly Stretch[], majorFrame: number, period: number): number => {
  if (period >= majorFrame) {
    return slots.reduce((sum, { start, end }) => sum + end - start, 0) * (period / majorFrame);
  }
  const windows = majorFrame / period;
  const given = (window: number): number =>
    slots.reduce((sum, { start, end }) => {
      const overlap = Math.min(end, (window + 1) * period) - Math.max(start, window * period);
      return sum + Math.max(0, overlap);
    }, 0);
  // The worst window has the edge of a slot in it, or is the first that lies whole behind or before one.
  const edges = slots.flatMap(({ start, end }) => [start, end]).map((edge) => Math.floor(edge / period));
  const candidates = edges.flatMap((window) => [window - 1, window, window + 1]);
  return Math.min(...candidates.map((window) => given((window + windows) % windows)));
};

/** The stretches without a slot; the last one reaches to the first slot of the next frame, so it may end beyond the frame. */
export const gaps = (slots: readonly Stretch[], majorFrame: number): readonly Stretch[] =>
  slots.flatMap((slot, index) => {
    const next = slots[index + 1]?.start ?? slots[0]!.start + majorFrame;
    return next > slot.end ? [{ start: slot.end, end: next }] : [];
  });

/**
 * Releases come at the multiples of `interval`, counted from the first frame's start; frames of the lengths `otherFrames` may come
 * between. @returns where in the frame one comes that has no slot before the next; null when all are served.
 */
export const unservedRelease = (
  slots: readonly Stretch[],
  majorFrame: number,
  interval: number,
  otherFrames: readonly number[] = [],
): number | null => {
  // Over the frames, releases come at every multiple of this within the frame.
  const step = [majorFrame, ...otherFrames].reduce(greatestCommonDivisor, interval);
  for (const { start, end } of gaps(slots, majorFrame)) {
    const release = Math.ceil(start / step) * step;
    if (release + interval <= end) return release % majorFrame;
  }
  return null;
};
