/** How often the health monitor may restart a partition: so many times in any stretch of board time of a given length. */
import type { StateReader, StateWriter } from "../state.ts";
import type { Cycles } from "../units.ts";

export class RestartTimes {
  readonly #window: Cycles;
  /** Board times of the latest restarts, as many as the budget has; the oldest is overwritten next. */
  readonly #times: Float64Array;
  #next = 0;

  constructor({ count, window }: { readonly count: number; readonly window: Cycles }) {
    this.#window = window;
    this.#times = new Float64Array(count).fill(-Infinity);
  }

  /** @returns whether a restart at board time `now` is within the budget; then it counts. */
  take(now: Cycles): boolean {
    if (now - this.#times[this.#next]! < this.#window) return false;
    this.#times[this.#next] = now;
    this.#next = (this.#next + 1) % this.#times.length;
    return true;
  }

  save(writer: StateWriter): void {
    writer.f64s(this.#times);
    writer.u8(this.#next);
  }

  /** @param timeJump see `RunningPartition.restore`. */
  restore(reader: StateReader, timeJump: Cycles): void {
    reader.f64s(this.#times);
    for (const [index, time] of this.#times.entries()) this.#times[index] = time + timeJump;
    this.#next = reader.u8();
  }
}
