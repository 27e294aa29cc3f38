import { describe, expect, it } from "vitest";
import { problemsOf, start, valuesAfter } from "./testing/running.ts";

const TYPES = "TYPE Color : (Red, Green := 5, Blue); Small : (Low, High := 200) USINT; END_TYPE";

describe("an integer as a value of an enum", () => {
  it("is assigned and compared as in CODESYS", () => {
    const source = `${TYPES}
      FUNCTION Next : Color VAR_INPUT c : Color; END_VAR Next := Red; IF c = 0 THEN Next := 5; ELSIF c = Green THEN Next := c + 1; END_IF; END_FUNCTION
      PROGRAM Main VAR a, b, c, d : Color := 6; s : Small := 200; i : INT := 5; u : USINT := 6; n : DINT; END_VAR
        a := i; b := u; c := Next(0); d := Next(5); i := d; n := s;
        CASE a OF 0: n := n + 1; 5: n := n + 2; 6: n := n + 3; END_CASE;
      END_PROGRAM`;
    expect(valuesAfter(source, "a b c d s i n")).toEqual(["Green", "Blue", "Green", "Blue", "High", 6, 202]);
  });

  it("raises an error, and is the first value, when the enum has none such", () => {
    const { run, raised } = start(
      `${TYPES} PROGRAM Main VAR a : Color := Blue; i : INT := 7; END_VAR a := i; END_PROGRAM`,
    );
    expect(run.runScans(1)).toBe("scans");
    expect(run.read("a")).toBe("Red");
    expect(raised).toMatchObject([{ code: 2, message: expect.stringMatching(/^t.st:1: /) }]);
  });

  it("is refused when it is known to be none, too wide, or of another enum", () => {
    const inMain = (body: string) =>
      problemsOf(`${TYPES} PROGRAM Main VAR a : Color; s : Small; d : DINT; END_VAR ${body} END_PROGRAM`).map(
        ({ message }) => message,
      );
    expect(inMain("a := 7;")).toEqual(["Color has no value 7"]);
    expect(inMain("a := d;")).toEqual(["expected Color, found DINT"]);
    expect(inMain("a := s;")).toEqual(["expected Color, found Small"]);
    expect(inMain("CASE a OF 3: ; END_CASE;")).toEqual(["Color has no value 3"]);
  });
});

describe("the values of an enum", () => {
  it("may be computed from those before them, which hide what else has their names", () => {
    const source = `
      VAR_GLOBAL CONSTANT Low : INT := 77; Step : UINT := 4; END_VAR
      TYPE Level : (Low := 10, Middle := Low + Step, High, Top := High * 2); END_TYPE
      PROGRAM Main VAR a : Level := Middle; b : Level := Top; x, y : INT; END_VAR x := a; y := b; END_PROGRAM`;
    expect(valuesAfter(source, "x y")).toEqual([14, 30]);
  });
});
