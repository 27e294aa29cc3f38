/** One variable: its type, its initial value, where it may stand (IEC 61131-3 §6.5). */
import type { SectionKind, UnitDeclaration, VariableDeclaration, VariableSection } from "../syntax/ast.ts";
import { checkAs } from "./check-expression.ts";
import { declareAddress } from "./declare-address.ts";
import { checkEdge } from "./edges.ts";
import { checkInitializer, checkParts, startingImage } from "./initial-values.ts";
import { resolveType, spellingOf } from "./resolve-type.ts";
import type { Scope } from "./scope.ts";
import { hiddenVariable, type Section, type Unit, type Variable } from "./symbols.ts";
import { nameOf, scalarOf, type Type, UNKNOWN } from "./types.ts";

const SECTIONS: Readonly<Record<Exclude<SectionKind, "VAR_EXTERNAL">, Section>> = {
  VAR: "local",
  VAR_INPUT: "input",
  VAR_OUTPUT: "output",
  VAR_IN_OUT: "inOut",
  VAR_TEMP: "temp",
  VAR_STAT: "static",
  VAR_INST: "local",
  VAR_GLOBAL: "global",
};

export const declareVariable = (
  scope: Scope,
  declaration: VariableDeclaration,
  section: VariableSection,
  unit: UnitDeclaration["unit"] | null,
): Variable => {
  const { name } = declaration;
  const kind = section.kind === "VAR_EXTERNAL" ? "global" : SECTIONS[section.kind];
  const type = checkUse(scope, declaration, resolveType(scope, declaration.type, name.text), kind, unit);
  if (type.kind === "enum" && declaration.type.kind === "enum") scope.world.addAnonymous(type);
  if (type.kind === "open array") checkOpenArray(scope, declaration, type, kind, unit);
  const isCalledAnew = kind === "temp" || (kind === "local" && isFunction(unit));
  const isConstant = section.constant && kind !== "input" && kind !== "inOut";
  const address = declareAddress(scope, { address: declaration.address, name: name.text }, type, kind, unit);
  const variable: Variable = {
    ...hiddenVariable(name, type, kind),
    spelling: spellingOf(declaration.type, type),
    readOnly: section.constant,
    retain: section.retain,
    address,
    edge: checkEdge(scope, declaration, type, kind, unit),
    access: section.access,
    byReference:
      kind === "inOut" ||
      (kind === "output" && isFunction(unit)) ||
      type.kind === "open array" ||
      (address !== null && unit === "FUNCTION_BLOCK"),
  };
  // The same one with its value, which may hold its own address.
  return Object.assign(
    variable,
    initialOf({ ...scope, declared: variable }, declaration, type, isConstant, isCalledAnew),
  );
};

/** Where instances of function blocks and ports may stand. */
const checkUse = (
  scope: Scope,
  declaration: VariableDeclaration,
  type: Type,
  section: Section,
  unit: UnitDeclaration["unit"] | null,
): Type => {
  const { problems } = scope.world;
  if (type.kind === "port" && (unit !== "PROGRAM" || section !== "local")) {
    problems.error(
      declaration.name.at,
      "port-place",
      `${type.name} can only be a VAR of a PROGRAM`,
      "the port belongs to the partition, so declare it there",
    );
    return UNKNOWN;
  }
  const abstract = section === "inOut" ? null : abstractIn(type);
  if (abstract !== null) {
    const hint = "declare an instance of what extends it, or refer to one: REFERENCE TO, POINTER TO, VAR_IN_OUT";
    problems.error(declaration.type.at, "abstract", `${abstract.name} is ABSTRACT and has no instances`, hint);
    return UNKNOWN;
  }
  if (holdsBlock(type) && section !== "inOut" && section !== "static" && (isFunction(unit) || section === "temp")) {
    const where = isFunction(unit) ? `a ${unit}` : "VAR_TEMP";
    problems.error(
      declaration.name.at,
      "block-place",
      `${where} keeps nothing between calls, so it cannot hold ${nameOf(type)}`,
      "pass the instance through VAR_IN_OUT",
    );
    return UNKNOWN;
  }
  return type;
};

/** The caller says how long it is (IEC 61131-3 §6.5.3). */
const checkOpenArray = (
  scope: Scope,
  { name }: VariableDeclaration,
  type: Type,
  section: Section,
  unit: UnitDeclaration["unit"] | null,
): void => {
  const isParameter = section === "inOut" || (isFunction(unit) && (section === "input" || section === "output"));
  if (isParameter) return;
  const where = isFunction(unit) ? "a parameter" : "a VAR_IN_OUT";
  const message = `only ${where} can be ${nameOf(type)}`;
  scope.world.problems.error(name.at, "open-array-place", message, "give its bounds, like ARRAY [1..10]");
};

/** An ABSTRACT class of which a variable would hold an instance. */
const abstractIn = (type: Type): Unit | null => {
  if (type.kind === "array") return abstractIn(type.element);
  if (type.kind === "struct")
    return type.fields.map((field) => abstractIn(field.type)).find((each) => each !== null) ?? null;
  return type.kind === "block" && type.unit.modifiers.abstract ? type.unit : null;
};

/** Whether its variables start anew at each call. */
const isFunction = (unit: UnitDeclaration["unit"] | null): boolean =>
  unit === "FUNCTION" || unit === "METHOD" || unit === "ACTION";

const holdsBlock = (type: Type): boolean =>
  type.kind === "block" ||
  (type.kind === "array" && holdsBlock(type.element)) ||
  (type.kind === "struct" && type.fields.some((field) => holdsBlock(field.type)));

const initialOf = (
  scope: Scope,
  declaration: VariableDeclaration,
  type: Type,
  isConstant: boolean,
  isCalledAnew: boolean,
): Pick<Variable, "constant" | "initial" | "start"> => {
  const { initial, name } = declaration;
  const own = startingImage(scope, declaration.type, type);
  if (initial === null) {
    if (isConstant && scalarOf(type) !== null) {
      scope.world.problems.error(
        name.at,
        "not-constant",
        `the constant ${name.text} has no value`,
        `write ${name.text} : ${nameOf(type)} := …;`,
      );
    }
    return { constant: null, initial: own, start: null };
  }
  if (isCalledAnew && !isConstant) {
    const start =
      initial.kind === "value"
        ? checkAs(scope, initial.value, type, spellingOf(declaration.type, type))
        : checkParts(scope, initial, type, own);
    const isKnown = start.kind === "constant" || (start.kind === "aggregate" && start.parts.length === 0);
    if (!isKnown) return { constant: null, initial: null, start };
  }
  if (isConstant && scalarOf(type) !== null && type.kind !== "pointer" && initial.kind === "value") {
    const value = checkAs(scope, initial.value, type, spellingOf(declaration.type, type));
    if (value.kind === "constant" && value.type.kind !== "unknown")
      return { constant: value.value, initial: null, start: null };
    if (value.kind !== "constant") {
      scope.world.problems.error(
        initial.at,
        "not-constant",
        "the value of a CONSTANT must be known when the program is compiled",
      );
    }
    return {
      constant: scalarOf(type)!.family === "bool" ? false : scalarOf(type)!.family === "real" ? 0 : 0n,
      initial: null,
      start: null,
    };
  }
  return { constant: null, initial: checkInitializer(scope, initial, type, own), start: null };
};
