/** What a test puts on the bench beside module and plant: something that acts before a frame, or looks at it afterwards. */
import { allOf, type Restore } from "../plants/restore.ts";

export interface Instrument {
  /** Before a frame runs, the sensors read already; `time` is virtual, s. */
  readonly beforeFrame?: (time: number) => void;
  /** When a frame is over and the plant has been stepped. */
  readonly afterFrame?: (time: number) => void;
  /** Notes what it has in mind; left out: nothing. */
  readonly checkpoint?: () => Restore;
}

/** The instruments on a bench, in the order in which they were put there. */
export class Instruments {
  readonly #all = new Set<Instrument>();

  add<Kind extends Instrument>(instrument: Kind): Kind {
    this.#all.add(instrument);
    return instrument;
  }

  remove(instrument: Instrument): void {
    this.#all.delete(instrument);
  }

  beforeFrame(time: number): void {
    for (const instrument of this.#all) instrument.beforeFrame?.(time);
  }

  afterFrame(time: number): void {
    for (const instrument of this.#all) instrument.afterFrame?.(time);
  }

  /** What was put there later is gone after the restoring, what was taken away is back. */
  checkpoint(): Restore {
    const all = [...this.#all];
    const restore = allOf(all.flatMap((instrument) => instrument.checkpoint?.() ?? []));
    return () => {
      this.#all.clear();
      for (const instrument of all) this.#all.add(instrument);
      restore();
    };
  }
}
