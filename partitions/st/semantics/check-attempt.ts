/**
 * Assignment attempts: `target ?= source` gives the instance behind the source where it is one of the target's type, else NULL
 * (IEC 61131-3 §6.6.6.7); __QUERYINTERFACE and __QUERYPOINTER of CODESYS tell whether it was.
 */
import type { Expression, Statement } from "../syntax/ast.ts";
import { checkExpression } from "./check-expression.ts";
import { checkUnbound, checkWritable } from "./check-place.ts";
import type { CheckedExpression, CheckedStatement, Place } from "./checked.ts";
import { isDerived, isImplementedBy } from "./classes.ts";
import { NOTHING } from "./convert.ts";
import { addressOfPlace, reinterpret } from "./pointers.ts";
import type { Scope } from "./scope.ts";
import type { Unit } from "./symbols.ts";
import { BOOL, type InterfaceType, NULL_LITERAL, nameOf, type PointerType, type Type } from "./types.ts";

export const checkAttempt = (
  scope: Scope,
  { at, target, value }: Extract<Statement, { kind: "attempt" }>,
): CheckedStatement | null => {
  const place = checkTarget(scope, target, "?=");
  const source = checkSource(scope, value);
  return place === null || source === null
    ? null
    : { kind: "assign", at, place, value: attempt(scope, place.type, source) };
};

/** `__QUERYINTERFACE(source, target)`: TRUE when the target now leads to the instance. */
export const checkQuery = (scope: Scope, name: string, from: Expression, into: Expression): CheckedExpression => {
  const source = checkSource(scope, from);
  const place = checkTarget(scope, into, name);
  if (source === null || place === null) return NOTHING;
  return { kind: "query", type: BOOL, place, value: attempt(scope, place.type, source) };
};

type ReferenceType = InterfaceType | PointerType;
type ReferencePlace = Place & { readonly type: ReferenceType };

const checkTarget = (scope: Scope, expression: Expression, word: string): ReferencePlace | null => {
  const place = checkUnbound(scope, expression);
  if (place === null || !checkWritable(scope, place, expression.at)) return null;
  const { type } = place;
  const isReference = type.kind === "interface" || (type.kind === "pointer" && type.target.kind === "block");
  if (isReference && place.kind !== "property") return { ...place, type };
  const message = `${word} assigns to an INTERFACE, a REF_TO or a POINTER TO a class, not to ${nameOf(type)}`;
  scope.world.problems.error(expression.at, "type-mismatch", message, "assign with :=");
  return null;
};

/** A reference to an instance, or one itself. */
const checkSource = (scope: Scope, expression: Expression): CheckedExpression | null => {
  const value = checkExpression(scope, expression);
  const { type } = value;
  if (type.kind === "unknown") return null;
  if (type.kind === "interface" || type === NULL_LITERAL) return value;
  if (type.kind === "pointer" && type.target.kind === "block") return value;
  if (type.kind === "block" && value.kind === "read") return addressOfPlace("POINTER TO", value.place);
  const message = `expected a reference to an instance, found ${nameOf(type)}`;
  scope.world.problems.error(expression.at, "type-mismatch", message, "write an INTERFACE, a REF_TO or an instance");
  return null;
};

const attempt = (scope: Scope, type: ReferenceType, source: CheckedExpression): CheckedExpression => {
  const wanted = classIn(type);
  const given = classIn(source.type);
  if (given === null || wanted === null) return reinterpret(source, type);
  // Nothing extends such a class, so that an instance is just what it is declared as.
  if (given.kind !== "interface" && !given.hasRow)
    return isOne(given, wanted) ? reinterpret(source, type) : { kind: "constant", type, value: 0n };
  scope.unit?.queries.push(wanted);
  return { kind: "attempt", type, wanted, operand: source };
};

/** What a reference leads to; null: it is NULL. */
const classIn = (type: Type): Unit | InterfaceType | null => {
  if (type.kind === "interface") return type;
  return type.kind === "pointer" && type.target.kind === "block" ? type.target.unit : null;
};

/** Whether instances of the class may stand where `wanted` is asked for. */
export const isOne = (unit: Unit, wanted: Unit | InterfaceType): boolean =>
  wanted.kind === "interface" ? isImplementedBy(wanted, unit) : isDerived(unit, wanted);
