/**
 * The wall clock of a module: an input like any other (design.md §4). The outside sets it between two frames, and from then on it
 * advances with board time, until it is set again.
 */
import type { StateReader, StateWriter } from "../state.ts";
import { type Cycles, cycles, type Hertz } from "../units.ts";

const NANOSECONDS = 1_000_000_000n;

/** A moment since 1970-01-01 UTC, in two numbers that are exact: whole seconds, and nanoseconds below one. */
export interface WallTime {
  readonly seconds: number;
  readonly nanoseconds: number;
}

export class WallClock {
  readonly #clock: bigint;
  /** Nobody has set it before: what it shows means nothing. */
  #isSet = false;
  #setAt = cycles(0);
  #time: WallTime = { seconds: 0, nanoseconds: 0 };

  constructor(clock: Hertz) {
    this.#clock = BigInt(clock);
  }

  get isSet(): boolean {
    return this.#isSet;
  }

  /** It shows `time` at board cycle `at`. */
  set(time: WallTime, at: Cycles): void {
    this.#isSet = true;
    this.#setAt = at;
    this.#time = time;
  }

  /** Nanoseconds since 1970-01-01 UTC at a board cycle that does not lie before the latest `set`; 0 when there was none. */
  at(cycle: Cycles): bigint {
    if (!this.#isSet) return 0n;
    const { seconds, nanoseconds } = this.#time;
    const since = (BigInt(cycle - this.#setAt) * NANOSECONDS) / this.#clock;
    return BigInt(seconds) * NANOSECONDS + BigInt(nanoseconds) + since;
  }

  save(writer: StateWriter): void {
    writer.section("wall clock", 1);
    writer.flag(this.#isSet);
    for (const value of [this.#setAt, this.#time.seconds, this.#time.nanoseconds]) writer.f64(value);
  }

  restore(reader: StateReader): void {
    reader.section("wall clock", 1);
    this.#isSet = reader.flag();
    this.#setAt = cycles(reader.f64());
    this.#time = { seconds: reader.f64(), nanoseconds: reader.f64() };
  }
}
