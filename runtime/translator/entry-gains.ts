/**
 * What entering translated code gains, place by place: where little is left to do before a device or a control register, changing
 * over costs more than to interpret it. A look at some entries in a row is enough, as guests do the same again and again.
 */

/** Entries, of all that are counted before places are judged, that are looked at. */
const LOOKED_AT = 128;
/** Of one place, to judge it by. */
const ENOUGH = 4;

interface Gain {
  entries: number;
  cycles: number;
}

export interface Judgement {
  readonly poor: readonly number[];
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

  /** Judges places by whether they gained `worthwhile` cycles on average, and begins anew. */
  judge(worthwhile: number): Judgement {
    const judged = Array.from(this.#byPlace).filter(([, { entries }]) => entries >= ENOUGH);
    const poor = judged.filter(([, { entries, cycles }]) => cycles < worthwhile * entries).map(([pc]) => pc);
    this.#byPlace.clear();
    this.#left = LOOKED_AT;
    return { poor, isAnyGood: judged.length > poor.length };
  }
}
