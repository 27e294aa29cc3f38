/** A partition's watchdog: it expires when the guest has not kicked it for so long, in board time. */
import type { StateReader, StateWriter } from "../state.ts";
import { type Cycles, cycles } from "../units.ts";

const NEVER = cycles(Infinity);

export class Watchdog {
  readonly #period: Cycles;
  #expiry = NEVER;

  /** @param period null: it never expires. */
  constructor(period: Cycles | null) {
    this.#period = period ?? NEVER;
  }

  /** The board cycle at which it expires; Infinity while it does not run. */
  get expiry(): Cycles {
    return this.#expiry;
  }

  /** It counts from board cycle `now` on, also when it was counting. */
  kick(now: Cycles): void {
    this.#expiry = cycles(now + this.#period);
  }

  /** It counts from `now` on unless it is counting. */
  start(now: Cycles): void {
    if (this.#expiry === NEVER) this.kick(now);
  }

  stop(): void {
    this.#expiry = NEVER;
  }

  save(writer: StateWriter): void {
    const runs = this.#expiry !== NEVER;
    writer.flag(runs);
    if (runs) writer.f64(this.#expiry);
  }

  /** @param timeJump see `RunningPartition.restore`. */
  restore(reader: StateReader, timeJump: Cycles): void {
    this.#expiry = reader.flag() ? cycles(reader.f64() + timeJump) : NEVER;
  }
}
