/** The waterworks' test plan is whole: each requirement has a test, each test's requirement exists, and no kind of fault is left out. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readRequirements, requirementsIn } from "../rig/report/requirements.ts";

const FOLDER = import.meta.dirname;
const tests = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".hil.test.ts"))
  .map((name) => readFileSync(join(FOLDER, name), "utf8"))
  .join("\n");

const KINDS = [
  ...["stuck", "noise", "drift", "offset", "dropout", "reads", "quality"],
  ...["silence", "loss", "delay", "corruption"],
  ...["stop", "suspend", "restart", "crash", "hang", "overrun", "bitFlip"],
  "jitter",
];

describe("the test plan of the waterworks", () => {
  const ids = readRequirements(join(FOLDER, "requirements.yaml")).map(({ id }) => id);

  it("has a test for each requirement, and none for what is no requirement", () => {
    expect(ids.length).toBeGreaterThanOrEqual(40);
    expect([...requirementsIn(tests)].sort()).toEqual([...ids].sort());
  });

  it.each(KINDS)("injects the fault %s", (kind) => {
    expect(tests).toContain(`kind: "${kind}"`);
  });
});
