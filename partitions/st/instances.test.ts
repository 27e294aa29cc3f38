import { describe, expect, it } from "vitest";
import { inspectImage } from "../../runtime/board/index.ts";
import { compile } from "./index.ts";
import { pointsOf } from "./testing/points.ts";
import { problemsOf, valuesAfter } from "./testing/running.ts";

describe("an instance of a block that is assigned", () => {
  it("is copied with all that it keeps, timers and blocks inside of it too", () => {
    const source = `
      FUNCTION_BLOCK Inner VAR_OUTPUT n : INT; END_VAR n := n + 1; END_FUNCTION_BLOCK
      FUNCTION_BLOCK Stage VAR_INPUT x : INT; END_VAR VAR_OUTPUT sum : INT; END_VAR VAR i : Inner; t : TON; END_VAR
        i(); t(IN := TRUE, PT := T#15ms); sum := sum + x + i.n;
      END_FUNCTION_BLOCK
      PROGRAM Main VAR a, b : Stage; list : ARRAY [1..2] OF Stage; k : INT := 2; n : INT; END_VAR
        a(x := 5); IF n = 0 THEN b := a; list[k] := a; END_IF; n := n + 1; b(x := 1); list[k](x := 0);
      END_PROGRAM`;
    expect(valuesAfter(source, "a.sum b.sum list[2].sum list[1].sum", 2)).toEqual([13, 13, 11, 0]);
  });

  it("stays of its own class, and takes as much as the class that it is assigned as has", () => {
    const source = `
      FUNCTION_BLOCK Base VAR_INPUT x : INT; END_VAR METHOD Kind : INT Kind := 1; END_METHOD END_FUNCTION_BLOCK
      FUNCTION_BLOCK Derived EXTENDS Base VAR_INPUT y : INT; END_VAR METHOD Kind : INT Kind := 2; END_METHOD END_FUNCTION_BLOCK
      FUNCTION Put : INT VAR_IN_OUT into, from : Base; END_VAR into := from; Put := into.Kind(); END_FUNCTION
      PROGRAM Main VAR b : Base := (x := 5); d : Derived := (x := 6, y := 7); e : Derived; k, l : INT; END_VAR
        e := d; k := Put(d, b); l := Put(b, e);
      END_PROGRAM`;
    expect(valuesAfter(source, "d.x d.y k b.x l e.y")).toEqual([5, 7, 2, 6, 1, 7]);
    expect(problemsOf(source.replace("e := d;", "b := d;")).map(({ message }) => message)).toEqual([
      "expected Base, found Derived",
    ]);
  });
});

describe("instances of one PROGRAM", () => {
  it("have variables, blocks, methods and actions of their own, and the globals in common", () => {
    const source = `
      VAR_GLOBAL all : INT; END_VAR
      PROGRAM Count
        VAR n : INT := 10; t : CTU; list : ARRAY [0..1] OF INT; p : POINTER TO INT := ADR(n); END_VAR
        p^ := p^ + 1; all := all + 1; Note(); t(CU := all MOD 2 = 0, PV := 3); list[1] := Twice(n);
        ACTION Note: list[0] := list[0] + n; END_ACTION
        METHOD Twice : INT VAR_INPUT x : INT; END_VAR Twice := 2 * x; END_METHOD
      END_PROGRAM
      CONFIGURATION Plant
        VAR_GLOBAL inside : INT := 4; END_VAR
        RESOURCE Main ON PLC
          VAR_GLOBAL deeper : INT := 5; END_VAR
          TASK T(INTERVAL := T#10ms);
          PROGRAM First WITH T : Count;
          PROGRAM Second WITH T : Count;
        END_RESOURCE
      END_CONFIGURATION`;
    expect(
      valuesAfter(source, "First.n Second.n all First.list Second.list First.t.CV Second.t.CV inside deeper", 2),
    ).toEqual([12, 12, 4, [23, 24], [23, 24], 0, 1, 4, 5]);
  });
});

describe("instances of one PROGRAM with addresses and ports of its own", () => {
  const CONFIGURATION = `
    CONFIGURATION Plant
      TASK T(INTERVAL := T#10ms);
      PROGRAM First WITH T : Count;
      PROGRAM Second WITH T : Count;
      VAR_CONFIG Second.own AT %QW6 : INT := 100; END_VAR
    END_CONFIGURATION`;
  const SOURCE = `
    PROGRAM Count
      VAR n : INT; level AT %IW2 : INT := 7; own AT %Q* : INT := 3; list AT %Q* : ARRAY [1..2] OF BYTE; events : QUEUE_SEND; END_VAR
      n := n + 1; own := own + n + level; list[2] := 1; level := level + 1; events(REQ := TRUE, MESSAGE := n);
    END_PROGRAM${CONFIGURATION}`;

  it("share what stands at an address, and have a place of their own, named after them, for what stands at none", () => {
    const points = pointsOf(SOURCE);
    expect(points.map((each) => each.split(" ")[0]).sort()).toEqual([
      "Second_list_1",
      "Second_list_2",
      "Second_own",
      "level",
      "list_1",
      "list_2",
      "own",
    ]);
    expect(points).toContain("Second_own INT output 12 100");
    expect(points.find((each) => each.startsWith("level"))).toBe("level INT input 4 7");
    expect(valuesAfter(SOURCE, "First.own Second.own First.level Second.level", 2)).toEqual([22, 121, 11, 11]);
  });

  it("have a port each, which bears the instance's name when there is another", () => {
    const compiled = compile(SOURCE, { file: "t.st" });
    const facts = inspectImage(compiled.ok ? compiled.elf : new Uint8Array());
    expect("problem" in facts ? facts.problem : facts.manifest?.ports).toEqual([
      { name: "events", direction: "source", messageBytes: 2 },
      { name: "Second_events", direction: "source", messageBytes: 2 },
    ]);
  });

  it("are warned of an output that stands at one address for all", () => {
    const compiled = compile(SOURCE.replace("own AT %Q*", "own AT %QW0").replace(/VAR_CONFIG.*END_VAR/, ""), {
      file: "t.st",
    });
    expect(compiled.ok && compiled.warnings.map(({ message }) => message)).toContain(
      "Second writes to the same address as another instance of Count: own stands there once",
    );
  });

  it("may be called like the program, a function or an action of it", () => {
    const source = `
      FUNCTION Twice : INT VAR_INPUT x : INT; END_VAR Twice := 2 * x; END_FUNCTION
      PROGRAM Count VAR n : INT := 1; END_VAR n := Twice(n); Note(); ACTION Note: n := n + 1; END_ACTION END_PROGRAM
      CONFIGURATION Plant
        TASK T(INTERVAL := T#10ms);
        PROGRAM First WITH T : Count; PROGRAM Twice WITH T : Count; PROGRAM Note WITH T : Count; PROGRAM Count WITH T : Count;
      END_CONFIGURATION`;
    expect(valuesAfter(source, "First.n Twice.n Note.n Count.n", 2)).toEqual([7, 7, 7, 7]);
  });
});
