import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatProblem } from "../../runtime/problem.ts";
import { compile } from "./index.ts";

const compiled = (source: string) => compile(source, { file: "t.st" });
const problemsOf = (source: string) => {
  const result = compiled(source);
  return result.ok ? [] : result.problems;
};
/** The problems of a body with a few variables around it. */
const inBody = (body: string) =>
  problemsOf(`PROGRAM Main VAR a, b : INT; r : REAL; flag : BOOL; w : WORD; d : DINT; t : TIME; list : ARRAY [1..3] OF INT; ton1 : TON; END_VAR
${body}
END_PROGRAM`).map(({ message, hint }) => (hint === "" ? message : `${message} | ${hint}`));

describe("problems", () => {
  it("are all reported in one run, each with its line, column and a caret", () => {
    const source = [
      "PROGRAM Main",
      "VAR",
      "  level : INT",
      "  ok : BOOL;",
      "END_VAR",
      "  levle := 5;",
      "  IF ok THEN",
      "    ok = TRUE;",
      "  END_IF;",
      "  ok := 1 + ;",
      "END_PROGRAM",
    ].join("\n");
    expect(problemsOf(source).map(formatProblem)).toEqual([
      't.st:3:14: expected ";" after the declaration, found "ok" [ST0006 syntax]\n      level : INT\n                 ^',
      "t.st:6:3: levle is not declared [ST0101 unknown-name]\n      levle := 5;\n      ^^^^^\n  hint: did you mean level?",
      't.st:8:8: expected ":=" after "ok", found "=" [ST0006 syntax]\n        ok = TRUE;\n           ^\n  hint: write ":=" to assign; "=" compares',
      't.st:10:13: expected an expression, found ";" [ST0006 syntax]\n      ok := 1 + ;\n                ^',
    ]);
  });

  it("name what could have been meant", () => {
    expect(inBody("lisst[1] := 2;")).toEqual(["lisst is not declared | did you mean list?"]);
    expect(inBody("ton1(IN := flag, PTT := t);")).toEqual(["TON has no parameter PTT | did you mean PT?"]);
    expect(inBody("r := SQTR(r);")).toEqual(["there is no function SQTR | did you mean SQRT?"]);
    expect(problemsOf("PROGRAM M VAR x : ITN; END_VAR END_PROGRAM")[0]?.hint).toBe("did you mean INT?");
  });

  it("suggest only what is near, and functions where a function is called", () => {
    expect(inBody("c := 1;")).toEqual(["c is not declared | declare it in a VAR section"]);
    expect(inBody("t2 := t;")).toEqual(["t2 is not declared | declare it in a VAR section"]);
    expect(inBody("r := SQR(r);")).toEqual(["there is no function SQR | did you mean SQRT?"]);
    expect(inBody("r := x(r);")).toEqual(["there is no function x"]);
  });

  it("show an open comment, and not what it swallowed", () => {
    const open = "PROGRAM M VAR a : INT; END_VAR\n a := 1;\n (* never closed\n a := 2;\nEND_PROGRAM\n";
    const places = (source: string) => problemsOf(source).map(({ line, column, code }) => [line, column, code]);
    expect(places(open)).toEqual([[3, 2, "comment-not-closed"]]);
    expect(places(`(* all of it\n${open}`)).toEqual([[1, 1, "comment-not-closed"]]);
    expect(places(`FUNCTION F : INT F := ; END_FUNCTION\n${open}`)).toEqual([
      [1, 23, "syntax"],
      [4, 2, "comment-not-closed"],
    ]);
  });

  it("say what is missing when there is nothing to run", () => {
    const [none] = problemsOf("FUNCTION F : INT F := 1; END_FUNCTION");
    expect(none).toMatchObject({
      message: "there is no PROGRAM in this file",
      hint: "write PROGRAM Main … END_PROGRAM",
    });
    const [several] = problemsOf("PROGRAM A ; END_PROGRAM PROGRAM B ; END_PROGRAM");
    expect(several?.hint).toContain("add a CONFIGURATION");
    const broken =
      "PROGRAM Main VAR END_PROGRAM CONFIGURATION C TASK T(INTERVAL := T#1s); PROGRAM P WITH T : Main; END_CONFIGURATION";
    expect(problemsOf(broken).map(({ code }) => code)).not.toContain("unknown-name");
  });

  it("say where a block began that is not closed, each once, and go on behind it", () => {
    const found = "found the keyword";
    expect(inBody("IF flag THEN\n a := 1;\n b := c;")).toEqual([
      "c is not declared | declare it in a VAR section",
      `the IF of line 2 is not closed: expected END_IF, ${found} END_PROGRAM`,
    ]);
    expect(inBody("IF flag THEN\n FOR a := 1 TO 3 DO\n  b := b;\nEND_IF;\nWHILE flag DO ;")).toEqual([
      `the FOR of line 3 is not closed: expected END_FOR, ${found} END_IF`,
      `the WHILE of line 6 is not closed: expected END_WHILE, ${found} END_PROGRAM`,
    ]);
    expect(inBody("CASE a OF\n 1: IF flag THEN b := 1; ELSE b := 2;\nEND_CASE;\nREPEAT a := 1;")).toEqual([
      `the IF of line 3 is not closed: expected END_IF, ${found} END_CASE`,
      `the REPEAT of line 5 is not closed: expected UNTIL, ${found} END_PROGRAM`,
    ]);
    expect(inBody("CASE a OF\n 1: b := 2;")).toEqual([
      `the CASE of line 2 is not closed: expected END_CASE, ${found} END_PROGRAM`,
    ]);
  });

  it("warn of a missing semicolon behind a block, with its place, once", () => {
    const again = "WHILE a > 9 DO a := 0; END_WHILE\n";
    const result = compiled(
      `PROGRAM M VAR a : INT; END_VAR\nIF a = 1 THEN a := 2; END_IF\na := 3;\n${again}END_PROGRAM`,
    );
    expect(result.ok && result.warnings.map(formatProblem)).toEqual([
      't.st:2:29: warning: expected ";" after END_IF, found "a" [ST0009 missing-semicolon]\n    IF a = 1 THEN a := 2; END_IF\n                                ^',
    ]);
  });

  it("hint at an address of the same area", () => {
    const hintOf = (declaration: string) => problemsOf(`PROGRAM M VAR ${declaration}; END_VAR ; END_PROGRAM`)[0]?.hint;
    expect(hintOf("b AT %QX0.0 : INT")).toBe("use the size W, like %QW0");
    expect(hintOf("b AT %MW3 : DINT")).toBe("use the size D, like %MD0");
    expect(hintOf("b AT %IW3 : BOOL")).toBe("use the size X, like %IX0.0");
  });

  it("say which conversion is missing", () => {
    expect(inBody("a := d;")).toEqual(["expected INT, found DINT | convert it: DINT_TO_INT(…)"]);
    expect(inBody("w := a;")).toEqual(["expected WORD, found INT | convert it: INT_TO_WORD(…)"]);
    expect(inBody("flag := a AND flag;")).toEqual([
      "AND cannot combine INT and BOOL | convert one of them: INT_TO_BOOL(…) or BOOL_TO_INT(…)",
    ]);
    expect(inBody("t := 5;")).toEqual([
      "expected TIME, found an integer | write a duration with its unit, like T#500ms",
    ]);
  });

  it("cover values, indices, loops and calls", () => {
    expect(inBody("a := 40000;")).toEqual(["40000 does not fit into INT | INT holds -32768 to 32767"]);
    expect(inBody("list[4] := 1;")).toEqual(["4 is outside of the bounds 1..3"]);
    expect(inBody("a := b / 0;")).toEqual([]);
    expect(inBody("a := 1 / 0;")).toHaveLength(1);
    expect(inBody("EXIT;")).toEqual(["EXIT stands outside of any loop"]);
    expect(inBody("ton1.Q := TRUE;")).toHaveLength(1);
    expect(inBody("flag := ton1(IN := flag);")).toHaveLength(1);
    expect(inBody("a := ABS(a, b);")).toEqual(["ABS takes 1 argument: IN"]);
    expect(inBody("CASE a OF 1: b := 1; 1..2: b := 2; END_CASE;")).toHaveLength(1);
  });

  it("cover times, dates and numbers of 64 bits", () => {
    const messages = (statement: string): readonly string[] => {
      const variables =
        "l : LINT; q : ULINT; x : LREAL; r : REAL; d : DATE; td : TOD; m : DT; t : TIME; p : INT (0..100); c : CHAR;";
      const found = problemsOf(`PROGRAM M VAR ${variables} END_VAR ${statement} END_PROGRAM`);
      return found.map(({ message, hint }) => (hint === "" ? message : `${message} | ${hint}`));
    };
    expect(messages("l := 18446744073709551616;")).toEqual([
      "18446744073709551616 is no number | it needs more than 64 bits",
    ]);
    expect(messages("l := 2#102;")).toEqual(["2#102 is no number | the digits of base 2 are 0 to 1"]);
    expect(messages("q := l + q;")).toEqual([
      "+ cannot combine LINT and ULINT | convert one of them: LINT_TO_ULINT(…) or ULINT_TO_LINT(…)",
    ]);
    expect(messages("r := 1.0E39;")).toEqual([
      "1e+39 does not fit into REAL | REAL holds up to 3.4028235E38, LREAL more",
    ]);
    expect(messages("r := x;")).toEqual(["expected REAL, found LREAL | convert it: LREAL_TO_REAL(…)"]);
    expect(messages("t := T#30d;")).toEqual([
      "this duration does not fit into TIME | TIME holds up to 24d20h31m23s647ms; LTIME, as in LT#30d, holds more",
    ]);
    expect(messages("t := T#5;")).toEqual(["T# must be followed by a duration like 1h30m or 1.5s"]);
    expect(messages("d := D#2023-02-29;")).toEqual(["D#2023-02-29 is no date | like D#2024-02-29"]);
    expect(messages("td := TOD#12;")).toEqual([
      "TOD# must be followed by a date like 2024-01-31 or a time like 12:30:00",
    ]);
    expect(messages("m := d + td;")).toEqual(["+ cannot combine DATE and TOD | CONCAT_DATE_TOD(…) makes a DT of them"]);
    expect(messages("m := m + 1;")).toEqual([
      "+ cannot combine DT and INT | write a duration with its unit, like T#500ms",
    ]);
    expect(messages("td := DATE_TO_TOD(d);")).toEqual(["DATE cannot be converted to TOD"]);
    expect(messages("p := 101;")).toEqual(["101 is outside of INT (0..100) | it holds 0 to 100"]);
    expect(messages("c := 'AB';")).toEqual(["CHAR holds one character, this is 2"]);
    expect(messages("x := x MOD 2.0;")).toEqual(["MOD takes integers, not LREAL"]);
  });

  it("refuse what is not there yet in words", () => {
    const unsupported = [
      "PROGRAM M END_PROGRAM CONFIGURATION C TASK T(INTERVAL := T#1s, WATCHDOG := T#2s); PROGRAM p WITH T : M; END_CONFIGURATION",
    ];
    for (const source of unsupported) expect(problemsOf(source).map(({ code }) => code)).toEqual(["not-supported"]);
  });

  it("find recursion of calls, types and constants", () => {
    expect(
      problemsOf(
        "FUNCTION F : INT F := F() + 1; END_FUNCTION PROGRAM M VAR x : INT; END_VAR x := F(); END_PROGRAM",
      ).map(({ code }) => code),
    ).toEqual(["recursion"]);
    expect(
      problemsOf(
        "FUNCTION_BLOCK B VAR b : B; END_VAR END_FUNCTION_BLOCK PROGRAM M VAR x : B; END_VAR x(); END_PROGRAM",
      )[0]?.code,
    ).toBe("recursive-type");
    expect(
      problemsOf("TYPE T : STRUCT t : T; END_STRUCT; END_TYPE PROGRAM M VAR x : T; END_VAR END_PROGRAM")[0]?.code,
    ).toBe("recursive-type");
    expect(problemsOf("VAR_GLOBAL CONSTANT A : INT := B; B : INT := A; END_VAR PROGRAM M END_PROGRAM")[0]?.code).toBe(
      "recursive-type",
    );
  });
});

describe("the compiler", () => {
  const waterworks = ["intake", "dosing", "boost"].map((name) =>
    readFileSync(new URL(`../waterworks/${name}.st`, import.meta.url), "utf8"),
  );

  it("survives deep nesting with a problem", () => {
    const deep = `PROGRAM M VAR x : INT; END_VAR x := ${"(".repeat(5000)}1${")".repeat(5000)}; END_PROGRAM`;
    expect(problemsOf(deep)[0]?.code).toBe("nested-too-deep");
    const long = `PROGRAM M VAR x : INT; END_VAR x := x${" + x".repeat(5000)}; END_PROGRAM`;
    expect(problemsOf(long)[0]?.code).toBe("nested-too-deep");
    expect(problemsOf(`PROGRAM M ${"IF TRUE THEN ".repeat(3000)} END_PROGRAM`)[0]?.code).toBe("nested-too-deep");
  });

  it("gives the same image for the same source", () => {
    const [first, second] = [compiled(waterworks[0]!), compiled(waterworks[0]!)];
    expect(first.ok && second.ok && first.elf).toEqual(second.ok && second.elf);
  });

  it("call types as the source does, also where these are other names for types", () => {
    const source = `TYPE Speed : REAL; Count : INT; Pair : STRUCT a : Count; END_STRUCT; Motor : Pair; END_TYPE
      FUNCTION F : Speed VAR_INPUT c : Count; t : TIME_OF_DAY; END_VAR F := c; END_FUNCTION
      FUNCTION_BLOCK B VAR_INPUT s : Speed; END_VAR END_FUNCTION_BLOCK
      PROGRAM Main VAR v : Speed; c : Count; s : STRING; p : Pair; b : B; END_VAR
        c := v; v := s; p.a := s; v := F(s, 5); b(s := s); v := p;
      END_PROGRAM`;
    expect(problemsOf(source).map(({ message }) => message)).toEqual([
      "expected Count, found Speed",
      "expected Speed, found STRING",
      "expected Count, found STRING",
      "expected Count, found STRING",
      "expected TIME_OF_DAY, found an integer",
      "expected Speed, found STRING",
      "expected Speed, found Pair",
    ]);
  });
});
