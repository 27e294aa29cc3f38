/**
 * Statements about the time to come, decided by running the module until they are true or cannot become so any more (signal
 * temporal logic with bounded operators, over the ends of frames; Maler and Nickovic 2004).
 */
import { HAIR } from "./duration.ts";

/** A statement as it is decided: asked now and at the end of every frame, with the s since it was first asked. */
export type Judge = (elapsed: number) => "true" | "false" | "open";

/** `condition` is true now and at every frame's end for so long, s. */
export const always =
  (condition: () => boolean, duration: number): Judge =>
  (elapsed) =>
    !condition() ? "false" : elapsed >= duration - HAIR ? "true" : "open";

/** `condition` is true now or at one frame's end at least within this time, s. */
export const eventually =
  (condition: () => boolean, within: number): Judge =>
  (elapsed) =>
    condition() ? "true" : elapsed >= within - HAIR ? "false" : "open";

/** `condition` is true now and at every frame's end until `end` is, which comes within this time, s. */
export const until =
  (condition: () => boolean, end: () => boolean, within: number): Judge =>
  (elapsed) => {
    if (end()) return "true";
    return !condition() || elapsed >= within - HAIR ? "false" : "open";
  };

export interface Becoming {
  /** Not looked at before, s. */
  readonly after: number;
  /** It has begun to hold by then, s. */
  readonly within: number;
  /** From when it began it held so long, s. */
  readonly holdFor: number;
}

/** `condition` begins to be true between `after` and `within`, or is so already, and stays true for `holdFor`. */
export const becomes = (condition: () => boolean, { after, within, holdFor }: Becoming): Judge => {
  let since: number | null = null;
  return (elapsed) => {
    if (elapsed < after - HAIR) return "open";
    if (!condition()) since = null;
    else since ??= elapsed;
    if (since === null) return elapsed >= within - HAIR ? "false" : "open";
    return elapsed - since >= holdFor - HAIR ? "true" : "open";
  };
};
