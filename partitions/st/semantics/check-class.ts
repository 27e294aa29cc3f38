/** Whether a class keeps its promises: to what it extends and to its interfaces (IEC 61131-3 §6.6.5.5, §6.6.6.4). */
import type { UnitDeclaration } from "../syntax/ast.ts";
import { findMethod, interfacesOf, withBases } from "./classes.ts";
import type { Scope } from "./scope.ts";
import { didYouMean } from "./suggestion.ts";
import type { Method, Unit, Variable } from "./symbols.ts";
import { type InterfaceType, nameOf, sameType, type Type } from "./types.ts";

export const checkClass = (scope: Scope, unit: Unit): void => {
  for (const method of unit.methods.values()) {
    checkOverride(scope, unit, method);
    checkAbstract(scope, unit, method);
  }
  for (const type of interfacesOf(unit)) checkPromise(scope, unit, type);
  if (!unit.modifiers.abstract) checkComplete(scope, unit);
};

/** Says what is wrong inside of the methods of an interface. */
export const checkInterface = (scope: Scope, type: InterfaceType, at: UnitDeclaration["at"]): void => {
  for (const method of type.methods.values()) {
    if (method.unit.declaration.body.length === 0) continue;
    const hint = "a class that implements the interface gives it one";
    scope.world.problems.error(method.at, "interface-body", `${method.name} of an INTERFACE has no body`, hint);
  }
  if (withBases(type.bases).includes(type))
    scope.world.problems.error(at, "recursive-type", `${type.name} extends itself`);
};

const checkOverride = (scope: Scope, unit: Unit, method: Method): void => {
  const { problems } = scope.world;
  const overridden = unit.base === null ? null : findMethod(unit.base, method.key);
  const { override } = method.declaration.modifiers;
  if (overridden === null) {
    if (!override || method.isAccessor) return;
    const names = unit.base === null ? [] : methodNames(unit.base);
    const message = `${method.name} overrides nothing: ${unit.base?.name ?? "no base"} has no such method`;
    problems.error(method.at, "override", message, didYouMean(method.name, names) || "leave out OVERRIDE");
    return;
  }
  if (overridden.declaration.modifiers.final) {
    problems.error(method.at, "final", `${method.name} is FINAL in ${overridden.owner!.name} and cannot be overridden`);
  }
  checkSameSignature(scope, unit, method, overridden, overridden.owner!.name);
};

function methodNames(unit: Unit): readonly string[] {
  return [...[...unit.methods.values()].map(({ name }) => name), ...(unit.base === null ? [] : methodNames(unit.base))];
}

const checkAbstract = (scope: Scope, unit: Unit, method: Method): void => {
  if (!method.declaration.modifiers.abstract) return;
  const { problems } = scope.world;
  if (!unit.modifiers.abstract) {
    const message = `${method.name} is ABSTRACT, so ${unit.name} must be ABSTRACT too`;
    problems.error(
      method.at,
      "abstract",
      message,
      `write FUNCTION_BLOCK ABSTRACT ${unit.name}, or give ${method.name} a body`,
    );
  }
  if (method.declaration.body.length > 0) {
    problems.error(
      method.at,
      "abstract",
      `${method.name} is ABSTRACT and has no body`,
      "leave out ABSTRACT, or the body",
    );
  }
};

/** Nothing abstract may be left of a class that has instances. */
const checkComplete = (scope: Scope, unit: Unit): void => {
  const seen = new Set<string>();
  for (let each: Unit | null = unit.base; each !== null; each = each.base) {
    for (const { key, name, declaration } of each.methods.values()) {
      if (seen.has(key)) continue;
      seen.add(key);
      if (!declaration.modifiers.abstract || findMethod(unit, key)?.declaration !== declaration) continue;
      const message = `${unit.name} has no ${wordFor(declaration)} ${name}, which is ABSTRACT in ${each.name}`;
      scope.world.problems.error(
        headOf(unit),
        "member-missing",
        message,
        `add it, or write FUNCTION_BLOCK ABSTRACT ${unit.name}`,
      );
    }
  }
};

const checkPromise = (scope: Scope, unit: Unit, type: InterfaceType): void => {
  for (const wanted of type.methods.values()) {
    const method = findMethod(unit, wanted.key);
    if (method !== null) {
      checkSameSignature(scope, unit, method, wanted, type.name);
      continue;
    }
    const message = `${unit.name} implements ${type.name} but has no ${accessorWord(wanted)}${wanted.name}`;
    const near = didYouMean(wanted.name, methodNames(unit));
    scope.world.problems.error(headOf(unit), "member-missing", message, near || `add ${signature(wanted)}`);
  }
};

const headOf = (unit: Unit) => unit.declaration.name.at;

const wordFor = ({ unit }: UnitDeclaration): string => unit;

const accessorWord = (method: Method): string =>
  !method.isAccessor ? "METHOD " : method.unit.result === null ? "SET of the PROPERTY " : "GET of the PROPERTY ";

const signature = (method: Method): string => {
  const { result } = method.unit;
  if (method.isAccessor) return `PROPERTY ${method.name} with ${result === null ? "SET" : "GET"}`;
  return `METHOD ${method.name}${result === null ? "" : ` : ${nameOf(result.type)}`}`;
};

const SECTION_WORDS: Readonly<Partial<Record<Variable["section"], string>>> = {
  input: "VAR_INPUT",
  output: "VAR_OUTPUT",
  inOut: "VAR_IN_OUT",
};

const parametersOf = ({ unit }: Method): readonly Variable[] =>
  unit.variables.filter(({ section }) => SECTION_WORDS[section] !== undefined);

/** Overriding and implementing take the same parameters, by name, type and order (§6.6.5.5.3). */
const checkSameSignature = (scope: Scope, unit: Unit, method: Method, wanted: Method, where: string): void => {
  const difference = differenceOf(method, wanted);
  if (difference === null) return;
  const inherited = method.owner !== unit;
  const message = `${method.name} of ${method.owner?.name ?? unit.name} differs from that of ${where}: ${difference}`;
  scope.world.problems.error(inherited ? headOf(unit) : method.at, "signature", message, `write it as ${where} does`);
};

const differenceOf = (method: Method, wanted: Method): string | null => {
  const [own, others] = [parametersOf(method), parametersOf(wanted)];
  for (const [i, other] of others.entries()) {
    const parameter = own[i];
    if (parameter?.key !== other.key)
      return `${other.name} is parameter ${i + 1} there${parameter === undefined ? "" : `, ${parameter.name} here`}`;
    if (parameter.section !== other.section)
      return `${other.name} is ${SECTION_WORDS[other.section]} there, ${SECTION_WORDS[parameter.section]} here`;
    if (differ(parameter.type, other.type))
      return `${other.name} is ${nameOf(other.type)} there, ${nameOf(parameter.type)} here`;
  }
  const more = own[others.length];
  if (more !== undefined) return `it has no parameter ${more.name} there`;
  const [result, wantedResult] = [method.unit.result, wanted.unit.result];
  if (result === null || wantedResult === null) return result === wantedResult ? null : `only one of them has a result`;
  return differ(result.type, wantedResult.type)
    ? `the result is ${nameOf(wantedResult.type)} there, ${nameOf(result.type)} here`
    : null;
};

const differ = (a: Type, b: Type): boolean => a.kind !== "unknown" && b.kind !== "unknown" && !sameType(a, b);
