/** Where a constant expression may stand: constants of any integer type, enum values and subranges, on the board. */
import { describe, expect, it } from "vitest";
import { problemsOf, start, valuesAfter } from "./testing/running.ts";

const CONSTANTS = `
  TYPE Color : (Red, Green := Few, Blue); Narrow : INT (0..20); END_TYPE
  VAR_GLOBAL CONSTANT
    Few : INT := 3; Many : LINT := 12; Small : USINT := 5; Held : Narrow := 4; Size : UDINT := SIZEOF(Message);
    Cycle : TIME := T#20ms; Urgency : UINT := 1; Back : INT := -2;
  END_VAR
  TYPE Message : STRUCT text : STRING[Few + Small]; wide : WSTRING(Many); rest : ARRAY [Red..Green] OF BYTE; END_STRUCT; END_TYPE`;

describe("a constant expression", () => {
  it("is the length of a string, of any kind, wherever one is declared", () => {
    const source = `${CONSTANTS}
      FUNCTION Cut : STRING(Many) VAR_INPUT s : STRING(Small); END_VAR VAR CONSTANT own : UINT := 4; END_VAR VAR t : STRING[own]; END_VAR
        t := s; Cut := CONCAT(t, '|');
      END_FUNCTION
      PROGRAM Main
        VAR CONSTANT own : INT := 6; END_VAR
        VAR a : STRING(own) := 'abcdefgh'; b : STRING[own - Few]; c : ARRAY [1..Few] OF STRING(Held); d : STRING(20); n, m : UDINT; END_VAR
        b := a; c[2] := a; d := Cut(a); n := Size; m := SIZEOF(c);
      END_PROGRAM`;
    expect(valuesAfter(source, "a b c[2] d n m")).toEqual(["abcdef", "abc", "abcd", "abcd|", 9 + 26 + 4 + 1, 15]);
  });

  it("is a bound, a label, a count of equal elements, a step, an INTERVAL and a PRIORITY", () => {
    const source = `${CONSTANTS}
      TYPE Level : UINT (Small..Many); END_TYPE
      PROGRAM Main
        VAR list : ARRAY [Green..Many] OF INT := [1, Few(7), 2(Few)]; i, n, k : INT; b : BYTE := 12; level : Level; END_VAR
        FOR i := 12 TO Back BY Back DO n := n + 1; END_FOR;
        CASE b OF Few: k := 1; Small..Many: k := 2; END_CASE;
      END_PROGRAM
      CONFIGURATION Plant TASK T(INTERVAL := Cycle, PRIORITY := Urgency); PROGRAM p WITH T : Main; END_CONFIGURATION`;
    expect(valuesAfter(source, "p.list p.n p.k p.level")).toEqual([...[[1, 7, 7, 7, 3, 3, 0, 0, 0, 0], 8, 2, 5]]);
    expect(start(source).program.tasks[0]?.intervalNs).toBe(20e6);
  });

  it("is refused when it does not fit, or is none", () => {
    const inMain = (variables: string) =>
      problemsOf(`${CONSTANTS} PROGRAM Main VAR v : INT; ${variables} END_VAR END_PROGRAM`).map(
        ({ message }) => message,
      );
    expect(inMain("a : ARRAY [0..v] OF BYTE;")).toEqual(["this must be known when the program is compiled"]);
    expect(inMain("a : STRING(Back);")).toEqual(["a string has 0 to 65535 characters"]);
    expect(inMain("a : STRING(Cycle);")).toEqual(["expected DINT, found TIME"]);
    expect(inMain("a : ARRAY [0..Many * 16#7FFF_FFFF] OF BYTE;")).toEqual(["expected DINT, found LINT"]);
    expect(inMain("a : ARRAY [0..2] OF INT := [Few(1), 2];")).toEqual([
      "ARRAY [0..2] OF INT has 3 elements, this list has more",
    ]);
  });
});
