/** What stands behind a dot: fields, properties, methods; and what may stand before it: THIS and SUPER (IEC 61131-3 §6.6.5). */
import type { Expression, Name } from "../syntax/ast.ts";
import { checkPlace } from "./check-place.ts";
import type { CheckedExpression, Place, Receiver, Target } from "./checked.ts";
import { findProperty, getterKey, isDerived, memberNames, methodOf, propertyOf, setterKey } from "./classes.ts";
import { NOTHING } from "./convert.ts";
import { isLocated } from "./located.ts";
import { lookUp, type Scope } from "./scope.ts";
import { didYouMean } from "./suggestion.ts";
import { classOf, type Dispatch, type Method, type Property, type Unit } from "./symbols.ts";
import { type BlockType, type Field, nameOf, pointerTo, type Type, UNKNOWN } from "./types.ts";

type PropertyPlace = Extract<Place, { kind: "property" }>;

/** The instance whose body or method this is; null: there is none, or it is a PROGRAM, which has no address. */
export const thisPlace = (scope: Scope, at: Name["at"]): Place | null => {
  const block = classOf(scope.unit)?.block ?? null;
  if (block === null) return null;
  return { kind: "dereference", type: block, at, pointer: thisPointer(block), index: null };
};

const thisPointer = (block: BlockType): CheckedExpression => ({
  kind: "this",
  type: pointerTo("POINTER TO", () => block),
});

/** `THIS`, `SUPER`, also with ^ behind it; null: the expression is something else. */
export const selfWord = (scope: Scope, expression: Expression): "THIS" | "SUPER" | null => {
  const inner = expression.kind === "dereference" ? expression.base : expression;
  if (inner.kind !== "name" || (inner.name.key !== "THIS" && inner.name.key !== "SUPER")) return null;
  return lookUp(scope, inner.name.key) === null ? inner.name.key : null;
};

/** Null: it is none, and that was said. */
export const checkTarget = (scope: Scope, expression: Expression): Target | null => {
  const word = selfWord(scope, expression);
  if (word === null) {
    const place = checkPlace(scope, expression);
    return place === null ? null : { place: instanceOf(place, expression.at), isSuper: false };
  }
  const { problems } = scope.world;
  const self = thisPlace(scope, expression.at);
  if (self === null) {
    problems.error(
      expression.at,
      "no-instance",
      `there is no ${word} here`,
      "it names the instance of a FUNCTION_BLOCK or CLASS",
    );
    return null;
  }
  if (word === "THIS") return { place: self, isSuper: false };
  const base = classOf(scope.unit)?.base ?? null;
  if (base?.block != null) return { place: { ...self, type: base.block }, isSuper: true };
  const { name } = classOf(scope.unit)!;
  problems.error(
    expression.at,
    "no-instance",
    `${name} extends nothing, so there is no SUPER`,
    `write FUNCTION_BLOCK ${name} EXTENDS …`,
  );
  return null;
};

/** As a pointer: to hand the instance on. */
export const checkThis = (scope: Scope, expression: Extract<Expression, { kind: "name" }>): CheckedExpression => {
  const type = checkTarget(scope, expression)?.place.type;
  return type?.kind === "block" ? thisPointer(type) : NOTHING;
};

/** What an interface refers to; any other place is the instance itself. */
const instanceOf = (place: Place, at: Name["at"]): Place => {
  const { type } = place;
  if (type.kind !== "interface") return place;
  const pointer: CheckedExpression = place.kind === "temporary" ? place.value : { kind: "read", type, place };
  return { kind: "dereference", type, at, pointer, index: null };
};

/** `A.B.Name`, of which A is no variable; null: the expression is something else. */
export const qualifiedName = (scope: Scope, expression: Expression): Name | null => {
  if (expression.kind === "name") return lookUp(scope, expression.name.key) === null ? expression.name : null;
  if (expression.kind !== "member") return null;
  const space = qualifiedName(scope, expression.base);
  const { text, key } = expression.member;
  return space === null ? null : { at: expression.at, text: `${space.text}.${text}`, key: `${space.key}.${key}` };
};

export const checkMember = (scope: Scope, { base, member }: Extract<Expression, { kind: "member" }>): Place | null => {
  const target = checkTarget(scope, base);
  return target === null ? null : memberIn(scope, target, member);
};

/** A field or a property. */
export const memberIn = (scope: Scope, target: Target, member: Name): Place | null => {
  const { problems } = scope.world;
  const { type } = target.place;
  const property = propertyOf(type, member.key);
  if (property !== null) return propertyPlace(scope, target, property, member);
  if (type.kind !== "struct" && type.kind !== "block" && type.kind !== "port" && type.kind !== "interface") {
    const hint = type.kind === "pointer" ? "write ^ behind it for what it points to" : "";
    problems.error(member.at, "no-members", `${nameOf(type)} has no members`, hint);
    return null;
  }
  const fields: readonly Field[] = type.kind === "interface" ? [] : type.fields;
  const field = fields.find(({ key }) => key === member.key);
  if (field !== undefined) return fieldIn(scope, target.place, field, member);
  if (methodOf(type, member.key) !== null) {
    problems.error(
      member.at,
      "not-a-variable",
      `${member.text} is a METHOD of ${nameOf(type)}`,
      `call it: ${member.text}(…)`,
    );
    return null;
  }
  const hint = didYouMean(member.text, [...fields.map(({ name }) => name), ...memberNames(type)]);
  problems.error(member.at, "unknown-name", `${nameOf(type)} has no member ${member.text}`, hint);
  return null;
};

const fieldIn = (scope: Scope, base: Place, field: Field, { at }: Name): Place | null => {
  const { type } = base;
  const variable = type.kind === "block" ? type.fields.find(({ key }) => key === field.key)?.variable : undefined;
  const isInside = base.kind === "dereference" && base.pointer.kind === "this";
  if (variable?.section === "local" && variable.access !== "PUBLIC" && !isInside) {
    const hint = "only VAR_INPUT, VAR_OUTPUT and VAR PUBLIC are visible from outside";
    scope.world.problems.error(at, "not-visible", `${field.name} is internal to ${nameOf(type)}`, hint);
    return null;
  }
  if (variable !== undefined && isInside && isLocated(variable))
    return { kind: "variable", type: field.type, variable };
  return { kind: "field", type: field.type, base, field, byReference: variable?.byReference ?? false };
};

const propertyPlace = (scope: Scope, target: Target | null, property: Property, { at }: Name): PropertyPlace => {
  checkAccess(scope, property, at);
  const of = target?.place.type ?? null;
  return { kind: "property", type: typeOf(of, property), at, target, property };
};

const typeOf = (of: Type | null, { key, owner, declaration }: Property): Type => {
  const find = (method: string): Method | null =>
    of === null ? (owner?.methods.get(method) ?? null) : methodOf(of, method);
  if (declaration.get !== null) return find(getterKey(key))?.unit.result?.type ?? UNKNOWN;
  return find(setterKey(key))?.unit.variables[0]?.type ?? UNKNOWN;
};

/** A property of the class that the body in hand is of, by its bare name; null: there is none. */
export const ownProperty = (scope: Scope, name: Name): PropertyPlace | null => {
  const unit = classOf(scope.unit);
  const property = unit === null ? null : findProperty(unit, name.key);
  if (property === null) return null;
  const place = thisPlace(scope, name.at);
  return propertyPlace(scope, place === null ? null : { place, isSuper: false }, property, name);
};

/** IEC 61131-3 §6.6.5.10; PUBLIC where nothing is said, as in CODESYS. */
export const checkAccess = (scope: Scope, { name, owner, declaration }: Method | Property, at: Name["at"]): void => {
  const { access } = declaration.modifiers;
  if (owner === null || (access !== "PRIVATE" && access !== "PROTECTED")) return;
  const inside: Unit | null = classOf(scope.unit);
  if (inside === owner || (access === "PROTECTED" && inside !== null && isDerived(inside, owner))) return;
  const who = access === "PRIVATE" ? `only ${owner.name} itself` : `only ${owner.name} and what extends it`;
  scope.world.problems.error(at, "access", `${name} is ${access} in ${owner.name}`, `${who} may use it`);
};

/** Whether the instance there is of just its type, and of nothing derived from it. */
const isExact = (place: Place): boolean => {
  switch (place.kind) {
    case "variable":
      return !place.variable.byReference;
    case "field":
      return !place.byReference;
    case "dereference":
      return false;
    default:
      return true;
  }
};

/** The receiver of a call of `key`, and what the call adds to those of the unit in hand. */
export const receive = (scope: Scope, target: Target, key: string, direct: Unit): Receiver => {
  const { place, isSuper } = target;
  const { type } = place;
  if (type.kind !== "block" && type.kind !== "interface") throw new Error(`${nameOf(type)} has no methods`);
  if (isSuper || (type.kind === "block" && (isExact(place) || !type.unit.hasRow))) {
    scope.unit?.calls.add(direct);
    return { place, dispatch: null };
  }
  const dispatch: Dispatch = { of: type.kind === "block" ? type.unit : type, key };
  scope.unit?.dispatches.push(dispatch);
  return { place, dispatch };
};
