/**
 * What entering translated code gains, place by place: where little is left to do before a device or a control register, changing
 * over costs more than to interpret it. A look at some entries in a row is enough, as guests do the same again and again.
 */

/** Entries, of all that are counted before places are judged, that are looked at. */
const LOOKED_AT = 128;
/** Of one place, to judge it by. */
const ENOUGH = 4;
/** A place is poor where it gains less than this part of what is worthwhile for a guest that is not interpreted anyway. */
const POOR_PART = 1 / 5;

interface Gain {
  entries: number;
  cycles: number;
}

export interface Judgement {
  /** Places where it does not pay to enter, though it may elsewhere. */
  readonly poor: readonly number[];
  /** There is a place that makes it worthwhile. */
  readonly isAnyGood: boolean;
}

export class EntryGains {
  readonly #byPlace = new Map<number, Gain>();
  #left = LOOKED_AT;

  /** Translated code was entered at `pc` and ran for so many cycles. */
  note(pc: number, cycles: number): void {
    if (this.#left === 0) return;
    this.#left--;
    const gain = this.#byPlace.get(pc);
    if (gain === undefined) this.#byPlace.set(pc, { entries: 1, cycles });
    else {
      gain.entries++;
      gain.cycles += cycles;
    }
  }

  /** Judges places by the cycles that they gained on average, and begins anew. */
  judge(worthwhile: number): Judgement {
    const judged = Array.from(this.#byPlace).filter(([, { entries }]) => entries >= ENOUGH);
    const poor = judged.filter(([, { entries, cycles }]) => cycles < POOR_PART * worthwhile * entries);
    const isAnyGood = judged.some(([, { entries, cycles }]) => cycles >= worthwhile * entries);
    this.#byPlace.clear();
    this.#left = LOOKED_AT;
    return { poor: poor.map(([pc]) => pc), isAnyGood };
  }
}
