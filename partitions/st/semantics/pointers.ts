/**
 * Pointers and references: POINTER TO as CODESYS has it (addresses that count in bytes and mix with DWORD), REF_TO (IEC 61131-3
 * §6.4.4.10.2, which is as strict as any type) and REFERENCE TO, another name for a variable.
 */
import type { Span } from "../syntax/source-text.ts";
import { type CheckedExpression, type Comparison, type Place, variableOf } from "./checked.ts";
import { isDerived, isImplementedBy, withBases } from "./classes.ts";
import { converted } from "./computed.ts";
import { withOwnType } from "./convert.ts";
import type { Relocation } from "./image.ts";
import { isLocated } from "./located.ts";
import type { Scope } from "./scope.ts";
import {
  BOOL,
  DINT,
  DWORD,
  type InterfaceType,
  isInteger,
  NULL_LITERAL,
  type PointerType,
  pointerTo,
  sameType,
  type Type,
  UDINT,
} from "./types.ts";

interface Operand {
  readonly value: CheckedExpression;
  readonly at: Span;
}

const isAddress = (type: Type): type is PointerType => type.kind === "pointer" && type.flavour === "POINTER TO";

/** What may be assigned and compared, but not counted with. */
export const isReference = (type: Type): boolean =>
  type.kind === "interface" || (type.kind === "pointer" && type.flavour !== "POINTER TO");

/** The same bits with another type. */
export const reinterpret = (operand: CheckedExpression, type: Type): CheckedExpression =>
  operand.kind === "constant" ? { ...operand, type } : { kind: "reinterpret", type, operand };

/** Whether a variable of type `from` may be taken for one of type `to`: an array for one of any length, a class for its base. */
export const refersTo = (to: Type, from: Type): boolean => {
  if (to.kind === "open array" && from.kind === "array")
    return to.rank === from.dimensions.length && sameType(to.element, from.element);
  // Whoever writes there writes no more than what it takes for the variable's length.
  if (to.kind === "string" && from.kind === "string") return to.wide === from.wide && to.length <= from.length;
  if (to.kind === "block" && from.kind === "block") return isDerived(from.unit, to.unit);
  return sameType(from, to);
};

/** The value as a pointer of this type; null: it is none, and nothing was said yet. */
export const coerceToPointer = (value: CheckedExpression, type: PointerType): CheckedExpression | null => {
  const from = value.type;
  if (from === NULL_LITERAL) return reinterpret(value, type);
  switch (type.flavour) {
    case "REFERENCE TO":
      if (from.kind === "pointer" && from.flavour === "REFERENCE TO" && refersTo(type.target, from.target))
        return reinterpret(value, type);
      return value.kind === "read" && hasAddress(value.place) && refersTo(type.target, from)
        ? { kind: "address", type, place: value.place }
        : null;
    case "REF_TO":
      return from.kind === "pointer" && from.flavour === "REF_TO" && refersTo(type.target, from.target)
        ? reinterpret(value, type)
        : null;
    case "POINTER TO": {
      const isNumber = value.kind === "constant" && typeof value.value === "bigint" && from.kind === "literal";
      if (isNumber) return reinterpret(converted(value, DWORD), type);
      return isAddress(from) || from === DWORD || from === UDINT ? reinterpret(value, type) : null;
    }
  }
};

/** The instance behind the value as one that implements the interface; null: it does not, and nothing was said yet. */
export const coerceToInterface = (value: CheckedExpression, type: InterfaceType): CheckedExpression | null => {
  const from = value.type;
  const isZero = value.kind === "constant" && value.value === 0n && from.kind === "literal";
  if (isZero) return reinterpret(value, type);
  if (from.kind === "interface") return withBases([from]).includes(type) ? reinterpret(value, type) : null;
  if (from.kind === "pointer" && from.target.kind === "block")
    return isImplementedBy(type, from.target.unit) ? reinterpret(value, type) : null;
  const isInstance = from.kind === "block" && value.kind === "read" && isImplementedBy(type, from.unit);
  return isInstance ? { kind: "address", type, place: value.place } : null;
};

/** A pointer where a number is wanted: its address; null: this pointer is none. */
export const addressAsNumber = (value: CheckedExpression, type: Type): CheckedExpression | null =>
  isAddress(value.type) && (type === DWORD || type === UDINT) ? reinterpret(value, type) : null;

export const pointerHint = (value: CheckedExpression, type: PointerType): string => {
  const { target, flavour } = type;
  if (value.kind === "read" && sameType(value.type, target))
    return flavour === "REF_TO" ? "write REF(…) for a reference to it" : "write ADR(…) for its address";
  if (flavour === "REF_TO") return "a REF_TO holds REF(…) of a variable of just this type, or NULL";
  return flavour === "REFERENCE TO"
    ? "bind it to a variable of just this type"
    : "a pointer holds ADR(…), a DWORD or NULL";
};

/** What is stored by the byte: a bit of a byte has no address. */
export const hasAddress = (place: Place): boolean =>
  place.kind === "variable"
    ? place.variable.address?.bit == null && place.variable.constant === null && !isLocatedBit(place)
    : !isLocatedBit(place) &&
      place.kind !== "bit" &&
      place.kind !== "temporary" &&
      !(place.kind === "direct" && place.address.bit !== null);

/** It may stand at a bit, for all that is known here. */
const isLocatedBit = (place: Place): boolean => {
  const variable = variableOf(place);
  return place.type === BOOL && variable !== null && isLocated(variable);
};

/** `p + 4`, `p - q`: in bytes, as in CODESYS. Null: nothing of that kind. */
export const pointerArithmetic = (
  scope: Scope,
  operator: "+" | "-",
  left: Operand,
  right: Operand,
  at: Span,
): CheckedExpression | null => {
  const operation = operator === "+" ? "add" : "subtract";
  const compute = (a: CheckedExpression, b: CheckedExpression): CheckedExpression => ({
    kind: "arithmetic",
    type: UDINT,
    at,
    operator: operation,
    left: a,
    right: b,
  });
  if (isAddress(left.value.type) && isAddress(right.value.type)) {
    if (operator === "+") return null;
    return reinterpret(compute(reinterpret(left.value, UDINT), reinterpret(right.value, UDINT)), DINT);
  }
  if (operator === "+" && isAddress(right.value.type)) return pointerArithmetic(scope, operator, right, left, at);
  if (!isAddress(left.value.type)) return null;
  const distance = withOwnType(scope, right.value, right.at);
  if (!isInteger(distance.type) && distance.type !== DWORD) return null;
  return reinterpret(compute(reinterpret(left.value, UDINT), converted(distance, UDINT)), left.value.type);
};

/** Null: these two cannot be compared. */
export const comparePointers = (operator: Comparison, left: Operand, right: Operand): CheckedExpression | null => {
  const [a, b] = [left.value, right.value];
  const type = [a.type, b.type].find((each) => each.kind === "interface" || each.kind === "pointer");
  if (type === undefined || (type.kind !== "interface" && type.kind !== "pointer")) return null;
  if (isReference(type) && operator !== "equal" && operator !== "notEqual") return null;
  const coerced = (value: CheckedExpression) =>
    type.kind === "interface" ? coerceToInterface(value, type) : coerceToPointer(value, type);
  const [x, y] = [coerced(a), coerced(b)];
  return x === null || y === null ? null : { kind: "compare", type: BOOL, at: null, operator, left: x, right: y };
};

/** Where an address that never changes leads to; null: it is none, or not known before the program runs. */
export const staticPlace = (value: CheckedExpression): Pick<Relocation, "root" | "offset"> | null => {
  if (value.kind === "reinterpret") return staticPlace(value.operand);
  if (value.kind === "arithmetic") return shiftedPlace(value);
  return value.kind === "address" ? partOf(value.place) : null;
};

const shiftedPlace = ({
  left,
  right,
  operator,
}: Extract<CheckedExpression, { kind: "arithmetic" }>): Pick<Relocation, "root" | "offset"> | null => {
  const start = staticPlace(left);
  if (start === null || right.kind !== "constant" || (operator !== "add" && operator !== "subtract")) return null;
  const distance = Number(right.value);
  return { root: start.root, offset: start.offset + (operator === "add" ? distance : -distance) };
};

const partOf = (place: Place): Pick<Relocation, "root" | "offset"> | null => {
  switch (place.kind) {
    case "variable":
      return place.variable.byReference ? null : { root: place.variable, offset: 0 };
    case "direct":
      return { root: place.address, offset: 0 };
    case "field": {
      const base = place.byReference ? null : partOf(place.base);
      return base === null ? null : { root: base.root, offset: base.offset + place.field.offset };
    }
    case "part": {
      const base = partOf(place.base);
      return base === null ? null : { root: base.root, offset: base.offset + place.offset };
    }
    case "element":
      return elementOf(place);
    default:
      return null;
  }
};

const elementOf = (place: Extract<Place, { kind: "element" }>): Pick<Relocation, "root" | "offset"> | null => {
  const base = partOf(place.base);
  if (base === null || place.array.kind === "open array") return null;
  let number = 0;
  for (const [i, { low, high }] of place.array.dimensions.entries()) {
    const index = place.indices[i]!;
    if (index.kind !== "constant") return null;
    number = number * (high - low + 1) + Number(index.value) - low;
  }
  return { root: base.root, offset: base.offset + number * place.array.element.bytes };
};

export const addressOfPlace = (flavour: "POINTER TO" | "REF_TO", place: Place): CheckedExpression => ({
  kind: "address",
  type: pointerTo(flavour, () => place.type),
  place,
});

/** `NULL`, as long as nobody says a NULL of what. */
export const NULL = { kind: "constant", type: NULL_LITERAL, value: 0n } as const satisfies CheckedExpression;
