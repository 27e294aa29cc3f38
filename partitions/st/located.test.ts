/** AT %I* in FUNCTION_BLOCKs and VAR_CONFIG, on the board: what the process image holds, and what the blocks see of it. */
import { describe, expect, it } from "vitest";
import { Compiler, compile } from "./index.ts";
import { pointsOf } from "./testing/points.ts";
import { problemsOf, start, valuesAfter } from "./testing/running.ts";

const PUMP = `
  FUNCTION_BLOCK Pump
    VAR_INPUT want : BOOL; END_VAR
    VAR_OUTPUT hours : INT; END_VAR
    VAR running AT %I* : BOOL; level AT %I* : INT; start AT %Q* : BOOL; speed AT %Q* : REAL := 1.5; mark AT %M* : WORD; ramp : INT := 3; END_VAR
    IF want THEN start := NOT running; END_IF;
    speed := speed + ramp; hours := level; mark := 16#55;
    METHOD Stop start := FALSE; THIS^.speed := 0.0; END_METHOD
  END_FUNCTION_BLOCK`;

describe("a variable at %I or %Q that is no point", () => {
  const warningsOf = (variables: string): readonly string[] => {
    const compiled = compile(`${variables} PROGRAM Main END_PROGRAM`, { file: "t.st" });
    return compiled.ok ? compiled.warnings.map(({ code, message }) => `${code}: ${message}`) : ["does not compile"];
  };

  it("is warned of where it is part of an array or struct", () => {
    expect(warningsOf("VAR_GLOBAL s AT %IL1 : ARRAY [0..1] OF LDATE; END_VAR")).toEqual([
      "no-point: LDATE is no point: nobody outside sees it at %IL1",
    ]);
    const struct = "TYPE Report : STRUCT level : INT; mark : CHAR; END_STRUCT; END_TYPE";
    expect(warningsOf(`${struct} VAR_GLOBAL r AT %QB0 : Report; END_VAR`)).toEqual([
      "no-point: CHAR is no point: nobody outside sees it at %QB0",
    ]);
  });

  it("is nothing to warn of at %M, which nobody outside sees, and where all of it is points", () => {
    expect(
      warningsOf("VAR_GLOBAL s AT %MB0 : ARRAY [0..1] OF CHAR; a AT %QB0 : ARRAY [0..15] OF BYTE; END_VAR"),
    ).toEqual([]);
    expect(warningsOf("VAR_GLOBAL s AT %QB0 : STRING(15); a AT %IB8 : ARRAY [0..1] OF WSTRING(3); END_VAR")).toEqual(
      [],
    );
  });
});

describe("a text at %I or %Q", () => {
  it("is a point of so many characters, by itself or as part of something", () => {
    const type = "TYPE Label : STRUCT number : UINT; text : STRING[4]; END_STRUCT; END_TYPE";
    const source = `${type} PROGRAM Main VAR
      recipe AT %IB0 : STRING[10] := 'none'; label AT %QB0 : Label; units AT %Q* : ARRAY [1..2] OF WSTRING[2] := ["°C", "Ω"];
      END_VAR label.text := recipe; END_PROGRAM`;
    expect(pointsOf(source)).toEqual([
      "recipe STRING(10) input 0 none",
      "label_number UINT output 0 0",
      "label_text STRING(4) output 2 ",
      "units_1 WSTRING(2) output 8 °C",
      "units_2 WSTRING(2) output 14 Ω",
    ]);
  });
});

describe("a variable AT %I* of a FUNCTION_BLOCK", () => {
  it("is a point of each instance, wherever there is room, under its name", () => {
    const source = `${PUMP}
      VAR_GLOBAL spare : Pump; END_VAR
      FUNCTION_BLOCK Station VAR pumps : ARRAY [1..2] OF Pump; END_VAR pumps[1](want := TRUE); pumps[2](); END_FUNCTION_BLOCK
      PROGRAM Main VAR s : Station; fixed AT %IW2 : INT; END_VAR s(); spare(); END_PROGRAM`;
    expect(pointsOf(source).map((each) => each.replace(/put \d+/, "put"))).toEqual([
      "fixed INT input 0",
      ...["spare", "s_pumps_1", "s_pumps_2"].flatMap((name) => [
        `${name}_running BOOL input false`,
        `${name}_level INT input 0`,
        `${name}_start BOOL output false`,
        `${name}_speed REAL output 1.5`,
      ]),
    ]);
    expect(
      valuesAfter(source, "Main.s.pumps[1].start Main.s.pumps[2].start spare.speed Main.s.pumps[2].mark", 2),
    ).toEqual([true, false, 7.5, 0x55]);
  });

  it("stands where VAR_CONFIG says, a BOOL at a bit, with the value that it starts with there", () => {
    const source = `${PUMP}
      PROGRAM Main VAR a, b : Pump; n : INT; mine AT %Q* : INT; word : WORD; other : REAL; both : BOOL; x : INT; END_VAR
        %IX4.3 := TRUE; %IW1 := 77; n := n + 1; a(want := TRUE); b(want := TRUE); IF n = 3 THEN a.Stop(); END_IF;
        word := %QW0; other := a.ramp_of(); both := %QX0.5; mine := 9; x := a.hours;
      END_PROGRAM
      CONFIGURATION Plant
        VAR_GLOBAL g AT %Q* : BYTE; END_VAR
        RESOURCE Station ON PLC TASK t(INTERVAL := T#10ms); PROGRAM p WITH t : Main; END_RESOURCE
        VAR_CONFIG
          Station.p.a.running AT %IX4.3 : BOOL; p.a.level AT %IW1 : INT; p.a.start AT %QX0.4 : BOOL; p.b.start AT %QX0.5 : BOOL;
          p.a.speed AT %QD2 : REAL := 10.0; p.b.ramp : INT := 100; p.mine AT %QW7 : INT := 8; g AT %QB1 : BYTE := 16#A0;
        END_VAR
      END_CONFIGURATION`.replace("other := a.ramp_of();", "other := REAL#0.0;");
    const points = pointsOf(source);
    expect(points).toContain("a_running BOOL input 4.3 false");
    expect(points).toContain("a_start BOOL output 0.4 false");
    expect(points).toContain("a_speed REAL output 8 10");
    expect(points).toContain("mine INT output 14 8");
    expect(points).toContain("g BYTE output 1 160");
    // %QX0.4 stays FALSE as the pump runs; %QX0.5 is set; the byte above is g.
    expect(valuesAfter(source, "p.a.start p.b.start p.word p.both p.a.speed p.b.speed p.x p.mine", 2)).toEqual([
      ...[false, true, 0xa020, true, 16, 201.5, 77, 9],
    ]);
    expect(valuesAfter(source, "p.a.speed p.a.running", 3)).toEqual([0, true]);
  });

  it("is another one in a copy of its instance, and in another instance of its PROGRAM", () => {
    const source = `${PUMP}
      PROGRAM Main VAR a, b : Pump; n : INT; END_VAR a(want := TRUE); IF n = 0 THEN b := a; END_IF; n := n + 1; END_PROGRAM
      CONFIGURATION C TASK t(INTERVAL := T#10ms); PROGRAM p WITH t : Main; PROGRAM q WITH t : Main; VAR_CONFIG q.a.ramp : INT := 10; END_VAR END_CONFIGURATION`;
    expect(
      pointsOf(source)
        .filter((each) => each.includes("start"))
        .map((each) => each.split(" ")[0]),
    ).toEqual(["a_start", "b_start", "q_a_start", "q_b_start"]);
    expect(valuesAfter(source, "p.a.start p.b.start p.a.speed q.a.speed q.b.speed q.b.ramp", 1)).toEqual([
      true,
      false,
      4.5,
      11.5,
      1.5,
      10,
    ]);
  });

  it("may stand in a base, be PUBLIC, and be passed by reference unless it is a bit", () => {
    const source = `
      FUNCTION_BLOCK Base VAR PUBLIC lamp AT %Q* : BOOL; value AT %Q* : INT; END_VAR END_FUNCTION_BLOCK
      FUNCTION Bump : INT VAR_IN_OUT n : INT; END_VAR n := n + 5; Bump := n; END_FUNCTION
      FUNCTION_BLOCK Derived EXTENDS Base VAR_OUTPUT r : INT; END_VAR r := Bump(value); lamp := TRUE; END_FUNCTION_BLOCK
      PROGRAM Main VAR d : Derived; seen : BOOL; END_VAR d(); seen := d.lamp; IF d.value > 5 THEN d.lamp := FALSE; END_IF; END_PROGRAM`;
    expect(valuesAfter(source, "d.r d.lamp seen d.value", 2)).toEqual([10, false, true, 10]);
    const refused = problemsOf(source.replace("r := Bump(value)", "r := SIZEOF(ADR(lamp)^)")).map(
      ({ message }) => message,
    );
    expect(refused).toContain("a single bit has no address");
  });

  it("is listed for tools at the place where it is", () => {
    const source = `${PUMP} PROGRAM Main VAR a : Pump; END_VAR a(); END_PROGRAM VAR_CONFIG Main.a.start AT %QX2.1 : BOOL; END_VAR`;
    const compiled = new Compiler().compile([{ file: "t.st", text: source }]);
    if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
    const found = compiled.symbols().symbols.filter(({ path }) => path.startsWith("Main.a.s"));
    expect(found.map(({ path, at, bit, initial, kind }) => [path, at, bit, initial, kind])).toEqual([
      ["Main.a.start", "%QX2.1", 1, false, "bool"],
      ["Main.a.speed", "%QD1", undefined, 1.5, "real"],
    ]);
  });

  it("is there in every instance, wherever that is kept: VAR_STAT, VAR_INST, a class of which only a method is called", () => {
    const source = `
      FUNCTION_BLOCK Lamp VAR on AT %Q* : BOOL; n AT %Q* : INT; END_VAR on := TRUE; n := n + 1; END_FUNCTION_BLOCK
      FUNCTION Blink : INT VAR_STAT l : Lamp; END_VAR l(); Blink := 1; END_FUNCTION
      FUNCTION_BLOCK Panel VAR_STAT shared : Lamp; END_VAR METHOD Show VAR_INST own : Lamp; END_VAR shared(); own(); END_METHOD END_FUNCTION_BLOCK
      PROGRAM Main VAR p : Panel; k : INT; END_VAR k := Blink(); p.Show(); p.Show(); END_PROGRAM`;
    expect(pointsOf(source).map((each) => each.split(" ")[0])).toEqual(
      expect.arrayContaining(["p_own_on", "p_own_n", "Blink_l_on", "Blink_l_n", "Panel_shared_on", "Panel_shared_n"]),
    );
    expect(valuesAfter(source, "Main.p.own.n", 3)).toEqual([6]);
  });
});

describe("VAR_CONFIG", () => {
  const messages = (entry: string) =>
    problemsOf(
      `${PUMP} PROGRAM Main VAR list : ARRAY [1..2] OF Pump; n : INT; END_VAR list[1](); n := 1; END_PROGRAM VAR_CONFIG ${entry} END_VAR`,
    ).map(({ message }) => message);

  it("is refused what is not there, not open, or of another type", () => {
    expect(messages("Main.list[2].start AT %QX0.0 : BOOL;")).toEqual([]);
    expect(messages("Main.lst[2].start AT %QX0.0 : BOOL;")).toEqual(["there is no variable Main.lst[2].start"]);
    expect(messages("Main.list[2].strt AT %QX0.0 : BOOL;")).toEqual(["Pump has no member strt"]);
    expect(messages("Main.list[3].start AT %QX0.0 : BOOL;")).toEqual(["an index here is a constant from 1 to 2"]);
    expect(messages("Main.list[2].start AT %IX0.0 : BOOL;")).toEqual(["Main.list[2].start is not declared AT %I*"]);
    expect(messages("Main.n AT %IW0 : INT;")).toEqual(["Main.n is not declared AT %I*"]);
    expect(messages("Main.n : REAL := 1.0;")).toEqual(["Main.n is INT, not REAL"]);
    expect(messages("Main.list[1].start AT %QW0 : BOOL;")).toEqual(["BOOL does not fit at %QW0"]);
    expect(messages("Main.n : INT := 1; Main.n : INT := 2;")).toEqual(["Main.n is named twice in VAR_CONFIG"]);
    expect(messages("Main.n[ : ;")[0]).toMatch(/expected/);
    expect(messages("5 := 3;")[0]).toMatch(/expected/);
  });

  it("gives single instances initial values of their own", () => {
    const source = `
      TYPE Limits : STRUCT low, high : INT := 9; END_STRUCT; END_TYPE
      FUNCTION_BLOCK Loop VAR_INPUT gain : REAL := 1.0; END_VAR VAR limits : Limits; list : ARRAY [1..3] OF INT; END_VAR END_FUNCTION_BLOCK
      PROGRAM Main VAR a, b : Loop; END_VAR a(); b(); END_PROGRAM
      VAR_CONFIG Main.a.gain : REAL := 2.5; Main.b.limits : Limits := (low := 1); Main.a.limits.high : INT := 4; Main.b.list : ARRAY [1..3] OF INT := [7, 8, 9]; END_VAR`;
    const { run } = start(source);
    expect(["a.gain", "b.gain", "a.limits", "b.limits", "b.list"].map((name) => run.read(name))).toEqual([
      ...[2.5, 1, { low: 9, high: 4 }, { low: 1, high: 9 }, [7, 8, 9]],
    ]);
  });

  it("leaves AT in other places refused, in words", () => {
    const refused = (source: string) => problemsOf(`${source} PROGRAM M END_PROGRAM`).map(({ message }) => message);
    expect(refused("FUNCTION_BLOCK F VAR a AT %IX0.0 : BOOL; END_VAR END_FUNCTION_BLOCK")).toEqual([
      "all instances would share this address",
    ]);
    expect(refused("FUNCTION_BLOCK F VAR_INPUT a AT %I* : BOOL; END_VAR END_FUNCTION_BLOCK")).toEqual([
      "AT is for VAR of a FUNCTION_BLOCK, not for VAR_INPUT",
    ]);
    expect(refused("FUNCTION F : INT VAR a AT %I* : BOOL; END_VAR F := 1; END_FUNCTION")).toEqual([
      "AT is not possible in a FUNCTION",
    ]);
  });
});
