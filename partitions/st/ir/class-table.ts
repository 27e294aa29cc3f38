/**
 * Which method a call runs that depends on the instance: each class has a row of addresses among the constants, each method
 * that is called in that way a column. Methods share a column where no class needs both.
 */
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

export class ClassTable {
  readonly #resolutions = new Map<Dispatch["of"], Map<string, Resolution>>();
  readonly #rows = new Map<Unit, Address>();

  constructor(classes: readonly Unit[], dispatches: readonly Dispatch[], constants: ConstantPool) {
    const columns: Map<Unit, Unit>[] = [];
    for (const dispatch of dispatches) this.#resolve(dispatch, classes, columns);
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

  #resolve(dispatch: Dispatch, classes: readonly Unit[], columns: Map<Unit, Unit>[]): void {
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
const columnFor = (byClass: ReadonlyMap<Unit, Unit>, columns: Map<Unit, Unit>[]): number => {
  const entries = [...byClass];
  let column = columns.findIndex((taken) => entries.every(([unit, target]) => (taken.get(unit) ?? target) === target));
  if (column < 0) column = columns.push(new Map()) - 1;
  for (const [unit, target] of entries) columns[column]!.set(unit, target);
  return column;
};

const rowOf = (unit: Unit, columns: readonly ReadonlyMap<Unit, Unit>[]) => {
  const row = ImagePart.copyOf(zeros(Math.max(1, columns.length) * WORD));
  for (const [i, column] of columns.entries()) {
    const target = column.get(unit);
    if (target !== undefined) row.part(i * WORD, WORD).relocate({ routine: target.name }, 0);
  }
  return row.image;
};
