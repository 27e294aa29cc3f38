/** Expressions → three-address code. */
import type { CallArgument, CheckedExpression, FunctionCall, Place } from "../semantics/checked.ts";
import { writeConstant } from "../semantics/constants.ts";
import { zeros } from "../semantics/image.ts";
import { imageOf } from "../semantics/initial-values.ts";
import { hasAddress } from "../semantics/pointers.ts";
import type { Unit } from "../semantics/symbols.ts";
import { scalarOf } from "../semantics/types.ts";
import { bankOf, constantOf, type Frame, initialImage } from "./frame.ts";
import { type Address, type Bank, type Block, constant, type Guard, type Operand, type Register } from "./ir.ts";
import { lowerAggregate, lowerBefore, lowerBound, referenceTo, temporary } from "./lower-aggregate.ts";
import { lowerArithmetic, lowerUnary } from "./lower-arithmetic.ts";
import { lowerCompareAndBranch, lowerComparison } from "./lower-comparison.ts";
import { lowerAmong, lowerConversion, lowerWithin } from "./lower-conversion.ts";
import { selfOf } from "./lower-element.ts";
import { heldScalar, hold } from "./lower-held.ts";
import { lowerIntrinsic } from "./lower-intrinsic.ts";
import { lowerAttempt, lowerReceiver } from "./lower-method-call.ts";
import { addressOf, lowerPlace, readTarget, writePlace } from "./lower-place.ts";

type Of<Kind extends CheckedExpression["kind"]> = Extract<CheckedExpression, { kind: Kind }>;

/** Where the milliseconds of the current release stand, from the start of the runtime's variables. */
export const TIME_OFFSET = 0;

/** A scalar value; an integer may come as a Constant, a REAL or LREAL always as a register. */
export const lowerExpression = (frame: Frame, expression: CheckedExpression): Operand => {
  switch (expression.kind) {
    case "constant":
      return lowerConstant(frame, expression);
    case "read":
      return readTarget(frame, lowerPlace(frame, expression.place), expression.type);
    case "address":
      return frame.builder.addressOf(addressOf(frame, expression.place));
    case "this":
      return selfOf(frame);
    case "attempt":
      return lowerAttempt(frame, expression);
    case "query": {
      const value = lowerExpression(frame, expression.value);
      writePlace(frame, expression.place, value);
      return frame.builder.binary("sltu", constant(0), value);
    }
    case "inOutPointer": {
      const { storage } = expression.variable;
      if (storage.kind !== "member") throw new Error(`${expression.variable.name} is no VAR_IN_OUT of an instance`);
      const address: Address = { base: { kind: "register", register: selfOf(frame) }, offset: storage.offset };
      return frame.builder.load("w32", address);
    }
    case "enabled":
      return lowerEnabled(frame, expression) ?? constant(0);
    case "bound":
      return lowerBound(frame, expression);
    case "aggregate":
      throw new Error("an array or a struct is no scalar");
    case "reinterpret":
      return lowerExpression(frame, expression.operand);
    case "convert":
      return lowerConversion(frame, expression);
    case "among":
      return lowerAmong(frame, expression);
    case "within":
      return lowerWithin(frame, expression);
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
    case "holding":
      hold(frame, expression.held);
      return lowerExpression(frame, expression.value);
    case "held":
      return heldScalar(frame, expression);
    case "call":
      return lowerCall(frame, expression) ?? constant(0);
  }
};

const lowerConstant = (frame: Frame, { type, value }: Of<"constant">): Operand => {
  const scalar = scalarOf(type);
  if (scalar === null) return constant(0);
  const image = zeros(scalar.bytes);
  writeConstant(new DataView(image.bytes.buffer), 0, scalar, value);
  const operand = constantOf(frame, scalar, image);
  if (bankOf(scalar) !== "float") return operand;
  const register = frame.builder.register("float");
  frame.builder.copy(register, operand);
  return register;
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
      lowerCompareAndBranch(frame, expression, { yes: then, no: otherwise, next });
      return;
  }
  const truth = lowerExpression(frame, expression);
  builder.branch("ne", truth, constant(0), then, otherwise, next, builder.fork());
};

/**
 * First of all the instance, for a method. Structs and arrays are passed and returned by address; null: the function has no result
 * or its result is one of these.
 */
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
  const register = result !== null && isScalar ? builder.register(bankOf(result.type)) : null;
  const into = isScalar ? null : (resultAddress ?? temporary(frame, result.type));
  const giveNothing = (): void => {
    if (register !== null) builder.copy(register, constant(0));
    else if (into !== null) builder.copyBytes(into, frame.constants.place(imageOf(result!.type)), result!.type);
  };
  const receiver = call.receiver === null ? null : lowerReceiver(frame, call.receiver, call.unit, giveNothing);
  if (receiver !== null) pass(receiver.self);
  if (into !== null) pass(builder.addressOf(into));
  const bits: { readonly place: Place; readonly from: Address }[] = [];
  for (const [i, argument] of call.arguments.entries()) {
    const { variable } = argument;
    const whole = wholeValue(call.unit, argument);
    if (whole !== null) pass(builder.addressOf(lowerBefore(frame, whole, call.arguments.slice(i + 1))));
    else if (argument.kind === "reference") {
      const { place } = argument;
      const isBit = place !== null && variable.section === "output" && !hasAddress(place);
      if (isBit) {
        const from = temporary(frame, place.type);
        bits.push({ place, from });
        pass(builder.addressOf(from));
      } else pass(referenceTo(frame, place, variable.type));
    } else pass(lowerArgument(frame, argument), bankOf(variable.type));
  }
  const target = receiver === null ? call.unit.name : receiver.target;
  if (target === null) giveNothing();
  else {
    builder.emit({ kind: "call", target, arguments: operands, banks, result: register });
    for (const { place, from } of bits) writePlace(frame, place, builder.load("u8", from));
  }
  if (receiver !== null) builder.jump(receiver.done);
  return register;
};

/** An array, struct or string that is passed by value, though by its address; functions of the compiler take their texts like that. */
const wholeValue = (unit: Unit, argument: CallArgument): CheckedExpression | null => {
  const { variable } = argument;
  if (argument.kind === "value") return scalarOf(variable.type) === null ? argument.value : null;
  const { place } = argument;
  if (!unit.isLibrary || !variable.readOnly || place === null) return null;
  return place.kind === "temporary" ? place.value : { kind: "read", type: place.type, place };
};

/** A call with EN or ENO; null: it gives nothing, or puts what it gives into `into`. */
export const lowerEnabled = (
  frame: Frame,
  { condition, eno, value, type }: Of<"enabled">,
  into: Address | null = null,
): Register | null => {
  const { builder } = frame;
  const isScalar = scalarOf(type) !== null;
  const register = isScalar ? builder.register(bankOf(type)) : null;
  const [yes, no, done] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  const tell = (ran: boolean): void => {
    if (eno !== null) writePlace(frame, eno, constant(ran ? 1 : 0));
  };
  lowerCondition(frame, condition, yes, no, yes);
  if (register !== null) builder.copy(register, lowerExpression(frame, value));
  else if (value.kind === "call") lowerCall(frame, value, into);
  else if (into !== null) builder.copyBytes(into, lowerAggregate(frame, value), type);
  tell(true);
  builder.jump(done, no);
  if (register !== null) builder.copy(register, constant(0));
  else if (into !== null) builder.copyBytes(into, frame.constants.place(imageOf(type)), type);
  tell(false);
  builder.jump(done);
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
