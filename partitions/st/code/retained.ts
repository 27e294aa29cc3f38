/** What an image says of its retained data, so that another build of the program can tell whether it may take them over. */
import type { ManifestRetained } from "../../../runtime/image-manifest.ts";
import type { Program } from "../semantics/analyse.ts";
import { nameOf, type Type } from "../semantics/types.ts";
import { staticVariables } from "./layout.ts";

/** `base`: guest address of the area; null when it is empty. */
export const retainedOf = (program: Program, base: number, bytes: number): ManifestRetained | null => {
  if (bytes === 0) return null;
  const retained = staticVariables(program).filter(
    ({ storage }) => storage.kind === "static" && storage.area === "retained",
  );
  const variables = retained.map(({ name, type, storage }) => ({
    name,
    type: layoutOf(type),
    offset: storage.kind === "static" ? storage.offset : 0,
  }));
  return { base, bytes, variables, ofThisImage: retained.some(({ type }) => holdsAddress(type)) };
};

/** Whether a value of this type holds an address, which is another one in another image. */
const holdsAddress = (type: Type): boolean => {
  switch (type.kind) {
    case "pointer":
      return true;
    case "array":
      return holdsAddress(type.element);
    case "struct":
      return type.fields.some((field) => holdsAddress(field.type));
    case "block":
      return type.fields.some((field) => field.variable.byReference || holdsAddress(field.type));
    default:
      return false;
  }
};

/** A type's layout in words: of two types that lie differently in RAM, or mean something else there, they differ. */
const layoutOf = (type: Type): string => {
  switch (type.kind) {
    case "array": {
      const bounds = type.dimensions.map(({ low, high }) => `${low}..${high}`);
      return `ARRAY [${bounds.join(", ")}] OF ${layoutOf(type.element)}`;
    }
    case "enum":
      return `${type.name}(${type.values.map(({ name, value }) => `${name} := ${value}`).join(", ")}) ${type.base.name}`;
    case "struct":
    case "block": {
      const fields = type.fields.map((field) => `${field.name} : ${layoutOf(field.type)} @ ${field.offset}`);
      return `${type.name}{${fields.join(", ")}}`;
    }
    default:
      return nameOf(type);
  }
};
