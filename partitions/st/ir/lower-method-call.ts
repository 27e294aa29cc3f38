/** The instance that a method or body runs on, and what a call of it comes down to. */
import type { Receiver } from "../semantics/checked.ts";
import type { Unit } from "../semantics/symbols.ts";
import type { Frame } from "./frame.ts";
import type { Block, Guard, IndirectTarget, Register } from "./ir.ts";
import { branchUnless } from "./lower-expression.ts";
import { addressOf } from "./lower-place.ts";

export interface LoweredReceiver {
  readonly self: Register;
  /** null: nothing can run there. */
  readonly target: string | IndirectTarget | null;
  /** Where to go on afterwards. */
  readonly done: Block;
}

/**
 * Goes on where the instance is there: one that a null pointer or an index out of bounds leads to does not run. `prepare` is
 * called before, when it may be missing.
 */
export const lowerReceiver = (
  frame: Frame,
  { place, dispatch }: Receiver,
  direct: Unit,
  prepare: () => void,
): LoweredReceiver => {
  const { builder } = frame;
  const guards: Guard[] = [];
  const self = builder.addressOf(addressOf(frame, place, guards));
  const done = builder.newBlock();
  if (guards.length > 0) prepare();
  branchUnless(frame, guards, done);
  const target = dispatch === null ? direct.name : dispatched(frame, dispatch, self);
  return { self, target, done };
};

const dispatched = (
  { builder, classes }: Frame,
  dispatch: NonNullable<Receiver["dispatch"]>,
  self: Register,
): string | IndirectTarget | null => {
  const { targets, column } = classes.resolution(dispatch);
  const [only, ...others] = targets;
  if (only === undefined) return null;
  if (others.length === 0) return only.name;
  const row = builder.load("w32", { base: { kind: "register", register: self }, offset: 0 });
  const address = builder.load("w32", { base: { kind: "register", register: row }, offset: 4 * column });
  return { address, names: targets.map(({ name }) => name) };
};
