import { describe, expect, it } from "vitest";
import { problemsOf, start } from "./testing/running.ts";

/** `names`, which blanks separate, after each of `scans` scans. */
const history = (source: string, names: string, scans: number): unknown[][] => {
  const { run } = start(source);
  return Array.from({ length: scans }, () => {
    expect(run.runScans(1)).toBe("scans");
    return names.split(" ").map((name) => run.read(name));
  });
};

describe("R_EDGE and F_EDGE", () => {
  it("are TRUE inside of a block for the one call in which the input has risen or fallen", () => {
    const source = `
      FUNCTION_BLOCK Counter VAR_INPUT up : BOOL R_EDGE; down : BOOL F_EDGE := TRUE; END_VAR VAR_OUTPUT ups, downs : INT; seen : BOOL; END_VAR
        IF up THEN ups := ups + 1; END_IF; IF down THEN downs := downs + 1; END_IF; seen := up;
      END_FUNCTION_BLOCK
      PROGRAM Main VAR c : Counter; n : INT; END_VAR
        c(up := n MOD 3 > 0, down := n MOD 2 = 0); n := n + 1;
      END_PROGRAM`;
    // n: 0 1 2 3 4 5
    expect(history(source, "c.ups c.downs c.seen c.up", 6)).toEqual([
      [0, 0, false, false],
      [1, 1, true, true],
      [1, 1, false, true],
      [1, 2, false, false],
      [2, 2, true, true],
      [2, 3, false, true],
    ]);
  });

  it("see an input that is TRUE from the start as one that has risen, and keep each instance apart", () => {
    const source = `
      FUNCTION_BLOCK Once VAR_INPUT go : BOOL R_EDGE; END_VAR VAR_OUTPUT n : INT; END_VAR IF go THEN n := n + 1; END_IF; END_FUNCTION_BLOCK
      PROGRAM Main VAR a, b : Once; s : BOOL; END_VAR a(go := TRUE); b(go := s); s := NOT s; END_PROGRAM`;
    expect(history(source, "a.n b.n", 4)).toEqual([
      [1, 0],
      [1, 1],
      [1, 1],
      [1, 2],
    ]);
  });

  it("of a base are found once, whether the body of the base runs or not", () => {
    const source = `
      FUNCTION_BLOCK Base VAR_INPUT go : BOOL R_EDGE; END_VAR VAR_OUTPUT n : INT; END_VAR IF go THEN n := n + 1; END_IF; END_FUNCTION_BLOCK
      FUNCTION_BLOCK With EXTENDS Base VAR_OUTPUT m : INT; END_VAR SUPER^(); IF go THEN m := m + 1; END_IF; END_FUNCTION_BLOCK
      FUNCTION_BLOCK Without EXTENDS Base VAR_OUTPUT m : INT; END_VAR IF go THEN m := m + 1; END_IF; END_FUNCTION_BLOCK
      PROGRAM Main VAR a : With; b : Without; s : BOOL; END_VAR s := NOT s; a(go := s); b(go := s); END_PROGRAM`;
    expect(history(source, "a.n a.m b.n b.m", 3).at(-1)).toEqual([2, 2, 0, 2]);
  });

  it("are refused where nothing is kept from call to call, and of what is no BOOL", () => {
    const messages = (source: string) => problemsOf(source).map(({ message }) => message);
    expect(
      messages("FUNCTION F : INT VAR_INPUT a : BOOL R_EDGE; END_VAR F := 1; END_FUNCTION PROGRAM M END_PROGRAM"),
    ).toEqual(["R_EDGE is for a VAR_INPUT of a FUNCTION_BLOCK or PROGRAM"]);
    expect(
      messages("FUNCTION_BLOCK F VAR_INPUT a : INT F_EDGE; END_VAR END_FUNCTION_BLOCK PROGRAM M END_PROGRAM"),
    ).toEqual(["F_EDGE is of a BOOL, a is INT"]);
  });
});
