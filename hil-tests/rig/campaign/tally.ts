/** What the trials of a campaign came to, counted, and whether they were worth anything. */
import type { Fault } from "../faults/index.ts";
import type { Entry } from "./campaign-run.ts";
import { OUTCOMES, type Outcome } from "./trials.ts";

export type Counts = Readonly<Record<Outcome, number>>;

export class Tally {
  readonly #entries = new Map<number, Entry>();

  add(entry: Entry): void {
    this.#entries.set(entry.index, entry);
  }

  has(index: number): boolean {
    return this.#entries.has(index);
  }

  get trials(): number {
    return this.#entries.size;
  }

  get fired(): number {
    return this.#all.reduce((sum, { fired }) => sum + fired, 0);
  }

  get looks(): number {
    return this.#all.reduce((sum, { looks }) => sum + looks, 0);
  }

  get counts(): Counts {
    return countsOf(this.#all);
  }

  /** Of the trials that had a fault of that kind, by its name. */
  get byKind(): ReadonlyMap<Fault["kind"], Counts> {
    const kinds = [...new Set(this.#all.flatMap((entry) => entry.kinds))].sort();
    return new Map(kinds.map((kind) => [kind, countsOf(this.#all.filter((entry) => entry.kinds.includes(kind)))]));
  }

  /** Of each invariant that was broken the first trial that broke it. */
  get failures(): readonly Entry[] {
    const failed = this.#all.filter(({ outcome }) => outcome === "failed").sort((a, b) => a.index - b.index);
    return failed.filter((entry, at) => failed.findIndex(({ invariant }) => invariant === entry.invariant) === at);
  }

  /** What makes all of it worthless, in words; null: nothing. */
  get objection(): string | null {
    if (this.fired === 0) return "no fault began in any trial";
    return this.looks === 0 ? "no invariant was looked at in any trial" : null;
  }

  get #all(): readonly Entry[] {
    return [...this.#entries.values()];
  }
}

const countsOf = (entries: readonly Entry[]): Counts => {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  for (const { outcome } of entries) counts[outcome] += 1;
  return counts;
};
