/** Initial values as the bytes that stand in RAM before the first scan (IEC 61131-3 §6.4.4.10, §6.5.1.3). */
import type { Initializer } from "../syntax/ast.ts";
import { checkAs } from "./check-expression.ts";
import { writeConstant } from "./constants.ts";
import { type Image, ImagePart, zeros } from "./image.ts";
import { staticPlace } from "./pointers.ts";
import type { Scope } from "./scope.ts";
import { didYouMean } from "./suggestion.ts";
import { nameOf, type Type } from "./types.ts";

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
  const image = ImagePart.copyOf(base);
  write(scope, initializer, type, image);
  return image.image;
};

const write = (scope: Scope, initializer: Initializer, type: Type, into: ImagePart): void => {
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
  into: ImagePart,
): void => {
  const checked = checkAs(scope, value, type);
  if (checked.type.kind === "unknown") return;
  const address = staticPlace(checked);
  if (checked.kind === "constant") writeConstant(into.view, 0, type, checked.value);
  else if (address !== null) into.relocate(address.root, address.offset);
  else
    scope.world.problems.error(
      at,
      "not-constant",
      "an initial value must be known when the program is compiled",
      "assign it in the body instead",
    );
};

const writeList = (
  scope: Scope,
  initializer: Extract<Initializer, { kind: "list" }>,
  type: Extract<Type, { kind: "array" }>,
  into: ImagePart,
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
    const first = into.part(next * element.bytes, element.bytes);
    write(scope, value, element, first);
    const { image } = first;
    for (let i = 1; i < times; i++) into.part((next + i) * element.bytes, element.bytes).set(image);
    next += times;
  }
};

const writeFields = (
  scope: Scope,
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
      scope.world.problems.error(name.at, "unknown-name", `${nameOf(type)} has no member ${name.text}`, hint);
    } else if (field.type.bytes > 0) write(scope, value, field.type, into.part(field.offset, field.type.bytes));
  }
};
