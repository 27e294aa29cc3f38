/** Keeps what a hostile or broken peer can cause at will from filling the log: one line per subject and window. */
import type { Clock } from "../runtime/index.ts";

const WINDOW_MS = 10_000;
/** Subjects remembered at most; they are chosen by the bridge, not by the peer, so this is not reached. */
const MAX_SUBJECTS = 256;

export class Repetition {
  readonly #clock: Clock;
  readonly #subjects = new Map<string, { untilMs: number; leftOut: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `say` with the number of times it was left out since the last time, or not at all within the window. */
  sparingly(subject: string, say: (leftOut: number) => void): void {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#subjects.get(subject);
    if (known !== undefined && nowMs < known.untilMs) {
      known.leftOut += 1;
      return;
    }
    if (this.#subjects.size >= MAX_SUBJECTS) this.#subjects.clear();
    this.#subjects.set(subject, { untilMs: nowMs + WINDOW_MS, leftOut: 0 });
    say(known?.leftOut ?? 0);
  }
}
