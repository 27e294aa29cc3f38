/** Measuring instruments, and how they fail: they go on talking, and what they say is wrong. */
import { fieldsOf, type Restore } from "../restore.ts";

export type InstrumentFault =
  /** Says for ever what it said when it failed. */
  | { readonly kind: "stuck" }
  /** Broken wire or short circuit: a value that means nothing (a 4 … 20 mA loop at 0 mA reads below its range). */
  | { readonly kind: "reads"; readonly value: number }
  /** Wrong by so much. */
  | { readonly kind: "offset"; readonly by: number };

export class Transmitter {
  fault: InstrumentFault | null = null;
  readonly #measure: () => number;
  #last = 0;

  constructor(measure: () => number) {
    this.#measure = measure;
  }

  checkpoint(): Restore {
    const [fields, last] = [fieldsOf(this), this.#last];
    return () => {
      fields();
      this.#last = last;
    };
  }

  read(): number {
    const { fault } = this;
    if (fault?.kind === "stuck") return this.#last;
    if (fault?.kind === "reads") return fault.value;
    this.#last = this.#measure() + (fault === null ? 0 : fault.by);
    return this.#last;
  }
}

export class Switch {
  /** What it says whatever is true; null: it works. */
  stuckAt: boolean | null = null;
  readonly #measure: () => boolean;

  constructor(measure: () => boolean) {
    this.#measure = measure;
  }

  checkpoint(): Restore {
    return fieldsOf(this);
  }

  read(): boolean {
    return this.stuckAt ?? this.#measure();
  }
}

/** First-order lag: the value after `seconds`, on its way from `now` to `target` (implicit Euler, stable for any step). */
export const lagged = (now: number, target: number, timeConstant: number, seconds: number): number =>
  now + ((target - now) * seconds) / (timeConstant + seconds);
