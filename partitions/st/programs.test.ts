import { describe, expect, it } from "vitest";
import { problemsOf, valuesAfter } from "./testing/running.ts";

const messages = (source: string) =>
  problemsOf(source).map(({ message, hint }) => (hint === "" ? message : `${message} | ${hint}`));

describe("a PROGRAM that another one calls", () => {
  const SCALE = `
    PROGRAM Scale VAR_INPUT raw : INT := 4; go : BOOL R_EDGE; END_VAR VAR_OUTPUT value : REAL; runs, edges : INT; END_VAR VAR inner : INT := 7; END_VAR
      value := raw * 0.5; runs := runs + 1; IF go THEN edges := edges + 1; END_IF;
    END_PROGRAM`;

  it("is there once, keeps its variables, and is looked into by its name", () => {
    const source = `${SCALE}
      FUNCTION_BLOCK Reader VAR_OUTPUT runs : INT; END_VAR runs := Scale.runs; END_FUNCTION_BLOCK
      PROGRAM Main VAR a, b : REAL; n, m : INT; r : Reader; not_run : BOOL; END_VAR
        Scale(); a := Scale.value; Scale(raw := 10, go := TRUE, value => b); Scale.raw := 6; n := Scale.raw + Scale.inner; r(); m := r.runs;
        Scale(EN := FALSE, raw := 100, ENO => not_run); Aux.seen := n;
      END_PROGRAM
      PROGRAM Aux VAR seen : INT; END_VAR Main2(); END_PROGRAM
      PROGRAM Main2 END_PROGRAM`;
    const named = source.replace("Main2(); END_PROGRAM", "END_PROGRAM").replace("PROGRAM Main2 END_PROGRAM", "");
    expect(
      valuesAfter(
        `${named} CONFIGURATION C TASK t(INTERVAL := T#10ms); PROGRAM p WITH t : Main; END_CONFIGURATION`,
        "p.a p.b p.n p.m p.not_run Scale.runs Scale.edges Aux.seen",
        2,
      ),
    ).toEqual([3, 5, 13, 4, false, 4, 1, 13]);
  });

  it("takes a VAR_IN_OUT when it begins, and gives it back at its end", () => {
    const source = `
      PROGRAM Count VAR_IN_OUT n : INT; list : ARRAY [1..2] OF INT; END_VAR n := n + 1; list[2] := n; END_PROGRAM
      PROGRAM Main VAR a : INT := 5; l : ARRAY [1..2] OF INT; END_VAR Count(n := a, list := l); END_PROGRAM`;
    expect(valuesAfter(source, "a l", 2)).toEqual([7, [0, 7]]);
    expect(messages(source.replace("n := a, ", ""))).toEqual([
      "n is VAR_IN_OUT and must be given | write n := some variable",
    ]);
  });

  it("does not run by itself where no CONFIGURATION says so: the one that nobody calls does", () => {
    const source = `${SCALE} PROGRAM Main VAR v : REAL; END_VAR Sub(); END_PROGRAM PROGRAM Sub Scale(raw := 3); Main.v := Scale.value; END_PROGRAM`;
    expect(valuesAfter(source, "Main.v Scale.runs", 3)).toEqual([1.5, 3]);
  });

  it("is refused in an expression, with wrong arguments, and where it leads back to itself", () => {
    const inMain = (body: string) => messages(`${SCALE} PROGRAM Main VAR x : REAL; END_VAR ${body} END_PROGRAM`);
    expect(inMain("Scale(); x := Scale();")).toEqual([
      "Scale is a PROGRAM | call it in a statement of its own and read its outputs afterwards",
    ]);
    expect(inMain("Scale(row := 1);")).toEqual(["Scale has no parameter row | did you mean raw?"]);
    expect(inMain("Scale(); x := Scale.valu;")).toEqual(["Scale has no variable valu | did you mean value?"]);
    expect(inMain("Scale(); Scale.value := 1.0;")).toEqual([
      "value is an output of its block and cannot be assigned from outside",
    ]);
    expect(
      messages(
        "PROGRAM A B(); END_PROGRAM PROGRAM B A(); END_PROGRAM CONFIGURATION C TASK t(INTERVAL := T#1s); PROGRAM p WITH t : A; END_CONFIGURATION",
      ),
    ).toEqual(["B calls A, which leads back to it: A → B → A | IEC 61131-3 allows no recursion: write a loop"]);
  });
});

describe("connections of a program instance", () => {
  const PLANT = (instances: string) => `
    PROGRAM Add VAR_INPUT a, b : INT := 5; END_VAR VAR_OUTPUT sum : INT; over : BOOL; END_VAR VAR runs : INT; END_VAR
      sum := a + b; over := sum > 10; runs := runs + 1;
    END_PROGRAM
    CONFIGURATION Plant
      VAR_GLOBAL in1 : INT := 3; in2 : INT := 20; total, other : INT; calm AT %QX0.0 : BOOL; word AT %MW4 : INT := 9; END_VAR
      TASK fast(INTERVAL := T#10ms, PRIORITY := 1); TASK slow(INTERVAL := T#20ms, PRIORITY := 2);
      ${instances}
    END_CONFIGURATION`;

  it("copy sources to inputs before each scan, and outputs to sinks behind it", () => {
    const source = PLANT("PROGRAM p WITH fast : Add(a := in1, b := 4, sum => in1, NOT over => calm);").replace(
      "NOT over =>",
      "over =>",
    );
    expect(valuesAfter(source, "in1 calm p.a p.sum p.runs", 3)).toEqual([15, true, 11, 15, 3]);
  });

  it("are each instance's own", () => {
    const source = PLANT(
      "PROGRAM p WITH fast : Add(a := in1, sum => total); PROGRAM q WITH slow : Add(a := in2, b := word, sum => other);",
    );
    expect(valuesAfter(source, "total other p.b q.b q.sum", 4)).toEqual([8, 29, 5, 9, 29]);
  });

  it("are checked as arguments of a call are", () => {
    expect(messages(PLANT("PROGRAM p WITH fast : Add(c := in1);"))).toEqual([
      "Add has no parameter c | it has a, b, sum, over",
    ]);
    expect(messages(PLANT("PROGRAM p WITH fast : Add(a := calm, sum => 5, over := calm);"))).toEqual([
      "expected INT, found BOOL | convert it: BOOL_TO_INT(…)",
      "expected a variable here",
      "over is an output of Add | write over => …",
    ]);
    expect(messages(PLANT("PROGRAM p WITH fast : Add(a := nothing);"))).toEqual([
      "nothing is not declared | declare it in a VAR section",
    ]);
  });
});
