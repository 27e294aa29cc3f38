/** STRING and WSTRING, their functions and conversions (IEC 61131-3 §6.4.2.1, §6.6.2.5.7, §6.6.2.5.8). */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { problemsOf, start, valuesAfter } from "./testing/running.ts";

/** The values of expressions, each assigned to a variable of its type. */
const evaluate = (type: string, expressions: readonly string[]): unknown[] => {
  const names = expressions.map((_, i) => `v${i}`);
  const body = expressions.map((expression, i) => `v${i} := ${expression};`).join("\n");
  return valuesAfter(`PROGRAM M VAR ${names.join(", ")} : ${type}; END_VAR ${body} END_PROGRAM`, names.join(" "));
};

describe("a string", () => {
  it("is as long as it says, and what does not fit is cut off", () => {
    const source = `PROGRAM M
      VAR a : STRING[3] := 'abc'; b : STRING(5) := 'xy'; c : STRING; w : WSTRING(4) := "käse"; n : DINT; m : DINT; END_VAR
      b := a; a := 'wxyz'; c := CONCAT(a, b, a); n := SIZEOF(a); m := SIZEOF(w); END_PROGRAM`;
    expect(valuesAfter(source, "a b c w n m")).toEqual(["wxy", "abc", "wxyabcwxy", "käse", 4, 10]);
    expect(problemsOf(source)).toEqual([]);
  });

  it("is a value: in structs and arrays, as parameter, result, input and output", () => {
    const source = `
      TYPE Alarm : STRUCT text : STRING(10) := 'none'; level : INT; END_STRUCT; END_TYPE
      FUNCTION Shout : STRING(20) VAR_INPUT what : STRING(8); END_VAR what := CONCAT(what, '!'); Shout := what; END_FUNCTION
      FUNCTION Append : BOOL VAR_IN_OUT into : STRING(6); END_VAR into := CONCAT(into, '+'); Append := TRUE; END_FUNCTION
      FUNCTION_BLOCK Log VAR_INPUT line : STRING(12); END_VAR VAR_OUTPUT last : STRING(12); END_VAR VAR n : INT; END_VAR
        last := line; n := LEN(line); END_FUNCTION_BLOCK
      PROGRAM M VAR a : Alarm; list : ARRAY [1..3] OF STRING(4) := ['one', 'two']; log : Log; s, t : STRING(12); u : STRING(6) := 'u'; k : INT := 3; copy : Alarm; END_VAR
        s := Shout('hey'); a.text := s; copy := a; list[k] := 'three'; log(line := CONCAT(list[1], list[2]), last => t);
        Append(u); Append(u); END_PROGRAM`;
    expect(valuesAfter(source, "s a.text copy.text list t u log.n")).toEqual([
      "hey!",
      "hey!",
      "hey!",
      ["one", "two", "thre"],
      "onetwo",
      "u++",
      6,
    ]);
  });

  it("is compared character by character", () => {
    const source = [
      "'abc' = 'abc'",
      "'abc' < 'abd'",
      "'ab' < 'abc'",
      "'b' > 'abc'",
      "'' = ''",
      "'A' <> 'a'",
      '"ä" >= "a"',
    ];
    expect(evaluate("BOOL", source)).toEqual([true, true, true, true, true, true, true]);
    expect(
      valuesAfter(
        "PROGRAM M VAR a : STRING := 'x'; b : STRING(2) := 'x'; t, f : BOOL; END_VAR t := a = b; f := a < b; END_PROGRAM",
        "t f",
      ),
    ).toEqual([true, false]);
  });

  it("has characters, the first at 1, that are checked like elements of an array", () => {
    const source = `PROGRAM M VAR s : STRING(5) := 'abcde'; c : CHAR; i : INT := 9; END_VAR
      c := s[2]; s[1] := 'X'; s[i] := 'Y'; END_PROGRAM`;
    const { run, raised } = start(source);
    run.runScans(1);
    expect([run.read("s"), run.read("c")]).toEqual(["Xbcde", "'b'"]);
    expect(raised.map(({ message }) => message)).toEqual(["t.st:2: array index out of bounds"]);
    expect(problemsOf("PROGRAM M VAR s : STRING(5); END_VAR s[0] := 'a'; END_PROGRAM")[0]?.message).toMatch(
      /positions 1..5/,
    );
  });

  it("is reached by pointers to its bytes, as CODESYS programs do", () => {
    const source = `PROGRAM M VAR s : STRING := 'abc'; p : POINTER TO BYTE; n : INT; END_VAR
      p := ADR(s); WHILE p^ <> 0 DO p^ := p^ AND 16#DF; p := p + 1; n := n + 1; END_WHILE; END_PROGRAM`;
    expect(valuesAfter(source, "s n")).toEqual(["ABC", 3]);
  });

  it.each([
    ["VAR s : STRING; w : WSTRING; END_VAR s := w;", /expected STRING, found WSTRING/, /WSTRING_TO_STRING/],
    ['VAR s : STRING; END_VAR s := "wide";', /expected STRING, found a wide string/, /single quotes/],
    ["VAR s : STRING; n : INT; END_VAR s := n;", /expected STRING, found INT/, /INT_TO_STRING/],
    ["VAR s : STRING; END_VAR s := 'ж';", /ж is no character of a STRING/, /WSTRING/],
    ["VAR s : STRING(70000); END_VAR s := '';", /0 to 65535 characters/, /^$/],
    ["VAR n : INT; END_VAR n := LEN(5);", /expected a text/, /^$/],
    ["VAR s : STRING(3); END_VAR F(s);", /needs a variable of type STRING\(5\), this is STRING\(3\)/, /^$/],
  ])("%s is refused in words", (body, message, hint) => {
    const [problem] = problemsOf(
      `FUNCTION F : BOOL VAR_IN_OUT x : STRING(5); END_VAR x := ''; F := TRUE; END_FUNCTION PROGRAM M ${body} END_PROGRAM`,
    );
    expect(problem?.message).toMatch(message);
    expect(problem?.hint).toMatch(hint);
  });
});

describe("functions of strings", () => {
  it("do what table 29 shows", () => {
    expect(evaluate("INT", ["LEN('ASTRING')", "FIND('ABCBC', 'BC')", "FIND('ABC', 'X')", "FIND('ABC', '')"])).toEqual([
      7, 2, 0, 0,
    ]);
    expect(
      evaluate("STRING", [
        "LEFT('ASTR', 3)",
        "RIGHT('ASTR', 3)",
        "MID('ASTR', 2, 2)",
        "CONCAT('AB', 'CD', 'E')",
        "INSERT('ABC', 'XY', 2)",
        "DELETE('ABXYC', 2, 3)",
        "REPLACE('ABCDE', 'X', 2, 3)",
        "SEL(TRUE, 'no', 'yes')",
      ]),
    ).toEqual(["AST", "STR", "ST", "ABCDE", "ABXYC", "ABC", "ABXE", "yes"]);
    expect(evaluate("WSTRING", ['CONCAT("ж", "я")', 'LEFT("жя", 1)', 'REPLACE("жжж", "я", 1, 2)'])).toEqual([
      "жя",
      "ж",
      "жяж",
    ]);
  });

  it("take positions and lengths that lie outside for the nearest there are", () => {
    const at = (n: number) => Math.max(0, n);
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]{0,12}$/),
        fc.stringMatching(/^[A-Z]{0,6}$/),
        fc.integer({ min: -3, max: 15 }),
        fc.integer({ min: -3, max: 15 }),
        (a, b, l, p) => {
          const source = `PROGRAM M VAR a : STRING := '${a}'; b : STRING(20) := '${b}'; l : INT := ${l}; p : INT := ${p};
            left, right, mid, ins, del, rep : STRING; n : INT; END_VAR
            left := LEFT(a, l); right := RIGHT(a, l); mid := MID(a, l, p); ins := INSERT(a, b, p); del := DELETE(a, l, p);
            rep := REPLACE(a, b, l, p); n := FIND(a, b); END_PROGRAM`;
          const [before, behind] = [
            a.slice(0, at(p - 1)),
            a.slice(Math.max(at(p - 1), Math.min(a.length, p - 1 + at(l)))),
          ];
          const rest = p - 1 + at(l) < 0 ? a : behind;
          expect(valuesAfter(source, "left right mid ins del rep n")).toEqual([
            a.slice(0, at(l)),
            l <= 0 ? "" : a.slice(-l),
            a.slice(at(p - 1), Math.max(at(p - 1), p - 1 + l)),
            a.slice(0, at(p)) + b + a.slice(at(p)),
            before + rest,
            before + b + rest,
            b === "" ? 0 : a.indexOf(b) + 1,
          ]);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("conversions of strings", () => {
  it("write values as literals are written", () => {
    expect(
      evaluate("STRING", [
        "INT_TO_STRING(-123)",
        "TO_STRING(UDINT#16#FFFF_FFFF)",
        "LINT_TO_STRING(LINT#-9223372036854775808)",
        "ULINT_TO_STRING(ULINT#18446744073709551615)",
        "BOOL_TO_STRING(TRUE)",
        "TIME_TO_STRING(T#1d2h3m4s5ms)",
        "TIME_TO_STRING(T#-20ms)",
        "TIME_TO_STRING(T#0s)",
        "LTIME_TO_STRING(LT#1s5us7ns)",
        "DATE_TO_STRING(D#2024-02-29)",
        "TOD_TO_STRING(TOD#00:34:56.070)",
        "DT_TO_STRING(DT#2024-12-31-23:59:58)",
        "LDT_TO_STRING(LDT#1969-12-31-23:59:59.5)",
        'WSTRING_TO_STRING("aжb")',
        "CHAR_TO_STRING('x')",
      ]),
    ).toEqual([
      "-123",
      "4294967295",
      "-9223372036854775808",
      "18446744073709551615",
      "TRUE",
      "T#1d2h3m4s5ms",
      "T#-20ms",
      "T#0ms",
      "LT#1s5us7ns",
      "D#2024-02-29",
      "TOD#00:34:56.07",
      "DT#2024-12-31-23:59:58",
      "LDT#1969-12-31-23:59:59.5",
      "a?b",
      "x",
    ]);
    expect(evaluate("WSTRING", ["INT_TO_WSTRING(5)", "STRING_TO_WSTRING('ä')"])).toEqual(["5", "ä"]);
  });

  it("read what stands there, up to what is none of it", () => {
    expect(
      evaluate("DINT", [
        "STRING_TO_DINT('  -42kg')",
        "TO_DINT('16#7FFF_FFFF')",
        "STRING_TO_DINT('')",
        "STRING_TO_DINT('2#1010')",
        'WSTRING_TO_DINT("+7")',
      ]),
    ).toEqual([-42, 0x7fffffff, 0, 10, 7]);
    expect(evaluate("TIME", ["STRING_TO_TIME('T#1h2m3.5s')", "STRING_TO_TIME('-20ms')"])).toEqual([
      "T#1h2m3s500ms",
      "T#-20ms",
    ]);
    expect(evaluate("DT", ["STRING_TO_DT('DT#2024-02-29-01:02:03')"])).toEqual(["DT#2024-02-29-01:02:03"]);
    expect(evaluate("BOOL", ["STRING_TO_BOOL('true')", "STRING_TO_BOOL('1')", "STRING_TO_BOOL('no')"])).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("bring every REAL back as it was", () => {
    const bits = fc.integer({ min: 0, max: 0xff7f_ffff }).filter((n) => (n & 0x7f80_0000) !== 0x7f80_0000);
    const view = new DataView(new ArrayBuffer(4));
    fc.assert(
      fc.property(fc.array(bits, { minLength: 20, maxLength: 20 }), (words) => {
        const reals = words.map((word) => {
          view.setUint32(0, word);
          return view.getFloat32(0);
        });
        const source = `PROGRAM M VAR w : ARRAY [1..20] OF DWORD := [${words.join(", ")}]; s : ARRAY [1..20] OF STRING(24); r : ARRAY [1..20] OF REAL; i : INT; END_VAR
          FOR i := 1 TO 20 DO s[i] := REAL_TO_STRING(DWORD_TO_REAL(w[i])); r[i] := STRING_TO_REAL(s[i]); END_FOR; END_PROGRAM`;
        const [texts, back] = valuesAfter(source, "s r") as [string[], number[]];
        expect(texts.map(Number).map(Math.fround)).toEqual(reals.map((real) => real + 0));
        expect(back.map(Math.fround)).toEqual(reals.map((real) => real + 0));
      }),
      { numRuns: 8 },
    );
  });
});
