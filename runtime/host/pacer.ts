/**
 * Holds board time back to real time: sleeps until shortly before a boundary is due, then spins. Pacing only delays; a run
 * that is late executes every frame and catches up, unless it is later than `maxLateness`: then its pace starts afresh.
 */
import type { Cycles, Hertz } from "../units.ts";
import type { Clock } from "./clock.ts";
import type { LatenessHistogram } from "./lateness.ts";

/** A sleep on a shared test machine ends up to this much late (p99), so the rest of the wait is spun. */
const SPIN_MS = 0.15;
/** Iterations between two looks at the clock while spinning: about a microsecond, and no garbage from clock readings. */
const SPINS_PER_LOOK = 400;

export interface PacerOptions {
  readonly clock: Clock;
  readonly boardClock: Hertz;
  readonly maxLateness: Cycles;
  readonly lateness: LatenessHistogram;
  /** Word 0 is 0 while the run shall go on; whoever changes it also notifies, which ends a sleep at once. */
  readonly control: Int32Array;
  /** A board cycle, and the host time of `clock` that it is tied to: two words, which the threads of several harts share. */
  readonly anchor: Float64Array;
  /** Told whenever board cycle `cycle` was tied to host time `timeMs` (milliseconds since 1970). */
  readonly onAnchor: (cycle: Cycles, timeMs: number) => void;
}

export class Pacer {
  readonly #options: PacerOptions;
  readonly #cyclesPerMs: number;
  readonly #maxLatenessMs: number;
  constructor(options: PacerOptions) {
    this.#options = options;
    this.#cyclesPerMs = options.boardClock / 1000;
    this.#maxLatenessMs = options.maxLateness / this.#cyclesPerMs;
  }

  /** Ties board cycle `cycle` to this moment. */
  anchor(cycle: Cycles): void {
    const { anchor, clock } = this.#options;
    anchor[0] = cycle;
    anchor[1] = clock.monotonicMs();
    this.#options.onAnchor(cycle, this.#options.clock.nowMs());
  }

  /** When `cycle` is due, on the monotonic clock. */
  dueMs(cycle: Cycles): number {
    const { anchor } = this.#options;
    return anchor[1]! + (cycle - anchor[0]!) / this.#cyclesPerMs;
  }

  /**
   * Returns when `cycle` is due, or at once when it was due already.
   * @returns false when the run had fallen so far behind that its pace was started afresh.
   */
  waitFor(cycle: Cycles): boolean {
    const { clock, control, lateness } = this.#options;
    const dueMs = this.dueMs(cycle);
    let now = clock.monotonicMs();
    if (dueMs - now > SPIN_MS) {
      Atomics.wait(control, 0, 0, dueMs - now - SPIN_MS);
      now = clock.monotonicMs();
    }
    while (now < dueMs && Atomics.load(control, 0) === 0) {
      for (let spin = 0; spin < SPINS_PER_LOOK; spin++) Atomics.load(control, 0);
      now = clock.monotonicMs();
    }
    const lateMs = Math.max(0, now - dueMs);
    lateness.add(lateMs * 1000);
    if (lateMs <= this.#maxLatenessMs) return true;
    lateness.addSlip(lateMs * 1000);
    this.anchor(cycle);
    return false;
  }
}
