/** The state machine's and the history's own tests, in Structured Text. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runTest } from "../../runtime/cli/test-run.ts";
import { hostClock } from "../../runtime/host/clock.ts";
import { formatProblem } from "../../runtime/problem.ts";
import { Compiler } from "../st/index.ts";

const sources = ["packml.st", "packml.test.st", "messages.st", "historian.st"].map((file) => ({
  file,
  text: readFileSync(join(import.meta.dirname, file), "utf8"),
}));
const compiler = new Compiler();

describe("the packaging line's classes", () => {
  const found = compiler.findTests(sources);

  it("have neither problems nor warnings", () => {
    expect((found.ok ? found.warnings : found.problems).map(formatProblem)).toEqual([]);
  });

  it.each(found.ok ? found.tests : [])("$name", (test) => {
    const compiled = compiler.compile(sources, { test: test.name });
    if (!compiled.ok) throw new Error(compiled.problems.map(formatProblem).join("\n"));
    expect(runTest(test, compiled, hostClock).failure).toBeNull();
  });
});
