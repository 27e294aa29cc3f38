import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compile, PROBLEM_PAGES } from "../../index.ts";

const warningsOf = (source: string): readonly string[] => {
  const result = compile(source, { file: "w.st" });
  if (!result.ok) throw new Error(result.problems.map(({ line, message }) => `${line}: ${message}`).join("\n"));
  return result.warnings.map(({ code, message }) => `${code}: ${message}`);
};

const DECLARED = `
TYPE Mode : (Off, Auto, Manual); Config : STRUCT gain : REAL := 2.0; END_STRUCT; END_TYPE
FUNCTION_BLOCK Filter VAR_INPUT x : REAL; END_VAR VAR_OUTPUT y : REAL; END_VAR VAR_IN_OUT n : INT; END_VAR y := x; n := n + 1; END_FUNCTION_BLOCK
FUNCTION Twice : INT VAR_INPUT x : INT; END_VAR VAR_OUTPUT rest : INT; END_VAR Twice := 2 * x; rest := 0; END_FUNCTION
`;
/** The body of a function block Unit, which a program uses, with inputs a, b, flag, r, mode and an output q. */
const inBlock = (variables: string, body: string): readonly string[] =>
  warningsOf(`${DECLARED}
FUNCTION_BLOCK Unit
VAR_INPUT a, b : INT; flag : BOOL; r : REAL; mode : Mode; END_VAR VAR_OUTPUT q : INT; END_VAR
${variables}
q := a;
${body}
END_FUNCTION_BLOCK
PROGRAM Main VAR u : Unit; END_VAR u(); END_PROGRAM`);

const inFunction = (variables: string, body: string): readonly string[] =>
  warningsOf(`${DECLARED}
FUNCTION F : INT VAR_INPUT a : INT; flag : BOOL; END_VAR ${variables}
F := a;
${body}
END_FUNCTION
PROGRAM Main VAR q AT %QW0 : INT; END_VAR q := F(1, TRUE); END_PROGRAM`);

describe("unused-variable", () => {
  it("is told of variables and instances that nothing names", () => {
    expect(inBlock("VAR x : INT; t : TON; END_VAR VAR CONSTANT K : INT := 1; END_VAR", "")).toEqual([
      "unused-variable: x is never used in Unit",
      "unused-variable: t is declared, but never called in Unit",
      "unused-variable: K is never used in Unit",
    ]);
  });

  it("is not told of what is only folded away, bounds an array, or is passed on", () => {
    expect(inBlock("VAR x : BOOL := TRUE; END_VAR", "flag := TRUE OR x;")).toEqual([]);
    expect(inBlock("VAR CONSTANT N : INT := 3; END_VAR VAR l : ARRAY [1..N] OF INT; END_VAR", "l[1] := a;")).toEqual(
      [],
    );
    expect(inBlock("VAR f : Filter; n : INT; END_VAR", "f(n := n);")).toEqual([]);
  });
});

describe("never-assigned", () => {
  it("is told of a scalar, or an array of them, that is read as 0 always", () => {
    expect(inBlock("VAR x : INT; l : ARRAY [1..3] OF REAL; END_VAR", "q := x; flag := l[a] > 1.0;")).toEqual([
      "never-assigned: x is read, but never assigned",
      "never-assigned: l is read, but never assigned",
    ]);
    expect(inFunction("VAR_TEMP x : BOOL; END_VAR", "IF x THEN F := 0; END_IF;")).toEqual([
      "never-assigned: x is read, but never assigned",
    ]);
  });

  it("is not told of what has a value: given, kept, passed by reference, from a call, or a part at a time", () => {
    expect(inBlock("VAR x : INT := 0; END_VAR", "q := x;")).toEqual([]);
    expect(inBlock("VAR RETAIN x : INT; END_VAR", "q := x;")).toEqual([]);
    expect(inBlock("VAR x : INT; f : Filter; END_VAR", "f(n := x); q := x;")).toEqual([]);
    expect(inBlock("VAR x : INT; END_VAR", "q := Twice(a, rest => x) + x;")).toEqual([]);
    expect(inBlock("VAR w : WORD; c : Config; END_VAR", "w.3 := flag; flag := w.4; r := c.gain;")).toEqual([]);
    expect(inBlock("VAR x : INT; p : POINTER TO INT; END_VAR", "p := ADR(x); p^ := 1; q := x;")).toEqual([]);
    expect(inBlock("VAR i : INT; END_VAR", "FOR i := 1 TO 3 DO q := q + i; END_FOR;")).toEqual([]);
  });
});

describe("never-read", () => {
  it("is told of what a call computes for nothing", () => {
    expect(inFunction("VAR x : INT; END_VAR", "x := a;")).toEqual(["never-read: x is assigned, but never read"]);
    expect(inBlock("VAR_TEMP x : INT; END_VAR", "x := a;")).toEqual(["never-read: x is assigned, but never read"]);
  });

  it("is not told of what can be watched, of counters, and of outputs that must go somewhere", () => {
    expect(inBlock("VAR x : INT; END_VAR", "x := a;")).toEqual([]);
    expect(inFunction("VAR i : INT; END_VAR", "FOR i := 1 TO 3 DO F := F + 1; END_FOR;")).toEqual([]);
    expect(inFunction("VAR x : INT; END_VAR", "F := Twice(a, rest => x);")).toEqual([]);
  });
});

describe("unreachable", () => {
  const why = (warnings: readonly string[]) => warnings.map((text) => text.replace(/^.*reached: /, ""));

  it("is told of what stands behind a statement that leaves", () => {
    expect(why(inBlock("", "RETURN; q := 1; q := 2;"))).toEqual(["the RETURN above always leaves before it"]);
    expect(why(inBlock("", "WHILE flag DO EXIT; q := 1; END_WHILE;"))).toEqual([
      "the EXIT above always leaves before it",
    ]);
    expect(why(inBlock("", "IF flag THEN RETURN; ELSE RETURN; END_IF; q := 1;"))).toEqual([
      "the IF above always leaves before it",
    ]);
    expect(why(inBlock("", "WHILE TRUE DO q := q + 1; END_WHILE; q := 1;"))).toEqual([
      "the WHILE loop above always leaves before it",
    ]);
  });

  it("is told of what a literal condition excludes", () => {
    expect(why(inBlock("", "IF FALSE THEN q := 1; END_IF;"))).toEqual(["its condition is always FALSE"]);
    expect(why(inBlock("", "IF NOT FALSE THEN q := 1; ELSE q := 2; END_IF;"))).toEqual([
      "a condition above is always TRUE",
    ]);
  });

  it("is not told of switches, and of loops that can be left", () => {
    expect(inBlock("VAR CONSTANT DEBUG : BOOL := FALSE; END_VAR", "IF DEBUG THEN q := 1; END_IF;")).toEqual([]);
    expect(inBlock("", "WHILE TRUE DO IF flag THEN EXIT; END_IF; END_WHILE; q := 1;")).toEqual([]);
    expect(inBlock("", "IF flag THEN RETURN; END_IF; q := 1;")).toEqual([]);
  });
});

describe("real-equality", () => {
  it("is told of = and <> of REALs, but not of 0.0, nor of two variables", () => {
    expect(inBlock("", "flag := r = 1.5; flag := 0.1 <> r;")).toEqual([
      "real-equality: two REALs are seldom exactly equal",
      "real-equality: two REALs are seldom exactly equal",
    ]);
    expect(inBlock("VAR last : REAL; END_VAR", "flag := r <> last; last := r;")).toEqual([]);
    expect(inBlock("", "flag := r = 0.0; flag := r <> 0; flag := r > 1.5; flag := a = 1;")).toEqual([]);
  });
});

describe("loop-variable-changed", () => {
  it("is told of assignments, nested loops and calls that change the counter", () => {
    const message = "loop-variable-changed: i counts the FOR loop around this and must not be changed in it";
    expect(inBlock("VAR i : INT; END_VAR", "FOR i := 1 TO 3 DO IF flag THEN i := 3; END_IF; END_FOR;")).toEqual([
      message,
    ]);
    expect(inBlock("VAR i : INT; END_VAR", "FOR i := 1 TO 3 DO FOR i := 1 TO 2 DO ; END_FOR; END_FOR;")).toEqual([
      message,
    ]);
    expect(inBlock("VAR i : INT; f : Filter; END_VAR", "FOR i := 1 TO 3 DO f(n := i); END_FOR;")).toEqual([message]);
  });

  it("is not told of other variables, elements by the counter, and what comes behind the loop", () => {
    const variables = "VAR i : INT; l : ARRAY [1..3] OF INT; END_VAR";
    expect(inBlock(variables, "FOR i := 1 TO 3 DO l[i] := i; END_FOR; i := 0;")).toEqual([]);
  });
});

describe("output-never-assigned and result-not-assigned", () => {
  it("are told of outputs and results that a body leaves alone", () => {
    expect(inFunction("VAR_OUTPUT done : BOOL; END_VAR", "")).toEqual([
      "output-never-assigned: the output done of F is never assigned",
    ]);
    const noResult = "FUNCTION F : INT VAR_IN_OUT x : INT; END_VAR x := 1; END_FUNCTION";
    expect(warningsOf(`${noResult} PROGRAM P VAR y : INT; END_VAR F(y); END_PROGRAM`)).toEqual([
      "result-not-assigned: F never assigns its result",
    ]);
  });

  it("are not told of empty bodies, initial values, and outputs set by a call", () => {
    const stub = "FUNCTION_BLOCK B VAR_OUTPUT y : INT; END_VAR END_FUNCTION_BLOCK";
    expect(warningsOf(`${stub} PROGRAM P VAR b1 : B; END_VAR b1(); END_PROGRAM`)).toEqual([]);
    expect(inFunction("VAR_OUTPUT version : INT := 3; END_VAR", "")).toEqual([]);
    expect(inFunction("VAR_OUTPUT rest : INT; END_VAR", "F := Twice(a, rest => rest);")).toEqual([]);
  });
});

describe("case-incomplete", () => {
  it("is told of the values that are missing", () => {
    expect(inBlock("", "CASE mode OF Off: q := 1; END_CASE;")).toEqual([
      "case-incomplete: this CASE passes over Auto, Manual of Mode",
    ]);
  });

  it("is not told where an ELSE says so, all are there, or the selector is a number", () => {
    expect(inBlock("", "CASE mode OF Off: q := 1; ELSE ; END_CASE;")).toEqual([]);
    expect(inBlock("", "CASE mode OF Off..Auto: q := 1; Manual: q := 2; END_CASE;")).toEqual([]);
    expect(inBlock("", "CASE a OF 1: q := 1; END_CASE;")).toEqual([]);
  });
});

describe("self-assignment and no-effect", () => {
  it("are told of statements that do nothing", () => {
    const variables = "VAR l : ARRAY [1..3] OF INT; END_VAR";
    expect(inBlock(variables, "q := Q; l[a] := l[ a ];")).toEqual([
      "self-assignment: this assigns a variable to itself",
      "self-assignment: this assigns a variable to itself",
    ]);
    expect(inBlock("", "ABS(a); MAX(a, b);")).toEqual([
      "no-effect: this call has no effect: its result is lost",
      "no-effect: this call has no effect: its result is lost",
    ]);
  });

  it("are not told of others", () => {
    expect(inBlock("VAR l : ARRAY [1..3] OF INT; END_VAR", "l[a] := l[b]; Twice(a);")).toEqual([]);
  });
});

describe("the warnings", () => {
  it("are silent about the waterworks", () => {
    const folder = fileURLToPath(new URL("../../../waterworks/", import.meta.url));
    const programs = readdirSync(folder).filter((name) => name.endsWith(".st"));
    expect(programs.length).toBeGreaterThan(2);
    for (const name of programs) expect([name, warningsOf(readFileSync(folder + name, "utf8"))]).toEqual([name, []]);
  });

  it("have a page each, named like their file", () => {
    const files = readdirSync(fileURLToPath(new URL(".", import.meta.url))).filter(
      (name) => !name.endsWith(".test.ts"),
    );
    const rules = files
      .map((name) => name.replace(/\.ts$/, ""))
      .filter((name) => !["index", "rule", "uses"].includes(name));
    expect(PROBLEM_PAGES.map(({ name }) => name)).toEqual(expect.arrayContaining(rules));
  });
});
