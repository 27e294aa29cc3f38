/**
 * Holds a config against the schema: reports everything wrong with its shape, and leaves out what cannot be used, so that the
 * rules still see the rest.
 */
import type { Finding } from "./finding.ts";
import type { ModuleConfig } from "./module-config.generated.ts";
import type { Key, Places } from "./places.ts";
import { type SchemaError, schemaErrors } from "./schema.ts";
import { findingOf } from "./shape-words.ts";

export interface Shape {
  readonly findings: readonly Finding[];
  /** What is left: of the right shape, but lists and mappings may be emptier than the schema wants. null: nothing usable. */
  readonly config: ModuleConfig | null;
}

/** Changes `value`: fills in defaults and leaves out what is wrong. */
export const checkShape = (value: unknown, places: Places): Shape => {
  const root = { value };
  let errors = schemaErrors(value);
  const findings = withoutEchoes(errors ?? []).map((error) =>
    findingOf(error, places, locate(root, error.instancePath)),
  );
  // Each round leaves out at least one value, and what that makes incomplete goes in the next.
  while (errors !== null) {
    if (!leaveOut(root, withoutEchoes(errors), places)) return { findings, config: null };
    const remaining = schemaErrors(value);
    if (remaining?.every(isEmptiness)) break;
    errors = remaining;
  }
  return { findings, config: value as ModuleConfig };
};

const isEmptiness = ({ keyword }: SchemaError): boolean => keyword === "minItems" || keyword === "minProperties";

/** Without the errors that only say in detail what another says as a whole. */
const withoutEchoes = (errors: readonly SchemaError[]): readonly SchemaError[] => {
  const choices = errors.filter(({ keyword }) => keyword === "anyOf").map(({ instancePath }) => instancePath);
  return errors.filter(
    ({ keyword, instancePath, propertyName }) =>
      propertyName === undefined && (keyword === "anyOf" || !choices.some((path) => instancePath.startsWith(path))),
  );
};

/** Where in the config value something stands: under which key of which container. */
export interface Location {
  readonly container: object;
  readonly key: Key;
  readonly value: unknown;
}

const locate = (root: { readonly value: unknown }, pointer: string): Location => {
  let at: Location = { container: root, key: "value", value: root.value };
  for (const step of pointer.split("/").slice(1)) {
    const container = at.value as object;
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    const key = Array.isArray(container) ? Number(name) : name;
    at = { container, key, value: Reflect.get(container, key) };
  }
  return at;
};

/** What stands in for a section of the module that is missing or unusable: nothing. */
const SECTIONS: Readonly<Record<string, () => unknown>> = {
  module: () => "unnamed",
  partitions: () => ({}),
  schedules: () => ({}),
};

/** @returns false when nothing usable is left. */
const leaveOut = (root: { readonly value: unknown }, errors: readonly SchemaError[], places: Places): boolean => {
  const doomed = new Map<object, Set<Key>>();
  for (const error of errors) {
    if (isEmptiness(error)) continue;
    const { container, key, value } = locate(root, error.instancePath);
    const { additionalProperty, propertyName, missingProperty } = error.params;
    const extra = additionalProperty ?? propertyName;
    if (container === root && missingProperty !== undefined) {
      Reflect.set(value as object, String(missingProperty), SECTIONS[String(missingProperty)]!());
    } else if (typeof extra === "string") add(doomed, value as object, extra);
    else if (container === root) return false;
    else add(doomed, container, key);
  }
  for (const [container, keys] of doomed) {
    const lastFirst = [...keys].sort((a, b) => Number(b) - Number(a));
    for (const key of lastFirst) places.leaveOut(container, key);
  }
  return true;
};

const add = (doomed: Map<object, Set<Key>>, container: object, key: Key): void => {
  const keys = doomed.get(container) ?? new Set<Key>();
  doomed.set(container, keys.add(key));
};
