import { describe, expect, it } from "vitest";
import { ramOf, start, valuesAfter } from "./testing/running.ts";

const results = (variables: string, statements: string, names: string): unknown[] =>
  valuesAfter(`PROGRAM Main VAR ${variables} END_VAR\n${statements}\nEND_PROGRAM`, names);

describe("literals of times and dates", () => {
  it("keep what their type counts", () => {
    const variables = `
      a : TIME := T#1d2h3m4s5ms; b : TIME := TIME#-1.5s; c : LTIME := LT#1d2h3m4s5ms6us7ns; d : LTIME := LTIME#-0.5us;
      e : DATE := D#2024-02-29; f : LDATE := LDATE#1969-12-31; g : TOD := TOD#12:34:56.789; h : LTOD := LTOD#23:59:59.999999999;
      i : DT := DT#2024-02-29-12:34:56; j : LDT := LDT#1900-01-01-00:00:00.5; k : TIME_OF_DAY := TIME_OF_DAY#01:02;
      l : DATE_AND_TIME := DATE_AND_TIME#1970-01-01-00:00:01; m : LTIME_OF_DAY := LTIME_OF_DAY#00:00:00; n : LTIME := T#5s;
      o : LDATE_AND_TIME := LDATE_AND_TIME#2262-04-11-23:47:16.854775807; p : DATE := DATE#2106-02-07; q : LTIME := T#1h_30m;`;
    expect(results(variables, "", "a b c d e f g h i j k l m n o p q")).toEqual([
      ...["T#1d2h3m4s5ms", "T#-1s500ms", "LT#1d2h3m4s5ms6us7ns", "LT#-500ns", "D#2024-02-29", "LD#1969-12-31"],
      ...["TOD#12:34:56.789", "LTOD#23:59:59.999999999", "DT#2024-02-29-12:34:56", "LDT#1900-01-01-00:00:00.5"],
      ...["TOD#01:02:00", "DT#1970-01-01-00:00:01", "LTOD#00:00:00", "LT#5s", "LDT#2262-04-11-23:47:16.854775807"],
      ...["D#2106-02-07", "LT#1h30m"],
    ]);
  });
});

describe("arithmetic with times and dates (IEC 61131-3 table 35)", () => {
  const variables = `
    t : TIME := T#90m; lt : LTIME := LT#90m; d : DATE := D#2024-02-29; d2 : DATE := D#2024-02-28; ld : LDATE := LD#2024-03-01;
    td : TOD := TOD#23:00:00; ltd : LTOD := LTOD#01:00:00; m : DT := DT#2024-02-29-23:30:00; lm : LDT := LDT#2024-02-29-23:30:00.25;
    i : INT := 3; u : UDINT := 4000000000; r : REAL := 0.5; lr : LREAL := 0.1; n : LINT := -2; b : BOOL;
    x1, x2, x3, x4, x5 : TIME; y1, y2, y3, y4, y5, y6 : LTIME; z1, z2, z3 : TOD; w1, w2 : LTOD; v1, v2 : DT; s1, s2, s3 : LDT;`;

  it("adds and subtracts, in the long types where one is long", () => {
    const statements = `
      x1 := t + t; x2 := d - d2; x3 := td - TOD#22:59:59; x4 := m - DT#2024-02-29-23:29:59; x5 := m - DT#1970-01-01-00:00:00;
      y1 := t + lt; y2 := ld - d; y3 := ltd - td; y4 := lm - m; y5 := lt - t; y6 := LT#0s - lt;
      z1 := td + t; z2 := TOD#00:30:00 - t; z3 := td - T#100h; w1 := ltd - lt; w2 := ltd + t;
      v1 := m + t; v2 := m - T#1d; s1 := lm + lt; s2 := m + LT#1ns; s3 := lm - T#1s;
      b := (d < ld) AND (td > ltd) AND (m <= lm) AND (t = lt);`;
    expect(results(variables, statements, "x1 x2 x3 x4 x5 y1 y2 y3 y4 y5 y6 z1 z2 z3 w1 w2 v1 v2 s1 s2 s3 b")).toEqual([
      ...["T#3h", "T#1d", "T#1s", "T#1s", "T#24d20h31m23s647ms"],
      ...["LT#3h", "LT#1d", "LT#-22h", "LT#250ms", "LT#0ms", "LT#-1h30m"],
      ...["TOD#00:30:00", "TOD#23:00:00", "TOD#19:00:00", "LTOD#23:30:00", "LTOD#02:30:00"],
      ...["DT#2024-03-01-01:00:00", "DT#2024-02-28-23:30:00"],
      ...["LDT#2024-03-01-01:00:00.25", "LDT#2024-02-29-23:30:00.000000001", "LDT#2024-02-29-23:29:59.25", true],
    ]);
  });

  it("scales times by numbers of every type", () => {
    const statements = `
      x1 := t * i; x2 := i * t; x3 := t / r; x4 := T#1s * lr; x5 := t / u;
      y1 := lt * n; y2 := lt / 7; y3 := lt * lr; y4 := LT#1ns * u; y5 := lt / -2.0; y6 := LT#1d * 2;
      x2 := x2 - MUL_TIME(T#1s, 0.5) + DIV_TIME(T#1s, 4) + MULTIME(T#1ms, i) - DIVTIME(T#10ms, 2);`;
    expect(results(variables, statements, "x1 x2 x3 x4 x5 y1 y2 y3 y4 y5 y6")).toEqual([
      ...["T#4h30m", "T#4h29m59s748ms", "T#3h", "T#100ms", "T#0ms"],
      ...["LT#-3h", "LT#12m51s428ms571us428ns", "LT#9m", "LT#4s", "LT#-45m", "LT#2d"],
    ]);
  });

  it("has the operators under the names of the table too", () => {
    const statements = `
      x1 := ADD_TIME(t, t); x2 := SUB_DATE_DATE(d, d2); x3 := SUB_TOD_TOD(td, TOD#22:00:00); x4 := SUB_DT_DT(m, m); x5 := SUB_TIME(t, T#1s);
      y1 := ADD_LTIME(lt, t); y2 := SUB_LDATE_LDATE(ld, d); y3 := SUB_LTOD_LTOD(ltd, ltd); y4 := SUB_LDT_LDT(lm, m); y5 := MUL_LTIME(lt, i); y6 := DIV_LTIME(lt, i);
      z1 := ADD_TOD_TIME(td, t); z2 := SUB_TOD_TIME(td, t); w1 := ADD_LTOD_LTIME(ltd, lt); w2 := SUB_LTOD_LTIME(ltd, lt);
      v1 := ADD_DT_TIME(m, t); v2 := SUB_DT_TIME(m, t); s1 := ADD_LDT_LTIME(lm, lt); s2 := SUB_LDT_LTIME(lm, lt);`;
    expect(results(variables, statements, "x1 x2 x3 x4 x5 y1 y2 y3 y4 y5 y6 z1 z2 w1 w2 v1 v2 s1 s2")).toEqual([
      ...["T#3h", "T#1d", "T#1h", "T#0ms", "T#1h29m59s", "LT#3h", "LT#1d", "LT#0ms", "LT#250ms", "LT#4h30m", "LT#30m"],
      ...["TOD#00:30:00", "TOD#21:30:00", "LTOD#02:30:00", "LTOD#23:30:00"],
      ...["DT#2024-03-01-01:00:00", "DT#2024-02-29-22:00:00"],
      ...["LDT#2024-03-01-01:00:00.25", "LDT#2024-02-29-22:00:00.25"],
    ]);
  });
});

const DAY_MS = 86_400_000;

describe("the calendar (IEC 61131-3 table 36)", () => {
  it("puts dates together and takes them apart as the host's does, from 1678 to 2261", () => {
    const count = 3000;
    const started = start(
      `PROGRAM M VAR i : DINT; ds, back : ARRAY [0..${count - 1}] OF LDATE; ys, ms, dd, ws : ARRAY [0..${count - 1}] OF INT;
        y, m, d : INT; n : LINT; END_VAR
      FOR i := 0 TO ${count - 1} DO
        SPLIT_DATE(ds[i], YEAR => y, MONTH => m, DAY => d); ys[i] := y; ms[i] := m; dd[i] := d; ws[i] := DAY_OF_WEEK(ds[i]);
        back[i] := LDT_TO_LDATE(LINT_TO_LDT(LDATE_TO_LINT(ds[i]) + 1));
      END_FOR; END_PROGRAM`,
      10e9,
    );
    const days = Array.from({ length: count }, (_, i) => -106_650 + i * 71);
    const into = ramOf(started, "M.ds");
    for (const [i, day] of days.entries()) into.setBigInt64(8 * i, BigInt(day) * BigInt(DAY_MS) * 1_000_000n, true);
    expect(started.run.runScans(1)).toBe("scans");
    const [ys, ms, dd, ws, back] = ["ys", "ms", "dd", "ws", "back"].map((name) => ramOf(started, `M.${name}`));
    for (const [i, day] of days.entries()) {
      const date = new Date(day * DAY_MS);
      const found = [ys, ms, dd, ws].map((list) => list!.getInt16(2 * i, true));
      expect(found).toEqual([date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCDay()]);
      expect(back!.getBigInt64(8 * i, true)).toBe(into.getBigInt64(8 * i, true));
    }
  });

  it("concatenates and splits", () => {
    const variables = `
      d : DATE; t : TOD; lt : LTOD; m, m2 : DT; lm, lm2 : LDT; y, mo, da, h, mi, s, ms : INT; h2, s2 : INT; w : INT; old : DATE;`;
    const statements = `
      d := CONCAT_DATE(2024, 2, 29); t := CONCAT_TOD(12, 34, 56, 789); lt := CONCAT_LTOD(1, 2, 3, 4); old := CONCAT_DATE(2100, 3, 1);
      m := CONCAT_DATE_TOD(d, t); m2 := CONCAT_DT(1999, 12, 31, 23, 59, 59, 999); lm := CONCAT_DATE_LTOD(d, lt);
      lm2 := CONCAT_LDT(2024, 2, 29, 12, 34, 56, 789); w := DAY_OF_WEEK(d);
      SPLIT_DT(m, YEAR => y, MONTH => mo, DAY => da, HOUR => h, MINUTE => mi); SPLIT_LDT(lm2, SECOND => s, MILLISECOND => ms);
      SPLIT_TOD(t, HOUR => h2); SPLIT_LTOD(lt, SECOND => s2);`;
    expect(results(variables, statements, "d t lt m m2 lm lm2 w y mo da h mi s ms h2 s2 old")).toEqual([
      ...["D#2024-02-29", "TOD#12:34:56.789", "LTOD#01:02:03.004", "DT#2024-02-29-12:34:56", "DT#1999-12-31-23:59:59"],
      ...["LDT#2024-02-29-01:02:03.004", "LDT#2024-02-29-12:34:56.789", 4, 2024, 2, 29, 12, 34, 56, 789, 12, 3],
      "D#2100-03-01",
    ]);
  });
});
