/** TEST … END_TEST: what a test of the language itself can say, and what it must not. */
import { describe, expect, it } from "vitest";
import { runTest } from "../../runtime/cli/test-run.ts";
import { formatProblem } from "../../runtime/problem.ts";
import { Compiler } from "./index.ts";

const clock = { monotonicMs: () => 0, nowMs: () => 0 };

/** What became of each test: null, or `line: message`. */
const outcomesOf = (text: string): readonly (string | null)[] => {
  const sources = [{ file: "t.st", text }];
  const compiler = new Compiler();
  const found = compiler.findTests(sources);
  if (!found.ok) throw new Error(found.problems.map(formatProblem).join("\n"));
  return found.tests.map((test) => {
    const compiled = compiler.compile(sources, { test: test.name });
    if (!compiled.ok) throw new Error(compiled.problems.map(formatProblem).join("\n"));
    const { failure } = runTest(test, compiled, clock);
    return failure === null ? null : `${failure.line}: ${failure.message}`;
  });
};

const problemsOf = (text: string): readonly string[] => {
  const found = new Compiler().findTests([{ file: "t.st", text }]);
  return found.ok ? [] : found.problems.map(({ code, line, message }) => `${code} ${line}: ${message}`);
};

describe("a TEST", () => {
  it("passes when all that it asserts holds, and ends at the first that does not, with the values", () => {
    expect(
      outcomesOf(`
        TEST 'holds' VAR n : INT := 3; r : REAL := 0.1; END_VAR
          ASSERT_TRUE(n = 3); ASSERT_FALSE(n > 3); ASSERT_EQ(n * 2, 6); ASSERT_NEAR(r * 3.0, 0.3, 1.0E-6);
        END_TEST
        TEST 'equal' VAR n : INT := 3; END_VAR
          ASSERT_EQ(n  +  1, 5); ASSERT_TRUE(FALSE);
        END_TEST
        TEST 'near' VAR r : REAL := 2.5; END_VAR ASSERT_NEAR(ACTUAL := r, EXPECTED := 2.0, TOLERANCE := 0.25); END_TEST
        TEST 'true' VAR n : INT := 3; END_VAR ASSERT_TRUE(n < 2 OR n > 7); END_TEST
        TEST 'false' VAR b : BOOL := TRUE; END_VAR ASSERT_FALSE(b); END_TEST
        TEST 'types' VAR t : TIME := T#1s; x : LREAL := 1.5; l : LINT := 16#7FFF_FFFF_FFFF_FFFF; END_VAR
          ASSERT_EQ(t, T#1000ms); ASSERT_NEAR(x, 1.5, 0.0); ASSERT_EQ(l, 0);
        END_TEST`),
    ).toEqual([
      null,
      "6: n + 1 is 4, expected 5",
      "8: r is 2.5, expected 2 ± 0.25",
      "9: n < 2 OR n > 7 is FALSE",
      "10: b is TRUE",
      '12: l is "9223372036854775807", expected 0',
    ]);
  });

  it("begins at t = 0 with initial values, and moves time itself", () => {
    const source = `
      VAR_GLOBAL count : INT; END_VAR
      FUNCTION_BLOCK Blink VAR_INPUT run : BOOL; END_VAR VAR_OUTPUT lamp : BOOL; END_VAR VAR t : TON; END_VAR
        t(IN := run AND NOT t.Q, PT := T#500ms); IF t.Q THEN lamp := NOT lamp; END_IF;
      END_FUNCTION_BLOCK
      TEST 'blinks' VAR b : Blink; i : INT; END_VAR
        count := count + 1; ASSERT_EQ(count, 1); ASSERT_EQ(TIME(), T#0s);
        b(run := TRUE);
        FOR i := 1 TO 10 DO ADVANCE_TIME(T#50ms); ASSERT_FALSE(b.lamp); b(run := TRUE); END_FOR;
        ASSERT_TRUE(b.lamp); ASSERT_EQ(TIME(), T#500ms);
      END_TEST
      TEST 'is in a partition of its own' VAR b : Blink; END_VAR count := count + 1; ASSERT_EQ(count, 1); END_TEST`;
    expect(outcomesOf(source)).toEqual([null, null]);
  });

  it("fails when its program raises an error, or never ends", () => {
    const source = `
      TEST 'divides' VAR zero, n : INT; END_VAR
        n := 5 / zero;
      END_TEST
      TEST 'hangs' WHILE TRUE DO ; END_WHILE; END_TEST`;
    expect(outcomesOf(source)).toEqual([
      "3: division by zero (NUMERIC_ERROR)",
      "5: it has not ended after 2 s of the board's time",
    ]);
  });

  it("goes on after an error that it expects, and fails when it was another or none", () => {
    const source = `
      FUNCTION At : INT VAR_INPUT i : INT; END_VAR VAR a : ARRAY [1..3] OF INT := [7, 8, 9]; END_VAR At := a[i]; END_FUNCTION
      TEST 'expects both' VAR zero, n : INT; END_VAR
        n := 5 / zero; ASSERT_ERROR(NUMERIC_ERROR); ASSERT_EQ(n, 0);
        n := At(4); n := At(0); ASSERT_ERROR(APPLICATION_ERROR); ASSERT_EQ(n, 7);
        n := 5 / zero; ASSERT_ERROR(numeric_error);
      END_TEST
      TEST 'none' VAR n : INT; END_VAR n := At(1); ASSERT_ERROR(APPLICATION_ERROR); END_TEST
      TEST 'another' VAR n : INT; END_VAR
        n := At(9);
        ASSERT_ERROR(NUMERIC_ERROR);
      END_TEST
      TEST 'one too many' VAR zero, n : INT; END_VAR
        n := 5 / zero; ASSERT_ERROR(NUMERIC_ERROR);
        n := 6 / zero;
      END_TEST
      TEST 'a wrong value before it' VAR zero, n : INT; END_VAR
        n := 5 / zero;
        ASSERT_EQ(n, 1);
        ASSERT_ERROR(NUMERIC_ERROR);
      END_TEST
      TEST 'an error before a wrong value' VAR zero, n : INT; END_VAR
        n := 5 / zero;
        ASSERT_EQ(n, 1);
      END_TEST`;
    expect(outcomesOf(source)).toEqual([
      null,
      "8: expected APPLICATION_ERROR, but nothing was raised",
      "11: expected NUMERIC_ERROR, but APPLICATION_ERROR was raised: t.st:2: array index out of bounds",
      "15: division by zero (NUMERIC_ERROR)",
      "19: n is 0, expected 1",
      "23: division by zero (NUMERIC_ERROR)",
    ]);
    expect(problemsOf("TEST 'a' ASSERT_ERROR(DIVISION_ERROR); ASSERT_ERROR(5); END_TEST")).toEqual([
      "unknown-name 1: DIVISION_ERROR is no error of the health monitor",
      "unknown-name 1: 5 is no error of the health monitor",
    ]);
  });

  it("compares texts as they are, whichever of them is a literal", () => {
    const source = `
      TEST 'same' VAR s : STRING(20) := 'abc'; w : WSTRING := "äb"; END_VAR
        ASSERT_EQ('abc', s); ASSERT_EQ(s, 'abc'); ASSERT_EQ("äb", w); ASSERT_EQ('abc', 'abc'); ASSERT_EQ(CONCAT('a', 'b'), 'ab');
      END_TEST
      TEST 'longer' VAR s : STRING(20) := 'abcd'; END_VAR ASSERT_EQ('abc', s); END_TEST
      TEST 'shorter' VAR s : STRING(3) := 'abc'; END_VAR ASSERT_EQ(s, 'abcd'); END_TEST`;
    expect(outcomesOf(source)).toEqual([null, `5: 'abc' is "abc", expected "abcd"`, `6: s is "abc", expected "abcd"`]);
  });

  it("has assertions and time to itself", () => {
    expect(problemsOf("PROGRAM P ASSERT_TRUE(TRUE); ADVANCE_TIME(T#1s); END_PROGRAM")).toEqual([
      "only-in-a-test 1: ASSERT_TRUE stands outside of a TEST",
      "only-in-a-test 1: ADVANCE_TIME stands outside of a TEST",
    ]);
    expect(problemsOf("TEST 'a' ASSERT_EQ(1); END_TEST")).toEqual(["arguments 1: ASSERT_EQ takes 2 arguments"]);
    expect(problemsOf("TEST 'a' ASSERT_EQ(1, TRUE); END_TEST")[0]).toMatch(/type-mismatch/);
    expect(problemsOf("TEST 'a' ADVANCE_TIME(T#-1s); END_TEST")[0]).toMatch(/time does not go back/);
    expect(problemsOf("TEST 'a' END_TEST TEST 'a' END_TEST")[0]).toMatch(/duplicate-name/);
    expect(problemsOf("TEST 'a' ASSERT_NEAR(1, 2, 3); END_TEST")[0]).toMatch(/ASSERT_NEAR takes REAL or LREAL/);
  });

  it("leaves TEST, ASSERT_TRUE and the like as names to those who have them", () => {
    expect(
      problemsOf(
        "FUNCTION ASSERT_TRUE : BOOL VAR_INPUT x : BOOL; END_VAR ASSERT_TRUE := x; END_FUNCTION PROGRAM P VAR test : BOOL; END_VAR test := ASSERT_TRUE(TRUE); END_PROGRAM",
      ),
    ).toEqual([]);
  });
});
