/** Every statement of the specification that is an edge node's to meet is shown by a test, or does not apply, for a reason. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const NO_TEMPLATES =
  "no metric of the module is a template: its points are of elementary types; what the codec does with templates is shown";

const NOT_APPLICABLE: Readonly<Record<string, string>> = {
  "tck-id-topics-nbirth-templates": NO_TEMPLATES,
  "tck-id-payloads-template-definition-nbirth-only": NO_TEMPLATES,
  "tck-id-payloads-template-definition-nbirth": NO_TEMPLATES,
  "tck-id-payloads-template-definition-members": NO_TEMPLATES,
  "tck-id-payloads-template-instance-members": NO_TEMPLATES,
  "tck-id-payloads-template-instance-members-birth": NO_TEMPLATES,
  "tck-id-payloads-template-instance-members-data": NO_TEMPLATES,
};

const FOLDER = import.meta.dirname;
const STATEMENTS = readFileSync(join(FOLDER, "statements.txt"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("tck-id-"));

/** The ids in titles made by `shows`, by the files that have them. */
const shown = new Map<string, string[]>();
for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".test.ts"))) {
  for (const [, title = ""] of readFileSync(join(FOLDER, file), "utf8").matchAll(/\bshows\(([^)]*)\)/g)) {
    for (const [id] of title.matchAll(/tck-id-[a-z0-9A-Z-]+/g)) shown.set(id, [...(shown.get(id) ?? []), file]);
  }
}

describe("the specification's statements for edge nodes", () => {
  test("are 200, each once", () => {
    expect(STATEMENTS).toHaveLength(200);
    expect(new Set(STATEMENTS).size).toBe(200);
  });

  test("are all in the title of a test, or do not apply", () => {
    expect(STATEMENTS.filter((id) => !shown.has(id) && NOT_APPLICABLE[id] === undefined)).toEqual([]);
    expect(Object.keys(NOT_APPLICABLE).filter((id) => shown.has(id))).toEqual([]);
  });

  test("are no others than those that titles and table name", () => {
    const known = new Set(STATEMENTS);
    expect([...shown.keys(), ...Object.keys(NOT_APPLICABLE)].filter((id) => !known.has(id))).toEqual([]);
  });
});
