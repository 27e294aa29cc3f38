/**
 * Which method a call runs that depends on the instance: each class has a row of addresses among the constants, each method
 * that is called in that way a column. Methods share a column where no class needs both.
 */
import { isOne } from "../semantics/check-attempt.ts";
import { targetsOf } from "../semantics/classes.ts";
import { ImagePart, zeros } from "../semantics/image.ts";
import type { Dispatch, Unit } from "../semantics/symbols.ts";
import type { ConstantPool } from "./frame.ts";
import type { Address } from "./ir.ts";

const WORD = 4;

/** What a call comes down to: one unit, or the address in a column of the instance's row. */
export interface Resolution {
  /** Each once. */
  readonly targets: readonly Unit[];
  readonly column: number;
}

/** Of each class that has something there: a method, or that it is what is asked for. */
type Column = Map<Unit, Unit | "yes">;

export class ClassTable {
  readonly #resolutions = new Map<Dispatch["of"], Map<string, Resolution>>();
  readonly #rows = new Map<Unit, Address>();

  /** Columns that say whether a class is one of these. */
  readonly #answers = new Map<Dispatch["of"], number>();

  constructor(
    classes: readonly Unit[],
    dispatches: readonly Dispatch[],
    queries: readonly Dispatch["of"][],
    constants: ConstantPool,
  ) {
    const columns: Column[] = [];
    for (const dispatch of dispatches) this.#resolve(dispatch, classes, columns);
    for (const wanted of new Set(queries)) {
      const those = classes.filter((each) => isOne(each, wanted));
      this.#answers.set(wanted, columns.push(new Map(those.map((each) => [each, "yes"]))) - 1);
    }
    for (const each of classes) if (each.hasRow) this.#rows.set(each, constants.place(rowOf(each, columns)));
  }

  resolution({ of, key }: Dispatch): Resolution {
    const found = this.#resolutions.get(of)?.get(key);
    if (found === undefined) throw new Error(`a call of ${key} was not announced`);
    return found;
  }

  /** Where the row of a class stands, from the start of the constants. */
  row(unit: Unit): number {
    const row = this.#rows.get(unit);
    if (row === undefined) throw new Error(`${unit.name} has no row of methods`);
    return row.offset;
  }

  /** The column that is not 0 for what may stand where `wanted` is asked for. */
  answer(wanted: Dispatch["of"]): number {
    const column = this.#answers.get(wanted);
    if (column === undefined) throw new Error(`a query for ${wanted.name} was not announced`);
    return column;
  }

  #resolve(dispatch: Dispatch, classes: readonly Unit[], columns: Column[]): void {
    const { of, key } = dispatch;
    const known = this.#resolutions.get(of) ?? new Map<string, Resolution>();
    if (known.has(key)) return;
    const byClass = targetsOf(dispatch, classes);
    const targets = [...new Set(byClass.values())];
    known.set(key, { targets, column: targets.length > 1 ? columnFor(byClass, columns) : 0 });
    this.#resolutions.set(of, known);
  }
}

/** The first column in which none of these classes has another method already. */
const columnFor = (byClass: ReadonlyMap<Unit, Unit>, columns: Column[]): number => {
  const entries = [...byClass];
  let column = columns.findIndex((taken) => entries.every(([unit, target]) => (taken.get(unit) ?? target) === target));
  if (column < 0) column = columns.push(new Map()) - 1;
  for (const [unit, target] of entries) columns[column]!.set(unit, target);
  return column;
};

const rowOf = (unit: Unit, columns: readonly Column[]) => {
  const row = ImagePart.copyOf(zeros(Math.max(1, columns.length) * WORD));
  for (const [i, column] of columns.entries()) {
    const target = column.get(unit);
    if (target === "yes") row.part(i * WORD, WORD).view.setUint32(0, 1, true);
    else if (target !== undefined) row.part(i * WORD, WORD).relocate({ routine: target.name }, 0);
  }
  return row.image;
};
