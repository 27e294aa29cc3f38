/** Variable sections of a program unit, and of VAR_GLOBAL → variables (IEC 61131-3 §6.5). */
import type { Name, UnitDeclaration, VariableDeclaration } from "../syntax/ast.ts";
import { checkClass } from "./check-class.ts";
import { declareMembers, interfaceNamed } from "./declare-class.ts";
import { declareVariable } from "./declare-variable.ts";
import { edgeVariables } from "./edges.ts";
import { ImagePart, zeros } from "./image.ts";
import { imageOf, rememberImage } from "./initial-values.ts";
import { holderOf, isLocated } from "./located.ts";
import { resolveType, spellingOf } from "./resolve-type.ts";
import type { Scope } from "./scope.ts";
import type { Space } from "./space-view.ts";
import { didYouMean } from "./suggestion.ts";
import { isStatic, type Unit, type Variable } from "./symbols.ts";
import { type BlockType, BOOL, layOut, nameOf, sameType, UDINT } from "./types.ts";

/** The unit with its interface; its body is checked later. */
export const declareUnit = (scope: Scope, declaration: UnitDeclaration, isLibrary: boolean): Unit => {
  const plain = unitOf(scope.world.space, declaration, isLibrary);
  const isBlock = declaration.unit === "FUNCTION_BLOCK" || declaration.unit === "CLASS";
  const { base, interfaces } = isBlock ? heritageOf(scope, declaration) : { base: null, interfaces: [] };
  const names = new Map([...(base?.names ?? [])].filter(([, { access }]) => access !== "PRIVATE"));
  const { variables, result } = declareVariables(scope, declaration, names);
  const hasRow = base !== null || interfaces.length > 0 || (isBlock && scope.world.isExtended(plain.key));
  const unit: Writable<Unit> = {
    ...plain,
    ...{ base, interfaces, variables, names, result, hasRow },
  };
  const instanceVariables = isBlock ? methodVariables(scope, declaration, names) : new Map();
  if (isBlock) unit.block = blockOf(unit, [...instanceVariables.values()].flat());
  Object.assign(unit, declareMembers(scope, unit, unit.name, declaration.members, instanceVariables));
  if (isBlock) scope.world.later(() => checkClass(scope, unit));
  return unit;
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A unit of this declaration, without its variables. */
export const unitOf = (space: Space, declaration: UnitDeclaration, isLibrary: boolean): Unit => ({
  kind: declaration.unit === "CLASS" ? "FUNCTION_BLOCK" : declaration.unit,
  space,
  name: `${space.prefix}${declaration.name.text}`,
  key: `${space.prefix.toUpperCase()}${declaration.name.key}`,
  at: declaration.at,
  declaration,
  isLibrary,
  variables: [],
  names: new Map(),
  result: null,
  block: null,
  owner: null,
  modifiers: declaration.modifiers,
  base: null,
  interfaces: [],
  methods: new Map(),
  properties: new Map(),
  hasRow: false,
  body: [],
  calls: new Set(),
  dispatches: [],
  queries: [],
  programs: new Set(),
  assertions: [],
});

/** Adds the variables of the sections to `names`. Those whose key is in `known` were declared before. */
export const declareVariables = (
  scope: Scope,
  declaration: UnitDeclaration,
  names: Map<string, Variable>,
  known: ReadonlySet<string> = new Set(),
): Pick<Unit, "variables" | "result"> => {
  const inside: Scope = { ...scope, names };
  const variables: Variable[] = [];
  const own = new Set<string>();
  const mayHide = declaration.unit === "METHOD" || declaration.unit === "ACTION";
  for (const section of declaration.sections) {
    for (const variable of section.variables) {
      const { key, text, at } = variable.name;
      if (known.has(key) && section.kind === "VAR_INST") continue;
      if (own.has(key) || (names.has(key) && !mayHide)) {
        scope.world.problems.error(at, "duplicate-name", `${text} is declared twice in ${declaration.name.text}`);
        continue;
      }
      const declared =
        section.kind === "VAR_EXTERNAL"
          ? external(inside, variable)
          : declareVariable(inside, variable, section, declaration.unit);
      if (declared === null) continue;
      own.add(key);
      names.set(key, declared);
      if (section.kind !== "VAR_EXTERNAL") variables.push(declared);
      if (declared.edge !== null && section.kind !== "VAR_EXTERNAL") {
        const { edge, before } = edgeVariables(declared);
        names.set(key, edge);
        variables.push(edge, before);
      }
    }
  }
  const result = declaration.result === null ? null : resultOf(inside, declaration);
  if (result !== null) names.set(result.key, result);
  if (declaration.setsEno && !names.has("ENO") && hasEno(declaration)) {
    const eno = enoOf(declaration);
    names.set(eno.key, eno);
    variables.push(eno);
  }
  return { variables, result };
};

/** VAR_INST of methods: kept in the instance (CODESYS). */
const methodVariables = (
  scope: Scope,
  { members }: UnitDeclaration,
  names: ReadonlyMap<string, Variable>,
): Map<UnitDeclaration, readonly Variable[]> => {
  const found = new Map<UnitDeclaration, readonly Variable[]>();
  for (const member of members) {
    if (member.kind !== "unit") continue;
    const sections = member.sections.filter(({ kind }) => kind === "VAR_INST");
    const variables = sections.flatMap((section) =>
      section.variables.map((variable) => declareVariable({ ...scope, names }, variable, section, "FUNCTION_BLOCK")),
    );
    if (variables.length > 0) found.set(member, variables);
  }
  return found;
};

const heritageOf = (scope: Scope, declaration: UnitDeclaration): Pick<Unit, "base" | "interfaces"> => {
  const interfaces = declaration.interfaces.flatMap((name) => interfaceNamed(scope, name) ?? []);
  return { base: declaration.base === null ? null : baseOf(scope, declaration.base, declaration), interfaces };
};

const baseOf = (scope: Scope, name: Name, { name: own }: UnitDeclaration): Unit | null => {
  const { world } = scope;
  const cycle = world.heritage(`${world.space.prefix.toUpperCase()}${own.key}`);
  if (cycle !== null) {
    world.problems.error(name.at, "recursive-type", `${own.text} extends itself: ${cycle.join(" → ")}`);
    return null;
  }
  const type = world.type(name);
  if (type === null) return null;
  if (type.kind !== "block") {
    const hint = type.kind === "interface" ? `write IMPLEMENTS ${name.text}` : "";
    world.problems.error(name.at, "type-mismatch", `${name.text} is no FUNCTION_BLOCK or CLASS`, hint);
    return null;
  }
  if (type.unit.modifiers.final) world.problems.error(name.at, "final", `${type.name} is FINAL and cannot be extended`);
  return type.unit;
};

const hasEno = ({ unit }: UnitDeclaration): boolean =>
  unit === "FUNCTION" || unit === "FUNCTION_BLOCK" || unit === "METHOD";

/** The output that a body sets to say that something went wrong (§6.6.1.6); TRUE at the start of each call. */
const enoOf = ({ at, unit }: UnitDeclaration): Variable => ({
  ...{
    at,
    name: "ENO",
    key: "ENO",
    type: BOOL,
    spelling: null,
    section: "output",
    constant: null,
    readOnly: false,
    retain: false,
  },
  ...{ address: null, edge: null, access: null, initial: { bytes: Uint8Array.of(1), relocations: [] }, start: null },
  byReference: unit !== "FUNCTION_BLOCK",
  storage: { kind: "local" },
});

const resultOf = (scope: Scope, declaration: UnitDeclaration): Variable => {
  const { result, name, at } = declaration;
  const type = resolveType(scope, result!, name.text);
  return {
    ...{ at, name: name.text, key: name.key, type, spelling: spellingOf(result!, type) },
    ...{ section: "result", constant: null, readOnly: false, retain: false, address: null, edge: null, access: null },
    ...{ initial: null, start: null, byReference: false, storage: { kind: "local" } },
  };
};

/**
 * An instance keeps everything but VAR_TEMP and what all instances share; a VAR_IN_OUT is kept as an address. It begins with its
 * base, or with the address of its class's row of methods.
 */
const blockOf = (unit: Unit, instanceVariables: readonly Variable[]): BlockType => {
  const { base, hasRow } = unit;
  const own = unit.variables.filter((variable) => variable.section !== "temp" && !isStatic(variable));
  const kept = [...own, ...instanceVariables];
  const start = base?.block ?? (hasRow ? { bytes: 4, align: 4 } : null);
  const parts = kept.map((variable) => {
    if (isLocated(variable)) return { type: holderOf(variable) };
    return { type: variable.byReference ? UDINT : variable.type };
  });
  const { offsets, bytes, align } = layOut(start === null ? parts : [{ type: start }, ...parts]);
  const fields = kept.map((variable, i) => ({
    name: variable.name,
    // A variable of a method is no member.
    key: instanceVariables.includes(variable) ? `${variable.key} of a method` : variable.key,
    type: variable.type,
    spelling: variable.spelling,
    at: variable.at,
    offset: offsets[start === null ? i : i + 1]!,
    variable,
  }));
  const block: BlockType = {
    kind: "block",
    name: unit.name,
    unit,
    fields: [...(base?.block?.fields ?? []), ...fields],
    bytes: Math.max(bytes, 1),
    align,
  };
  const image = ImagePart.copyOf(zeros(block.bytes));
  if (base?.block != null) image.part(0, base.block.bytes).set(imageOf(base.block));
  if (hasRow) image.part(0, 4).relocate({ rowOf: unit }, 0);
  for (const { variable, offset } of fields) {
    variable.storage = { kind: "member", offset };
    if (!variable.byReference) image.part(offset, variable.type.bytes).set(variable.initial ?? imageOf(variable.type));
  }
  image.instanceOf(kept);
  rememberImage(block, image.image);
  return block;
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
