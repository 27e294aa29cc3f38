/** Comparisons → a truth, or a branch. */
import type { CheckedExpression, Comparison } from "../semantics/checked.ts";
import { type ElementaryType, isSigned, scalarOf } from "../semantics/types.ts";
import { bankOf, type Frame } from "./frame.ts";
import { type BinaryOperation, type Block, type Condition, constant, type Fork, type Operand } from "./ir.ts";
import { lowerExpression } from "./lower-expression.ts";

type Compare = Extract<CheckedExpression, { kind: "compare" }>;

/** Which operation, on the operands in which order, and whether its opposite is meant. */
interface Form {
  readonly operation: "eq" | "lt" | "le";
  readonly swapped: boolean;
  readonly negated: boolean;
}
const form = (operation: Form["operation"], swapped = false, negated = false): Form => ({
  operation,
  swapped,
  negated,
});

/** `a <= b` is not `NOT b < a` where one of them may be NaN. */
const REAL_FORMS: Readonly<Record<Comparison, Form>> = {
  equal: form("eq"),
  notEqual: form("eq", false, true),
  less: form("lt"),
  lessEqual: form("le"),
  greater: form("lt", true),
  greaterEqual: form("le", true),
};
const INTEGER_FORMS: Readonly<Record<Comparison, Form>> = {
  ...REAL_FORMS,
  lessEqual: form("lt", true, true),
  greaterEqual: form("lt", false, true),
};

/** What a comparison comes down to where no branch does it: `truth` is 0 or 1. */
const compare = (
  { builder }: Frame,
  type: ElementaryType,
  operator: Comparison,
  a: Operand,
  b: Operand,
): { readonly truth: Operand; readonly negated: boolean } => {
  const bank = bankOf(type);
  const isReal = bank === "float" || bank === "double";
  const { operation, swapped, negated } = (isReal ? REAL_FORMS : INTEGER_FORMS)[operator];
  const [left, right] = swapped ? [b, a] : [a, b];
  if (isReal) return { truth: builder.binary(`${bank === "float" ? "f" : "d"}${operation}`, left, right), negated };
  const less: BinaryOperation = isSigned(type) ? "slt" : "sltu";
  if (bank === "long") return { truth: builder.binary(operation === "eq" ? "leq" : `l${less}`, left, right), negated };
  const isEqual = operation === "eq";
  if (isEqual) return { truth: builder.unary("isZero", builder.binary("xor", left, right)), negated };
  return { truth: builder.binary(less, left, right), negated };
};

export const lowerComparison = (frame: Frame, { operator, left: a, right: b }: Compare): Operand => {
  const { builder } = frame;
  const left = lowerExpression(frame, a);
  const right = lowerExpression(frame, b);
  const type = scalarOf(a.type)!;
  if (operator === "notEqual" && bankOf(type) === "integer")
    return builder.unary("isNotZero", builder.binary("xor", left, right));
  const { truth, negated } = compare(frame, type, operator, left, right);
  return negated ? builder.binary("xor", truth, constant(1)) : truth;
};

const CONDITIONS: Readonly<
  Record<Comparison, { readonly signed: Condition; readonly unsigned: Condition; readonly swapped: boolean }>
> = {
  equal: { signed: "eq", unsigned: "eq", swapped: false },
  notEqual: { signed: "ne", unsigned: "ne", swapped: false },
  less: { signed: "lt", unsigned: "ltu", swapped: false },
  greaterEqual: { signed: "ge", unsigned: "geu", swapped: false },
  greater: { signed: "lt", unsigned: "ltu", swapped: true },
  lessEqual: { signed: "ge", unsigned: "geu", swapped: true },
};

/** Where a branch leads, and where building goes on. */
export interface Ways {
  readonly yes: Block;
  readonly no: Block;
  readonly next: Block;
  /** What it decides in the source, if anything. */
  readonly fork?: Fork | undefined;
}

export const lowerCompareAndBranch = (frame: Frame, { operator, left: a, right: b }: Compare, ways: Ways): void => {
  const left = lowerExpression(frame, a);
  const right = lowerExpression(frame, b);
  branchOn(frame, scalarOf(a.type)!, operator, left, right, { ...ways, fork: frame.builder.fork() });
};

/** Ends the block: both operands are of `type`. */
export const branchOn = (
  frame: Frame,
  type: ElementaryType,
  operator: Comparison,
  left: Operand,
  right: Operand,
  { yes, no, next, fork }: Ways,
): void => {
  const { builder } = frame;
  if (bankOf(type) !== "integer") {
    const { truth, negated } = compare(frame, type, operator, left, right);
    builder.branch(negated ? "eq" : "ne", truth, constant(0), yes, no, next, fork);
    return;
  }
  const { signed, unsigned, swapped } = CONDITIONS[operator];
  const condition = isSigned(type) ? signed : unsigned;
  builder.branch(condition, swapped ? right : left, swapped ? left : right, yes, no, next, fork);
};
