/**
 * Where a debugger finds the variables of a call, and from where to where in the code they are there. What is not known for sure
 * is left out.
 */
import { X } from "../../../runtime/isa/index.ts";
import type { Home, IrFunction, Register } from "../ir/ir.ts";
import { type Allocation, fileOf, type RegisterFile } from "./allocate.ts";
import type { Assembler } from "./assembler.ts";
import type { FrameLayout } from "./emitter.ts";
import { copiesInLoop } from "./operations.ts";

export type ValuePlace =
  | { readonly kind: "machine"; readonly file: RegisterFile; readonly register: number }
  /** So many bytes below the stack pointer of the caller. */
  | { readonly kind: "stack"; readonly below: number };

/** From the label `from` up to `to`. */
export interface Stretch {
  readonly from: string;
  readonly to: string;
  /** Label behind the instruction at `to` when its first machine instruction still finds the value. */
  readonly behind: string | null;
}

export interface VariablePlace {
  /** null: the instance that a body works on. */
  readonly variable: Home["variable"];
  readonly place: ValuePlace;
  /** The place holds the variable's address less these bytes, not its value. */
  readonly indirect: number | null;
  /** null: as long as the function runs. */
  readonly stretch: Stretch | null;
}

/** Labels at positions of a function (see `allocate`), made when they are asked for. */
export class PositionLabels {
  readonly #asm: Assembler;
  readonly #labels = new Map<number, string>();

  constructor(asm: Assembler) {
    this.#asm = asm;
  }

  at(position: number): string {
    const label = this.#labels.get(position) ?? this.#asm.newLabel();
    this.#labels.set(position, label);
    return label;
  }

  /** The code of the instruction at the position comes next. */
  reach(position: number): void {
    const label = this.#labels.get(position);
    if (label !== undefined) this.#asm.label(label);
  }
}

/** To be called before the code is generated: it sees to the labels. */
export const placesOf = (
  fn: IrFunction,
  allocation: Allocation,
  frame: FrameLayout,
  labels: PositionLabels,
): readonly VariablePlace[] => {
  if (fn.homes.length === 0) return [];
  const calls = callPositions(fn);
  const counterIsBusy = fn.blocks.some(({ instructions }) => instructions.some(copiesInLoop));
  const placeOf = (register: Register): ValuePlace | null => {
    const location = allocation.locations.get(register.id);
    if (location === undefined) return null;
    if (location.kind === "spilled") return { kind: "stack", below: frame.size - frame.spills - 4 * location.slot };
    if (location.register === X.a0 && fileOf(register.bank) === "integer" && counterIsBusy) return null;
    return { kind: "machine", file: fileOf(register.bank), register: location.register };
  };
  const inRegister = (variable: Home["variable"], register: Register, indirect: number | null) => {
    const place = register.bank === "long" ? null : placeOf(register);
    const life = allocation.lives.get(register.id);
    if (place === null || life === undefined) return [];
    return [{ variable, place, indirect, stretch: stretchOf(life, calls, labels) }];
  };
  return fn.homes.flatMap(({ variable, place }): readonly VariablePlace[] => {
    if ("id" in place) return inRegister(variable, place, null);
    const { base, offset } = place;
    if (base.kind === "register") return inRegister(variable, base.register, offset);
    const start = base.kind === "frame" ? frame.slots.get(base.slot) : undefined;
    if (start === undefined) return [];
    const below = frame.size - start - offset;
    return [{ variable, place: { kind: "stack", below }, indirect: null, stretch: null }];
  });
};

const callPositions = ({ blocks }: IrFunction): ReadonlySet<number> => {
  const calls = new Set<number>();
  let position = 0;
  for (const { instructions } of blocks) {
    for (const { kind } of instructions) {
      if (kind === "call") calls.add(position);
      position += 2;
    }
    position += 2;
  }
  return calls;
};

/** A result is there behind its instruction; an operand until the instruction begins, as its code may use the register again. */
const stretchOf = (
  { start, end }: { readonly start: number; readonly end: number },
  calls: ReadonlySet<number>,
  labels: PositionLabels,
): Stretch => {
  const last = 2 * Math.ceil(end / 2);
  const from = labels.at(2 * Math.floor(start / 2) + 2);
  // What is called may change the register before the call is over.
  const staysForOne = last === end && !calls.has(end);
  return { from, to: labels.at(last), behind: staysForOne ? labels.at(last + 2) : null };
};
