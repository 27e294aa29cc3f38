import { describe, expect, it } from "vitest";
import { valuesAfter } from "./testing/running.ts";

describe("instances of one PROGRAM", () => {
  it("have variables, blocks, methods and actions of their own, and the globals in common", () => {
    const source = `
      VAR_GLOBAL all : INT; END_VAR
      PROGRAM Count
        VAR n : INT := 10; t : CTU; list : ARRAY [0..1] OF INT; p : POINTER TO INT := ADR(n); END_VAR
        p^ := p^ + 1; all := all + 1; Note(); t(CU := all MOD 2 = 0, PV := 3); list[1] := Twice(n);
        ACTION Note: list[0] := list[0] + n; END_ACTION
        METHOD Twice : INT VAR_INPUT x : INT; END_VAR Twice := 2 * x; END_METHOD
      END_PROGRAM
      CONFIGURATION Plant
        VAR_GLOBAL inside : INT := 4; END_VAR
        RESOURCE Main ON PLC
          VAR_GLOBAL deeper : INT := 5; END_VAR
          TASK T(INTERVAL := T#10ms);
          PROGRAM First WITH T : Count;
          PROGRAM Second WITH T : Count;
        END_RESOURCE
      END_CONFIGURATION`;
    expect(
      valuesAfter(source, "First.n Second.n all First.list Second.list First.t.CV Second.t.CV inside deeper", 2),
    ).toEqual([12, 12, 4, [23, 24], [23, 24], 0, 1, 4, 5]);
  });
});
