/** Variable sections of a program unit, and of VAR_GLOBAL → variables (IEC 61131-3 §6.5). */
import type { UnitDeclaration, VariableDeclaration } from "../syntax/ast.ts";
import { declareVariable } from "./declare-variable.ts";
import { ImagePart, zeros } from "./image.ts";
import { imageOf, rememberImage } from "./initial-values.ts";
import { resolveType } from "./resolve-type.ts";
import type { Scope } from "./scope.ts";
import { didYouMean } from "./suggestion.ts";
import { isStatic, type Unit, type Variable } from "./symbols.ts";
import { type BlockType, layOut, nameOf, sameType, UDINT } from "./types.ts";

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
    assertions: [],
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

/** An instance keeps everything but VAR_TEMP and what all instances share; a VAR_IN_OUT is kept as an address. */
const withBlock = (unit: Omit<Unit, "block">): Unit => {
  const kept = unit.variables.filter((variable) => variable.section !== "temp" && !isStatic(variable));
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
