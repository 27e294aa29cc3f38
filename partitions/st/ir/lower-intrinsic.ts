/** Functions that are built in → a few instructions each (IEC 61131-3 tables 28, 30–32). */
import type { CheckedExpression, Intrinsic } from "../semantics/checked.ts";
import { isSigned, scalarOf, TIME, type Type } from "../semantics/types.ts";
import { bankOf, type Frame } from "./frame.ts";
import { type Address, type Bank, constant, isConstant, type Operand, type Register } from "./ir.ts";
import { lowerExpression, TIME_OFFSET } from "./lower-expression.ts";
import { normalize, readTarget } from "./lower-place.ts";

type IntrinsicCall = Extract<CheckedExpression, { kind: "intrinsic" }>;

export const lowerIntrinsic = (frame: Frame, expression: IntrinsicCall): Operand => {
  const { builder } = frame;
  const operands = expression.operands.map((operand) => lowerExpression(frame, operand));
  const [first, second, third] = operands as [Operand, Operand, Operand];
  switch (expression.intrinsic) {
    case "absolute":
      return lowerAbsolute(frame, expression, first);
    case "squareRoot":
      return builder.unary(bankOf(expression.type) === "float" ? "fsqrt" : "dsqrt", first);
    case "minimum":
    case "maximum":
      return extremum(frame, expression, expression.intrinsic, first, second);
    case "limit":
      return extremum(frame, expression, "minimum", extremum(frame, expression, "maximum", second, first), third);
    case "select":
    case "multiplex":
      return chooseAmong(frame, bankOf(expression.type), expression.intrinsic, first, operands.slice(1));
    case "shiftLeft":
    case "shiftRight":
      return lowerShift(frame, expression, first, second);
    case "rotateLeft":
    case "rotateRight":
      return lowerRotation(frame, expression, first, second);
    case "time":
      return readTarget(
        frame,
        { kind: "memory", address: { base: { kind: "static", area: "runtime" }, offset: TIME_OFFSET } },
        TIME,
      );
    case "deviceRead":
      return builder.load("w32", deviceRegister(first));
    case "deviceWrite":
      builder.store("w32", second, deviceRegister(first));
      return second;
  }
};

const deviceRegister = (offset: Operand): Address => {
  if (!isConstant(offset)) throw new Error("a register of the device is known when the program is compiled");
  return { base: { kind: "device" }, offset: offset.constant };
};

const lowerAbsolute = (frame: Frame, { type }: IntrinsicCall, value: Operand): Operand => {
  const { builder } = frame;
  const scalar = scalarOf(type)!;
  const bank = bankOf(scalar);
  if (bank === "float" || bank === "double") return builder.unary(bank === "float" ? "fabs" : "dabs", value);
  if (!isSigned(scalar)) return value;
  if (bank === "integer") return normalize(frame, scalar, builder.unary("abs", value));
  const sign = builder.binary("lsra", value, constant(63));
  return builder.binary("lsub", builder.binary("lxor", value, sign), sign);
};

const extremum = (
  frame: Frame,
  { type }: IntrinsicCall,
  which: "minimum" | "maximum",
  left: Operand,
  right: Operand,
): Operand => {
  const { builder } = frame;
  const scalar = scalarOf(type)!;
  const name = which === "minimum" ? "min" : "max";
  switch (bankOf(scalar)) {
    case "integer":
      return builder.binary(isSigned(scalar) ? name : `${name}u`, left, right);
    case "float":
      return builder.binary(`f${name}`, left, right);
    case "double":
      return builder.binary(`d${name}`, left, right);
    case "long": {
      const less = isSigned(scalar) ? "lslt" : "lsltu";
      const isLeft = which === "minimum" ? builder.binary(less, left, right) : builder.binary(less, right, left);
      return select(frame, "long", isLeft, left, right);
    }
  }
};

const select = (frame: Frame, bank: Bank, condition: Operand, left: Operand, right: Operand): Register => {
  const to = frame.builder.register(bank);
  frame.builder.emit({ kind: "select", to, condition, left, right });
  return to;
};

/** SEL by a truth, MUX by a number: one outside of the inputs takes the nearest. */
export const chooseAmong = (
  frame: Frame,
  bank: Bank,
  intrinsic: Intrinsic,
  selector: Operand,
  inputs: readonly Operand[],
): Operand => {
  let chosen = inputs.at(-1)!;
  for (let i = inputs.length - 2; i >= 0; i--) {
    const isLater = intrinsic === "select" ? selector : frame.builder.binary("slt", constant(i), selector);
    chosen = select(frame, bank, isLater, chosen, inputs[i]!);
  }
  return chosen;
};

/** The bits of the value with zeros above them. */
const bitsOf = (frame: Frame, value: Operand, bytes: number): Operand =>
  bytes >= 4 ? value : frame.builder.unary(bytes === 1 ? "zext8" : "zext16", value);

const SHIFTS = {
  integer: { left: "sll", right: "srl", or: "or" },
  long: { left: "lsll", right: "lsrl", or: "lor" },
} as const;

const shiftsOf = (type: Type) => SHIFTS[bankOf(type) === "long" ? "long" : "integer"];

/** A distance of the width or more shifts everything out. */
const lowerShift = (frame: Frame, expression: IntrinsicCall, value: Operand, distance: Operand): Operand => {
  const { builder } = frame;
  const type = scalarOf(expression.type)!;
  const direction = expression.intrinsic === "shiftLeft" ? "left" : "right";
  const operation = shiftsOf(type)[direction];
  const width = type.bytes === 8 ? 64 : 32;
  const bits = direction === "right" && isSigned(type) ? bitsOf(frame, value, type.bytes) : value;
  if (isConstant(distance)) {
    if (distance.constant >>> 0 >= width) return constant(0);
    return normalize(frame, type, builder.binary(operation, bits, distance));
  }
  const shifted = builder.binary(operation, bits, distance);
  const isWithin = builder.binary("sltu", distance, constant(width));
  if (width === 64) return select(frame, "long", isWithin, shifted, constant(0));
  return normalize(frame, type, builder.binary("and", shifted, builder.binary("sub", constant(0), isWithin)));
};

const lowerRotation = (frame: Frame, expression: IntrinsicCall, value: Operand, distance: Operand): Operand => {
  const { builder } = frame;
  const type = scalarOf(expression.type)!;
  const width = type.bytes * 8;
  const bits = isSigned(type) ? bitsOf(frame, value, type.bytes) : value;
  const { left, right, or } = shiftsOf(type);
  const [there, back] = expression.intrinsic === "rotateLeft" ? [left, right] : [right, left];
  const turn = isConstant(distance)
    ? constant(distance.constant & (width - 1))
    : builder.binary("and", distance, constant(width - 1));
  if (isConstant(turn) && turn.constant === 0) return value;
  const rest = isConstant(turn) ? constant(width - turn.constant) : builder.binary("sub", constant(width), turn);
  const turned = builder.binary(or, builder.binary(there, bits, turn), builder.binary(back, bits, rest));
  return normalize(frame, type, turned);
};
