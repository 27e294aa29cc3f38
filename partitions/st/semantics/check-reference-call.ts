/** ADR, REF, SIZEOF and __ISVALIDREF: functions of a variable itself, not of its value (IEC 61131-3 §6.4.4.10.2; CODESYS). */
import type { Expression } from "../syntax/ast.ts";
import type { Call } from "./check-call.ts";
import { checkPlace, checkUnbound } from "./check-place.ts";
import type { CheckedExpression, Place } from "./checked.ts";
import { NOTHING } from "./convert.ts";
import { addressOfPlace, hasAddress, NULL } from "./pointers.ts";
import { lookUp, type Scope } from "./scope.ts";
import { BOOL, INTEGER_LITERAL, nameOf } from "./types.ts";

type Check = (scope: Scope, argument: Expression) => CheckedExpression;

const FUNCTIONS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ["ADR", (scope, argument) => checkAddress(scope, argument, "POINTER TO")],
  ["REF", (scope, argument) => checkAddress(scope, argument, "REF_TO")],
  ["SIZEOF", (scope, argument) => checkSize(scope, argument)],
  ["__ISVALIDREF", (scope, argument) => checkIsValid(scope, argument)],
]);

export const REFERENCE_FUNCTIONS: readonly string[] = [...FUNCTIONS.keys()];

/** Null: no function of this kind has this name. */
export const checkReferenceFunction = (scope: Scope, call: Call, key: string): CheckedExpression | null => {
  const check = FUNCTIONS.get(key);
  if (check === undefined) return null;
  const [argument, ...others] = call.arguments;
  if (argument?.value != null && others.length === 0 && argument.direction === "in")
    return check(scope, argument.value);
  scope.world.problems.error(call.at, "arguments", `${key} takes 1 argument: a variable`);
  return NOTHING;
};

const checkAddress = (scope: Scope, argument: Expression, flavour: "POINTER TO" | "REF_TO"): CheckedExpression => {
  const place = checkPlace(scope, argument);
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

/** In bytes. A literal, so that it fits wherever a number does. */
const checkSize = (scope: Scope, argument: Expression): CheckedExpression => {
  const isType =
    argument.kind === "name" && lookUp(scope, argument.name.key) === null && scope.world.isType(argument.name);
  const type = isType ? scope.world.type(argument.name) : (checkPlace(scope, argument)?.type ?? null);
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
  return { kind: "compare", type: BOOL, operator: "notEqual", left: pointer, right: { ...NULL, type: place.type } };
};
