import { describe, expect, it } from "vitest";
import { problemsOf, start, valuesAfter } from "./testing/running.ts";

const results = (variables: string, statements: string, names: string): unknown[] =>
  valuesAfter(`PROGRAM Main VAR ${variables} END_VAR\n${statements}\nEND_PROGRAM`, names);

describe("integers of 64 bits", () => {
  it("count, select and index bits like narrower ones", () => {
    const variables = `
      i : LINT; laps, odd : DINT; u : ULINT; w : LWORD; first, last : BOOL; which : INT; low : LINT := 9223372036854775800; more : DINT;
      step : LINT := 3_000_000_000; list : ARRAY [0..3] OF LINT := [LINT#-5, 2(16#1_0000_0000), 7]; total : LINT;`;
    const statements = `
      FOR i := 5_000_000_000 TO 5_000_000_009 BY 3 DO laps := laps + 1; END_FOR;
      FOR i := low TO 9223372036854775807 DO more := more + 1; END_FOR;
      FOR u := 10 TO 1 BY -3 DO odd := odd + 1; END_FOR;
      FOR i := 0 TO 9_000_000_000 BY step DO odd := odd + 10; END_FOR;
      w.63 := TRUE; w.32 := TRUE; w.31 := TRUE; w.0 := TRUE; w.31 := FALSE; first := w.0; last := w.%X63;
      CASE list[1] + 1 OF 5: which := 1; 16#1_0000_0001: which := 2; ELSE which := 3; END_CASE;
      CASE list[0] OF -1_000_000_000_000..-1: which := which + 10; END_CASE;
      total := list[0] + list[1] + list[2] + list[3];`;
    expect(results(variables, statements, "laps more odd w first last which total")).toEqual([
      4,
      8,
      44,
      "9223372041149743105",
      true,
      true,
      12,
      8589934594,
    ]);
  });

  it("divide by zero with an error, and go on with 0", () => {
    const source = `PROGRAM M VAR a : LINT := 7; z : LINT; u : ULINT := 7; y : ULINT; q, r : LINT; v : ULINT; END_VAR
      q := a / z;\n r := a MOD z;\n v := u / y;\n END_PROGRAM`;
    const { run, raised } = start(source);
    expect(run.runScans(1)).toBe("scans");
    expect(raised.map(({ code, message }) => [code, message])).toEqual([
      [3, "t.st:2: division by zero"],
      [3, "t.st:4: division by zero"],
    ]);
    expect(["q", "r", "v"].map((name) => run.read(name))).toEqual([0, 0, 0]);
  });

  it("pass through functions and blocks, by value and by reference", () => {
    const source = `
      FUNCTION Mix : LINT
        VAR_INPUT a : INT; b : LINT; c : LREAL; d : ULINT := 18446744073709551615; e, f, g, h, i, j : LINT; k : LREAL := 0.25; END_VAR
        VAR_OUTPUT half : LREAL; END_VAR
        VAR_IN_OUT sum : LINT; END_VAR
        sum := sum + b;
        half := c / 2.0 + k;
        Mix := a + b + ULINT_TO_LINT(d) + e + f * g - h + i * 1_000_000 + j;
      END_FUNCTION
      FUNCTION Many : LREAL
        VAR_INPUT a, b, c, d, e, f, g, h, i, j, k : LREAL; r : REAL; n : LINT; END_VAR
        Many := a + 2.0 * b + 3.0 * c + 4.0 * d + 5.0 * e + 6.0 * f + 7.0 * g + 8.0 * h + 9.0 * i + 10.0 * j + 11.0 * k + r + n;
      END_FUNCTION
      FUNCTION_BLOCK Meter
        VAR_INPUT step : LINT; gain : LREAL := 1.5; END_VAR
        VAR_OUTPUT total : LINT; scaled : LREAL; END_VAR
        total := total + step;
        scaled := gain * total;
      END_FUNCTION_BLOCK
      PROGRAM Main
        VAR x, s : LINT; h, y : LREAL; m : Meter; meters : ARRAY [1..2] OF Meter; END_VAR
        x := Mix(1, -5_000_000_000, 3.0, e := 10, f := 20, g := 30, h := 40, i := 50, j := 60, half => h, sum := s);
        y := Many(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 0.5, 1_000_000);
        m(step := 4_000_000_000); meters[2](step := 1, gain := 0.1);
      END_PROGRAM`;
    expect(valuesAfter(source, "x s h y m.total m.scaled meters[2].scaled", 2)).toEqual([
      -4949999370, -10000000000, 1.75, 1000506.5, 8000000000, 12000000000, 0.2,
    ]);
  });

  it("have direct addresses of their own", () => {
    const variables = "whole AT %ML1 : LWORD; part AT %MD2 : DWORD; byte AT %MB15 : BYTE; l AT %ML2 : LREAL := 0.5;";
    expect(results(variables, "whole := 16#0102_0304_0506_0708; %ML3 := whole;", "whole part byte l")).toEqual([
      "72623859790382856",
      0x05060708,
      1,
      0.5,
    ]);
  });
});

describe("LREAL", () => {
  it("keeps its digits in registers, over calls and when there are more values than registers", () => {
    const names = Array.from({ length: 40 }, (_, i) => `x${i}`);
    const source = `
      FUNCTION Third : LREAL VAR_INPUT x : LREAL; END_VAR Third := x / 3.0; END_FUNCTION
      FUNCTION All : LREAL
        VAR ${names.map((name, i) => `${name} : LREAL := ${i}.1;`).join(" ")} r : REAL := 0.1; i : DINT; END_VAR
        FOR i := 1 TO 3 DO ${names.map((name) => `${name} := ${name} * 1.1;`).join(" ")} END_FOR;
        ${names.map((name) => `${name} := Third(${name});`).join(" ")}
        All := ${names.join(" + ")} + r;
      END_FUNCTION
      PROGRAM Main VAR y : LREAL; END_VAR y := All(); END_PROGRAM`;
    const values = names.map((_, i) => {
      let x = Number(`${i}.1`);
      for (let n = 0; n < 3; n++) x *= 1.1;
      return x / 3;
    });
    expect(valuesAfter(source, "y")).toEqual([
      values.slice(1).reduce((sum, x) => sum + x, values[0]!) + Math.fround(0.1),
    ]);
  });
});

describe("subranges", () => {
  it("take the nearest bound, and say where, when a value is outside", () => {
    const source = `
      TYPE Percent : INT (0..100); Level : DINT (-5..2_000_000_000) := 7; Wide : LINT (-10..10); END_TYPE
      FUNCTION Twice : Percent VAR_INPUT p : Percent; END_VAR Twice := 2 * p; END_FUNCTION
      FUNCTION_BLOCK Valve VAR_INPUT open : Percent := 50; END_VAR VAR_OUTPUT shown : INT; END_VAR shown := open; END_FUNCTION_BLOCK
      PROGRAM Main
        VAR p, q, r, s : Percent; l : Level; m : Level; w : Wide; n : INT := 130; big : DINT := 2147483647; v : Valve;
          list : ARRAY [1..2] OF Percent; u : USINT (10..20); k : INT := -1; END_VAR
        p := n;
        q := n - 100;
        r := Twice(60);
        s := k;
        l := big; m := -big;
        w := LINT#-5_000_000_000;
        w := 4 * INT_TO_LINT(n);
        v(open := n);
        list[2] := k;
      END_PROGRAM`.replace("w := LINT#-5_000_000_000;", "w := -INT_TO_LINT(n);");
    const { run, raised } = start(source);
    expect(run.runScans(1)).toBe("scans");
    const names = "p q r s l m w v.shown list u";
    expect(names.split(" ").map((name) => run.read(name))).toEqual([100, 30, 100, 0, 2e9, -5, 10, 100, [0, 0], 10]);
    expect(raised.every(({ code }) => code === 2)).toBe(true);
    expect(raised.map(({ message }) => message)).toEqual([
      "t.st:8: value outside of INT (0..100)",
      "t.st:3: value outside of INT (0..100)",
      "t.st:11: value outside of INT (0..100)",
      "t.st:12: value outside of DINT (-5..2000000000)",
      "t.st:12: value outside of DINT (-5..2000000000)",
      "t.st:13: value outside of LINT (-10..10)",
      "t.st:14: value outside of LINT (-10..10)",
      "t.st:15: value outside of INT (0..100)",
      "t.st:16: value outside of INT (0..100)",
    ]);
  });

  it("are values of their base type everywhere else", () => {
    const source = `
      TYPE Percent : INT (0..100); END_TYPE
      PROGRAM Main VAR p : Percent := 40; q : Percent; i, n : INT; r : REAL; b : BOOL; END_VAR
        q := p; i := p + 70; r := p; b := p < 50; p.0 := TRUE;
        FOR q := 1 TO 10 DO n := n + q; END_FOR;
        CASE p OF 0..40: i := 0; 41: i := i + 1000; END_CASE;
        SWAP(p, q);
      END_PROGRAM
      FUNCTION SWAP VAR_IN_OUT a, b : Percent; END_VAR VAR c : Percent; END_VAR c := a; a := b; b := c; END_FUNCTION`;
    expect(valuesAfter(source, "p q i r b n")).toEqual([11, 41, 1110, 40, true, 55]);
  });
});

describe("enums", () => {
  it("come from integers and go back; what is no value of theirs is told, and becomes the first", () => {
    const source = `
      TYPE Phase : (Idle := 1, Fill, Heat, Drain := 10, Fault := 250) USINT; Signed : (Below := -3, Zero := 0); END_TYPE
      PROGRAM Main VAR p, q, r, s, t : Phase := Heat; n : INT := 10; w : WORD := 2; big : LINT := 4_294_967_297; m : INT; x : LREAL; u, v : Signed; b : BOOL; END_VAR
        p := INT_TO_Phase(n); q := TO_Phase(w);
        r := INT_TO_Phase(n - 6);
        s := LINT_TO_Phase(big);
        t := INT_TO_Phase(n + 256);
        m := Phase_TO_INT(p) + TO_INT(q); x := Phase_TO_LREAL(Fault);
        u := DINT_TO_Signed(-3); v := UINT_TO_Signed(INT_TO_UINT(7 - n));
        b := INT_TO_Phase(250) = Fault;
      END_PROGRAM`;
    const { run, raised } = start(source);
    expect(run.runScans(1)).toBe("scans");
    const names = "p q r s t m x u v b";
    expect(names.split(" ").map((name) => run.read(name))).toEqual([
      ...["Drain", "Fill", "Idle", "Idle", "Idle", 12, 250, "Below", "Below", true],
    ]);
    expect(raised.map(({ code, message }) => [code, message])).toEqual([
      [2, "t.st:5: no value of Phase"],
      [2, "t.st:6: no value of Phase"],
      [2, "t.st:7: no value of Phase"],
      [2, "t.st:9: no value of Signed"],
    ]);
  });

  it("have constants that are known to be no value of theirs refused", () => {
    const source = "TYPE Phase : (Idle, Run); END_TYPE PROGRAM M VAR p : Phase; END_VAR p := TO_Phase(2); END_PROGRAM";
    expect(problemsOf(source).map(({ message, hint }) => `${message} | ${hint}`)).toEqual([
      "Phase has no value 2 | it has Idle (0), Run (1)",
    ]);
  });
});

describe("characters", () => {
  it("hold one, compare and convert", () => {
    const variables = "c, d : CHAR := 'A'; w : WCHAR := \"€\"; n : BYTE; e : CHAR; b, f : BOOL; g : CHAR := CHAR#'$N';";
    const statements =
      "c := BYTE_TO_CHAR(CHAR_TO_BYTE(c) OR 16#20); b := c > d; e := '$27'; n := CHAR_TO_BYTE(g); f := c = 'a';";
    expect(results(variables, statements, "c d w e b n f")).toEqual(["'a'", "'A'", '"$20AC"', "'$27'", true, 10, true]);
  });
});

describe("functions named by their type", () => {
  it("take just this type", () => {
    const variables =
      "a, b : DINT; r : REAL; w : WORD; l : LREAL; g : BOOL; s : INT; t : TIME; u : ULINT; m : LREAL; x : LWORD;";
    const statements = `a := ADD_DINT(1, 2, 3); b := MUL_DINT(100_000, 7); r := MAX_REAL(1.0, 2.5); w := SHL_WORD(1, 3); l := DIV_LREAL(1.0, 3.0);
      g := GT_INT(3, 2, 1); s := SEL_INT(TRUE, 4, 5); t := LIMIT_TIME(T#1s, T#5s, T#2s); u := MUX_ULINT(1, 5, 18446744073709551615);
      m := SQRT_LREAL(2.0) + SIN_LREAL(0.0) + EXPT_LREAL(2.0, 3.0); x := ROR_LWORD(1, 4); s := s + ABS_INT(-3) + MOD_INT(7, 4);`;
    expect(results(variables, statements, "a b r w l g s t u m x")).toEqual([
      6,
      700000,
      2.5,
      8,
      1 / 3,
      true,
      11,
      "T#2s",
      "18446744073709551615",
      Math.SQRT2 + 8,
      "1152921504606846976",
    ]);
  });
});

describe("binary-coded decimals", () => {
  it("are read and written, with the digits that fit", () => {
    const variables = "a : WORD; b : UINT; c : LWORD; d : ULINT; e : BYTE; f : USINT;";
    const statements =
      "a := UINT_TO_BCD_WORD(51234); b := WORD_BCD_TO_UINT(16#9876); c := ULINT_TO_BCD_LWORD(1234567890123456); d := LWORD_BCD_TO_ULINT(c); e := USINT_TO_BCD_BYTE(42); f := BYTE_BCD_TO_USINT(e);";
    expect(results(variables, statements, "a b c d e f")).toEqual([
      0x1234,
      9876,
      "1311768467284833366",
      1234567890123456,
      0x42,
      42,
    ]);
  });
});

describe("constants", () => {
  it("may be worked out from others by functions that are built in", () => {
    const source = `PROGRAM Main
      VAR CONSTANT
        PA : INT := MAX(3, 7); PB : LREAL := SQRT(2.0) * 2.0; PC : LINT := LIMIT(0, PA * LINT#1_000_000_000, 5_000_000_000);
        PD : TIME := SEL(TRUE, T#1s, T#2s) * 3; PE : DT := DT#2024-02-29-12:00:00 + T#12h; PF : INT := MUX(1, 10, 20) + ABS(-5);
      END_VAR
      VAR a : INT; b : LREAL; c : LINT; d : TIME; e : DT; f : ARRAY [0..PF] OF BYTE; END_VAR
      a := PA; b := PB; c := PC; d := PD; e := PE; f[25] := 1; END_PROGRAM`;
    expect(valuesAfter(source, "a b c d e f[25]")).toEqual([
      7,
      2 * Math.SQRT2,
      5e9,
      "T#6s",
      "DT#2024-03-01-00:00:00",
      1,
    ]);
  });
});
