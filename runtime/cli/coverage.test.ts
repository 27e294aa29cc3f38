/** What tests cover of Structured Text, counted from the instructions that ran; LCOV's own tools read the report. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { requirePeers } from "../../hil-tests/peers.ts";
import { figuresOf, lcovOf } from "../../partitions/st/index.ts";
import { formatProblem } from "../problem.ts";
import { runSuite } from "./test-suite.ts";

const clock = { monotonicMs: () => 0, nowMs: () => 0 };

const suiteOf = (text: string, tests: string) => {
  const sources = [
    { file: "unit.st", text },
    { file: "unit.test.st", text: tests },
  ];
  const nobody = { filter: "", libraries: [], clock, warn: () => {}, hear: () => {} };
  const result = runSuite({ ...nobody, sources, covers: true });
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join("\n"));
  return { outcomes: result.outcomes, files: result.coverage!.files };
};

/** The records of one kind, without its name. */
const records = (kind: string, text: string, tests: string): readonly string[] =>
  lcovOf(suiteOf(text, tests).files)
    .split("\n")
    .filter((line) => line.startsWith(`${kind}:`))
    .map((line) => line.slice(kind.length + 1));

const inFunction = (body: string): string =>
  `FUNCTION F : INT VAR_INPUT n : INT; END_VAR VAR i : INT; END_VAR\n${body}\nEND_FUNCTION`;
const calls = (...values: readonly number[]): string =>
  values.map((n) => `TEST 'with ${n}' VAR r : INT; END_VAR r := F(${n}); END_TEST`).join("\n");

describe("coverage of lines", () => {
  it("counts how often each ran over all tests, with 0 where none came", () => {
    const text = inFunction("IF n > 0 THEN\nF := 1;\nELSE\nF := 2;\nF := F + 1;\nEND_IF;");
    expect(records("DA", text, calls(1, 2, 3))).toEqual(["2,3", "3,3", "5,0", "6,0"]);
    expect(records("DA", text, calls(1, -2))).toEqual(["2,2", "3,1", "5,1", "6,1"]);
  });

  it("knows statements that are nothing but a jump, and those behind one", () => {
    const text = inFunction(
      "FOR i := 1 TO 5 DO\nIF i = 2 THEN\nCONTINUE;\nELSIF i = n THEN\nEXIT;\nEND_IF;\nF := F + i;\nEND_FOR;\nRETURN;\nF := 0;",
    );
    expect(records("DA", text, calls(4))).toEqual(["2,1", "3,4", "4,1", "5,3", "6,1", "8,2", "10,1", "11,0"]);
  });

  it("has units that nothing calls, programs too, and no tests", () => {
    const text = `${inFunction("F := n;")}\nFUNCTION_BLOCK B VAR x : LINT; END_VAR\nx := x + 1;\nEND_FUNCTION_BLOCK\nPROGRAM P VAR b : B; END_VAR\nb();\nEND_PROGRAM`;
    expect(records("FNDA", text, calls(1))).toEqual(["1,F", "0,B", "0,P"]);
    expect(records("DA", text, calls(1))).toEqual(["2,1", "5,0", "8,0"]);
    expect(records("SF", text, calls(1))).toEqual(["unit.st"]);
  });

  it("has one count for a line with several statements: that of the one that ran most", () => {
    expect(records("DA", inFunction("IF n = 1 THEN F := 1; END_IF; F := F + 1;"), calls(1, 2))).toEqual(["2,2"]);
  });
});

describe("coverage of branches", () => {
  it("has two ways for each condition that AND and OR may leave out", () => {
    const text = inFunction("IF n > 0 AND NOT (n > 9) THEN F := 1; END_IF;");
    expect(records("BRDA", text, calls(5))).toEqual(["2,0,0,1", "2,0,1,0", "2,0,2,0", "2,0,3,1"]);
    expect(records("BRDA", text, calls(5, 10, -1, -2))).toEqual(["2,0,0,2", "2,0,1,2", "2,0,2,1", "2,0,3,1"]);
  });

  it("has a way for each arm of a CASE and one for the rest", () => {
    const text = inFunction("CASE n OF\n1, 3: F := 1;\n5..7: F := 2;\nELSE F := 3;\nEND_CASE;");
    expect(records("BRDA", text, calls(3, 1, 4))).toEqual(["2,0,0,2", "2,0,1,0", "2,0,2,1"]);
  });

  it("counts the rounds of loops and their ends", () => {
    const loops =
      "FOR i := 1 TO n DO F := 1; END_FOR;\nWHILE i > 3 DO i := i - 1; END_WHILE;\nREPEAT i := i - 1;\nUNTIL i < 0\nEND_REPEAT;";
    expect(records("BRDA", inFunction(loops), calls(4))).toEqual([
      "2,0,0,4",
      "2,0,1,1",
      "3,0,0,2",
      "3,0,1,1",
      "5,0,0,1",
      "5,0,1,3",
    ]);
  });

  it("tells what was never decided from what was always decided the same way", () => {
    const text = inFunction("IF n > 0 THEN\nIF n > 1 THEN F := 1; END_IF;\nEND_IF;");
    expect(records("BRDA", text, calls(0))).toEqual(["2,0,0,0", "2,0,1,1", "3,0,0,-", "3,0,1,-"]);
  });

  it("is right where branches do not reach, and on values of 64 bits", () => {
    const far = inFunction(`IF n = 1 THEN\n${"F := F * n + i;\n".repeat(600)}ELSE F := 7; END_IF;`);
    expect(records("BRDA", far, calls(1, 2, 3))).toEqual(["2,0,0,1", "2,0,1,2"]);
    const long =
      "FUNCTION F : INT VAR_INPUT n : LINT; END_VAR\nIF n > 16#1_0000_0000 THEN F := 1; END_IF;\nEND_FUNCTION";
    expect(records("BRDA", long, calls(2 ** 33, 2))).toEqual(["2,0,0,1", "2,0,1,1"]);
  });
});

describe("a test that is covered", () => {
  it("must come to the same result with and without optimisation", () => {
    const tests = "VAR_GLOBAL x : INT; END_VAR TEST 'looks at an address' x := F(3); ASSERT_EQ(ADR(x), 0); END_TEST";
    const [outcome] = suiteOf(inFunction("F := n * 2 + i;\n".repeat(20)), tests).outcomes;
    expect(outcome?.failure?.message).toMatch(
      /^its result depends on optimisation.* With: .*expected 0\. Without: .*expected 0$/,
    );
  });

  it("is told, when it hangs, with the place where it does", () => {
    const { outcomes, files } = suiteOf(
      inFunction("i := 1;\nWHILE TRUE DO\nF := F + 1;\nEND_WHILE;\ni := 2;"),
      calls(1),
    );
    expect(outcomes[0]?.failure).toMatchObject({
      file: "unit.st",
      line: 4,
      message: expect.stringMatching(/not ended/),
    });
    expect(figuresOf(files[0]!).statements).toEqual({ covered: 3, total: 4 });
  });
});

describe.skipIf(requirePeers("lcov", "genhtml").missing)("LCOV's own tools", () => {
  const folder = mkdtempSync(join(tmpdir(), "partita-lcov-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("read the report, count as it does, and make pages of it", () => {
    const text = `${inFunction("IF n > 0 THEN\nF := 1;\nELSIF n = 0 OR n = -7 THEN\nF := 2;\nEND_IF;")}\nFUNCTION G : INT\nG := 1;\nEND_FUNCTION\n`;
    writeFileSync(join(folder, "unit.st"), text);
    writeFileSync(join(folder, "unit.lcov"), lcovOf(suiteOf(text, calls(1, 2)).files));
    const run = (program: string, ...args: string[]) => execFileSync(program, args, { cwd: folder, encoding: "utf8" });
    const summary = run("lcov", "--rc", "lcov_branch_coverage=1", "--summary", "unit.lcov");
    expect(summary).toMatch(/lines\.*: 40\.0% \(2 of 5 lines\)/);
    expect(summary).toMatch(/functions\.*: 50\.0% \(1 of 2 functions\)/);
    expect(summary).toMatch(/branches\.*: 16\.7% \(1 of 6 branches\)/);
    run("genhtml", "--branch-coverage", "--quiet", "--output-directory", "pages", "unit.lcov");
    expect(existsSync(join(folder, "pages", "index.html"))).toBe(true);
  });
});
