/** Variable sections of a program unit, and of VAR_GLOBAL → variables (IEC 61131-3 §6.5). */
import type { SectionKind, UnitDeclaration, VariableDeclaration, VariableSection } from "../syntax/ast.ts";
import { checkAs } from "./check-expression.ts";
import { parseAddress } from "./direct-address.ts";
import { ImagePart, zeros } from "./image.ts";
import { checkInitializer, imageOf, rememberImage } from "./initial-values.ts";
import { resolveType } from "./resolve-type.ts";
import type { Scope } from "./scope.ts";
import { didYouMean } from "./suggestion.ts";
import type { DirectAddress, Section, Unit, Variable } from "./symbols.ts";
import { type BlockType, layOut, nameOf, sameType, scalarOf, type Type, UDINT, UNKNOWN } from "./types.ts";

const SECTIONS: Readonly<Record<Exclude<SectionKind, "VAR_EXTERNAL">, Section>> = {
  VAR: "local",
  VAR_INPUT: "input",
  VAR_OUTPUT: "output",
  VAR_IN_OUT: "inOut",
  VAR_TEMP: "temp",
  VAR_GLOBAL: "global",
};

/** The unit with its interface; its body is checked later. */
export const declareUnit = (scope: Scope, declaration: UnitDeclaration, isLibrary: boolean): Unit => {
  const names = new Map<string, Variable>();
  const inside: Scope = { ...scope, names };
  const variables: Variable[] = [];
  for (const section of declaration.sections) {
    for (const variable of section.variables) {
      if (names.has(variable.name.key)) {
        scope.world.problems.error(
          variable.name.at,
          "duplicate-name",
          `${variable.name.text} is declared twice in ${declaration.name.text}`,
        );
        continue;
      }
      const declared =
        section.kind === "VAR_EXTERNAL"
          ? external(inside, variable)
          : declareVariable(inside, variable, section, declaration.unit);
      if (declared === null) continue;
      names.set(declared.key, declared);
      if (section.kind !== "VAR_EXTERNAL") variables.push(declared);
    }
  }
  const result = declaration.result === null ? null : resultOf(inside, declaration);
  if (result !== null) names.set(result.key, result);
  const { unit: kind, name, at } = declaration;
  const unit = {
    kind,
    name: name.text,
    key: name.key,
    at,
    declaration,
    isLibrary,
    variables,
    names,
    result,
    block: null,
    body: [],
    calls: new Set<Unit>(),
  };
  return kind === "FUNCTION_BLOCK" ? withBlock(unit) : unit;
};

const resultOf = (scope: Scope, { result, name, at }: UnitDeclaration): Variable => ({
  at,
  name: name.text,
  key: name.key,
  type: resolveType(scope, result!, name.text),
  section: "result",
  constant: null,
  readOnly: false,
  retain: false,
  address: null,
  edge: null,
  initial: null,
  start: null,
  byReference: false,
  storage: { kind: "local" },
});

/** An instance keeps everything but VAR_TEMP and constants; a VAR_IN_OUT is kept as an address. */
const withBlock = (unit: Omit<Unit, "block">): Unit => {
  const kept = unit.variables.filter(({ section, readOnly }) => section !== "temp" && !readOnly);
  const { offsets, bytes, align } = layOut(kept.map(({ byReference, type }) => ({ type: byReference ? UDINT : type })));
  const fields = kept.map((variable, i) => ({
    name: variable.name,
    key: variable.key,
    type: variable.type,
    offset: offsets[i]!,
    variable,
  }));
  const whole: { -readonly [K in keyof Unit]: Unit[K] } = { ...unit, block: null };
  const block: BlockType = { kind: "block", name: unit.name, unit: whole, fields, bytes: Math.max(bytes, 1), align };
  const image = ImagePart.copyOf(zeros(block.bytes));
  for (const { variable, offset } of fields) {
    variable.storage = { kind: "member", offset };
    if (!variable.byReference) image.part(offset, variable.type.bytes).set(variable.initial ?? imageOf(variable.type));
  }
  image.instanceOf(kept);
  rememberImage(block, image.image);
  whole.block = block;
  return whole;
};

const external = (scope: Scope, { name, type }: VariableDeclaration): Variable | null => {
  const { problems } = scope.world;
  const global = scope.world.variable(name.key);
  if (global === null) {
    problems.error(
      name.at,
      "unknown-name",
      `there is no global variable ${name.text}`,
      didYouMean(name.text, scope.world.names()) || "declare it in VAR_GLOBAL",
    );
    return null;
  }
  const wanted = resolveType(scope, type, name.text);
  if (wanted.kind !== "unknown" && global.type.kind !== "unknown" && !sameType(wanted, global.type)) {
    problems.error(
      type.at,
      "type-mismatch",
      `the global variable ${global.name} is ${nameOf(global.type)}, not ${nameOf(wanted)}`,
    );
  }
  return global;
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
  const isCalledAnew = kind === "temp" || (kind === "local" && unit === "FUNCTION");
  const { constant, initial, start } = initialOf(scope, declaration, type, section.constant, isCalledAnew);
  if (declaration.edge !== null) {
    scope.world.problems.error(
      name.at,
      "not-supported",
      `${declaration.edge} is not supported yet`,
      `use ${declaration.edge === "R_EDGE" ? "R_TRIG" : "F_TRIG"}`,
    );
  }
  return {
    at: name.at,
    name: name.text,
    key: name.key,
    type,
    section: kind,
    constant,
    readOnly: section.constant && kind !== "input",
    retain: section.retain,
    address: addressOf(scope, declaration, type, unit),
    edge: declaration.edge,
    initial,
    start,
    byReference: kind === "inOut" || (kind === "output" && unit === "FUNCTION"),
    storage: { kind: "local" },
  };
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
  const holdsBlock = type.kind === "block" || (type.kind === "array" && type.element.kind === "block");
  if (holdsBlock && section !== "inOut" && (unit === "FUNCTION" || section === "temp")) {
    const where = unit === "FUNCTION" ? "a FUNCTION" : "VAR_TEMP";
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

const initialOf = (
  scope: Scope,
  declaration: VariableDeclaration,
  type: Type,
  isConstant: boolean,
  isCalledAnew: boolean,
): Pick<Variable, "constant" | "initial" | "start"> => {
  const { initial, name } = declaration;
  if (initial === null) {
    if (isConstant && scalarOf(type) !== null) {
      scope.world.problems.error(
        name.at,
        "not-constant",
        `the constant ${name.text} has no value`,
        `write ${name.text} : ${nameOf(type)} := …;`,
      );
    }
    return { constant: null, initial: null, start: null };
  }
  if (isCalledAnew && !isConstant && initial.kind === "value") {
    const start = checkAs(scope, initial.value, type);
    if (start.kind !== "constant") return { constant: null, initial: null, start };
  }
  if (isConstant && scalarOf(type) !== null && type.kind !== "pointer" && initial.kind === "value") {
    const value = checkAs(scope, initial.value, type);
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
  return { constant: null, initial: checkInitializer(scope, initial, type, imageOf(type)), start: null };
};

const addressOf = (
  scope: Scope,
  { address, name }: VariableDeclaration,
  type: Type,
  unit: UnitDeclaration["unit"] | null,
): DirectAddress | null => {
  if (address === null || type.kind === "unknown") return null;
  const { problems } = scope.world;
  const result = parseAddress(address.text);
  if (!result.ok) {
    problems.error(address.at, "bad-address", result.message, result.hint);
    return null;
  }
  if (unit === "FUNCTION" || unit === "FUNCTION_BLOCK") {
    problems.error(
      address.at,
      "bad-address",
      `AT is not possible in a ${unit}`,
      "declare the variable in the PROGRAM or in VAR_GLOBAL and pass it",
    );
    return null;
  }
  const scalar = scalarOf(type);
  if (scalar === null) {
    problems.error(
      address.at,
      "not-supported",
      `AT with ${nameOf(type)} is not supported yet`,
      "place each element or member on its own",
    );
    return null;
  }
  const found = result.address;
  const isBit = found.bit !== null;
  if (isBit !== (scalar.family === "bool") && !(scalar.family === "bool" && found.bytes === 1)) {
    problems.error(
      address.at,
      "bad-address",
      `${nameOf(type)} does not fit at ${address.text}`,
      sizeHint(address.text, scalar.bytes, scalar.family === "bool"),
    );
    return null;
  }
  if (!isBit && found.bytes !== scalar.bytes) {
    problems.error(
      address.at,
      "bad-address",
      `${name.text} has ${scalar.bytes * 8} bits, ${address.text} has ${found.bytes * 8}`,
      sizeHint(address.text, scalar.bytes, false),
    );
    return null;
  }
  scope.world.addAddress(found);
  return found;
};

/** `address` as it was written, so that the hint stays in its area. */
const sizeHint = (address: string, bytes: number, isBool: boolean): string => {
  const letter = isBool ? "X" : bytes === 1 ? "B" : bytes === 2 ? "W" : "D";
  return `use the size ${letter}, like ${address.slice(0, 2)}${letter}${isBool ? "0.0" : "0"}`;
};
