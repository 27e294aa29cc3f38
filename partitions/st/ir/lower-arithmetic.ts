/** Arithmetic → three-address code, in the bank of its type. */
import type { ArithmeticOperator, CheckedExpression } from "../semantics/checked.ts";
import { type ElementaryType, isSigned } from "../semantics/types.ts";
import type { Span } from "../syntax/source-text.ts";
import { bankOf, type Frame } from "./frame.ts";
import { type Bank, type BinaryOperation, constant, isConstant, type Operand, type Register } from "./ir.ts";
import { lowerExpression } from "./lower-expression.ts";
import { normalize } from "./lower-place.ts";

type Of<Kind extends CheckedExpression["kind"]> = Extract<CheckedExpression, { kind: Kind }>;

/** Those that are one operation; integers are divided with care. */
const OPERATIONS: Readonly<Record<Bank, Readonly<Partial<Record<ArithmeticOperator, BinaryOperation>>>>> = {
  integer: { add: "add", subtract: "sub", multiply: "mul", and: "and", or: "or", xor: "xor" },
  long: { add: "ladd", subtract: "lsub", multiply: "lmul", and: "land", or: "lor", xor: "lxor" },
  float: { add: "fadd", subtract: "fsub", multiply: "fmul", divide: "fdiv" },
  double: { add: "dadd", subtract: "dsub", multiply: "dmul", divide: "ddiv" },
};

export const lowerUnary = (frame: Frame, { operator, operand, type }: Of<"unary">): Operand => {
  const { builder } = frame;
  const value = lowerExpression(frame, operand);
  const bank = bankOf(type);
  if (operator === "not") {
    if (type.family === "bool") return builder.binary("xor", value, constant(1));
    return normalize(frame, type, builder.binary(bank === "long" ? "lxor" : "xor", value, constant(-1)));
  }
  if (bank === "float" || bank === "double") return builder.unary(bank === "float" ? "fneg" : "dneg", value);
  return normalize(frame, type, builder.binary(bank === "long" ? "lsub" : "sub", constant(0), value));
};

export const lowerArithmetic = (frame: Frame, expression: Of<"arithmetic">): Operand => {
  const { builder } = frame;
  const { operator, type } = expression;
  const left = lowerExpression(frame, expression.left);
  const right = lowerExpression(frame, expression.right);
  const operation = OPERATIONS[bankOf(type)][operator];
  if (operation === undefined)
    return operator === "divide"
      ? normalize(frame, type, lowerDivision(frame, type, left, right, expression.at))
      : lowerModulo(frame, type, left, right);
  const value = builder.binary(operation, left, right);
  return operator === "and" || operator === "or" || operator === "xor" ? value : normalize(frame, type, value);
};

const lowerDivision = (frame: Frame, type: ElementaryType, left: Operand, right: Operand, at: Span): Operand => {
  const { builder } = frame;
  if (type.bytes === 8) return lowerLongDivision(frame, type, left, right, at);
  const operation = isSigned(type) ? "div" : "divu";
  if (isConstant(right) && right.constant !== 0) return builder.binary(operation, left, right);
  const to = builder.register("integer");
  const report = frame.constants.placeReport(at, "division by zero");
  builder.emit({ kind: "divide", operation, to, left, right, report });
  return to;
};

/** Whether the operand is known not to be 0. */
const isDivisor = (operand: Operand): boolean => isConstant(operand) && operand.constant !== 0;

const lowerLongDivision = (frame: Frame, type: ElementaryType, left: Operand, right: Operand, at: Span): Operand => {
  const { builder } = frame;
  if (isDivisor(right)) return longQuotient(frame, type, left, right);
  const result = builder.register("long");
  const [zero, proper, done] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  builder.branch("ne", builder.binary("leq", right, constant(0)), constant(0), zero, proper, zero);
  builder.emit({ kind: "raise", error: "divisionByZero", report: frame.constants.placeReport(at, "division by zero") });
  builder.copy(result, constant(0));
  builder.jump(done, proper);
  builder.copy(result, longQuotient(frame, type, left, right));
  builder.jump(done);
  return result;
};

const longQuotient = (frame: Frame, type: ElementaryType, left: Operand, right: Operand): Register =>
  callRoutine(
    frame,
    isSigned(type) ? "PARTITA_DIVIDE_LINT" : "PARTITA_DIVIDE_ULINT",
    [left, right],
    ["long", "long"],
    "long",
  );

/** A function of the library that an operation comes down to. */
export const callRoutine = (
  { builder, routine }: Frame,
  key: string,
  list: readonly Operand[],
  banks: readonly Bank[],
  result: Bank,
): Register => {
  const to = builder.register(result);
  builder.emit({ kind: "call", target: routine(key), arguments: list, banks, result: to });
  return to;
};

/** `x MOD 0` is 0 and no error (IEC 61131-3 table 29). */
const lowerModulo = (frame: Frame, type: ElementaryType, left: Operand, right: Operand): Operand => {
  const { builder } = frame;
  if (type.bytes === 8) return lowerLongModulo(frame, type, left, right);
  const rest = builder.binary(isSigned(type) ? "rem" : "remu", left, right);
  if (isDivisor(right)) return rest;
  const mask = builder.binary("sub", constant(0), builder.unary("isNotZero", right));
  return builder.binary("and", rest, mask);
};

const lowerLongModulo = (frame: Frame, type: ElementaryType, left: Operand, right: Operand): Operand => {
  const { builder } = frame;
  const whole = builder.binary("lmul", longQuotient(frame, type, left, right), right);
  const rest = builder.binary("lsub", left, whole);
  if (isDivisor(right)) return rest;
  const result = builder.register("long");
  const condition = builder.binary("leq", right, constant(0));
  builder.emit({ kind: "select", to: result, condition, left: constant(0), right: rest });
  return result;
};
