/** Calls of methods, actions and the accessors of properties (IEC 61131-3 §6.6.5.5, §6.6.6). */
import type { Expression } from "../syntax/ast.ts";
import { type Call, checkFunction } from "./check-call.ts";
import { enabled, takeEnable } from "./check-enable.ts";
import { checkAccess, checkTarget, memberIn, receive, thisPlace } from "./check-member.ts";
import { boundPlace } from "./check-place.ts";
import type { CheckedExpression, CheckedStatement, FunctionCall, Place, Target } from "./checked.ts";
import { findMethod, getterKey, methodOf, setterKey } from "./classes.ts";
import { NOTHING } from "./convert.ts";
import type { Scope } from "./scope.ts";
import { classOf, type Method } from "./symbols.ts";
import { nameOf } from "./types.ts";

/** What stands before the parentheses of a call. */
export type Callee =
  | { readonly kind: "method"; readonly method: Method; readonly target: Target | null }
  /** An instance of a function block. */
  | { readonly kind: "instance"; readonly target: Target };

/** `a.b(…)`, `a[i](…)`, `SUPER^()`; null: it is nothing of that kind, and that was said. */
export const checkCallee = (scope: Scope, callee: Expression): Callee | null => {
  if (callee.kind !== "member") {
    const target = checkTarget(scope, callee);
    return target === null ? null : { kind: "instance", target };
  }
  const target = checkTarget(scope, callee.base);
  if (target === null) return null;
  const method = methodOf(target.place.type, callee.member.key);
  if (method !== null) {
    checkAccess(scope, method, callee.member.at);
    return { kind: "method", method, target };
  }
  const place = boundPlace(scope, memberIn(scope, target, callee.member), callee);
  return place === null ? null : { kind: "instance", target: { place, isSuper: false } };
};

/** `Name(…)` of the class that the body in hand is of; null: it has no such method. */
export const ownMethod = (scope: Scope, { key, at }: Extract<Expression, { kind: "name" }>["name"]): Callee | null => {
  const unit = classOf(scope.unit);
  const method = unit === null ? null : findMethod(unit, key);
  if (method === null) return null;
  checkAccess(scope, method, at);
  const place = thisPlace(scope, at);
  return { kind: "method", method, target: place === null ? null : { place, isSuper: false } };
};

export const checkMethodCall = (
  scope: Scope,
  call: Call,
  { method, target }: Extract<Callee, { kind: "method" }>,
): CheckedExpression => {
  const { unit, name } = method;
  if (target?.isSuper === true && method.declaration.modifiers.abstract) {
    const hint = "there is nothing to call in the base";
    scope.world.problems.error(call.callee.at, "abstract", `${name} is ABSTRACT in ${method.owner!.name}`, hint);
  }
  const { call: plain, enable } = takeEnable(scope, call, unit.variables);
  return enabled(checkFunction(scope, plain, unit, name, receiverOf(scope, method, target)), enable);
};

const receiverOf = (scope: Scope, { key, unit }: Method, target: Target | null): FunctionCall["receiver"] => {
  if (target !== null) return receive(scope, target, key, unit);
  scope.unit?.calls.add(unit);
  return null;
};

type PropertyPlace = Extract<Place, { kind: "property" }>;

const accessor = (scope: Scope, place: PropertyPlace, key: string): Method | null => {
  if (place.target !== null) return methodOf(place.target.place.type, key);
  const unit = classOf(scope.unit);
  return unit === null ? null : findMethod(unit, key);
};

export const readProperty = (scope: Scope, place: PropertyPlace): CheckedExpression => {
  const { at, target, property } = place;
  const method = accessor(scope, place, getterKey(property.key));
  if (method !== null) return callOf(scope, method, target, []);
  scope.world.problems.error(
    at,
    "member-missing",
    `the PROPERTY ${property.name} has no GET`,
    "it can only be assigned",
  );
  return NOTHING;
};

/** `property := value` */
export const assignProperty = (
  scope: Scope,
  place: PropertyPlace,
  value: CheckedExpression,
): Extract<CheckedStatement, { kind: "evaluate" }> | null => {
  const { at, target, property } = place;
  const method = accessor(scope, place, setterKey(property.key));
  if (method !== null) return { kind: "evaluate", at, value: callOf(scope, method, target, [value]) };
  scope.world.problems.error(at, "not-assignable", `the PROPERTY ${property.name} has no SET`, "it can only be read");
  return null;
};

const callOf = (
  scope: Scope,
  method: Method,
  target: Target | null,
  values: readonly CheckedExpression[],
): FunctionCall => {
  const { unit } = method;
  const inputs = unit.variables.filter(({ section }) => section === "input");
  return {
    kind: "call",
    type: unit.result?.type ?? NOTHING.type,
    unit,
    receiver: receiverOf(scope, method, target),
    arguments: values.map((value, i) => ({ kind: "value", variable: inputs[i]!, value })),
  };
};

/** Where a call of an instance stands that gives no value. */
export const refuseInstance = (scope: Scope, call: Call, { type }: Place): void => {
  const isBlock = type.kind === "block" || type.kind === "port";
  const hint = isBlock ? "call it in a statement of its own and read its outputs afterwards" : "";
  const { at } = call.callee;
  const text = at.source.text.slice(at.start, at.end);
  const message = `${text} is a ${nameOf(type)} and cannot be called in an expression`;
  scope.world.problems.error(at, "not-callable", message, hint);
};
