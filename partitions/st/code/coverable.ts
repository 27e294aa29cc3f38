/** What of units can run, whether a program calls them or not: their statements and the ways of their decisions, as their code has them. */
import { ClassTable } from "../ir/class-table.ts";
import { ConstantPool } from "../ir/frame.ts";
import type { Block } from "../ir/ir.ts";
import { type Lowering, lowerUnit } from "../ir/lower-unit.ts";
import type { Unit } from "../semantics/symbols.ts";
import type { Span } from "../syntax/source-text.ts";
import { placeOf, type SourcePlace } from "./code-map.ts";

export interface CoverableUnit {
  readonly name: string;
  readonly place: SourcePlace;
  readonly statements: readonly SourcePlace[];
  /** `ways`: how many there are, from 0 on. */
  readonly decisions: readonly { readonly place: SourcePlace; readonly ways: number }[];
}

/** Of the units that are not tests, in their order. */
export const coverableOf = (
  units: readonly Unit[],
  classes: ConstructorParameters<typeof ClassTable>[0],
): readonly CoverableUnit[] => {
  const constants = new ConstantPool();
  const dispatches = units.flatMap((unit) => unit.dispatches);
  const queries = units.flatMap((unit) => unit.queries);
  const lowering: Lowering = {
    ...{ constants, classes: new ClassTable(classes, dispatches, queries, constants) },
    ...{ routine: (key) => key, keepsStatements: true, storageOf: ({ storage }) => storage },
  };
  return units.filter(({ kind }) => kind !== "TEST").map((unit) => coverableIn(unit, lowerUnit(unit, lowering).blocks));
};

const coverableIn = ({ name, at }: Unit, blocks: readonly Block[]): CoverableUnit => {
  const statements = blocks.flatMap(({ instructions }) => instructions.flatMap(({ statement }) => statement ?? []));
  return {
    ...{ name, place: placeOf(at), statements: statements.map(placeOf) },
    decisions: [...waysOf(blocks)].map(([decided, ways]) => ({ place: placeOf(decided), ways })),
  };
};

const waysOf = (blocks: readonly Block[]): ReadonlyMap<Span, number> => {
  const ways = new Map<Span, number>();
  for (const { terminator } of blocks) {
    if (terminator.kind !== "branch" || terminator.fork === undefined) continue;
    const { at, then, otherwise } = terminator.fork;
    ways.set(at, Math.max(ways.get(at) ?? 0, (then ?? -1) + 1, (otherwise ?? -1) + 1));
  }
  return ways;
};
