/** Values that are computed once and stand in several places of an expression (IEC 61131-3 table 33: GT with three inputs and more). */
import type { CheckedExpression, Holding } from "../semantics/checked.ts";
import { scalarOf } from "../semantics/types.ts";
import type { Frame } from "./frame.ts";
import type { Address, Operand } from "./ir.ts";
import { lowerBefore } from "./lower-aggregate.ts";
import { lowerExpression } from "./lower-expression.ts";

type HeldExpression = Extract<CheckedExpression, { kind: "held" }>;

export const hold = (frame: Frame, held: readonly Holding[]): void => {
  for (const [i, { as, value }] of held.entries()) {
    const later = held.slice(i + 1).map((each) => each.value);
    const isWhole = scalarOf(as.type) === null;
    frame.held.set(as, isWhole ? lowerBefore(frame, value, later) : lowerExpression(frame, value));
  }
};

export const heldScalar = (frame: Frame, expression: HeldExpression): Operand => {
  const found = heldValue(frame, expression);
  if ("base" in found) throw new Error("an array, a struct or a string is no scalar");
  return found;
};

export const heldAddress = (frame: Frame, expression: HeldExpression): Address => {
  const found = heldValue(frame, expression);
  if (!("base" in found)) throw new Error("a scalar gives no aggregate");
  return found;
};

const heldValue = (frame: Frame, { as }: HeldExpression): Operand | Address => {
  const found = frame.held.get(as);
  if (found === undefined) throw new Error("a value is used before it is held");
  return found;
};
