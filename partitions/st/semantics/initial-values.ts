/** Initial values as the bytes that stand in RAM before the first scan (IEC 61131-3 §6.4.4.10, §6.5.1.3). */
import type { Initializer, TypeExpression } from "../syntax/ast.ts";
import { checkAs } from "./check-expression.ts";
import type { AggregatePart, CheckedExpression } from "./checked.ts";
import { writeConstant } from "./constants.ts";
import { type Image, ImagePart, type Relocation, zeros } from "./image.ts";
import { staticPlace } from "./pointers.ts";
import { lookUp, type Scope } from "./scope.ts";
import { didYouMean } from "./suggestion.ts";
import { isStatic, type Variable } from "./symbols.ts";
import { nameOf, scalarOf, type Type } from "./types.ts";

/** Of types whose values do not start as zeros: enums, structs, arrays and blocks. */
const images = new WeakMap<Type, Image>();

export const rememberImage = (type: Type, image: Image): void => {
  images.set(type, image);
};

/** What a variable of this type starts with; do not write into it. */
export const imageOf = (type: Type): Image => {
  const known = images.get(type);
  if (known !== undefined) return known;
  const image = zeros(type.bytes);
  images.set(type, image);
  return image;
};

/** As `imageOf`, or what a named type gives its variables to start with: `TYPE Speed : INT := 50; END_TYPE`. */
export const startingImage = (scope: Scope, expression: TypeExpression, type: Type): Image =>
  (expression.kind === "name" ? scope.world.initialOf(expression.name.key) : null) ?? imageOf(type);

/** `element`'s image once for each element. */
export const repeatImage = (element: Image, bytes: number): Image => {
  const image = ImagePart.copyOf(zeros(bytes));
  const { length } = element.bytes;
  if (element.relocations.length > 0 || element.bytes.some((byte) => byte !== 0))
    for (let at = 0; at + length <= bytes; at += length) image.part(at, length).set(element);
  return image.image;
};

/** `base` with what the initializer says written over it. */
export const checkInitializer = (scope: Scope, initializer: Initializer, type: Type, base: Image): Image => {
  const into = ImagePart.copyOf(base);
  write({ scope, parts: null }, initializer, type, into);
  return into.image;
};

/** The same for a value that may be computed when it is needed. */
export const checkParts = (scope: Scope, initializer: Initializer, type: Type, base: Image): CheckedExpression => {
  const into = ImagePart.copyOf(base);
  const parts: AggregatePart[] = [];
  write({ scope, parts }, initializer, type, into);
  return { kind: "aggregate", type, image: into.image, parts };
};

interface Writing {
  readonly scope: Scope;
  /** Where to put what is not known before the program runs; null: there is nothing of that kind. */
  readonly parts: AggregatePart[] | null;
}

const write = (writing: Writing, initializer: Initializer, type: Type, into: ImagePart): void => {
  const { problems } = writing.scope.world;
  if (type.kind === "unknown") return;
  switch (initializer.kind) {
    case "value":
      writeValue(writing, initializer, type, into);
      return;
    case "list":
      if (type.kind === "array") {
        writeList(writing, initializer, type, into);
        return;
      }
      problems.error(initializer.at, "type-mismatch", `a list cannot initialise ${nameOf(type)}`);
      return;
    case "fields":
      if (type.kind === "struct" || type.kind === "block") {
        writeFields(writing, initializer, type, into);
        return;
      }
      problems.error(initializer.at, "type-mismatch", `${nameOf(type)} has no members to initialise`);
      return;
  }
};

const writeValue = (
  { scope, parts }: Writing,
  { value, at }: Extract<Initializer, { kind: "value" }>,
  type: Type,
  into: ImagePart,
): void => {
  const checked = checkAs(scope, value, type);
  if (checked.type.kind === "unknown") return;
  const address = staticPlace(checked);
  const image = wholeImage(checked);
  if (checked.kind === "constant") writeConstant(into.view, 0, type, checked.value);
  else if (address !== null && (parts === null || stands(address.root))) into.relocate(address.root, address.offset);
  else if (image !== null) into.set(image);
  else if (parts !== null) parts.push({ offset: into.view.byteOffset, value: checked });
  else
    scope.world.problems.error(
      at,
      "not-constant",
      "an initial value must be known when the program is compiled",
      "assign it in the body instead",
    );
};

/** Whether it has one address, for all calls and instances. */
const stands = (root: Relocation["root"]): boolean =>
  !("storage" in root) || root.section === "global" || isStatic(root);

/** Of a CONSTANT array or struct, and of a literal one; null: it is not known. */
const wholeImage = (value: CheckedExpression): Image | null => {
  if (value.kind === "aggregate" && value.parts.length === 0) return value.image;
  if (value.kind !== "read" || value.place.kind !== "variable") return null;
  const { variable, type } = value.place;
  return isStatic(variable) && variable.readOnly && scalarOf(type) === null
    ? (variable.initial ?? imageOf(type))
    : null;
};

type ListItem = Extract<Initializer, { kind: "list" }>["items"][number];

const writeList = (
  writing: Writing,
  initializer: Extract<Initializer, { kind: "list" }>,
  type: Extract<Type, { kind: "array" }>,
  into: ImagePart,
): void => {
  const element = elementFor(type, initializer);
  const count = element.bytes === 0 ? 0 : type.bytes / element.bytes;
  let next = 0;
  for (const item of initializer.items) {
    const { times, value } = repeated(writing.scope, item);
    if (next + times > count) {
      const message = `${nameOf(type)} has ${count} elements, this list has more`;
      writing.scope.world.problems.error(value.at, "too-many-values", message);
      return;
    }
    if (times > 0) writeRepeated(writing, value, element, into, next, times);
    next += times;
  }
};

/** `3(0)`, and `N(0)` with a CONSTANT, which reads like a call. */
const repeated = (
  scope: Scope,
  { repeat, value }: ListItem,
): { readonly times: number; readonly value: Initializer } => {
  if (repeat?.kind === "integer") return { times: Number(repeat.value), value };
  const call = value.kind === "value" && value.value.kind === "call" ? value.value : null;
  const [argument, ...further] = call?.arguments ?? [];
  if (call?.callee.kind !== "name" || argument?.value == null || further.length > 0) return { times: 1, value };
  const constant = lookUp(scope, call.callee.name.key)?.constant;
  if (typeof constant !== "bigint" || constant < 0n) return { times: 1, value };
  return { times: Number(constant), value: { kind: "value", at: argument.at, value: argument.value } };
};

/** `[[1, 2], [3, 4]]`: a list in a list is a row of an array of several dimensions. */
const elementFor = (
  type: Extract<Type, { kind: "array" }>,
  { items }: Extract<Initializer, { kind: "list" }>,
): Type => {
  const { dimensions, element } = type;
  const [first, ...rest] = dimensions;
  if (first === undefined || rest.length === 0 || items[0]?.value.kind !== "list") return element;
  return { ...type, dimensions: rest, bytes: type.bytes / (first.high - first.low + 1) };
};

const writeRepeated = (
  writing: Writing,
  value: Initializer,
  element: Type,
  into: ImagePart,
  from: number,
  times: number,
): void => {
  const { parts } = writing;
  const known = parts?.length ?? 0;
  const first = into.part(from * element.bytes, element.bytes);
  write(writing, value, element, first);
  const { image } = first;
  const added = parts?.slice(known) ?? [];
  for (let i = 1; i < times; i++) {
    into.part((from + i) * element.bytes, element.bytes).set(image);
    parts?.push(...added.map((part) => ({ ...part, offset: part.offset + i * element.bytes })));
  }
};

const writeFields = (
  writing: Writing,
  initializer: Extract<Initializer, { kind: "fields" }>,
  type: Extract<Type, { kind: "struct" | "block" }>,
  into: ImagePart,
): void => {
  for (const { name, value } of initializer.fields) {
    const field = type.fields.find(({ key }) => key === name.key);
    if (field === undefined) {
      const hint = didYouMean(
        name.text,
        type.fields.map((candidate) => candidate.name),
      );
      writing.scope.world.problems.error(name.at, "unknown-name", `${nameOf(type)} has no member ${name.text}`, hint);
    } else if ("variable" in field && (field.variable as Variable).byReference) {
      const message = `${name.text} has no value of its own in ${nameOf(type)}`;
      writing.scope.world.problems.error(
        name.at,
        "not-assignable",
        message,
        "give a located variable its value in VAR_CONFIG",
      );
    } else if (field.type.bytes > 0) write(writing, value, field.type, into.part(field.offset, field.type.bytes));
  }
};
