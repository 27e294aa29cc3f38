/** Names, members, elements and bits: expressions that stand for a place in RAM. */
import type { Expression, Name } from "../syntax/ast.ts";
import { checkCall } from "./check-call.ts";
import { checkExpression } from "./check-expression.ts";
import { checkMember, checkTarget, ownProperty, qualifiedName, selfWord } from "./check-member.ts";
import { readProperty } from "./check-method-call.ts";
import { programMember } from "./check-program-call.ts";
import { type CheckedExpression, type Place, rootOf } from "./checked.ts";
import { converted, limited } from "./computed.ts";
import { coerce, NOTHING } from "./convert.ts";
import { parseAddress } from "./direct-address.ts";
import { isLocated } from "./located.ts";
import { lookUp, type Scope, visibleNames } from "./scope.ts";
import { didYouMean } from "./suggestion.ts";
import type { Variable } from "./symbols.ts";
import {
  type ArrayType,
  BOOL,
  BYTE,
  CHAR,
  DINT,
  DWORD,
  type EnumType,
  isInteger,
  isSigned,
  LWORD,
  nameOf,
  type PointerType,
  pointerTo,
  rangeOf,
  type StringType,
  scalarOf,
  type Type,
  WCHAR,
  WORD,
  widens,
} from "./types.ts";

/** A value of an enum, by its bare name or as `Color.Red`; null: the expression is something else. */
export const enumConstant = (scope: Scope, expression: Expression, expected: Type | null): CheckedExpression | null => {
  if (expression.kind === "name") {
    const { key, text } = expression.name;
    if (lookUp(scope, key) !== null) return null;
    const wanted = expected?.kind === "enum" ? valueNamed(expected, key) : null;
    if (wanted !== null) return wanted;
    const candidates = scope.world.enumsWith(key);
    const [type] = candidates;
    if (type === undefined) return null;
    if (candidates.length > 1) {
      const message = `${text} is a value of ${candidates.map(nameOf).join(" and of ")}`;
      scope.world.problems.error(expression.at, "ambiguous-name", message, `write ${type.name}#${text}`);
      return NOTHING;
    }
    return valueNamed(type, key);
  }
  const name = expression.kind === "member" ? qualifiedName(scope, expression.base) : null;
  const type = name === null ? null : scope.world.enumNamed(name.key);
  if (expression.kind !== "member" || type === null) return null;
  const value = valueNamed(type, expression.member.key);
  if (value !== null) return value;
  const hint = didYouMean(
    expression.member.text,
    type.values.map(({ name }) => name),
  );
  scope.world.problems.error(
    expression.member.at,
    "unknown-name",
    `${type.name} has no value ${expression.member.text}`,
    hint,
  );
  return NOTHING;
};

const valueNamed = (type: EnumType, key: string): CheckedExpression | null => {
  const value = type.values.find((candidate) => candidate.key === key);
  return value === undefined ? null : { kind: "constant", type, value: value.value };
};

/** Null: it is none, and that was said. Of a REFERENCE TO what it refers to, of a PROPERTY what it gives. */
export const checkPlace = (scope: Scope, expression: Expression): Place | null =>
  boundPlace(scope, checkUnbound(scope, expression), expression);

/** What a place found for itself stands for: of a REFERENCE TO what it refers to, of a PROPERTY what it gives. */
export const boundPlace = (scope: Scope, found: Place | null, { at }: Expression): Place | null => {
  if (found === null) return null;
  const value = found.kind === "property" ? readProperty(scope, found) : null;
  if (value?.type.kind === "unknown") return null;
  const place: Place = value === null ? found : { kind: "temporary", type: value.type, value };
  if (place.type.kind !== "pointer" || place.type.flavour !== "REFERENCE TO") return place;
  const pointer: CheckedExpression =
    place.kind === "temporary" ? place.value : { kind: "read", type: place.type, place };
  return { kind: "dereference", type: place.type.target, at, pointer, index: null };
};

/** As `checkPlace`, for the left of an assignment: a PROPERTY stands for itself. */
export const checkAssigned = (scope: Scope, expression: Expression): Place | null => {
  const place = checkUnbound(scope, expression);
  return place?.kind === "property" ? place : boundPlace(scope, place, expression);
};

/** As `checkPlace`; a REFERENCE TO or a PROPERTY stands for itself. */
export const checkUnbound = (scope: Scope, expression: Expression): Place | null => {
  switch (expression.kind) {
    case "name":
      return checkName(scope, expression);
    case "direct":
      return checkDirect(scope, expression);
    case "member":
      return checkQualified(scope, expression);
    case "index":
      return checkElement(scope, expression);
    case "bit":
      return checkBit(scope, expression);
    case "part":
      return checkPart(scope, expression);
    case "dereference":
      return checkDereference(scope, expression);
    case "call": {
      const value = checkCall(scope, expression);
      return value.type.kind === "unknown" ? null : { kind: "temporary", type: value.type, value };
    }
    default:
      scope.world.problems.error(expression.at, "not-a-variable", "expected a variable here");
      return null;
  }
};

const checkQualified = (scope: Scope, expression: Extract<Expression, { kind: "member" }>): Place | null => {
  const global = globalNamed(scope, qualifiedName(scope, expression));
  if (global !== null) return global;
  const found = programMember(scope, expression);
  return found === undefined ? checkMember(scope, expression) : found;
};

const checkName = (scope: Scope, { name, at }: Extract<Expression, { kind: "name" }>): Place | null => {
  const variable = lookUp(scope, name.key);
  if (variable !== null) return variable.type.kind === "unknown" ? null : variablePlace(scope, variable, at);
  const property = ownProperty(scope, name);
  if (property !== null) return property;
  const unit = scope.world.unit(name.key);
  if (unit !== null) {
    const hint = unit.kind === "FUNCTION" ? `call it: ${unit.name}(…)` : `declare an instance of it: X : ${unit.name};`;
    scope.world.problems.error(at, "not-a-variable", `${name.text} is a ${unit.kind}, not a variable`, hint);
  } else {
    const hint = didYouMean(name.text, visibleNames(scope));
    scope.world.problems.error(
      at,
      "unknown-name",
      `${name.text} is not declared`,
      hint === "" ? "declare it in a VAR section" : hint,
    );
  }
  return null;
};

/** `Space.Name`; null: no variable has this name. */
const globalNamed = (scope: Scope, name: Name | null): Place | null => {
  const variable = name === null ? null : scope.world.variable(name.key);
  return variable === null ? null : { kind: "variable", type: variable.type, variable };
};

/** In a method or action a VAR_IN_OUT of the instance is the one of the last call of its body, if there was one. */
const variablePlace = (scope: Scope, variable: Variable, at: Expression["at"]): Place => {
  const { type } = variable;
  const owner = scope.unit?.owner ?? null;
  if (
    owner === null ||
    !variable.byReference ||
    isLocated(variable) ||
    scope.unit?.variables.includes(variable) === true
  )
    return { kind: "variable", type, variable };
  const pointer: CheckedExpression = { kind: "inOutPointer", type: pointerTo("POINTER TO", () => type), variable };
  return { kind: "dereference", type, at, pointer, index: null };
};

const DIRECT_TYPES = { 1: BYTE, 2: WORD, 4: DWORD, 8: LWORD } as const;

const checkDirect = (scope: Scope, expression: Extract<Expression, { kind: "direct" }>): Place | null => {
  const result = parseAddress(expression.address);
  if (!result.ok) {
    scope.world.problems.error(expression.at, "bad-address", result.message, result.hint);
    return null;
  }
  const { address } = result;
  scope.world.addAddress(address);
  return { kind: "direct", address, type: address.bit !== null ? BOOL : DIRECT_TYPES[address.bytes as 1 | 2 | 4 | 8] };
};

const checkDereference = (scope: Scope, { at, base }: Extract<Expression, { kind: "dereference" }>): Place | null => {
  if (selfWord(scope, base) !== null) return checkTarget(scope, base)?.place ?? null;
  const pointer = checkExpression(scope, base);
  const { type } = pointer;
  if (type.kind === "unknown") return null;
  if (type.kind === "pointer")
    return type.target.kind === "unknown" ? null : { kind: "dereference", type: type.target, at, pointer, index: null };
  const isReference = pointer.kind === "read" && pointer.place.kind === "dereference" && pointer.place.at === base.at;
  const hint = isReference ? "a REFERENCE TO is dereferenced by itself: leave out the ^" : "";
  scope.world.problems.error(at, "not-a-pointer", `${nameOf(type)} is no pointer, so ^ leads nowhere`, hint);
  return null;
};

/** `p[i]` of a POINTER TO, as in CODESYS: the i-th of what it points to. */
const checkIndexedPointer = (
  scope: Scope,
  pointer: CheckedExpression,
  { target }: PointerType,
  at: Expression["at"],
  indices: readonly CheckedExpression[],
): Place | null => {
  if (target.kind === "unknown") return null;
  const [index, ...others] = indices;
  if (others.length === 0) return { kind: "dereference", type: target, at, pointer, index: index! };
  scope.world.problems.error(at, "dimensions", "a pointer takes one index", "write p^[i, j] for elements of an array");
  return null;
};

/** As a DINT. Of wider integers what DINT does not hold is as far outside of any array. */
const checkIndex = (scope: Scope, expression: Expression): CheckedExpression => {
  const index = checkExpression(scope, expression);
  const { type } = index;
  if (type.kind !== "elementary" || !isInteger(type) || widens(type, DINT))
    return coerce(scope, index, DINT, expression.at);
  const { low, high } = rangeOf(DINT);
  return converted(limited(type, index, isSigned(type) ? low : 0n, high, expression.at), DINT);
};

const checkElement = (scope: Scope, expression: Extract<Expression, { kind: "index" }>): Place | null => {
  const base = checkPlace(scope, expression.base);
  const indices = expression.indices.map((index) => checkIndex(scope, index));
  if (base === null) return null;
  const { type } = base;
  if (type.kind === "pointer" && type.flavour === "POINTER TO") {
    return checkIndexedPointer(scope, { kind: "read", type, place: base }, type, expression.at, indices);
  }
  if (type.kind === "string") return checkCharacter(scope, base, type, expression, indices);
  if (type.kind !== "array" && type.kind !== "open array") {
    const hint = type.kind === "pointer" ? "write ^ behind it for what it refers to" : "";
    scope.world.problems.error(expression.at, "not-an-array", `${nameOf(type)} is no array`, hint);
    return null;
  }
  const rank = type.kind === "array" ? type.dimensions.length : type.rank;
  if (rank !== indices.length) {
    const message = `this array has ${rank} dimension${rank === 1 ? "" : "s"}, not ${indices.length}`;
    scope.world.problems.error(expression.at, "dimensions", message);
    return null;
  }
  for (const [i, index] of indices.entries()) {
    if (type.kind === "open array") break;
    const { low, high } = type.dimensions[i]!;
    if (index.kind !== "constant" || typeof index.value !== "bigint" || index.type.kind === "unknown") continue;
    if (index.value >= BigInt(low) && index.value <= BigInt(high)) continue;
    const at = expression.indices[i]!.at;
    scope.world.problems.error(at, "index-out-of-bounds", `${index.value} is outside of the bounds ${low}..${high}`);
  }
  return { kind: "element", type: type.element, at: expression.at, base, array: type, indices };
};

/** `s[1]` is the first character of a string (IEC 61131-3 §6.4.2.1). */
const checkCharacter = (
  scope: Scope,
  base: Place,
  { wide, length, bytes, align }: StringType,
  { at }: Expression,
  indices: readonly CheckedExpression[],
): Place | null => {
  const [index] = indices;
  const { problems } = scope.world;
  if (indices.length !== 1) {
    problems.error(at, "dimensions", "a string takes one index, the position of a character");
    return null;
  }
  if (index!.kind === "constant" && typeof index!.value === "bigint" && index!.type.kind !== "unknown") {
    if (index!.value < 1n || index!.value > BigInt(length)) {
      const message = `${index!.value} is outside of the positions 1..${length}`;
      problems.error(at, "index-out-of-bounds", message, "the first character of a string is the one at 1");
    }
  }
  const element = wide ? WCHAR : CHAR;
  const array: ArrayType = { kind: "array", element, dimensions: [{ low: 1, high: length }], bytes, align };
  return { kind: "element", type: element, at, base, array, indices };
};

const checkBit = (scope: Scope, { base, bit, at }: Extract<Expression, { kind: "bit" }>): Place | null => {
  const place = checkPlace(scope, base);
  if (place === null) return null;
  const type = scalarOf(place.type);
  if (type === null || (type.family !== "bits" && type.family !== "signed" && type.family !== "unsigned")) {
    scope.world.problems.error(at, "operand-type", `${nameOf(place.type)} has no bits to pick from`);
    return null;
  }
  if (bit >= type.bytes * 8) {
    scope.world.problems.error(at, "index-out-of-bounds", `${nameOf(type)} has the bits 0 to ${type.bytes * 8 - 1}`);
    return null;
  }
  return { kind: "bit", type: BOOL, base: place, bit };
};

const PARTS = { B: BYTE, W: WORD, D: DWORD } as const;

/** `x.%B1`, counted from the low end (IEC 61131-3 §6.4.2.1, table 9). */
const checkPart = (scope: Scope, { base, size, number, at }: Extract<Expression, { kind: "part" }>): Place | null => {
  const place = checkPlace(scope, base);
  if (place === null) return null;
  const type = scalarOf(place.type);
  const part = PARTS[size];
  if (type === null || (type.family !== "bits" && type.family !== "signed" && type.family !== "unsigned")) {
    scope.world.problems.error(at, "operand-type", `${nameOf(place.type)} has no parts to pick from`);
    return null;
  }
  const count = type.bytes / part.bytes;
  if (number >= count || count < 2) {
    const message =
      count < 2
        ? `${nameOf(type)} is not made of several %${size}`
        : `${nameOf(type)} has the parts %${size}0 to %${size}${count - 1}`;
    scope.world.problems.error(at, "index-out-of-bounds", message);
    return null;
  }
  return { kind: "part", type: part, base: place, offset: number * part.bytes };
};

/** Reports what may not be assigned. `purpose` as in "cannot be assigned". */
export const checkWritable = (scope: Scope, place: Place, at: Expression["at"]): boolean => {
  const root = rootOf(place);
  const variable = root.kind === "variable" ? root.variable : null;
  const problems = scope.world.problems;
  if (variable !== null && (variable.constant !== null || variable.readOnly)) {
    problems.error(at, "not-assignable", `${variable.name} is CONSTANT and cannot be assigned`);
    return false;
  }
  if (root.kind === "temporary") {
    problems.error(
      at,
      "not-assignable",
      "what a call or a PROPERTY gives cannot be assigned to",
      "copy it to a variable first",
    );
    return false;
  }
  const address = root.kind === "direct" ? root.address : (variable?.address ?? null);
  if (address?.area === "input") {
    problems.warning(at, "input-assigned", "this is an input: the next scan overwrites what is assigned here");
  }
  const isForeign = variable?.section === "output" && scope.names.get(variable.key) !== variable;
  const output = isForeign ? variable.name : outputWritten(place);
  if (output !== null) {
    problems.error(at, "not-assignable", `${output} is an output of its block and cannot be assigned from outside`);
    return false;
  }
  return true;
};

const isSelf = (place: Place): boolean => place.kind === "dereference" && place.pointer.kind === "this";

const outputWritten = (place: Place): string | null => {
  for (let part = place; "base" in part; part = part.base) {
    if (part.kind !== "field" || part.base.type.kind !== "block" || isSelf(part.base)) continue;
    const { field } = part;
    const found = part.base.type.fields.find(({ key }) => key === field.key);
    if (found?.variable.section === "output") return field.name;
  }
  return null;
};
