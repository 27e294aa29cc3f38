/** Elements of arrays and what pointers lead to: addresses that are checked before they are used. */
import type { CheckedExpression, Place } from "../semantics/checked.ts";
import type { Span } from "../syntax/source-text.ts";
import type { Frame } from "./frame.ts";
import { type Address, constant, type Guard, isConstant, type Operand, type Register } from "./ir.ts";
import { describedBounds } from "./lower-aggregate.ts";
import { lowerExpression } from "./lower-expression.ts";
import { addressOf } from "./lower-place.ts";

export const at = (register: Register): Address => ({ base: { kind: "register", register }, offset: 0 });

type Dereference = Extract<Place, { kind: "dereference" }>;

/** The address, once it is sure that it leads somewhere. */
export const lowerDereference = (frame: Frame, place: Dereference, guards: Guard[]): Register => {
  const { builder } = frame;
  const { pointer, index, type } = place;
  const given = lowerExpression(frame, pointer);
  if (index === null) return checkPointer(frame, place, given, given, type.bytes, guards);
  const distance = scale(frame, lowerExpression(frame, index), type.bytes);
  return checkPointer(frame, place, given, builder.binary("add", given, distance), type.bytes, guards);
};

/** The instance whose body or method this is. */
export const selfOf = ({ self }: Frame): Register => {
  if (self === null) throw new Error("there is no instance outside of function blocks and methods");
  return self;
};

/** What a program takes the address of is there, and so is the instance itself. */
const cannotBeNull = (pointer: CheckedExpression): boolean =>
  pointer.kind === "address" ||
  pointer.kind === "this" ||
  (pointer.kind === "reinterpret" && cannotBeNull(pointer.operand));

/** `address`, or where `bytes` zeros are when `pointer` is NULL. */
const checkPointer = (
  frame: Frame,
  { at: span, pointer: expression }: Dereference,
  pointer: Operand,
  address: Operand,
  bytes: number,
  guards: Guard[],
): Register => {
  const { builder, constants } = frame;
  if (cannotBeNull(expression) && !isConstant(address)) return address;
  const checked = builder.register("integer");
  const zeros = constants.zeros(bytes);
  const report = constants.placeReport(span, "a null pointer was dereferenced");
  builder.emit({ kind: "checkPointer", to: checked, pointer, address, zeros, report });
  guards.push({ given: address, checked });
  return checked;
};

type Element = Extract<Place, { kind: "element" }>;

/** A null pointer to an array of more bytes than this is noticed at its elements: fewer zeros are needed then. */
const MANY_BYTES = 4096;

export const lowerElement = (frame: Frame, place: Element, guards: Guard[]): Address => {
  const { base, type, array } = place;
  if (array.kind === "open array") return openElement(frame, place, guards);
  if (base.kind !== "dereference" || base.index !== null || base.type.bytes <= MANY_BYTES)
    return elementFrom(frame, place, array.dimensions, addressOf(frame, base, guards), guards);
  const pointer = held(frame, lowerExpression(frame, base.pointer));
  const element = frame.builder.addressOf(elementFrom(frame, place, array.dimensions, at(pointer), guards));
  return at(checkPointer(frame, base, pointer, element, type.bytes, guards));
};

const held = ({ builder }: Frame, value: Operand): Register => {
  if (!isConstant(value)) return value;
  const register = builder.register("integer");
  builder.copy(register, value);
  return register;
};

interface Dimension {
  readonly low: number;
  readonly high: number;
}

const elementFrom = (
  frame: Frame,
  place: Element,
  dimensions: readonly Dimension[],
  start: Address,
  guards: Guard[],
): Address => {
  const { fixed, varying } = flatIndex(frame, place, dimensions, guards);
  const { bytes } = place.type;
  const shifted = frame.builder.offset(start, fixed * bytes);
  return varying === null ? shifted : further(frame, shifted, scale(frame, varying, bytes));
};

const further = ({ builder }: Frame, start: Address, distance: Operand): Address => {
  const { base, offset } = start;
  const pointer = base.kind === "register" ? base.register : builder.addressOf(start);
  return { ...at(builder.binary("add", pointer, distance)), offset: base.kind === "register" ? offset : 0 };
};

/** The element's number, split into what is known and what is not. Row-major, as IEC 61131-3 §6.4.4.5 lays arrays out. */
const flatIndex = (frame: Frame, place: Element, dimensions: readonly Dimension[], guards: Guard[]) => {
  const { builder } = frame;
  const operands = place.indices.map((index) => lowerExpression(frame, index));
  let fixed = 0;
  let varying: Operand | null = null;
  for (const [i, { low, high }] of dimensions.entries()) {
    const count = high - low + 1;
    fixed *= count;
    if (varying !== null) varying = builder.binary("mul", varying, constant(count));
    const operand = operands[i]!;
    if (isConstant(operand)) fixed += operand.constant - low;
    else {
      const index = low === 0 ? operand : builder.binary("sub", operand, constant(low));
      const checked = checkIndex(frame, place.at, index, constant(count), guards);
      varying = varying === null ? checked : builder.binary("add", varying, checked);
    }
  }
  return { fixed, varying };
};

const checkIndex = (frame: Frame, span: Span, index: Operand, count: Operand, guards: Guard[]): Register => {
  const { builder, constants } = frame;
  const checked = builder.register("integer");
  const report = constants.placeReport(span, "array index out of bounds");
  builder.emit({ kind: "checkIndex", to: checked, index, count, report });
  guards.push({ given: index, checked });
  return checked;
};

/** Of an array whose bounds the caller gave. */
const openElement = (frame: Frame, place: Element, guards: Guard[]): Address => {
  const { builder } = frame;
  const description = addressOf(frame, place.base, guards);
  const operands = place.indices.map((index) => lowerExpression(frame, index));
  let number: Operand = constant(0);
  for (const [i, operand] of operands.entries()) {
    const { low, count } = describedBounds(frame, description, i);
    const checked = checkIndex(frame, place.at, builder.binary("sub", operand, low), count, guards);
    number = i === 0 ? checked : builder.binary("add", builder.binary("mul", number, count), checked);
  }
  return further(frame, at(builder.load("w32", description)), scale(frame, number, place.type.bytes));
};

const scale = (frame: Frame, index: Operand, bytes: number): Operand => {
  if (bytes === 1) return index;
  const shift = Math.log2(bytes);
  return Number.isInteger(shift)
    ? frame.builder.binary("sll", index, constant(shift))
    : frame.builder.binary("mul", index, constant(bytes));
};
