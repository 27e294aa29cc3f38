/** Places → addresses, loads and stores. */
import { type Place, variableOf } from "../semantics/checked.ts";
import { BIT_OFFSET, isLocated } from "../semantics/located.ts";
import type { DirectAddress, Variable } from "../semantics/symbols.ts";
import { BOOL, type ElementaryType, isSigned, scalarOf } from "../semantics/types.ts";
import { type Frame, widthOf } from "./frame.ts";
import { type Address, constant, type Guard, isConstant, type Operand, type Register } from "./ir.ts";
import { lowerAggregate, storeValue, temporary } from "./lower-aggregate.ts";
import { at, lowerDereference, lowerElement, selfOf } from "./lower-element.ts";

/** What a place comes down to. */
export type Target =
  | { readonly kind: "register"; readonly register: Register }
  | { readonly kind: "memory"; readonly address: Address }
  /** One bit of another place that holds a `type`. */
  | { readonly kind: "bit"; readonly of: Target; readonly type: ElementaryType | null; readonly bit: number }
  /** A bit of a byte whose number is known when the program runs. */
  | { readonly kind: "any bit"; readonly byte: Address; readonly bit: Register };

const memory = (address: Address): Target => ({ kind: "memory", address });

/** `guards` takes those of the indices on the way: a store must heed them, a read takes the nearest element. */
export const lowerPlace = (frame: Frame, place: Place, guards: Guard[] = []): Target => {
  switch (place.kind) {
    case "variable":
      return lowerVariable(frame, place.variable);
    case "direct":
      return lowerDirect(place.address);
    case "field": {
      const address = frame.builder.offset(addressOf(frame, place.base, guards), place.field.offset);
      return place.byReference ? referred(frame, address, variableOf(place)) : memory(address);
    }
    case "element":
      return memory(lowerElement(frame, place, guards));
    case "part":
      return memory(frame.builder.offset(addressOf(frame, place.base, guards), place.offset));
    case "property":
      throw new Error("a PROPERTY is called, not placed");
    case "temporary": {
      // What is read only may be read where it is.
      if (scalarOf(place.type) === null) return memory(lowerAggregate(frame, place.value));
      const address = temporary(frame, place.type);
      storeValue(frame, address, place.value);
      return memory(address);
    }
    case "dereference":
      return memory(at(lowerDereference(frame, place, guards)));
    case "bit":
      return {
        kind: "bit",
        of: lowerPlace(frame, place.base, guards),
        type: scalarOf(place.base.type),
        bit: place.bit,
      };
  }
};

/** Of a place that cannot be a register or a bit. */
export const addressOf = (frame: Frame, place: Place, guards: Guard[] = []): Address => {
  const target = lowerPlace(frame, place, guards);
  if (target.kind !== "memory") throw new Error("the address of a register or bit was asked for");
  return target.address;
};

/** What the address that stands at `holder` leads to. */
const referred = ({ builder }: Frame, holder: Address, variable: Variable | null): Target => {
  const address = at(builder.load("w32", holder));
  if (variable === null || variable.type !== BOOL || !isLocated(variable)) return memory(address);
  return { kind: "any bit", byte: address, bit: builder.load("w32", builder.offset(holder, BIT_OFFSET)) };
};

const lowerVariable = (frame: Frame, variable: Variable): Target => {
  const storage = frame.storageOf(variable);
  if (storage.kind === "static") {
    const target = memory({ base: { kind: "static", area: storage.area }, offset: storage.offset });
    return storage.bit === null ? target : { kind: "bit", of: target, type: null, bit: storage.bit };
  }
  if (storage.kind === "member") {
    const address: Address = { base: { kind: "register", register: selfOf(frame) }, offset: storage.offset };
    return variable.byReference ? referred(frame, address, variable) : memory(address);
  }
  const binding = frame.bindings.get(variable);
  if (binding === undefined) throw new Error(`${variable.name} has no place`);
  return binding;
};

const lowerDirect = ({ area, byte, bit }: DirectAddress): Target => {
  const target = memory({ base: { kind: "static", area }, offset: byte });
  return bit === null ? target : { kind: "bit", of: target, type: null, bit };
};

export const readTarget = (frame: Frame, target: Target, type: Place["type"]): Operand => {
  const { builder } = frame;
  switch (target.kind) {
    case "register":
      return target.register;
    case "memory":
      return builder.load(widthOf(type), target.address);
    case "bit": {
      const half = halfWith(frame, target, readWhole(frame, target));
      const bit = target.bit % 32;
      return builder.binary("and", bit === 0 ? half : builder.binary("srl", half, constant(bit)), constant(1));
    }
    case "any bit": {
      const byte = builder.load("u8", target.byte);
      return builder.binary("and", builder.binary("srl", byte, target.bit), constant(1));
    }
  }
};

type BitTarget = Extract<Target, { kind: "bit" }>;

/** Of 64 bits the 32 that the bit is in. */
const halfWith = ({ builder }: Frame, { type, bit }: BitTarget, whole: Operand): Operand =>
  type?.bytes === 8 ? builder.unary(bit < 32 ? "low" : "high", whole) : whole;

/** The whole with that half replaced. */
const withHalf = ({ builder }: Frame, { type, bit }: BitTarget, whole: Operand, half: Operand): Operand => {
  if (type?.bytes !== 8) return half;
  return bit < 32
    ? builder.binary("pair", half, builder.unary("high", whole))
    : builder.binary("pair", builder.unary("low", whole), half);
};

const readWhole = (frame: Frame, { of, type }: BitTarget): Operand =>
  of.kind === "memory" && type === null ? frame.builder.load("u8", of.address) : readTarget(frame, of, type!);

/** Stores the value; nowhere when an index of the place is out of bounds. */
export const writePlace = (frame: Frame, place: Place, value: Operand): void => {
  const guards: Guard[] = [];
  writeTarget(frame, lowerPlace(frame, place, guards), place.type, value, guards);
};

const writeTarget = (
  frame: Frame,
  target: Target,
  type: Place["type"],
  value: Operand,
  guards: readonly Guard[],
): void => {
  switch (target.kind) {
    case "register":
      frame.builder.copy(target.register, value);
      return;
    case "memory":
      frame.builder.store(widthOf(type), value, target.address, guards);
      return;
    case "bit":
      writeBit(frame, target, value, guards);
      return;
    case "any bit": {
      const { builder } = frame;
      const mask = builder.binary("xor", builder.binary("sll", constant(1), target.bit), constant(-1));
      const cleared = builder.binary("and", builder.load("u8", target.byte), mask);
      const changed = builder.binary("or", cleared, builder.binary("sll", value, target.bit));
      builder.store("u8", changed, target.byte, guards);
      return;
    }
  }
};

const writeBit = (frame: Frame, target: BitTarget, value: Operand, guards: readonly Guard[]): void => {
  const { builder } = frame;
  const whole = readWhole(frame, target);
  const half = halfWith(frame, target, whole);
  const bit = target.bit % 32;
  const mask = constant(1 << bit);
  const cleared =
    isConstant(value) && value.constant !== 0 ? half : builder.binary("and", half, constant(~mask.constant));
  const placed = isConstant(value)
    ? value.constant === 0
      ? null
      : mask
    : bit === 0
      ? value
      : builder.binary("sll", value, constant(bit));
  const changed = withHalf(frame, target, whole, placed === null ? cleared : builder.binary("or", cleared, placed));
  if (target.type === null) {
    if (target.of.kind === "memory") builder.store("u8", changed, target.of.address, guards);
  } else writeTarget(frame, target.of, target.type, normalize(frame, target.type, changed), guards);
};

/** The value as its type extends it: overflow wraps. */
export const normalize = (frame: Frame, type: ElementaryType, value: Operand): Operand => {
  if (type.bytes >= 4 || type.family === "bool") return value;
  const bits = type.bytes === 1 ? 8 : 16;
  return frame.builder.unary(isSigned(type) ? `sext${bits}` : `zext${bits}`, value);
};
