/** Initial values as the bytes that stand in RAM before the first scan (IEC 61131-3 §6.4.4.10, §6.5.1.3). */
import type { Initializer } from "../syntax/ast.ts";
import { checkAs } from "./check-expression.ts";
import { writeConstant } from "./constants.ts";
import type { Scope } from "./scope.ts";
import { didYouMean } from "./suggestion.ts";
import { nameOf, type Type } from "./types.ts";

/** Of types whose values do not start as zeros: enums, structs, arrays and blocks. */
const images = new WeakMap<Type, Uint8Array>();

export const rememberImage = (type: Type, image: Uint8Array): void => {
  images.set(type, image);
};

/** The bytes that a variable of this type starts with; do not write into them. */
export const imageOf = (type: Type): Uint8Array => {
  const known = images.get(type);
  if (known !== undefined) return known;
  const image = new Uint8Array(type.bytes);
  images.set(type, image);
  return image;
};

/** `element`'s image once for each element. */
export const repeatImage = (element: Uint8Array, bytes: number): Uint8Array => {
  const image = new Uint8Array(bytes);
  if (element.some((byte) => byte !== 0))
    for (let at = 0; at + element.length <= bytes; at += element.length) image.set(element, at);
  return image;
};

/** `base` with what the initializer says written over it. */
export const checkInitializer = (scope: Scope, initializer: Initializer, type: Type, base: Uint8Array): Uint8Array => {
  const image = base.slice();
  write(scope, initializer, type, new DataView(image.buffer, image.byteOffset, image.length));
  return image;
};

const write = (scope: Scope, initializer: Initializer, type: Type, into: DataView): void => {
  const { problems } = scope.world;
  if (type.kind === "unknown") return;
  switch (initializer.kind) {
    case "value":
      writeValue(scope, initializer, type, into);
      return;
    case "list":
      if (type.kind === "array") {
        writeList(scope, initializer, type, into);
        return;
      }
      problems.error(initializer.at, "type-mismatch", `a list cannot initialise ${nameOf(type)}`);
      return;
    case "fields":
      if (type.kind === "struct" || type.kind === "block") {
        writeFields(scope, initializer, type, into);
        return;
      }
      problems.error(initializer.at, "type-mismatch", `${nameOf(type)} has no members to initialise`);
      return;
  }
};

const writeValue = (
  scope: Scope,
  { value, at }: Extract<Initializer, { kind: "value" }>,
  type: Type,
  into: DataView,
): void => {
  const checked = checkAs(scope, value, type);
  if (checked.type.kind === "unknown") return;
  if (checked.kind === "constant") writeConstant(into, 0, type, checked.value);
  else
    scope.world.problems.error(
      at,
      "not-constant",
      "an initial value must be known when the program is compiled",
      "assign it in the body instead",
    );
};

const part = (into: DataView, offset: number, bytes: number): DataView =>
  new DataView(into.buffer, into.byteOffset + offset, bytes);

const writeList = (
  scope: Scope,
  initializer: Extract<Initializer, { kind: "list" }>,
  type: Extract<Type, { kind: "array" }>,
  into: DataView,
): void => {
  const { element } = type;
  const count = element.bytes === 0 ? 0 : type.bytes / element.bytes;
  let next = 0;
  for (const { repeat, value } of initializer.items) {
    const times = repeat?.kind === "integer" ? Number(repeat.value) : 1;
    if (next + times > count) {
      scope.world.problems.error(
        value.at,
        "too-many-values",
        `${nameOf(type)} has ${count} elements, this list has more`,
      );
      return;
    }
    if (times === 0) continue;
    const first = part(into, next * element.bytes, element.bytes);
    write(scope, value, element, first);
    const bytes = new Uint8Array(first.buffer, first.byteOffset, element.bytes);
    for (let i = 1; i < times; i++)
      new Uint8Array(into.buffer, into.byteOffset + (next + i) * element.bytes, element.bytes).set(bytes);
    next += times;
  }
};

const writeFields = (
  scope: Scope,
  initializer: Extract<Initializer, { kind: "fields" }>,
  type: Extract<Type, { kind: "struct" | "block" }>,
  into: DataView,
): void => {
  for (const { name, value } of initializer.fields) {
    const field = type.fields.find(({ key }) => key === name.key);
    if (field === undefined) {
      const hint = didYouMean(
        name.text,
        type.fields.map((candidate) => candidate.name),
      );
      scope.world.problems.error(name.at, "unknown-name", `${nameOf(type)} has no member ${name.text}`, hint);
    } else if (field.type.bytes > 0) write(scope, value, field.type, part(into, field.offset, field.type.bytes));
  }
};
