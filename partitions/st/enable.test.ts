import { describe, expect, it } from "vitest";
import { problemsOf, valuesAfter } from "./testing/running.ts";

const main = (variables: string, statements: string, before = ""): string =>
  `${before} PROGRAM Main VAR ${variables} END_VAR ${statements} END_PROGRAM`;

describe("EN and ENO", () => {
  it("belong to every function, operator, method and block", () => {
    const before = `
      VAR_GLOBAL runs : INT; END_VAR
      TYPE Point : STRUCT x, y : INT; END_STRUCT; END_TYPE
      FUNCTION Twice : INT VAR_INPUT n : INT; END_VAR runs := runs + 1; Twice := 2 * n; END_FUNCTION
      FUNCTION Place : Point VAR_INPUT n : INT; END_VAR Place.x := n; Place.y := 1; END_FUNCTION
      FUNCTION Touch runs := runs + 10; END_FUNCTION
      FUNCTION_BLOCK Count VAR_OUTPUT n : INT; END_VAR n := n + 1; METHOD Add : INT VAR_INPUT by_ : INT; END_VAR n := n + by_; Add := n; END_METHOD END_FUNCTION_BLOCK`;
    const variables =
      "t : BOOL := TRUE; f : BOOL; a, b, c, d, g, h : INT := 9; p : Point := (x := 5); ok, no, fine, out, ran : BOOL; k : Count; r : REAL;";
    const statements = `
      a := Twice(EN := t, n := 4, ENO => ok); b := Twice(EN := f, n := 4, ENO => no);
      c := ADD(EN := t, IN1 := a, IN2 := 1, ENO => fine); d := MOVE(EN := NOT t, IN := 3);
      no := TRUE; Touch(EN := f, ENO => no); Touch(EN := t);
      p := Place(EN := f, n := 3); h := Place(EN := t, n := 8).x;
      k(EN := t, ENO => out); k(EN := f, ENO => ran); g := k.Add(EN := t, by_ := 10); r := SQRT(EN := t, IN := 16.0);`;
    expect(valuesAfter(main(variables, statements, before), "a b c d ok no fine p.x h k.n out ran g r runs")).toEqual([
      8,
      0,
      9,
      0,
      true,
      false,
      true,
      0,
      8,
      11,
      true,
      false,
      11,
      4,
      11,
    ]);
  });

  it("may be set by the body, and tested by it", () => {
    const before = `
      FUNCTION Safe : INT VAR_INPUT a, b : INT; END_VAR
        IF b = 0 THEN ENO := FALSE; RETURN; END_IF;
        IF EN THEN Safe := a / b; END_IF;
      END_FUNCTION
      FUNCTION_BLOCK Check VAR_INPUT n : INT; END_VAR IF n > 5 THEN ENO := FALSE; END_IF; END_FUNCTION_BLOCK
      FUNCTION_BLOCK Own VAR_INPUT EN : BOOL; END_VAR VAR_OUTPUT ENO : BOOL; n : INT; END_VAR n := n + 1; ENO := NOT EN; END_FUNCTION_BLOCK`;
    const variables = "x, y, z : INT; a, b, c, d, e, g : BOOL; k : Check; o : Own; f : BOOL;";
    const statements =
      "x := Safe(a := 6, b := 3, ENO => a); y := Safe(a := 6, b := 0, ENO => b); z := Safe(6, 2); k(n := 9, ENO => c); k(n := 1, ENO => d); k(EN := f, n := 1, ENO => e); o(EN := f, ENO => g);";
    expect(valuesAfter(main(variables, statements, before), "x y z a b c d e g o.n")).toEqual([
      2,
      0,
      3,
      true,
      false,
      false,
      true,
      false,
      true,
      1,
    ]);
  });

  it("are BOOL", () => {
    const refused = problemsOf(main("a : INT; n : INT;", "a := ABS(EN := n, IN := 3); a := ABS(IN := 3, ENO => n);"));
    expect(refused.map(({ message }) => message)).toEqual(["expected BOOL, found INT", "expected INT, found BOOL"]);
  });
});

describe("outputs of a function", () => {
  it("start anew at each call", () => {
    const before =
      "FUNCTION F VAR_INPUT set : BOOL; END_VAR VAR_OUTPUT q : INT := 7; z : INT; END_VAR IF set THEN q := 1; z := 2; END_IF; END_FUNCTION";
    expect(
      valuesAfter(
        main("a, b, c, d : INT := 50;", "F(set := TRUE, q => a, z => b); F(set := FALSE, q => c, z => d);", before),
        "a b c d",
      ),
    ).toEqual([1, 2, 7, 0]);
  });

  it("go with functions of literals too", () => {
    const source = `PROGRAM M VAR ok : BOOL; n, m : INT; r : REAL; END_VAR
      n := ADD(EN := TRUE, IN1 := 1, IN2 := 2, ENO => ok); m := ADD(EN := FALSE, IN1 := 1, IN2 := 2);
      r := MUL(EN := TRUE, IN1 := 2, IN2 := 1.5); END_PROGRAM`;
    expect(valuesAfter(source, "ok n m r")).toEqual([true, 3, 0, 3]);
  });
});
