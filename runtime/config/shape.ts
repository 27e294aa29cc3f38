/**
 * Holds a config against the schema: reports everything wrong with its shape, and puts null in the place of what cannot be
 * used, so that the rules still see all the rest.
 */
import type { Finding } from "./finding.ts";
import type { ModuleConfig } from "./module-config.generated.ts";
import type { Partly } from "./partly.ts";
import type { Key, Places } from "./places.ts";
import { type SchemaError, type SchemaNode, schemaErrors, schemaNode } from "./schema.ts";
import { findingOf } from "./shape-words.ts";
import { nearest } from "./suggestion.ts";

export interface Shape {
  readonly findings: readonly Finding[];
  readonly config: Partly<ModuleConfig>;
  /** The same when nothing was wrong. */
  readonly whole: ModuleConfig | null;
}

/** Changes `value`: fills in defaults, and null for what is wrong. */
export const checkShape = (value: unknown, places: Places): Shape => {
  const root = { "": value };
  const errors = schemaErrors(value);
  const located = withoutEchoes(errors ?? []).map((error) => {
    const location = locate(root, error.instancePath);
    return { error, location, meant: meantKey(error, location, places) };
  });
  const isMeant = ({ instancePath, params }: SchemaError): boolean =>
    located.some(({ error, meant }) => error.instancePath === instancePath && meant === params.missingProperty);
  const findings = located
    .filter(({ error }) => error.keyword !== "required" || !isMeant(error))
    .map(({ error, location }) => findingOf(error, places, location));
  for (const { error, location, meant } of located) putNull(error, location, meant);
  const config = root[""] as ModuleConfig;
  return { findings, config, whole: errors === null ? config : null };
};

/** Without the errors that only say in detail what another says as a whole, and with one for each value. */
const withoutEchoes = (errors: readonly SchemaError[]): readonly SchemaError[] => {
  const choices = errors.filter(({ keyword }) => keyword === "anyOf").map(({ instancePath }) => instancePath);
  const seen = new Set<string>();
  return errors.filter((error) => {
    const { keyword, instancePath, propertyName } = error;
    if (propertyName !== undefined) return false;
    if (keyword !== "anyOf" && choices.some((path) => instancePath.startsWith(path))) return false;
    const what = `${instancePath} ${nameIn(error) ?? ""}`;
    return !seen.has(what) && seen.add(what);
  });
};

/** What an error about a mapping is about, when it is one of its keys. */
const nameIn = ({ params }: SchemaError): string | null => {
  const name = params.additionalProperty ?? params.propertyName ?? params.missingProperty ?? params.tag;
  return typeof name === "string" ? name : null;
};

/** Where in the config value something stands: under which key of which container. */
export interface Location {
  readonly container: object;
  readonly key: Key;
  readonly value: unknown;
}

const locate = (root: { readonly "": unknown }, pointer: string): Location => {
  let at: Location = { container: root, key: "", value: root[""] };
  for (const step of pointer.split("/").slice(1)) {
    const container = at.value as object;
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    const key = Array.isArray(container) ? Number(name) : name;
    at = { container, key, value: Reflect.get(container, key) };
  }
  return at;
};

/** The key that is not there because it was misspelt as one that does not belong there. */
const meantKey = (error: SchemaError, { value }: Location, places: Places): string | null => {
  if (error.keyword !== "additionalProperties") return null;
  const written = places.writtenKeys(value as object);
  const possible = Object.keys(error.parentSchema?.properties ?? {}).filter((key) => !written.includes(key));
  return nearest(nameIn(error) ?? "", possible);
};

const putNull = (error: SchemaError, { container, key, value }: Location, meant: string | null): void => {
  const name = nameIn(error) ?? "";
  const node = error.parentSchema ?? {};
  switch (error.keyword) {
    case "additionalProperties":
      Reflect.deleteProperty(value as object, name);
      if (meant !== null) Reflect.set(value as object, meant, nothing(node.properties?.[meant] ?? {}));
      break;
    // No name by which anything could mean it.
    case "propertyNames":
      Reflect.deleteProperty(value as object, name);
      break;
    case "required":
      Reflect.set(value as object, name, nothing(node.properties?.[name] ?? {}));
      break;
    case "discriminator":
      Reflect.set(value as object, name, null);
      break;
    default:
      Reflect.set(container, key, nothing(node));
  }
};

/** What stands for a value that should have been like this. */
const nothing = (reference: SchemaNode): unknown => {
  const node = schemaNode(reference);
  if (node.items !== undefined) return [nothing(node.items)];
  if (node.discriminator !== undefined) return { [node.discriminator.propertyName]: null };
  if (node.properties === undefined) return null;
  return Object.fromEntries(Object.entries(node.properties).map(([key, child]) => [key, nothing(child)]));
};
