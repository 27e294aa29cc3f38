/**
 * Keeps the wall clock of a paced module at the host's, by commands: recorded, they are the same in a replay. The host's clock is
 * taken as of the moment at which a frame is due, however late it is, and follows what is done to it: it is set, or slewed.
 */
import type { Command, WallTime } from "../hypervisor/index.ts";
import { type Cycles, cycles, type Hertz } from "../units.ts";
import type { Clock } from "./clock.ts";
import type { Pacer } from "./pacer.ts";

/** A difference that is left alone: the host tells milliseconds. */
const TOLERATED_MS = 2;

export class WallClockSetter {
  readonly #clock: Clock;
  readonly #pacer: Pacer;
  /** So much board time lies between two looks. */
  readonly #period: Hertz;
  readonly #told: (frameStart: Cycles, timeMs: number) => void;
  #nextLook = cycles(0);

  /** @param told of the host's time (milliseconds since 1970) of a frame's start, when it is not what it was before. */
  constructor(clock: Clock, pacer: Pacer, boardClock: Hertz, told: (frameStart: Cycles, timeMs: number) => void) {
    this.#told = told;
    this.#clock = clock;
    this.#pacer = pacer;
    this.#period = boardClock;
  }

  /** The run has another pace than before. */
  lookAgain(): void {
    this.#nextLook = cycles(0);
  }

  /** @param shown what the module's clock shows at `frameStart`, ns since 1970. @returns what it takes to put it right, or null. */
  correction(frameStart: Cycles, shown: () => bigint): Command | null {
    if (frameStart < this.#nextLook) return null;
    this.#nextLook = cycles(frameStart + this.#period);
    const dueMs = this.#pacer.dueMs(frameStart) + this.#clock.nowMs() - this.#clock.monotonicMs();
    if (Math.abs(dueMs - Number(shown()) / 1e6) < TOLERATED_MS) return null;
    this.#told(frameStart, dueMs);
    return { kind: "setClock", time: wallTimeOf(dueMs) };
  }
}

/** To the microsecond. */
const wallTimeOf = (ms: number): WallTime => {
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanoseconds: Math.floor((ms - seconds * 1000) * 1000) * 1000 };
};
