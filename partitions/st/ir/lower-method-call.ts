/** The instance that a method or body runs on, and what a call of it comes down to. */
import type { CheckedExpression, Receiver } from "../semantics/checked.ts";
import type { Unit } from "../semantics/symbols.ts";
import type { Frame } from "./frame.ts";
import { type Block, constant, type Guard, type IndirectTarget, type Register } from "./ir.ts";
import { branchUnless, lowerExpression } from "./lower-expression.ts";
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

/** The class's row says whether the instance is what is wanted. */
export const lowerAttempt = (
  frame: Frame,
  { operand, wanted }: Extract<CheckedExpression, { kind: "attempt" }>,
): Register => {
  const { builder, classes } = frame;
  const result = builder.register("integer");
  const instance = builder.register("integer");
  builder.copy(instance, lowerExpression(frame, operand));
  builder.copy(result, constant(0));
  const [there, fits, done] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  builder.branch("ne", instance, constant(0), there, done, there);
  const row = builder.load("w32", { base: { kind: "register", register: instance }, offset: 0 });
  const answer = builder.load("w32", { base: { kind: "register", register: row }, offset: 4 * classes.answer(wanted) });
  builder.branch("ne", answer, constant(0), fits, done, fits);
  builder.copy(result, instance);
  builder.jump(done);
  return result;
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
