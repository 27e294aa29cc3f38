import { describe, expect, it } from "vitest";
import { problemsOf, valuesAfter } from "./testing/running.ts";

describe("bit strings as numbers", () => {
  it("are counted with as the unsigned numbers that they hold", () => {
    const source = `PROGRAM M
      VAR a : BYTE := 250; b : WORD := 16#FFFF; c : DWORD := 5; i : INT; u : UINT; x, y : BYTE; z : DWORD; r : REAL; l : BOOL; END_VAR
      x := a + 10; y := a / 3; i := a - 251; u := b; z := c - 6; r := a; b := u; a := USINT#7; l := a < 8; END_PROGRAM`;
    expect(valuesAfter(source, "x y i u z r l")).toEqual([4, 83, 255, 65535, 0xffff_ffff, 250, true]);
  });

  it("but a BOOL is no number, and what may lose a sign must be asked for", () => {
    const of = (statement: string) =>
      problemsOf(`PROGRAM M VAR i : INT; w : WORD; b : BOOL; END_VAR ${statement} END_PROGRAM`).map(({ code }) => code);
    expect(of("i := b;")).toEqual(["type-mismatch"]);
    expect(of("i := i + b;")).toEqual(["operand-type"]);
    expect(of("w := i;")).toEqual(["type-mismatch"]);
    expect(of("i := w;")).toEqual(["type-mismatch"]);
  });
});
