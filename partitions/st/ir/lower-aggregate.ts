/** Arrays and structs as values, and what stands in RAM for the time of a call. */
import type { CallArgument, CheckedExpression, Place } from "../semantics/checked.ts";
import { type ArrayType, scalarOf, type Type } from "../semantics/types.ts";
import { type Frame, initialImage, widthOf } from "./frame.ts";
import { type Address, constant, type Operand, type Register } from "./ir.ts";
import { lowerCall, lowerEnabled, lowerExpression, pointerTo } from "./lower-expression.ts";
import { heldAddress } from "./lower-held.ts";
import { chooseAmong } from "./lower-intrinsic.ts";
import { addressOf } from "./lower-place.ts";
import { mayWrite } from "./may-write.ts";

type Of<Kind extends CheckedExpression["kind"]> = Extract<CheckedExpression, { kind: Kind }>;

/** Room on the stack for a value of this type. */
export const temporary = (frame: Frame, type: Pick<Type, "bytes" | "align">): Address => ({
  base: { kind: "frame", slot: frame.builder.slot(type.bytes, type.align) },
  offset: 0,
});

/** A value of any type into RAM. */
export const storeValue = (frame: Frame, address: Address, value: CheckedExpression): void => {
  const { builder } = frame;
  if (scalarOf(value.type) === null) builder.copyBytes(address, lowerAggregate(frame, value), value.type);
  else builder.store(widthOf(value.type), lowerExpression(frame, value), address);
};

/** Where a struct or array stands: read in place, or as a function returned it. */
export const lowerAggregate = (frame: Frame, expression: CheckedExpression): Address => {
  if (expression.kind === "call") {
    const address = temporary(frame, expression.type);
    lowerCall(frame, expression, address);
    return address;
  }
  if (expression.kind === "enabled") {
    const address = temporary(frame, expression.type);
    lowerEnabled(frame, expression, address);
    return address;
  }
  if (expression.kind === "aggregate") return lowerParts(frame, expression);
  if (expression.kind === "held") return heldAddress(frame, expression);
  if (expression.kind === "intrinsic") return lowerChosen(frame, expression);
  if (expression.kind !== "read") throw new Error(`a ${expression.kind} gives no aggregate`);
  const { place } = expression;
  if (place.kind === "variable" && place.variable.storage.kind === "local" && !frame.bindings.has(place.variable)) {
    return frame.constants.place(initialImage(place.variable));
  }
  return addressOf(frame, place);
};

/** As `lowerAggregate`, for as long as `later` is computed, which may change what it was read from (IEC 61131-3 §7.3.2: from left to right). */
export const lowerBefore = (
  frame: Frame,
  value: CheckedExpression,
  later: readonly (CheckedExpression | CallArgument)[],
): Address => {
  const address = lowerAggregate(frame, value);
  const isOwn = value.kind === "call" || value.kind === "enabled" || value.kind === "aggregate";
  if (isOwn || !later.some(mayWrite)) return address;
  const copy = temporary(frame, value.type);
  frame.builder.copyBytes(copy, address, value.type);
  return copy;
};

/** SEL and MUX choose among the addresses. */
const lowerChosen = (frame: Frame, { intrinsic, operands }: Of<"intrinsic">): Address => {
  const [selector, ...inputs] = operands as [CheckedExpression, ...CheckedExpression[]];
  const chosenBy = lowerExpression(frame, selector);
  const addresses = inputs.map((input, i) => frame.builder.addressOf(lowerBefore(frame, input, inputs.slice(i + 1))));
  const register = frame.builder.register("integer");
  frame.builder.copy(register, chooseAmong(frame, "integer", intrinsic, chosenBy, addresses));
  return { base: { kind: "register", register }, offset: 0 };
};

/** The known parts are copied, the others are put into their places. */
const lowerParts = (frame: Frame, { type, image, parts }: Of<"aggregate">): Address => {
  const { builder } = frame;
  const known = frame.constants.place(image);
  if (parts.length === 0) return known;
  const whole = temporary(frame, type);
  builder.copyBytes(whole, known, type);
  for (const { offset, value } of parts) storeValue(frame, builder.offset(whole, offset), value);
  return whole;
};

/** What a VAR_IN_OUT gets; an output that nobody wants still needs a place to be written to. */
export const referenceTo = (frame: Frame, place: Place | null, type: Type): Register => {
  if (place === null) return frame.builder.addressOf(temporary(frame, type));
  const pointer = pointerTo(frame, place);
  return type.kind === "open array" && place.type.kind === "array"
    ? describeArray(frame, place.type, pointer)
    : pointer;
};

/** What stands for an ARRAY [*]: the address of its first element, then the lower bound and the count of each dimension. */
const describeArray = (frame: Frame, { dimensions }: ArrayType, start: Register): Register => {
  const { builder } = frame;
  const description = temporary(frame, { bytes: 4 + 8 * dimensions.length, align: 4 });
  builder.store("w32", start, description);
  for (const [i, { low, high }] of dimensions.entries()) {
    builder.store("w32", constant(low), builder.offset(description, 4 + 8 * i));
    builder.store("w32", constant(high - low + 1), builder.offset(description, 8 + 8 * i));
  }
  return builder.addressOf(description);
};

/** The lower bound of one dimension and the count of its elements. */
export const describedBounds = (frame: Frame, description: Address, dimension: number) => ({
  low: frame.builder.load("w32", frame.builder.offset(description, 4 + 8 * dimension)),
  count: frame.builder.load("w32", frame.builder.offset(description, 8 + 8 * dimension)),
});

export const lowerBound = (frame: Frame, { array, dimension, which }: Of<"bound">): Operand => {
  const { low, count } = describedBounds(frame, addressOf(frame, array), dimension);
  if (which === "lower") return low;
  return frame.builder.binary("sub", frame.builder.binary("add", low, count), constant(1));
};
