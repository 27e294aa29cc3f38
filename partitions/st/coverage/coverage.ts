/** What tests reach of Structured Text: how often each statement ran and each way of each decision was taken. */
import type { CodeMap, SourcePlace } from "../code/code-map.ts";
import type { CoverableUnit } from "../code/coverable.ts";

/** How often instructions of an image ran, by their address. */
export interface ExecutionCounts {
  executed(address: number): number;
  /** Of these, how often something else than the instruction behind it was next. */
  jumped(address: number): number;
}

export interface FileCoverage {
  readonly file: string;
  readonly units: readonly CountedUnit[];
  readonly statements: readonly CountedPlace[];
  readonly decisions: readonly CountedDecision[];
}

export interface CountedPlace {
  readonly place: SourcePlace;
  count: number;
}

export interface CountedUnit extends CountedPlace {
  readonly name: string;
}

export interface CountedDecision {
  readonly place: SourcePlace;
  /** How often each of its ways was taken. */
  readonly taken: number[];
}

/** Adds up over all images that hold code of the units. */
export class Coverage {
  readonly #units = new Map<string, CountedUnit>();
  readonly #statements = new Map<string, CountedPlace>();
  readonly #decisions = new Map<string, CountedDecision>();

  constructor(units: readonly CoverableUnit[]) {
    for (const { name, place, statements, decisions } of units) {
      this.#units.set(keyOf(place), { name, place, count: 0 });
      for (const each of statements) this.#statements.set(keyOf(each), { place: each, count: 0 });
      for (const { place: at, ways } of decisions)
        this.#decisions.set(keyOf(at), { place: at, taken: Array<number>(ways).fill(0) });
    }
  }

  /** An image has run, and `counts` is how. */
  add({ units, statements, forks }: CodeMap, counts: ExecutionCounts): void {
    for (const { place, address } of units) {
      const unit = this.#units.get(keyOf(place));
      if (unit !== undefined) unit.count += counts.executed(address);
    }
    for (const { place, address } of statements) {
      const statement = this.#statements.get(keyOf(place));
      if (statement !== undefined) statement.count += counts.executed(address);
    }
    for (const { place, address, jumped, passed } of forks) {
      const taken = this.#decisions.get(keyOf(place))?.taken;
      if (taken === undefined) continue;
      const jumps = counts.jumped(address);
      if (jumped !== null) taken[jumped]! += jumps;
      if (passed !== null) taken[passed]! += counts.executed(address) - jumps;
    }
  }

  /** By name of the file; in it by place. */
  get files(): readonly FileCoverage[] {
    const of = <T extends { readonly place: SourcePlace }>(all: ReadonlyMap<string, T>, file: string): readonly T[] =>
      [...all.values()].filter(({ place }) => place.file === file).sort((a, b) => a.place.offset - b.place.offset);
    const names = new Set([...this.#units.values()].map(({ place }) => place.file));
    return [...names].sort().map((file) => ({
      ...{ file, units: of(this.#units, file), statements: of(this.#statements, file) },
      decisions: of(this.#decisions, file),
    }));
  }
}

export interface CoverageShare {
  readonly covered: number;
  readonly total: number;
}

export const figuresOf = ({
  statements,
  decisions,
}: FileCoverage): Readonly<Record<"statements" | "branches", CoverageShare>> => {
  const ways = decisions.flatMap(({ taken }) => taken);
  return {
    statements: { covered: statements.filter(({ count }) => count > 0).length, total: statements.length },
    branches: { covered: ways.filter((count) => count > 0).length, total: ways.length },
  };
};

const keyOf = ({ file, offset }: SourcePlace): string => `${offset} ${file}`;
