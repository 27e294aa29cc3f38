/** Expressions → three-address code. */
import type { CheckedExpression, Comparison, FunctionCall, Place } from "../semantics/checked.ts";
import { writeConstant } from "../semantics/constants.ts";
import { DWORD, type ElementaryType, isSigned, rangeOf, scalarOf } from "../semantics/types.ts";
import type { Span } from "../syntax/source-text.ts";
import { bankOf, type Frame, initialImage } from "./frame.ts";
import {
  type Address,
  type Bank,
  type BinaryOperation,
  type Block,
  type Condition,
  constant,
  type Guard,
  isConstant,
  type Operand,
  type Register,
} from "./ir.ts";
import { lowerAggregate, lowerBound, referenceTo, temporary } from "./lower-aggregate.ts";
import { lowerIntrinsic } from "./lower-intrinsic.ts";
import { addressOf, lowerPlace, normalize, readTarget } from "./lower-place.ts";

type Of<Kind extends CheckedExpression["kind"]> = Extract<CheckedExpression, { kind: Kind }>;

/** Where the milliseconds of the current release stand, from the start of the runtime's variables. */
export const TIME_OFFSET = 0;

/** A scalar value; an integer may come as a Constant, a REAL always as a register. */
export const lowerExpression = (frame: Frame, expression: CheckedExpression): Operand => {
  switch (expression.kind) {
    case "constant":
      return lowerConstant(frame, expression);
    case "read":
      return readTarget(frame, lowerPlace(frame, expression.place), expression.type);
    case "address":
      return frame.builder.addressOf(addressOf(frame, expression.place));
    case "bound":
      return lowerBound(frame, expression);
    case "aggregate":
      throw new Error("an array or a struct is no scalar");
    case "reinterpret":
      return lowerExpression(frame, expression.operand);
    case "convert":
      return lowerConversion(frame, expression);
    case "unary":
      return lowerUnary(frame, expression);
    case "arithmetic":
      return lowerArithmetic(frame, expression);
    case "compare":
      return lowerComparison(frame, expression);
    case "logic":
      return lowerLogic(frame, expression);
    case "intrinsic":
      return lowerIntrinsic(frame, expression);
    case "call":
      return lowerCall(frame, expression) ?? constant(0);
  }
};

const lowerConstant = ({ builder }: Frame, { type, value }: Of<"constant">): Operand => {
  const bits = new DataView(new ArrayBuffer(4));
  const scalar = scalarOf(type);
  if (scalar === null) return constant(0);
  writeConstant(bits, 0, type, value);
  if (scalar.family !== "real")
    return constant(typeof value === "bigint" ? Number(BigInt.asIntN(32, value)) : bits.getUint8(0));
  const register = builder.register("float");
  builder.copy(register, constant(bits.getInt32(0, true)));
  return register;
};

const lowerUnary = (frame: Frame, { operator, operand, type }: Of<"unary">): Operand => {
  const { builder } = frame;
  const value = lowerExpression(frame, operand);
  if (operator === "not") {
    if (type.family === "bool") return builder.binary("xor", value, constant(1));
    return normalize(frame, type, builder.binary("xor", value, constant(-1)));
  }
  if (type.family === "real") return builder.unary("fneg", value);
  return normalize(frame, type, builder.binary("sub", constant(0), value));
};

const REAL_OPERATIONS = { add: "fadd", subtract: "fsub", multiply: "fmul", divide: "fdiv" } as const;
const INTEGER_OPERATIONS = { add: "add", subtract: "sub", multiply: "mul", and: "and", or: "or", xor: "xor" } as const;

const lowerArithmetic = (frame: Frame, expression: Of<"arithmetic">): Operand => {
  const { builder } = frame;
  const { operator, type } = expression;
  const left = lowerExpression(frame, expression.left);
  const right = lowerExpression(frame, expression.right);
  if (type.family === "real")
    return builder.binary(REAL_OPERATIONS[operator as keyof typeof REAL_OPERATIONS], left, right);
  if (operator === "divide") return normalize(frame, type, lowerDivision(frame, type, left, right, expression.at));
  if (operator === "modulo") return lowerModulo(frame, type, left, right);
  const value = builder.binary(INTEGER_OPERATIONS[operator], left, right);
  return operator === "and" || operator === "or" || operator === "xor" ? value : normalize(frame, type, value);
};

const lowerDivision = (frame: Frame, type: ElementaryType, left: Operand, right: Operand, at: Span): Operand => {
  const { builder } = frame;
  const operation = isSigned(type) ? "div" : "divu";
  if (isConstant(right) && right.constant !== 0) return builder.binary(operation, left, right);
  const to = builder.register("integer");
  const report = frame.constants.placeReport(at, "division by zero");
  builder.emit({ kind: "divide", operation, to, left, right, report });
  return to;
};

/** `x MOD 0` is 0 and no error (IEC 61131-3 table 29). */
const lowerModulo = (frame: Frame, type: ElementaryType, left: Operand, right: Operand): Operand => {
  const { builder } = frame;
  const rest = builder.binary(isSigned(type) ? "rem" : "remu", left, right);
  if (isConstant(right) && right.constant !== 0) return rest;
  const mask = builder.binary("sub", constant(0), builder.unary("isNotZero", right));
  return builder.binary("and", rest, mask);
};

const lowerConversion = (frame: Frame, { operand, type: to, truncate }: Of<"convert">): Operand => {
  const { builder } = frame;
  const from = scalarOf(operand.type)!;
  const value = lowerExpression(frame, operand);
  if (from === to) return value;
  if (from.family === "real") return fromReal(frame, value, to, truncate);
  if (to.family === "bool") return builder.unary("isNotZero", value);
  if (to.family === "real") {
    if (from === DWORD) return builder.unary("bitsToReal", value);
    return builder.unary(from.bytes === 4 && !isSigned(from) ? "unsignedToReal" : "intToReal", value);
  }
  const source = rangeOf(from);
  const target = rangeOf(to);
  return source.low >= target.low && source.high <= target.high ? value : normalize(frame, to, value);
};

/** Beyond the range of `to`: its nearest end, for NaN the upper one. */
const fromReal = (frame: Frame, value: Operand, to: ElementaryType, truncate: boolean): Operand => {
  const { builder } = frame;
  if (to === DWORD) return builder.unary("realToBits", value);
  if (to.family === "bool") {
    const zero = builder.register("float");
    builder.copy(zero, constant(0));
    return builder.binary("xor", builder.binary("feq", value, zero), constant(1));
  }
  const { low, high } = rangeOf(to);
  if (isSigned(to)) {
    const whole = builder.unary(truncate ? "truncateToInt" : "realToInt", value);
    if (to.bytes === 4) return whole;
    return builder.binary("max", builder.binary("min", whole, constant(Number(high))), constant(Number(low)));
  }
  const whole = builder.unary(truncate ? "truncateToUnsigned" : "realToUnsigned", value);
  return to.bytes === 4 ? whole : builder.binary("minu", whole, constant(Number(high)));
};

const REAL_COMPARISONS: Readonly<
  Record<Comparison, { readonly operation: BinaryOperation; readonly swapped: boolean; readonly negated: boolean }>
> = {
  equal: { operation: "feq", swapped: false, negated: false },
  notEqual: { operation: "feq", swapped: false, negated: true },
  less: { operation: "flt", swapped: false, negated: false },
  lessEqual: { operation: "fle", swapped: false, negated: false },
  greater: { operation: "flt", swapped: true, negated: false },
  greaterEqual: { operation: "fle", swapped: true, negated: false },
};

const compareReal = (
  { builder }: Frame,
  operator: Comparison,
  left: Operand,
  right: Operand,
): { readonly truth: Register; readonly negated: boolean } => {
  const { operation, swapped, negated } = REAL_COMPARISONS[operator];
  return { truth: swapped ? builder.binary(operation, right, left) : builder.binary(operation, left, right), negated };
};

const lowerComparison = (frame: Frame, { operator, left: a, right: b }: Of<"compare">): Operand => {
  const { builder } = frame;
  const left = lowerExpression(frame, a);
  const right = lowerExpression(frame, b);
  const type = scalarOf(a.type)!;
  if (type.family === "real") {
    const { truth, negated } = compareReal(frame, operator, left, right);
    return negated ? builder.binary("xor", truth, constant(1)) : truth;
  }
  const less = isSigned(type) ? "slt" : "sltu";
  switch (operator) {
    case "equal":
      return builder.unary("isZero", builder.binary("xor", left, right));
    case "notEqual":
      return builder.unary("isNotZero", builder.binary("xor", left, right));
    case "less":
      return builder.binary(less, left, right);
    case "greater":
      return builder.binary(less, right, left);
    case "lessEqual":
      return builder.binary("xor", builder.binary(less, right, left), constant(1));
    case "greaterEqual":
      return builder.binary("xor", builder.binary(less, left, right), constant(1));
  }
};

/** Cheap and without consequences: worth computing rather than jumping around. */
const isSimple = (expression: CheckedExpression): boolean => {
  switch (expression.kind) {
    case "constant":
      return true;
    case "read":
      return (
        expression.place.kind === "variable" ||
        (expression.place.kind === "field" && expression.place.base.kind === "variable")
      );
    case "unary":
      return isSimple(expression.operand);
    case "compare":
      return isSimple(expression.left) && isSimple(expression.right);
    default:
      return false;
  }
};

const lowerLogic = (frame: Frame, expression: Of<"logic">): Operand => {
  const { builder } = frame;
  if (isSimple(expression.right)) {
    const left = lowerExpression(frame, expression.left);
    return builder.binary(expression.operator, left, lowerExpression(frame, expression.right));
  }
  const result = builder.register("integer");
  const [yes, no, done] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  lowerCondition(frame, expression, yes, no, yes);
  builder.copy(result, constant(1));
  builder.jump(done, no);
  builder.copy(result, constant(0));
  builder.jump(done);
  return result;
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

/** Ends the block with a jump to `then` or `otherwise`, evaluating no more than decides; goes on in `next`. */
export const lowerCondition = (
  frame: Frame,
  expression: CheckedExpression,
  then: Block,
  otherwise: Block,
  next: Block,
): void => {
  const { builder } = frame;
  switch (expression.kind) {
    case "constant":
      builder.jump(expression.value === true ? then : otherwise, next);
      return;
    case "unary":
      if (expression.operator === "not") {
        lowerCondition(frame, expression.operand, otherwise, then, next);
        return;
      }
      break;
    case "logic": {
      const right = builder.newBlock();
      if (expression.operator === "and") lowerCondition(frame, expression.left, right, otherwise, right);
      else lowerCondition(frame, expression.left, then, right, right);
      lowerCondition(frame, expression.right, then, otherwise, next);
      return;
    }
    case "compare":
      lowerCompareAndBranch(frame, expression, then, otherwise, next);
      return;
  }
  builder.branch("ne", lowerExpression(frame, expression), constant(0), then, otherwise, next);
};

const lowerCompareAndBranch = (
  frame: Frame,
  { operator, left: a, right: b }: Of<"compare">,
  then: Block,
  otherwise: Block,
  next: Block,
): void => {
  const { builder } = frame;
  const left = lowerExpression(frame, a);
  const right = lowerExpression(frame, b);
  const type = scalarOf(a.type)!;
  if (type.family === "real") {
    const { truth, negated } = compareReal(frame, operator, left, right);
    builder.branch(negated ? "eq" : "ne", truth, constant(0), then, otherwise, next);
    return;
  }
  const { signed, unsigned, swapped } = CONDITIONS[operator];
  const condition = isSigned(type) ? signed : unsigned;
  builder.branch(condition, swapped ? right : left, swapped ? left : right, then, otherwise, next);
};

/** Structs and arrays are passed and returned by address; null: the function has no result or its result is one of these. */
export const lowerCall = (frame: Frame, call: FunctionCall, resultAddress: Address | null = null): Register | null => {
  const { builder } = frame;
  const operands: Operand[] = [];
  const banks: Bank[] = [];
  const pass = (operand: Operand, bank: Bank = "integer"): void => {
    operands.push(operand);
    banks.push(bank);
  };
  const { result } = call.unit;
  const isScalar = result === null || scalarOf(result.type) !== null;
  if (!isScalar) pass(builder.addressOf(resultAddress ?? temporary(frame, result.type)));
  for (const argument of call.arguments) {
    const { variable } = argument;
    if (argument.kind === "reference") pass(referenceTo(frame, argument.place, variable.type));
    else if (scalarOf(variable.type) === null) pass(builder.addressOf(lowerAggregate(frame, argument.value)));
    else pass(lowerArgument(frame, argument), bankOf(variable.type));
  }
  const register = result !== null && isScalar ? builder.register(bankOf(result.type)) : null;
  builder.emit({ kind: "call", target: call.unit.name, arguments: operands, banks, result: register });
  return register;
};

/** For someone who reads and writes there: with an index out of bounds the address of a copy of the nearest element, with a null pointer one of zeros. */
export const pointerTo = (frame: Frame, place: Place): Register => {
  const { builder } = frame;
  const guards: Guard[] = [];
  const address = addressOf(frame, place, guards);
  if (guards.length === 0) return builder.addressOf(address);
  const pointer = builder.register("integer");
  builder.copy(pointer, builder.addressOf(address));
  const [outside, within] = [builder.newBlock(), builder.newBlock()];
  branchUnless(frame, guards, outside);
  builder.jump(within, outside);
  const copy = temporary(frame, place.type);
  builder.copyBytes(copy, address, place.type);
  builder.copy(pointer, builder.addressOf(copy));
  builder.jump(within);
  return pointer;
};

/** Goes on where all guards hold. */
export const branchUnless = ({ builder }: Frame, guards: readonly Guard[], otherwise: Block): void => {
  for (const { given, checked } of guards) {
    const holds = builder.newBlock();
    builder.branch("eq", given, checked, holds, otherwise, holds);
  }
};

/** A scalar input that was left out has its initial value. */
const lowerArgument = (
  frame: Frame,
  { variable, value }: Extract<FunctionCall["arguments"][number], { kind: "value" }>,
): Operand => {
  const isDefault = value.kind === "read" && value.place.kind === "variable" && value.place.variable === variable;
  return isDefault
    ? readTarget(frame, { kind: "memory", address: frame.constants.place(initialImage(variable)) }, variable.type)
    : lowerExpression(frame, value);
};
