/** SEL, MUX, MIN, MAX, LIMIT, MOVE and the comparison functions of every type that they take (IEC 61131-3 tables 32 and 33). */
import { describe, expect, it } from "vitest";
import { ProgramRun } from "../../runtime/cli/program-run.ts";
import { formatProblem } from "../../runtime/problem.ts";
import { compile } from "./index.ts";
import { problemsOf } from "./testing/running.ts";

const valuesOf = (source: string, names: string, optimize: boolean): unknown[] => {
  const compiled = compile(source, { file: "t.st", optimize });
  if (!compiled.ok) throw new Error(compiled.problems.map(formatProblem).join("\n"));
  const run = new ProgramRun({ elf: compiled.elf, program: compiled.program, memoryBytes: 1 << 20 });
  expect(run.runScans(1)).toBe("scans");
  return names.split(" ").map((name) => run.read(name));
};

const messagesOf = (variables: string, statement: string): readonly string[] =>
  problemsOf(`PROGRAM Main VAR ${variables} END_VAR ${statement} END_PROGRAM`).map(
    ({ code, message }) => `${code}: ${message}`,
  );

const DECLARED = `
  TYPE
    Color : (Red, Green, Blue);
    Point : STRUCT x, y : INT; name : STRING(8); END_STRUCT;
    Row : ARRAY [0..2] OF LINT;
  END_TYPE
  INTERFACE Speaker METHOD Say : INT END_METHOD END_INTERFACE
  FUNCTION_BLOCK Cat IMPLEMENTS Speaker METHOD Say : INT Say := 1; END_METHOD END_FUNCTION_BLOCK
  FUNCTION_BLOCK Dog IMPLEMENTS Speaker METHOD Say : INT Say := 2; END_METHOD END_FUNCTION_BLOCK
  FUNCTION Made : Point VAR_INPUT x : INT; END_VAR Made.x := x; Made.y := -x; Made.name := 'made'; END_FUNCTION
  FUNCTION Next : INT VAR_IN_OUT n : INT; END_VAR n := n + 1; Next := n; END_FUNCTION
  FUNCTION NextText : STRING(4) VAR_IN_OUT n : INT; END_VAR n := n + 1; NextText := INT_TO_STRING(n); END_FUNCTION
`;
const programOf = (variables: string, statements: string): string =>
  `${DECLARED} PROGRAM Main VAR yes : BOOL := TRUE; no : BOOL; k : INT := 1; n : INT; ${variables} END_VAR ${statements} END_PROGRAM`;

describe.each([
  ["optimised", true],
  ["plain", false],
])("%s code", (_, optimize) => {
  const values = (names: string, variables: string, statements: string): unknown[] =>
    valuesOf(programOf(variables, statements), names, optimize);

  it("chooses among texts of different lengths, and reads no further than their ends", () => {
    const variables = `a : STRING(3) := 'abc'; b : STRING(20) := 'a longer text'; c, d, e, f : STRING; w : WSTRING(3) := "wä";
      v, u : WSTRING; l : INT;`;
    const found = values(
      "c d e f v u l",
      variables,
      `c := SEL(no, a, b); d := SEL(yes, a, b); e := MUX(k, 'none', a, b); f := MUX(9, a, CONCAT(a, '!'));
      v := SEL(no, w, "another"); u := MUX(-1, w, "x"); l := LEN(SEL(yes, 'a', 'bcd'));`,
    );
    expect(found).toEqual(["abc", "a longer text", "abc", "abc!", "wä", "wä", 3]);
  });

  it("chooses among structs, arrays and what functions return", () => {
    const variables = `p : Point := (x := 1, y := 2, name := 'p'); q, r, s, t : Point; rows : ARRAY [1..2] OF Row; row, other : Row;`;
    const found = values(
      "q.x q.name r.x r.name s.y t.x row[2] other[0]",
      variables,
      `rows[1][2] := 4_000_000_000; rows[2][2] := -1; other[0] := 77;
      q := SEL(no, p, Made(7)); r := SEL(G := yes, IN0 := p, IN1 := Made(7)); s := MUX(2, p, q, Made(9));
      t := SEL(yes, q, (x := 5, y := 6)); row := MUX(k, other, rows[k], rows[k + 1]); other := SEL(yes, row, other);`,
    );
    expect(found).toEqual([1, "p", 7, "made", -9, 5, 4_000_000_000, 77]);
  });

  it("chooses among enums, pointers, interfaces and instances, which go as references", () => {
    const variables = `c, d, e : Color; i : INT := 3; j : INT := 4; p, z : POINTER TO INT; r : REF_TO INT; x, y, a, b : INT;
      cat : Cat; dog : Dog; s : Speaker; isNull : BOOL;`;
    const found = values(
      "c d x y a b isNull",
      variables,
      `c := SEL(yes, Red, Blue); e := Green; d := MUX(1, c, e, Red); p := SEL(yes, ADR(i), ADR(j)); x := p^;
      r := MUX(0, REF(i), NULL); y := r^; s := SEL(no, cat, dog); a := s.Say(); s := MUX(1, s, dog); b := s.Say();
      z := SEL(yes, p, NULL); isNull := z = NULL;`,
    );
    expect(found).toEqual(["Blue", "Green", 4, 3, 1, 2, true]);
  });

  it("finds the least and the greatest of texts, dates, enums and characters", () => {
    const variables = `a : STRING(5) := 'beta'; b : STRING(30) := 'alpha'; c, d, e, f, g, h : STRING; w : WSTRING; t : TOD; u : DATE; l : LDT;
      m, o : Color; ch : CHAR; x : CHAR := 'q'; i, j : BOOL;`;
    const found = values(
      "c d e f g h w t u l m o ch i j",
      variables,
      `c := MIN(a, b); d := MAX(a, b, 'gamma'); e := LIMIT('b', 'a', 'c'); f := LIMIT('b', 'zz', 'c'); g := LIMIT('b', a, 'c');
      h := MIN('ab', 'abc', 'aa'); w := MAX("ab", "ä", "b"); t := MIN(TOD#12:00:00, TOD#11:59:59); u := MAX(D#2024-02-29, D#1970-01-01);
      l := LIMIT(LDT#2000-01-01-00:00:00, LDT#2020-01-01-00:00:00, LDT#2010-01-01-00:00:00);
      m := Blue; m := MIN(m, Color#Green); o := LIMIT(Green, Red, Blue); ch := MAX('a', x, 'c'); i := MIN(yes, no); j := MAX(no, yes);`,
    );
    expect(found).toEqual([
      ...["alpha", "gamma", "b", "c", "beta", "aa", "ä", "TOD#11:59:59", "D#2024-02-29", "LDT#2010-01-01-00:00:00"],
      ...["Green", "Green", "'q'", false, true],
    ]);
  });

  it("takes any integer for the K of MUX, and computes it and each input once", () => {
    const variables = `a, b, c : INT; s, t : STRING; big : ULINT := 16#1_0000_0000; minus : LINT := -5; d : UDINT := 16#FFFF_FFFF;`;
    const found = values(
      "a n b c s t",
      variables,
      `a := MUX(Next(n), 10, 20, 30); b := MUX(big, 1, 2, 3); c := MUX(minus, 1, 2, 3) + MUX(d, 10, 20);
      s := MUX(Next(n), 'a', NextText(n), NextText(n), 'd'); t := MIN(NextText(n), 'x');`,
    );
    expect(found).toEqual([20, 5, 3, 21, "4", "5"]);
  });

  it("moves values of any type", () => {
    const variables =
      "p : Point := (x := 4); q : Point; s : STRING(5); r : Row; a : ARRAY [0..2] OF LINT := [7, 8, 9]; c : Color; x : REAL;";
    const found = values(
      "q.x s r[2] c x",
      variables,
      "q := MOVE(p); s := MOVE('hello'); r := MOVE(a); c := MOVE(Green); x := MOVE(1);",
    );
    expect(found).toEqual([4, "hello", 9, "Green", 1]);
  });

  it("compares any number of texts, and computes each of them once", () => {
    const variables = "a, b, c, d, e, f : BOOL; s : STRING(3) := 'b';";
    const found = values(
      "a b c d e f n",
      variables,
      `a := LT('a', s, 'c'); b := GT('c', s, 'b'); c := EQ(s, 'b', SEL(yes, 'a', 'b')); d := GE("c", "b", "b");
      e := LT('0', NextText(n), NextText(n), '9'); f := LT(9, Next(n), Next(n));`,
    );
    expect(found).toEqual([true, false, true, true, true, false, 4]);
  });
});

describe("what does not fit together", () => {
  const variables = `a : ARRAY [0..1] OF INT; b : ARRAY [0..2] OF INT; c : BOOL; s : STRING; w : WSTRING; p : POINTER TO INT;
    r : REF_TO INT; q : REF_TO BOOL; i : INT; t : TIME; l : TON; m : TOF;`;
  it.each([
    ["a := SEL(c, a, b)", "operand-type: expected ARRAY [0..1] OF INT, found ARRAY [0..2] OF INT"],
    ["s := SEL(c, s, w)", "operand-type: expected a STRING, found WSTRING(80)"],
    ["s := MUX(i, s, 1)", "operand-type: expected a STRING, found an integer"],
    ["s := MIN(w, 's')", "operand-type: expected a WSTRING, found a string"],
    ["p := MIN(p, p)", "operand-type: expected a value that has an order, found POINTER TO INT"],
    ["a := MAX(a, a)", "operand-type: expected a scalar, found ARRAY [0..1] OF INT"],
    ["r := SEL(c, r, q)", "type-mismatch: expected REF_TO INT, found REF_TO BOOL"],
    ["p := SEL(c, p, i)", "type-mismatch: expected POINTER TO INT, found INT"],
    ["a := MUX(i, a, i)", "operand-type: expected ARRAY [0..1] OF INT, found INT"],
    ["i := MUX(t, i, i)", "type-mismatch: expected DINT, found TIME"],
    ["i := LIMIT(i, t, i)", "operand-type: TIME cannot be combined with INT here"],
    ["l := SEL(c, l, m)", "operand-type: expected TON, found TOF"],
    ["c := GT(s, w, s)", "operand-type: > cannot combine STRING(80) and WSTRING(80)"],
  ])("%s is refused", (statement, message) => {
    expect(messagesOf(variables, `${statement};`)[0]).toBe(message);
  });
});
