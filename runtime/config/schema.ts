/** The JSON Schema of a module, compiled once: configs/schema/module.schema.json says the shape and the defaults. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import type { ModuleConfig } from "./module-config.generated.ts";

export interface SchemaError extends Omit<ErrorObject, "parentSchema"> {
  readonly params: Readonly<Record<string, unknown>>;
  readonly parentSchema?: SchemaNode;
}

/** The parts of a schema that messages are made of. */
export interface SchemaNode {
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly string[];
  readonly type?: string | readonly string[];
  readonly enum?: readonly (string | number)[];
  readonly const?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly discriminator?: { readonly propertyName: string };
  readonly $ref?: string;
}

interface Schema extends SchemaNode {
  readonly $defs: Readonly<Record<string, SchemaNode>>;
}

/** `import.meta.resolve` does not know "#…" under vitest; `require.resolve` does everywhere. */
const schemaPath = (): string => createRequire(import.meta.url).resolve("#module-schema");

const schema: Schema = JSON.parse(readFileSync(schemaPath(), "utf8"));

/** Follows a reference to one of the `$defs`. */
export const schemaNode = (node: SchemaNode): SchemaNode =>
  node.$ref === undefined ? node : (schema.$defs[node.$ref.replace("#/$defs/", "")] ?? {});

let compiled: ValidateFunction<ModuleConfig> | null = null;

const validator = (): ValidateFunction<ModuleConfig> => {
  compiled ??= new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: true,
    // A test holds it against the rules of schemas: compiling those here takes half as long as compiling it.
    validateSchema: false,
    // Nor is it worth to improve code that runs once: that is a third of the rest.
    code: { optimize: false },
    allowUnionTypes: true,
    discriminator: true,
    useDefaults: true,
  }).compile<ModuleConfig>(schema);
  return compiled;
};

/** Fills in the defaults where `value` leaves something out. @returns null when the shape is right, else all that is wrong. */
export const schemaErrors = (value: unknown): readonly SchemaError[] | null => {
  const validate = validator();
  return validate(value) ? null : (validate.errors as SchemaError[]);
};
