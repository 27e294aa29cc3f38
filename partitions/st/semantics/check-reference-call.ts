/** ADR, REF, SIZEOF, __ISVALIDREF, LOWER_BOUND and UPPER_BOUND: functions of a variable itself, not of its value (IEC 61131-3 §6.4.4.10.2; CODESYS). */
import type { Expression } from "../syntax/ast.ts";
import { checkQuery } from "./check-attempt.ts";
import type { Call } from "./check-call.ts";
import { checkAs } from "./check-expression.ts";
import { checkPlace, checkUnbound } from "./check-place.ts";
import type { CheckedExpression, Place } from "./checked.ts";
import { NOTHING } from "./convert.ts";
import { addressOfPlace, hasAddress, NULL } from "./pointers.ts";
import { lookUp, type Scope } from "./scope.ts";
import { BOOL, DINT, INTEGER_LITERAL, nameOf } from "./types.ts";

type Check = (scope: Scope, argument: Expression, further: readonly Expression[]) => CheckedExpression;

const FUNCTIONS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["ADR", (scope, argument) => checkAddress(scope, argument, "POINTER TO")],
  ["REF", (scope, argument) => checkAddress(scope, argument, "REF_TO")],
  ["SIZEOF", (scope, argument) => checkSize(scope, argument)],
  ["__ISVALIDREF", (scope, argument) => checkIsValid(scope, argument)],
  ["__QUERYINTERFACE", (scope, source, [target]) => checkQuery(scope, "__QUERYINTERFACE", source, target!)],
  ["__QUERYPOINTER", (scope, source, [target]) => checkQuery(scope, "__QUERYPOINTER", source, target!)],
  ["LOWER_BOUND", (scope, argument, [dimension]) => checkBound(scope, argument, dimension!, "lower")],
  ["UPPER_BOUND", (scope, argument, [dimension]) => checkBound(scope, argument, dimension!, "upper")],
]);

/** Of those that take more than one. */
const ARGUMENTS: ReadonlyMap<string, number> = new Map([
  ["LOWER_BOUND", 2],
  ["UPPER_BOUND", 2],
  ["__QUERYINTERFACE", 2],
  ["__QUERYPOINTER", 2],
]);

export const REFERENCE_FUNCTIONS: readonly string[] = [...FUNCTIONS.keys()];

/** Null: no function of this kind has this name. */
export const checkReferenceFunction = (scope: Scope, call: Call, key: string): CheckedExpression | null => {
  const check = FUNCTIONS.get(key);
  if (check === undefined) return null;
  const values = call.arguments.flatMap(({ value, direction }) =>
    value === null || direction === "out" ? [] : [value],
  );
  const [first, ...further] = values;
  const wanted = ARGUMENTS.get(key) ?? 1;
  if (first !== undefined && values.length === wanted && call.arguments.length === wanted)
    return check(scope, first, further);
  const queries = "2 arguments: a reference, and a variable for what it is asked to be";
  const list = key.endsWith("_BOUND") ? "2 arguments: an array, the number of a dimension" : queries;
  const message = `${key} takes ${wanted === 2 ? list : "1 argument: a variable"}`;
  scope.world.problems.error(call.at, "arguments", message);
  return NOTHING;
};

const checkAddress = (scope: Scope, argument: Expression, flavour: "POINTER TO" | "REF_TO"): CheckedExpression => {
  const place = checkPlace(withDeclared(scope), argument);
  if (place === null) return NOTHING;
  if (hasAddress(place)) return addressOfPlace(flavour, place);
  const isBit = place.type === BOOL;
  scope.world.problems.error(
    argument.at,
    "no-address",
    isBit ? "a single bit has no address" : "a CONSTANT has no address",
    isBit ? "take the address of the byte or word that it is in" : "copy it to a variable first",
  );
  return NOTHING;
};

/** A variable may start with its own address. */
const withDeclared = ({ declared, ...scope }: Scope): Scope =>
  declared === undefined ? scope : { ...scope, names: new Map([...scope.names, [declared.key, declared]]) };

/** In bytes. A literal, so that it fits wherever a number does. */
const checkSize = (scope: Scope, argument: Expression): CheckedExpression => {
  const isType =
    argument.kind === "name" && lookUp(scope, argument.name.key) === null && scope.world.isType(argument.name);
  const type = isType ? scope.world.type(argument.name) : (checkPlace(scope, argument)?.type ?? null);
  if (type?.kind === "open array") {
    scope.world.problems.error(argument.at, "not-constant", `the size of ${nameOf(type)} is not known here`);
    return NOTHING;
  }
  return type === null ? NOTHING : { kind: "constant", type: INTEGER_LITERAL, value: BigInt(type.bytes) };
};

const checkIsValid = (scope: Scope, argument: Expression): CheckedExpression => {
  const place: Place | null = checkUnbound(scope, argument);
  if (place === null) return NOTHING;
  if (place.type.kind !== "pointer") {
    scope.world.problems.error(argument.at, "type-mismatch", `expected a reference, found ${nameOf(place.type)}`);
    return NOTHING;
  }
  const pointer: CheckedExpression = { kind: "read", type: place.type, place };
  return {
    kind: "compare",
    type: BOOL,
    at: null,
    operator: "notEqual",
    left: pointer,
    right: { ...NULL, type: place.type },
  };
};

/** IEC 61131-3 §6.5.3: of an array with fixed bounds they are constants. */
const checkBound = (
  scope: Scope,
  argument: Expression,
  dimension: Expression,
  which: "lower" | "upper",
): CheckedExpression => {
  const array = checkPlace(scope, argument);
  const number = checkAs(scope, dimension, DINT);
  if (array === null || number.type.kind === "unknown") return NOTHING;
  const { problems } = scope.world;
  if (array.type.kind !== "array" && array.type.kind !== "open array") {
    problems.error(argument.at, "not-an-array", `${nameOf(array.type)} is no array`);
    return NOTHING;
  }
  const rank = array.type.kind === "array" ? array.type.dimensions.length : array.type.rank;
  if (number.kind !== "constant" || Number(number.value) < 1 || Number(number.value) > rank) {
    const message = `the number of a dimension is a constant from 1 to ${rank} here`;
    problems.error(dimension.at, number.kind === "constant" ? "dimensions" : "not-constant", message);
    return NOTHING;
  }
  const index = Number(number.value) - 1;
  if (array.type.kind === "open array") return { kind: "bound", type: DINT, array, dimension: index, which };
  const { low, high } = array.type.dimensions[index]!;
  return { kind: "constant", type: DINT, value: BigInt(which === "lower" ? low : high) };
};
