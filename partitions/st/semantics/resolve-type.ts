/** Type expressions → types (IEC 61131-3 §6.4.4). */
import type { Name, TypeExpression } from "../syntax/ast.ts";
import type { Span } from "../syntax/source-text.ts";
import { constantInteger } from "./constant-integer.ts";
import { fits, writeConstant } from "./constants.ts";
import { zeros } from "./image.ts";
import { rememberImage, repeatImage, startingImage } from "./initial-values.ts";
import { resolveStruct } from "./resolve-struct.ts";
import type { Scope } from "./scope.ts";
import { hiddenVariable, type Variable } from "./symbols.ts";
import {
  type ArrayType,
  type ElementaryType,
  type EnumType,
  elementaryNamed,
  INT,
  isInteger,
  nameOf,
  pointerTo,
  type SubrangeType,
  stringType,
  type Type,
  UNKNOWN,
} from "./types.ts";

/** Bytes that one variable may take: more is a slip of the pen. */
const MAX_BYTES = 4 * 1024 * 1024;

/** `name` is what a struct or enum will be called in messages. */
export const resolveType = (scope: Scope, expression: TypeExpression, name: string): Type => {
  switch (expression.kind) {
    case "name":
      return scope.world.type(expression.name) ?? UNKNOWN;
    case "array":
      return resolveArray(scope, expression);
    case "open array": {
      const element = resolveType(scope, expression.element, "ARRAY element");
      return element.kind === "unknown"
        ? UNKNOWN
        : { kind: "open array", element, rank: expression.rank, bytes: 4, align: 4 };
    }
    case "struct":
      return resolveStruct(scope, expression, name);
    case "enum":
      return resolveEnum(scope, expression, name);
    case "pointer":
      return resolvePointer(scope, expression, name);
    case "string":
      return resolveString(scope, expression);
    case "subrange":
      return resolveSubrange(scope, expression);
  }
};

/** The type as the source writes it, where that is not its own name: `Speed` of an alias, `STRING` without a length; else null. */
export const spellingOf = ({ kind, at }: TypeExpression, type: Type): string | null => {
  if ((kind !== "name" && kind !== "string") || type.kind === "unknown") return null;
  const text = at.source.text.slice(at.start, at.end).replace(/\s+/g, " ");
  return text.toUpperCase() === nameOf(type).toUpperCase() ? null : text;
};

/** Characters of a string that does not say how many. */
const DEFAULT_LENGTH = 80;
const LONGEST_STRING = 65_535;

const resolveString = (scope: Scope, { wide, length, at }: Extract<TypeExpression, { kind: "string" }>): Type => {
  if (length === null) return stringType(wide, DEFAULT_LENGTH);
  const count = constantInteger(scope, length);
  if (count === null) return UNKNOWN;
  if (count >= 0n && count <= LONGEST_STRING) return stringType(wide, Number(count));
  scope.world.problems.error(at, "value-out-of-range", `a string has 0 to ${LONGEST_STRING} characters`);
  return UNKNOWN;
};

/** What it points to is resolved later, for it may hold this very pointer. */
const resolvePointer = (scope: Scope, expression: Extract<TypeExpression, { kind: "pointer" }>, name: string): Type => {
  const { flavour, target, at } = expression;
  const type = pointerTo(
    flavour,
    () => resolveType(scope, target, `${name}^`),
    () => scope.world.problems.error(at, "recursive-type", `${name} points to nothing but itself`),
  );
  scope.world.later(() => {
    const found = type.target;
    if (found.kind === "port" || (found.kind === "pointer" && found.flavour === "REFERENCE TO")) {
      scope.world.problems.error(target.at, "type-mismatch", `there is no ${flavour} ${nameOf(found)}`);
    }
  });
  return type;
};

/** It starts with its lower bound (IEC 61131-3 §6.4.4.4). */
const resolveSubrange = (
  scope: Scope,
  { at, base, low, high }: Extract<TypeExpression, { kind: "subrange" }>,
): Type => {
  const type = elementaryNamed(base.key);
  if (type === null || !isInteger(type)) {
    const message = `a subrange is one of an integer type, not of ${base.text}`;
    scope.world.problems.error(base.at, "type-mismatch", message, "use one like INT or UINT");
    return UNKNOWN;
  }
  const [least, most] = [constantInteger(scope, low, type), constantInteger(scope, high, type)];
  if (least === null || most === null) return UNKNOWN;
  if (most < least) {
    scope.world.problems.error(at, "bounds", `the upper bound ${most} is below the lower bound ${least}`);
    return UNKNOWN;
  }
  const { bytes, align } = type;
  const name = `${type.name} (${least}..${most})`;
  const subrange: SubrangeType = { kind: "subrange", name, base: type, low: least, high: most, bytes, align };
  const image = zeros(bytes);
  writeConstant(new DataView(image.bytes.buffer), 0, type, least);
  rememberImage(subrange, image);
  return subrange;
};

const resolveArray = (scope: Scope, expression: Extract<TypeExpression, { kind: "array" }>): Type => {
  const element = resolveType(scope, expression.element, "ARRAY element");
  const dimensions = expression.dimensions.map(({ at, low, high }) => {
    const bounds = { low: constantInteger(scope, low), high: constantInteger(scope, high) };
    if (bounds.low === null || bounds.high === null) return null;
    if (bounds.high >= bounds.low) return { low: Number(bounds.low), high: Number(bounds.high) };
    scope.world.problems.error(at, "bounds", `the upper bound ${bounds.high} is below the lower bound ${bounds.low}`);
    return null;
  });
  if (element.kind === "unknown" || dimensions.some((dimension) => dimension === null)) return UNKNOWN;
  if (element.kind === "port") {
    scope.world.problems.error(
      expression.at,
      "port-place",
      `${element.name} cannot stand in an array`,
      "a port is named by its own variable",
    );
    return UNKNOWN;
  }
  const known = dimensions.filter((dimension) => dimension !== null);
  const bytes = known.reduce((total, { low, high }) => total * (high - low + 1), element.bytes);
  if (tooLarge(scope, bytes, expression.at)) return UNKNOWN;
  const type: ArrayType = { kind: "array", element, dimensions: known, bytes, align: element.align };
  rememberImage(type, repeatImage(startingImage(scope, expression.element, element), bytes));
  return type;
};

export const tooLarge = (scope: Scope, bytes: number, at: Span): boolean => {
  if (bytes <= MAX_BYTES) return false;
  scope.world.problems.error(at, "too-large", `this takes ${bytes} bytes; a variable may have ${MAX_BYTES}`);
  return true;
};

const resolveEnum = (scope: Scope, expression: Extract<TypeExpression, { kind: "enum" }>, name: string): Type => {
  const block = expression.base === null ? null : calledType(scope, expression.base);
  if (block !== null) return block;
  const base = expression.base === null ? INT : enumBase(scope, expression.base);
  const seen = new Set<string>();
  let next = 0n;
  const values: EnumType["values"][number][] = [];
  const known = new Map(scope.names);
  for (const { name: valueName, value } of expression.values) {
    const given = value === null ? next : (constantInteger({ ...scope, names: known }, value, base) ?? next);
    known.set(valueName.key, constantOf(valueName, base, given));
    if (seen.has(valueName.key))
      scope.world.problems.error(valueName.at, "duplicate-name", `${valueName.text} is declared twice`);
    if (!fits(given, base))
      scope.world.problems.error(valueName.at, "value-out-of-range", `${given} does not fit into ${base.name}`);
    seen.add(valueName.key);
    values.push({ name: valueName.text, key: valueName.key, value: given });
    next = given + 1n;
  }
  const type: EnumType = { kind: "enum", name, base, bytes: base.bytes, align: base.align, values };
  const image = zeros(base.bytes);
  writeConstant(new DataView(image.bytes.buffer), 0, base, values[0]?.value ?? 0n);
  rememberImage(type, image);
  return type;
};

/** `pump : Pump(power := 5.5)` of CODESYS reads like an enum. Null: it is none of that; else it was refused. */
const calledType = (scope: Scope, { key, text, at }: Name): Type | null => {
  const isBlock = elementaryNamed(key) === null && scope.world.unit(key)?.block != null;
  if (!isBlock) return null;
  scope.world.problems.error(
    at,
    "not-supported",
    `an instance of ${text} takes no arguments: no FB_init is called`,
    `give it initial values: ${text} := (…)`,
  );
  return scope.world.unit(key)?.block ?? null;
};

/** A value of an enum, for the values behind it: `(Low := 10, High := Low + 5)`. */
const constantOf = (name: Name, type: ElementaryType, value: bigint): Variable => ({
  ...hiddenVariable(name, type, "local"),
  ...{ constant: value, readOnly: true },
});

const enumBase = (scope: Scope, name: Name): ElementaryType => {
  const base = elementaryNamed(name.key);
  if (base !== null && (base.family === "signed" || base.family === "unsigned" || base.family === "bits")) return base;
  scope.world.problems.error(
    name.at,
    "type-mismatch",
    `${name.text} cannot hold an enum`,
    "use an integer type like INT or UINT",
  );
  return INT;
};
