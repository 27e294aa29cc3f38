import { describe, expect, it } from "vitest";
import { pointsOf } from "./testing/points.ts";
import { problemsOf, valuesAfter } from "./testing/running.ts";

describe("the points of a program", () => {
  it("are the elements and members of what stands in its process image", () => {
    const source = `
      TYPE Pump : STRUCT speed : INT := 5; on : BOOL; END_STRUCT; END_TYPE
      PROGRAM Main VAR levels AT %IW2 : ARRAY [-1..1] OF INT; pumps AT %QW4 : ARRAY [1..2] OF Pump; grid AT %QB0 : ARRAY [0..1, 0..1] OF BOOL; END_VAR
      pumps[1].on := levels[0] > 3; grid[1, 0] := TRUE; END_PROGRAM`;
    expect(pointsOf(source)).toEqual([
      "levels_m1 INT input 4 0",
      "levels_0 INT input 6 0",
      "levels_1 INT input 8 0",
      "pumps_1_speed INT output 8 5",
      "pumps_1_on BOOL output 10 false",
      "pumps_2_speed INT output 12 5",
      "pumps_2_on BOOL output 14 false",
      "grid_0_0 BOOL output 0 false",
      "grid_0_1 BOOL output 1 false",
      "grid_1_0 BOOL output 2 false",
      "grid_1_1 BOOL output 3 false",
    ]);
  });

  it("stand where there is room when their address is left open", () => {
    const source = `
      VAR_GLOBAL flow AT %I* : REAL; alarm AT %Q* : BOOL; END_VAR
      PROGRAM Main VAR fixed AT %IW3 : INT; run AT %I* : BOOL; mark AT %M* : INT := 4; speeds AT %Q* : ARRAY [0..1] OF INT; END_VAR
      alarm := run AND flow > 1.0; speeds[1] := fixed + mark; mark := mark + 1; END_PROGRAM`;
    expect(pointsOf(source).toSorted()).toEqual([
      "alarm BOOL output 0 false",
      "fixed INT input 6 0",
      "flow REAL input 8 0",
      "run BOOL input 12 false",
      "speeds_0 INT output 2 0",
      "speeds_1 INT output 4 0",
    ]);
    expect(valuesAfter(source, "mark speeds", 2)).toEqual([6, [0, 5]]);
    const refused = problemsOf("PROGRAM M VAR a : INT; END_VAR a := %I*; END_PROGRAM").map(({ message }) => message);
    expect(refused).toEqual(["%I* is no address"]);
  });

  it("take and give integers of their size where they are named directly", () => {
    const source = `PROGRAM Main VAR i : INT := -5; j : INT; u : UDINT; b : SINT; END_VAR
      %MW2 := i; j := %MW2; %MD2 := 70000; u := %MD2; %MB1 := b; %MW0 := 16#FFFE; b := %MB0; END_PROGRAM`;
    expect(valuesAfter(source, "j u b")).toEqual([-5, 70000, -2]);
    const refused = problemsOf("PROGRAM M VAR i : INT; END_VAR i := %MB0; i := %MD0; END_PROGRAM").map(
      ({ message }) => message,
    );
    expect(refused).toEqual(["expected INT, found DWORD"]);
  });

  it("may be of 64 bits, and of dates", () => {
    const source = `PROGRAM Main
      VAR a AT %ID0 : DATE; b AT %IL1 : LINT; c AT %QL0 : ULINT := 18446744073709551615; d AT %QL1 : LREAL := 0.1; e AT %Q* : LTIME := LT#-5ns; f AT %QD8 : DT := DT#1970-01-02-00:00:00; g AT %Q* : TOD; h AT %Q* : LWORD; END_VAR
      c := c - 1; d := d * 2.0; h := 16#8000_0000_0000_0001; IF b > 0 THEN e := LT#0ns; END_IF; g := TOD#00:00:01; IF a > D#2000-01-01 THEN f := DT#1970-01-01-00:00:00; END_IF; END_PROGRAM`;
    expect(pointsOf(source)).toEqual([
      "a DATE input 0 0",
      "b LINT input 8 0",
      "c ULINT output 0 18446744073709551615",
      "d LREAL output 8 0.1",
      "e LTIME output 40 -5",
      "f DT output 32 86400",
      "g TOD output 48 0",
      "h LWORD output 56 0",
    ]);
  });
});
