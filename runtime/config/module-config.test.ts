import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { compile } from "json-schema-to-typescript";
import { expect, it } from "vitest";

const SCHEMA = new URL("../../configs/schema/module.schema.json", import.meta.url);
const BANNER =
  "/** The config file as TypeScript types, after defaults are filled in; generated from configs/schema/module.schema.json by `npx vitest -u run runtime/config`. */";

type Node = Record<string, unknown>;
const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && !Array.isArray(value);

/** Mappings get names of their own, `SlotConfig`; texts and numbers do not. What has a default is always there. */
const forTypes = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(forTypes);
  if (!isNode(value)) return value;
  const node = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, forTypes(child)]));
  if (typeof node.title === "string") {
    if (node.type === "object") node.title = `${node.title}Config`;
    else delete node.title;
  }
  if (isNode(node.properties)) {
    const withDefault = Object.entries(node.properties).filter(([, child]) => isNode(child) && "default" in child);
    const required = Array.isArray(node.required) ? node.required : [];
    node.required = [...new Set([...required, ...withDefault.map(([name]) => name)])];
  }
  return node;
};

it("is a schema by the rules of JSON Schema", () => {
  const ajv = new Ajv2020();
  expect(ajv.validateSchema(JSON.parse(readFileSync(SCHEMA, "utf8"))), ajv.errorsText()).toBe(true);
});

it("keeps the config's types as the schema has them", async () => {
  const schema = forTypes(JSON.parse(readFileSync(SCHEMA, "utf8")));
  const types = await compile(schema as Parameters<typeof compile>[0], "ModuleConfig", {
    bannerComment: BANNER,
    ignoreMinAndMaxItems: true,
    style: { printWidth: 120 },
  });
  await expect(types).toMatchFileSnapshot("./module-config.generated.ts");
});
