/** Says in plain words what the schema's errors mean: what is there, what belongs there, and an example. */
import type { Finding } from "./finding.ts";
import type { Place, Places } from "./places.ts";
import type { SchemaError, SchemaNode } from "./schema.ts";
import type { Location } from "./shape.ts";
import { didYouMean, suggested } from "./suggestion.ts";

export const findingOf = (error: SchemaError, places: Places, { container, key, value }: Location): Finding => {
  const at = places.of(container, key);
  const name = at.path === "" ? "the file" : `"${at.path}"`;
  const node = error.parentSchema ?? {};
  const { params } = error;
  switch (error.keyword) {
    case "additionalProperties": {
      const extra = String(params.additionalProperty);
      return {
        code: "unknown-key",
        at: places.ofKey(value as object, extra),
        message: `unknown key "${shorten(extra)}"`,
        hint: didYouMean(extra, Object.keys(node.properties ?? {}), "keys that belong here"),
      };
    }
    case "propertyNames":
      return {
        code: "wrong-name",
        at: places.ofKey(value as object, String(params.propertyName)),
        message: `"${shorten(String(params.propertyName))}" is no name`,
        hint: "a name is a letter or _, then letters, digits and _; at most 64 of them",
      };
    case "required":
      return {
        code: "missing-key",
        at,
        message: `${name} has no key "${String(params.missingProperty)}"`,
        hint: `add it; needed here: ${listOf(error.schema)}`,
      };
    case "discriminator":
      return wrongKind(error, places, value as object);
    case "type":
    case "anyOf":
      if (at.path === "" && value === null) return emptyFile(at, node);
      return {
        code: "wrong-type",
        at,
        message: `${name} must be ${wanted(node)}, not ${shown(value)}`,
        hint: hint(node, wanted(node)),
      };
    default: {
      const suggestion = typeof value === "string" ? suggested(value, (node.enum ?? []).map(String)) : null;
      return {
        code: "wrong-value",
        at,
        message: `${name} must be ${bounded(error, node)}, not ${shown(value)}`,
        hint: suggestion ?? hint(node, bounded(error, node)),
      };
    }
  }
};

const emptyFile = (at: Place, { required }: SchemaNode): Finding => ({
  code: "wrong-type",
  at,
  message: `the file is empty: a module needs ${listOf(required)}`,
  hint: "see how configs/waterworks.yaml is written",
});

const wrongKind = (error: SchemaError, places: Places, container: object): Finding => {
  const { error: what, tag, tagValue } = error.params as { error: string; tag: string; tagValue: unknown };
  const kinds = ["sampling", "queuing", "samplingMessage"];
  if (tagValue === undefined && what === "tag") {
    const at = places.of(container);
    return {
      code: "missing-key",
      at,
      message: `"${at.path}" has no key "${tag}"`,
      hint: `add it: ${kinds.join(" or ")}`,
    };
  }
  const at = places.of(container, tag);
  const hint = typeof tagValue === "string" ? didYouMean(tagValue, kinds, "kinds of channel") : "";
  return {
    code: "wrong-value",
    at,
    message: `"${at.path}" must be ${kinds.join(" or ")}, not ${shown(tagValue)}`,
    hint,
  };
};

const TYPES: Readonly<Record<string, string>> = {
  object: "a mapping (key: value)",
  array: "a list",
  string: "a text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
};

/** What `$defs` with a title are called in a message. */
const TITLES: Readonly<Record<string, string>> = {
  Name: "a name",
  Member: "a point or port, written partition.name",
  Duration: "a duration",
  Frequency: "a frequency",
  Size: "a size",
  Value: "a value",
  Host: "a host",
  Sources: "a file or a list of files",
  OnBad: "hold or { substitute: VALUE }",
};

const wanted = (node: SchemaNode): string => {
  const titled = TITLES[node.title ?? ""];
  if (titled !== undefined) return titled;
  return [node.type ?? []]
    .flat()
    .map((type) => TYPES[type] ?? type)
    .join(" or ");
};

const bounded = (error: SchemaError, node: SchemaNode): string => {
  switch (error.keyword) {
    case "const":
      return node.const ?? "";
    case "enum":
      return (node.enum ?? []).join(", ").replace(/, ([^,]*)$/, " or $1");
    case "minimum":
    case "maximum":
      if (node.maximum === undefined) return `${wanted(node)} from ${node.minimum} up`;
      return `${wanted(node)} from ${node.minimum} to ${node.maximum}`;
    case "minItems":
    case "minProperties":
    case "minLength":
      return `${wanted(node)} with something in it`;
    case "maxLength":
      return `${wanted(node)} of at most ${String(error.params.limit)} characters`;
    default:
      return wanted(node);
  }
};

/** From the schema: what the key is for, and examples; else only what belongs there. */
const hint = (node: SchemaNode, instead: string): string => {
  const examples = node.examples?.map((example) => `\`${example}\``).join(", ");
  const description = (node.description ?? "")
    .replace(/\.$/, "")
    .replace(/^[A-Z](?![A-Z])/, (first) => first.toLowerCase());
  if (examples === undefined) return description === "" ? `write ${instead}` : description;
  return description === "" ? `for example ${examples}` : `${description}; for example ${examples}`;
};

const listOf = (names: unknown): string => (Array.isArray(names) ? names.join(", ") : "");

const shorten = (text: string): string => (text.length <= 40 ? text : `${text.slice(0, 39)}…`);

const shown = (value: unknown): string => {
  if (value === null || value === undefined) return "empty";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "object") return Object.keys(value).length === 0 ? "an empty mapping" : "a mapping";
  return typeof value === "string" ? `"${shorten(value)}"` : String(value);
};
