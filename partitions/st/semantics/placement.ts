/**
 * Where the located variables of all instances stand, and what VAR_CONFIG says of single instances: places and initial values
 * (IEC 61131-3 §6.8.1). What it leaves open takes any free place: the point is found by its name.
 */
import type { Expression, LocationDeclaration } from "../syntax/ast.ts";
import { textOf } from "../syntax/source-text.ts";
import { checkAs } from "./check-expression.ts";
import { declareAddress } from "./declare-address.ts";
import type { Image } from "./image.ts";
import { checkInitializer, startingImage } from "./initial-values.ts";
import { isLocated, locatedIn } from "./located.ts";
import { resolveType } from "./resolve-type.ts";
import type { Scope } from "./scope.ts";
import { didYouMean } from "./suggestion.ts";
import type { DirectAddress, Variable } from "./symbols.ts";
import { DINT, nameOf, sameType, type Type } from "./types.ts";
import type { ProgramWorld } from "./world.ts";

/** A variable that stands there for the whole run. */
export interface Root {
  /** As VAR_CONFIG and tools name it: `p1.pump`. */
  readonly path: string;
  /** As the points in it are named: `pump`. */
  readonly name: string;
  readonly variable: Variable;
}

/** A place in the process image that an instance refers to. */
export interface Located {
  readonly path: string;
  /** A variable of nobody's, which the place is. */
  readonly place: Variable;
  /** Where its address is held. */
  readonly root: Variable;
  readonly offset: number;
}

export interface Placement {
  readonly located: readonly Located[];
  /** Of variables that are declared AT %I*. */
  readonly fixed: ReadonlyMap<Variable, DirectAddress>;
  /** What stands in a variable instead of what its declaration says. */
  readonly initials: readonly { readonly root: Variable; readonly offset: number; readonly image: Image }[];
}

/** What VAR_CONFIG says of one variable. */
interface Wish {
  readonly address: DirectAddress | null;
  readonly image: Image | null;
}

/** What VAR_CONFIG says, checked. */
interface Wishes extends Pick<Placement, "fixed" | "initials"> {
  /** Of located variables, by what holds the address. */
  readonly located: ReadonlyMap<Variable, ReadonlyMap<number, Wish>>;
}

/** `areAll`: there is no other program that VAR_CONFIG may mean. */
export const checkLocations = (world: ProgramWorld, roots: readonly Root[], areAll: boolean): Wishes => {
  const scope: Scope = { world, unit: null, names: new Map() };
  const fixed = new Map<Variable, DirectAddress>();
  const initials: Placement["initials"][number][] = [];
  const located = new Map<Variable, Map<number, Wish>>();
  for (const declaration of world.locations) {
    const target = targetOf(scope, declaration.target, roots, areAll);
    const wish = target === null ? null : checkWish(scope, declaration, target);
    if (target === null || wish === null) continue;
    const { root, offset, variable } = target;
    const before = located.get(root) ?? new Map<number, Wish>();
    if (before.has(offset)) {
      const message = `${textOf(declaration.target.at)} is named twice in VAR_CONFIG`;
      world.problems.error(declaration.at, "duplicate-name", message);
    }
    located.set(root, before.set(offset, wish));
    if (isLocated(variable)) continue;
    if (wish.address !== null) fixed.set(root, wish.address);
    if (wish.image !== null) initials.push({ root, offset, image: wish.image });
  }
  return { located, fixed, initials };
};

export const placementOf = (roots: readonly Root[], { located, fixed, initials }: Wishes): Placement => ({
  located: roots.flatMap((root) => locatedOf(root, located.get(root.variable))),
  fixed,
  initials,
});

const locatedOf = (
  { path, name, variable: root }: Root,
  wishes: ReadonlyMap<number, Wish> | undefined,
): readonly Located[] =>
  locatedIn(root.type).map((part) => {
    const { offset, variable } = part;
    const wish = wishes?.get(offset);
    const place: Variable = {
      ...variable,
      ...{ name: `${name}${part.name}`, section: "global", byReference: false, storage: { kind: "local" } },
      address: wish?.address ?? variable.address,
      initial: wish?.image ?? variable.initial,
    };
    return { path: `${path}${part.path}`, place, root, offset };
  });

/** A variable, or a part of one, that VAR_CONFIG names. */
interface Target {
  readonly root: Variable;
  readonly offset: number;
  readonly type: Type;
  /** The innermost that is declared. */
  readonly variable: Variable;
}

type Step = { readonly name: string; readonly at: Expression["at"] } | { readonly indices: readonly Expression[] };

/** `Resource.p1.pump.run`; the resource may be left out. Null: there is none such, and that was said. */
const targetOf = (scope: Scope, expression: Expression, roots: readonly Root[], areAll: boolean): Target | null => {
  const { problems } = scope.world;
  const steps = stepsOf(expression);
  const names = steps.flatMap((step) => ("name" in step ? [step.name.toUpperCase()] : ["["]));
  const starts = [1, 2, 3].flatMap((count) => [0, 1].map((from) => ({ from, count })));
  for (const { from, count } of starts) {
    const key = names.slice(from, from + count).join(".");
    const root = roots.find(({ path }) => path.toUpperCase() === key);
    if (root === undefined) continue;
    const { variable } = root;
    const start: Target = { root: variable, offset: 0, type: variable.type, variable };
    return steps.slice(from + count).reduce<Target | null>((target, step) => follow(scope, target, step), start);
  }
  if (!areAll) return null;
  const hint = didYouMean(
    textOf(expression.at),
    roots.map(({ path }) => path),
  );
  const message = `there is no variable ${textOf(expression.at)}`;
  problems.error(expression.at, "unknown-name", message, hint || "write Instance.Variable, or the name of a global");
  return null;
};

const stepsOf = (expression: Expression): readonly Step[] => {
  switch (expression.kind) {
    case "name":
      return [{ name: expression.name.text, at: expression.at }];
    case "member":
      return [...stepsOf(expression.base), { name: expression.member.text, at: expression.member.at }];
    case "index":
      return [...stepsOf(expression.base), { indices: expression.indices }];
    default:
      return [];
  }
};

const follow = (scope: Scope, target: Target | null, step: Step): Target | null => {
  if (target === null) return null;
  const { type, offset } = target;
  const { problems } = scope.world;
  if ("indices" in step) return elementOf(scope, target, step.indices);
  const fields = type.kind === "block" || type.kind === "struct" ? type.fields : [];
  const field = fields.find(({ key }) => key === step.name.toUpperCase());
  if (field === undefined) {
    const hint = didYouMean(
      step.name,
      fields.map(({ name }) => name),
    );
    problems.error(step.at, "unknown-name", `${nameOf(type)} has no member ${step.name}`, hint);
    return null;
  }
  const variable = "variable" in field ? (field.variable as Variable) : target.variable;
  return { ...target, offset: offset + field.offset, type: field.type, variable };
};

const elementOf = (scope: Scope, target: Target, indices: readonly Expression[]): Target | null => {
  const { type } = target;
  const { problems } = scope.world;
  const [first] = indices;
  if (type.kind !== "array" || type.dimensions.length !== indices.length || first === undefined) {
    problems.error(first!.at, "not-an-array", `${nameOf(type)} has no such element`);
    return null;
  }
  let number = 0;
  for (const [i, { low, high }] of type.dimensions.entries()) {
    const index = checkAs(scope, indices[i]!, DINT);
    if (index.type.kind === "unknown") return null;
    const value = index.kind === "constant" ? Number(index.value) : Number.NaN;
    if (!(value >= low && value <= high)) {
      const message = `an index here is a constant from ${low} to ${high}`;
      problems.error(indices[i]!.at, "index-out-of-bounds", message);
      return null;
    }
    number = number * (high - low + 1) + value - low;
  }
  return { ...target, offset: target.offset + number * type.element.bytes, type: type.element };
};

const checkWish = (scope: Scope, declaration: LocationDeclaration, { type, variable, offset }: Target): Wish | null => {
  const { problems } = scope.world;
  const { target, address, initial } = declaration;
  const given = resolveType(scope, declaration.type, textOf(target.at));
  if (given.kind === "unknown" || type.kind === "unknown") return null;
  if (!sameType(given, type)) {
    const message = `${textOf(target.at)} is ${nameOf(type)}, not ${nameOf(given)}`;
    problems.error(declaration.type.at, "type-mismatch", message);
    return null;
  }
  const isOpen = variable.address?.isFloating === true && (offset === 0 || isLocated(variable));
  if (address !== null && (!isOpen || variable.address?.area !== areaIn(address.text))) {
    const letter = address.text.slice(1, 2);
    const message = `${textOf(target.at)} is not declared AT %${letter}*`;
    problems.error(
      address.at,
      "bad-address",
      message,
      `VAR_CONFIG places what is: ${variable.name} AT %${letter}* : …`,
    );
    return null;
  }
  if (variable.byReference && !isLocated(variable)) {
    problems.error(target.at, "not-assignable", `${variable.name} is a VAR_IN_OUT and has no value of its own`);
    return null;
  }
  const { name } = variable;
  const place = address === null ? null : declareAddress(scope, { address, name }, type, "global", null);
  const start = startingImage(scope, declaration.type, type);
  return { address: place, image: initial === null ? null : checkInitializer(scope, initial, type, start) };
};

const AREAS: Readonly<Record<string, DirectAddress["area"]>> = { I: "input", Q: "output", M: "memory" };
const areaIn = (address: string): DirectAddress["area"] | undefined => AREAS[address.slice(1, 2)];
