import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ProgramRun } from "../../runtime/cli/program-run.ts";
import { formatProblem } from "../../runtime/problem.ts";
import { compile } from "./index.ts";

interface Raised {
  readonly code: number;
  readonly detail: number;
  readonly message: string;
}

const start = (source: string, intervalNs = 10e6) => {
  const compiled = compile(source, { file: "t.st", defaultIntervalNs: intervalNs });
  if (!compiled.ok) throw new Error(compiled.problems.map(formatProblem).join("\n"));
  const raised: Raised[] = [];
  const raiseError = (code: number, detail: number, message: string) => raised.push({ code, detail, message });
  const run = new ProgramRun({ elf: compiled.elf, program: compiled.program, memoryBytes: 1 << 20, raiseError });
  return { run, raised };
};

/** The values of `names` after `scans` scans. */
const valuesAfter = (source: string, names: string, scans = 1): unknown[] => {
  const { run } = start(source);
  expect(run.runScans(scans)).toBe("scans");
  return names.split(" ").map((name) => run.read(name));
};

const body = (variables: string, statements: string): string =>
  `PROGRAM Main VAR ${variables} END_VAR\n${statements}\nEND_PROGRAM`;

describe("a compiled program", () => {
  it("computes the check value of crunch.st", () => {
    const source = readFileSync(new URL("./testing/crunch.st", import.meta.url), "utf8");
    const { run } = start(source);
    run.runScans(1000);
    expect(run.read("CHECK")).toBe(0x4a009a1f);
    expect(run.read("INST.N")).toBe(1000);
  });

  it("wraps integers at their width and extends them as their type says", () => {
    const variables =
      "s : SINT := 127; u : USINT := 255; i : INT := 32767; w : WORD := 16#FFFF; d : DINT := 2147483647; x : UDINT; r : REAL; n : INT := -1;";
    const statements =
      "s := s + 1; u := u + 1; i := i + 1; w := NOT w; d := d + 1; x := UDINT#0 - 1; r := n; x := x / 2;";
    expect(valuesAfter(body(variables, statements), "s u i w d x r")).toEqual([
      -128, 0, -32768, 0, -2147483648, 2147483647, -1,
    ]);
  });

  it("rounds REAL to the nearest even integer, saturates, and truncates on request", () => {
    const variables =
      "a, b, c : INT; d : DINT; e : UINT; f, g : DINT; r : REAL := 2.5; s : REAL := 3.5; big : REAL := 1.0E10; minus : REAL := -1.5;";
    const statements =
      "a := REAL_TO_INT(r); b := REAL_TO_INT(s); c := REAL_TO_INT(big); d := TRUNC(minus); e := REAL_TO_UINT(minus); f := REAL_TO_DINT(-big); g := REAL_TO_DINT(minus);";
    expect(valuesAfter(body(variables, statements), "a b c d e f g")).toEqual([2, 4, 32767, -1, 0, -2147483648, -2]);
  });

  it("runs IF, CASE with lists and ranges, FOR, WHILE, REPEAT, EXIT, CONTINUE and RETURN", () => {
    const source = `
      FUNCTION Classify : INT
        VAR_INPUT n : INT; END_VAR
        CASE n OF
          1: Classify := 10;
          2, 4..6: Classify := 20;
          -3..-1: Classify := 30;
        ELSE Classify := 40;
        END_CASE;
        IF n = 6 THEN RETURN; END_IF;
        Classify := Classify + 1;
      END_FUNCTION
      PROGRAM Main
        VAR c : ARRAY [-3..7] OF INT; i, total, odd, w, rep, down : INT; u : USINT; laps : INT; END_VAR
        FOR i := -3 TO 7 DO c[i] := Classify(i); END_FOR;
        FOR i := 1 TO 100 DO
          IF i > 10 THEN EXIT; END_IF;
          total := total + i;
          IF i MOD 2 = 0 THEN CONTINUE; END_IF;
          odd := odd + i;
        END_FOR;
        WHILE w < 7 DO w := w + 2; END_WHILE;
        REPEAT rep := rep + 3; UNTIL rep >= 7 END_REPEAT;
        FOR down := 9 TO 1 BY -3 DO ; END_FOR;
        FOR u := 250 TO 255 DO laps := laps + 1; END_FOR;
      END_PROGRAM`;
    const classes = [31, 31, 31, 41, 11, 21, 41, 21, 21, 20, 41];
    expect(valuesAfter(source, "c total odd i w rep down laps u")).toEqual([classes, 55, 25, 11, 8, 9, 0, 6, 0]);
  });

  it("evaluates the bounds of FOR once and ends at the edge of the type", () => {
    const variables = "i : INT; n : INT := 3; laps : INT; d : DINT; last : DINT := 2147483647; many : INT;";
    const statements =
      "FOR i := 1 TO n DO n := 10; laps := laps + 1; END_FOR; FOR d := 2147483646 TO last DO many := many + 1; END_FOR;";
    expect(valuesAfter(body(variables, statements), "laps i many")).toEqual([3, 4, 2]);
  });

  it("evaluates AND and OR only as far as they decide", () => {
    const source = `
      VAR_GLOBAL calls : INT; END_VAR
      FUNCTION Touch : BOOL VAR_INPUT result : BOOL; END_VAR calls := calls + 1; Touch := result; END_FUNCTION
      PROGRAM Main VAR a, b, c, d : BOOL; END_VAR
        a := Touch(FALSE) AND Touch(TRUE);
        b := Touch(TRUE) OR Touch(FALSE);
        c := Touch(TRUE) AND NOT Touch(FALSE);
        IF Touch(FALSE) OR_ELSE Touch(TRUE) THEN d := TRUE; END_IF;
      END_PROGRAM`;
    expect(valuesAfter(source, "a b c d calls")).toEqual([false, true, true, true, 6]);
  });

  it("keeps structs, enums, nested arrays and their initial values", () => {
    const source = `
      TYPE
        Mode : (Idle, Run := 5, Stop) UINT;
        Point : STRUCT x : REAL := 1.5; y : REAL; tag : BYTE := 7; END_STRUCT;
        Grid : ARRAY [0..1, 1..2] OF Point;
        Path : STRUCT mode : Mode := Mode#Stop; grid : Grid; END_STRUCT;
      END_TYPE
      PROGRAM Main
        VAR p : Path; q : Path; m : Mode; list : ARRAY [1..6] OF INT := [1, 2(7), 3(-1)]; point : Point := (y := 2.5); seen : BOOL; END_VAR
        p.grid[1, 2].y := 4.0;
        q := p;
        q.grid[1, 2].tag := 9;
        m := Run;
        CASE m OF Idle: seen := FALSE; Mode.Run: seen := TRUE; END_CASE;
      END_PROGRAM`;
    const cell = { x: 1.5, y: 0, tag: 7 };
    expect(valuesAfter(source, "p.mode q.grid p.grid[1,2] m list point seen")).toEqual([
      "Stop",
      [
        [cell, cell],
        [cell, { x: 1.5, y: 4, tag: 9 }],
      ],
      { x: 1.5, y: 4, tag: 7 },
      "Run",
      [1, 7, 7, -1, -1, -1],
      { x: 1.5, y: 2.5, tag: 7 },
      true,
    ]);
  });

  it("passes by value, by reference, by name, in order and with defaults", () => {
    const source = `
      TYPE Pair : STRUCT a, b : INT; END_STRUCT; END_TYPE
      FUNCTION Mix : INT
        VAR_INPUT a : INT; b : INT := 5; END_VAR
        VAR_OUTPUT twice : INT; END_VAR
        VAR_IN_OUT count : INT; END_VAR
        VAR local : INT := 100; END_VAR
        local := local + 1;
        count := count + 1;
        twice := 2 * a;
        Mix := a * 10 + b + local;
      END_FUNCTION
      FUNCTION Swap : Pair VAR_INPUT p : Pair; END_VAR VAR t : INT; END_VAR
        t := p.a; p.a := p.b; p.b := t; Swap := p;
      END_FUNCTION
      FUNCTION Many : REAL
        VAR_INPUT a, b, c, d, e, f, g, h, i, j : INT; r1, r2, r3, r4, r5, r6, r7, r8, r9 : REAL; END_VAR
        Many := INT_TO_REAL(a + b + c + d + e + f + g + h + 100 * i + 1000 * j) + r1 + r2 + r3 + r4 + r5 + r6 + r7 + r8 + 0.5 * r9;
      END_FUNCTION
      PROGRAM Main
        VAR x, y, z, n, t : INT; pair : Pair := (a := 1, b := 2); other : Pair; r : REAL; END_VAR
        x := Mix(1, 2, n);
        y := Mix(a := 2, count := n, twice => t);
        z := Mix(b := 1, a := Mix(3, 0, n), count := n);
        other := Swap(pair);
        r := Many(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0);
      END_PROGRAM`;
    expect(valuesAfter(source, "x y z n t pair other r")).toEqual([
      113,
      126,
      1412,
      4,
      4,
      { a: 1, b: 2 },
      { a: 2, b: 1 },
      10944.5,
    ]);
  });

  it("keeps the state of function blocks, nested, in arrays and by reference", () => {
    const source = `
      FUNCTION_BLOCK Counter
        VAR_INPUT step : INT := 1; END_VAR
        VAR_OUTPUT total : INT; END_VAR
        VAR_TEMP scratch : INT; END_VAR
        scratch := scratch + step;
        total := total + scratch;
      END_FUNCTION_BLOCK
      FUNCTION_BLOCK Pair
        VAR_IN_OUT sum : INT; END_VAR
        VAR a : Counter; b : ARRAY [1..2] OF Counter := [2(step := 10)]; END_VAR
        a();
        b[2](total => sum);
        sum := sum + a.total;
      END_FUNCTION_BLOCK
      PROGRAM Main VAR p : Pair; c : ARRAY [1..3] OF Counter; s, i : INT; END_VAR
        p(sum := s);
        FOR i := 1 TO 3 DO c[i](step := i); END_FOR;
      END_PROGRAM`.replace("[2(step := 10)]", "[2((step := 10))]");
    expect(valuesAfter(source, "s c[1].total c[2].total c[3].total", 4)).toEqual([44, 4, 8, 12]);
  });

  it("shares globals and constants of CONFIGURATION, and reads and writes bits", () => {
    const source = `
      PROGRAM Main
        VAR_EXTERNAL shared : DINT; END_VAR
        VAR CONSTANT LIMIT_VALUE : DINT := 3 * BASE; END_VAR
        VAR w : WORD; b : BOOL; n : BYTE := 2#1010; END_VAR
        shared := shared + LIMIT_VALUE;
        w.3 := TRUE;
        w.15 := n.1;
        b := n.0 OR n.%X3;
      END_PROGRAM
      CONFIGURATION C
        VAR_GLOBAL shared : DINT := 1; END_VAR
        VAR_GLOBAL CONSTANT BASE : DINT := 100; END_VAR
        RESOURCE R ON PLC
          TASK T(INTERVAL := T#5ms, PRIORITY := 1);
          PROGRAM Inst WITH T : Main;
        END_RESOURCE
      END_CONFIGURATION`;
    expect(valuesAfter(source, "shared Inst.w b", 2)).toEqual([601, 0x8008, true]);
  });

  it("places AT variables in the process image, overlapping as their addresses do", () => {
    const source = `PROGRAM Main VAR
        whole AT %QW1 : WORD; low AT %QB2 : BYTE; bit AT %QX3.7 : BOOL; in AT %IX0.1 : BOOL := TRUE; also : BOOL; m AT %MD1 : DINT := -5;
      END_VAR whole := 16#1234; bit := TRUE; also := %IX0.1; %QB0 := 16#55; END_PROGRAM`;
    expect(valuesAfter(source, "whole low bit in also m")).toEqual([0x9234, 0x34, true, true, true, -5]);
  });

  it("reports a division by zero and an index out of bounds with their line, and goes on", () => {
    const source =
      "PROGRAM Main VAR a, z, q : INT := 7; list : ARRAY [1..3] OF INT := [10, 20, 30]; i : INT := 9; x, y, m : INT; END_VAR\nz := 0;\nq := a / z;\n x := list[i];\n y := list[-i];\nm := a MOD z;\nEND_PROGRAM";
    const { run, raised } = start(source);
    expect(run.runScans(1)).toBe("scans");
    expect(raised.map(({ code, detail }) => [code, detail])).toEqual([
      [3, 3],
      [2, 4],
      [2, 5],
    ]);
    expect(raised.map(({ message }) => message)).toEqual([
      "t.st:3: division by zero",
      "t.st:4: array index out of bounds",
      "t.st:5: array index out of bounds",
    ]);
    expect(["q", "x", "y", "m"].map((name) => run.read(name))).toEqual([0, 30, 10, 0]);
  });

  it("writes nothing where an index is out of bounds: scalars, structs, members, bits, instances and references", () => {
    const source = `
      TYPE Pair : STRUCT a, b : INT := 5; END_STRUCT; END_TYPE
      FUNCTION_BLOCK Count VAR_OUTPUT n : INT; END_VAR n := n + 1; END_FUNCTION_BLOCK
      FUNCTION Grow VAR_IN_OUT x : INT; END_VAR VAR_OUTPUT seen : INT; END_VAR x := x + 1; seen := x; END_FUNCTION
      PROGRAM Main
        VAR
          list : ARRAY [1..3] OF INT := [1, 2, 3]; grid : ARRAY [0..1, 0..1] OF INT; pairs : ARRAY [1..2] OF Pair;
          words : ARRAY [1..2] OF WORD; counts : ARRAY [1..2] OF Count; p : Pair := (a := 9, b := 9); i : INT := 7; j : INT := 1; k, seen, after : INT;
        END_VAR
        list[i] := 99; after := list[i]; list[-i] := list[-i] + 98; list[j + 1] := 20;
        grid[i, 0] := 1; grid[0, i] := 2; grid[i, i] := 3; grid[j, 0] := 4;
        pairs[i] := p; pairs[i].a := 8; pairs[j].a := 7;
        words[i].3 := TRUE; words[j].3 := TRUE;
        counts[i](); counts[j]();
        Grow(list[i], seen => list[i + 1]); Grow(list[j], seen => seen);
        FOR k := 1 TO 12 DO list[k] := list[k] + 100; END_FOR;
      END_PROGRAM`;
    const { run, raised } = start(source);
    expect(run.runScans(1)).toBe("scans");
    expect(run.read("list")).toEqual([102, 120, 103]);
    expect(run.read("after")).toBe(3);
    expect(run.read("grid")).toEqual([
      [0, 0],
      [4, 0],
    ]);
    expect(run.read("pairs")).toEqual([
      { a: 7, b: 5 },
      { a: 5, b: 5 },
    ]);
    expect([run.read("words"), run.read("counts[1].n"), run.read("counts[2].n"), run.read("seen")]).toEqual([
      [8, 0],
      1,
      0,
      2,
    ]);
    expect(raised.length).toBeGreaterThanOrEqual(19);
    expect(raised.every(({ code }) => code === 2)).toBe(true);
  });

  it("has the standard functions", () => {
    const variables =
      "a, b, c, d, e, f : INT; r, s : REAL; w : WORD; x, y : BYTE; t : TIME; u : DINT; n : UINT := 20; k : BOOL;";
    const statements = `a := MIN(3, 1, 2); b := MAX(INT#-4, -9); c := LIMIT(0, 50, 10); d := SEL(TRUE, 1, 2); e := MUX(2, 10, 20, 30); f := ABS(INT#-7);
      r := SQRT(2.25); s := ABS(-1.5); w := ROL(WORD#16#8001, 1); x := SHL(BYTE#16#81, 1); y := SHR(BYTE#16#81, n); t := T#1s * 3 - T#500ms;
      u := ADD(1, 2, 3); k := GT(3, 2, 1) AND LE(a, b, 5);`;
    expect(valuesAfter(body(variables, statements), "a b c d e f r s w x y t u k")).toEqual([
      1,
      -4,
      10,
      2,
      30,
      7,
      1.5,
      1.5,
      3,
      2,
      0,
      "T#2s500ms",
      6,
      false,
    ]);
  });
});

describe("the scan loop", () => {
  it("starts at 0, shows each scan the time of its release, and counts fractions of a millisecond", () => {
    const { run } = start("PROGRAM M VAR n : INT; t : TIME; END_VAR n := n + 1; t := TIME(); END_PROGRAM", 2_500_000);
    run.runScans(1);
    expect([run.read("t"), run.cycles < 1000]).toEqual(["T#0ms", true]);
    run.runScans(4);
    expect([run.read("t"), run.read("n")]).toEqual(["T#10ms", 5]);
    expect(run.cycles).toBeGreaterThan(1_000_000);
    expect(run.cycles).toBeLessThan(1_001_000);
  });

  it("goes on with the latest release when a scan has missed some", () => {
    const source =
      "PROGRAM M VAR i : DINT; n : INT; t : TIME; END_VAR n := n + 1; t := TIME(); IF n = 2 THEN FOR i := 0 TO 200000 DO ; END_FOR; END_IF; END_PROGRAM";
    const { run, raised } = start(source, 1e6);
    run.runScans(3);
    const missed = raised.length;
    expect(missed).toBeGreaterThanOrEqual(2);
    expect(raised.map(({ code, detail }) => [code, detail])).toEqual(raised.map((_, i) => [1, i + 1]));
    expect(run.read("t")).toBe(`T#${1 + missed}ms`);
    run.runScans(5);
    expect(run.read("t")).toBe(`T#${6 + missed}ms`);
    expect(raised).toHaveLength(missed);
  });

  it("gives the same result however the run is sliced", () => {
    const source = readFileSync(new URL("./testing/crunch.st", import.meta.url), "utf8");
    const compiled = compile(source, { file: "t.st" });
    if (!compiled.ok) throw new Error("does not compile");
    const results = [undefined, 997].map((slice) => {
      const run = new ProgramRun({ elf: compiled.elf, program: compiled.program, memoryBytes: 1 << 20, slice });
      run.runScans(5);
      return [run.read("CHECK"), run.cycles, run.instructions];
    });
    expect(results[0]).toEqual(results[1]);
  });
});

describe("an output of a function", () => {
  it("may go to a single bit: of a word, at %QX, of an instance", () => {
    const source = `
      FUNCTION Judge : INT VAR_INPUT x : INT; END_VAR VAR_OUTPUT high, low : BOOL; END_VAR
        Judge := x; high := x > 2; low := NOT high;
      END_FUNCTION
      FUNCTION_BLOCK Lamp VAR on AT %Q* : BOOL; END_VAR
        Judge(3, high => on);
        METHOD Is : BOOL VAR_INPUT x : INT; END_VAR VAR_OUTPUT one : BOOL; END_VAR one := x = 1; Is := TRUE; END_METHOD
      END_FUNCTION_BLOCK
      PROGRAM Main
        VAR a AT %QX0.1 : BOOL; w : WORD := 16#0108; y : BYTE := 16#40; n : INT; lamps : ARRAY [0..1] OF Lamp; k : INT := 7; END_VAR
        n := Judge(1, low => a, high => w.3); lamps[1](); lamps[0].Is(1, one => y.5); lamps[0].Is(x := 2, one => y.6);
        Judge(x := 9, high => %QX0.3); lamps[k].Is(1, one => y.7);
      END_PROGRAM`;
    expect(valuesAfter(source, "a w y Main.lamps[1].on Main.lamps[0].on n")).toEqual([
      true,
      0x100,
      0x20,
      true,
      false,
      1,
    ]);
  });
});
