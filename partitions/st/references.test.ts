import { describe, expect, it } from "vitest";
import { problemsOf, start, valuesAfter } from "./testing/running.ts";

const body = (variables: string, statements: string): string =>
  `TYPE Point : STRUCT x : INT := 3; y : INT := 4; END_STRUCT; END_TYPE
   PROGRAM Main VAR ${variables} END_VAR\n${statements}\nEND_PROGRAM`;

const ERROR_APPLICATION = 3;

describe("POINTER TO", () => {
  it("reads and writes what ADR points it to", () => {
    const variables =
      "a, b, c : INT := 5; p : POINTER TO INT; r : REAL; q : POINTER TO REAL; pt : Point; pp : POINTER TO Point;";
    const statements =
      "p := ADR(a); p^ := p^ + 1; p := ADR(b); b := p^ * 2; q := ADR(r); q^ := 1.5; pp := ADR(pt); pp^.y := pp^.x + 9; c := pp^.y;";
    expect(valuesAfter(body(variables, statements), "a b c r")).toEqual([6, 10, 12, 1.5]);
  });

  it("counts in bytes, is kept in DWORDs and points to other types", () => {
    const variables =
      "list : ARRAY [0..3] OF INT := [10, 20, 30, 40]; p, q : POINTER TO INT; d : DWORD; u : UDINT; b : POINTER TO BYTE; n : DINT; third, second, low, indexed : INT; same, less : BOOL;";
    const statements = `p := ADR(list); q := p + 4; third := q^; n := q - p; q := q - SIZEOF(INT); second := q^;
      d := ADR(list); u := p; same := p = d AND p = u; less := p < q; b := p; b := b + 1; b^ := 1; low := list[0]; indexed := p[3];`;
    expect(valuesAfter(body(variables, statements), "third n second same less low indexed")).toEqual([
      30,
      4,
      20,
      true,
      true,
      266,
      40,
    ]);
  });

  it("walks through a list of structs that point to their own kind", () => {
    const source = `
      TYPE Node : STRUCT value : INT; next : POINTER TO Node; END_STRUCT; END_TYPE
      PROGRAM Main VAR nodes : ARRAY [1..4] OF Node; at : POINTER TO Node; i, total : INT; END_VAR
        FOR i := 1 TO 4 DO nodes[i].value := i; IF i < 4 THEN nodes[i].next := ADR(nodes[i + 1]); END_IF; END_FOR;
        at := ADR(nodes[1]);
        WHILE at <> NULL DO total := total * 10 + at^.value; at := at^.next; END_WHILE;
        total := total + nodes[1].next^.next^.value;
      END_PROGRAM`;
    expect(valuesAfter(source, "total")).toEqual([1237]);
  });

  it("takes initial values that are addresses, wherever they stand", () => {
    const source = `
      TYPE Item : STRUCT level : POINTER TO INT := ADR(shared); END_STRUCT; END_TYPE
      VAR_GLOBAL shared : INT := 7; table : ARRAY [1..3] OF INT := [1, 2, 3]; second : POINTER TO INT := ADR(table[2]); END_VAR
      FUNCTION_BLOCK Counter VAR_OUTPUT q : INT; END_VAR VAR n : INT := 40; p : POINTER TO INT := ADR(n); END_VAR
        p^ := p^ + 1; q := p^;
      END_FUNCTION_BLOCK
      FUNCTION Sum : INT VAR_INPUT a : INT; END_VAR VAR own : INT := 5; p : POINTER TO INT := ADR(own); i : POINTER TO INT := ADR(a); END_VAR
        Sum := p^ + i^;
      END_FUNCTION
      PROGRAM Main
        VAR items : ARRAY [0..1] OF Item; c : ARRAY [0..1] OF Counter; mine : INT := 3; pm : POINTER TO INT := ADR(mine) ; plus : POINTER TO INT := ADR(table) + 4;
          a, b, d, e, f, g : INT; END_VAR
        a := items[1].level^; b := second^; c[0](); c[1](); c[1](q => d); e := pm^; f := Sum(2); g := plus^;
      END_PROGRAM`;
    expect(valuesAfter(source, "a b d e f g c[0].q")).toEqual([7, 2, 42, 3, 7, 3, 41]);
  });

  it("that is NULL raises APPLICATION_ERROR with file and line, reads zero and writes nothing", () => {
    const source = `PROGRAM Main VAR p : POINTER TO INT; d : DINT := 5; big : POINTER TO ARRAY [0..9999] OF INT; i : INT := 9000; e : INT := 1; after : INT; END_VAR
      d := p^;
      p^ := 3;
      e := big^[i];
      big^[i] := 4;
      Bump(p^);
      after := 1;
    END_PROGRAM
    FUNCTION Bump VAR_IN_OUT x : INT; END_VAR x := x + 1; END_FUNCTION`;
    const { run, raised } = start(source);
    run.runScans(1);
    expect([run.read("d"), run.read("e"), run.read("after")]).toEqual([0, 0, 1]);
    expect(new Set(raised.map(({ code }) => code)).size).toBe(1);
    expect(raised.map(({ message }) => message)).toEqual(
      expect.arrayContaining(["t.st:2: a null pointer was dereferenced"]),
    );
    expect(raised.map(({ detail }) => detail)).toContain(4);
    expect(ERROR_APPLICATION).toBeDefined();
  });
});

describe("REF_TO", () => {
  it("refers to variables of its own type only", () => {
    const variables = "a, b : INT := 5; r, s : REF_TO INT; same, none : BOOL; d : DINT; pt : Point; rp : REF_TO Point;";
    const statements =
      "none := r = NULL; r := REF(a); r^ := r^ + 1; s := r; s^ := s^ * 2; same := s = r; s := NULL; IF s = NULL THEN b := 1; END_IF; rp := REF(pt); rp^.x := 8;";
    expect(valuesAfter(body(variables, statements), "none a b same pt.x")).toEqual([true, 12, 1, true, 8]);
    const refused = (statement: string) =>
      problemsOf(body(variables, statement)).map(({ message, hint }) => `${message} | ${hint}`);
    expect(refused("r := REF(d);")).toEqual([
      "expected REF_TO INT, found REF_TO DINT | a REF_TO holds REF(…) of a variable of just this type, or NULL",
    ]);
    expect(refused("r := a;")).toEqual(["expected REF_TO INT, found INT | write REF(…) for a reference to it"]);
    expect(refused("r := r + 2;")).toEqual(["+ takes numbers, not REF_TO INT | "]);
    expect(refused("a := r.x;")).toEqual(["REF_TO INT has no members | write ^ behind it for what it points to"]);
    expect(refused("a := b^;")).toEqual(["INT is no pointer, so ^ leads nowhere | "]);
  });
});

describe("REFERENCE TO", () => {
  it("to an instance of a block is called as the block is", () => {
    const source = `
      FUNCTION_BLOCK Count VAR_INPUT by_ : INT := 1; END_VAR VAR_OUTPUT n : INT; END_VAR n := n + by_; END_FUNCTION_BLOCK
      TYPE Holder : STRUCT r : REFERENCE TO Count; END_STRUCT; END_TYPE
      FUNCTION Run VAR_INPUT r : REFERENCE TO Count; END_VAR r(by_ := 10); END_FUNCTION
      PROGRAM Main VAR c : Count; r : REFERENCE TO Count; h : Holder; a : ARRAY [0..1] OF REFERENCE TO Count; n : INT; END_VAR
        r REF= c; r(); h.r REF= c; h.r(by_ := 100); a[1] REF= c; a[1](by_ := 1000, n => n); Run(r);
      END_PROGRAM`;
    expect(valuesAfter(source, "c.n n")).toEqual([1111, 1101]);
  });

  it("is another name for the variable that REF= binds it to", () => {
    const source = `
      FUNCTION_BLOCK Holder VAR_INPUT target : REFERENCE TO INT; END_VAR
        IF __ISVALIDREF(target) THEN target := target + 10; END_IF;
      END_FUNCTION_BLOCK
      FUNCTION Twice VAR_INPUT x : REFERENCE TO INT; END_VAR x := x * 2; END_FUNCTION
      PROGRAM Main
        VAR a : INT := 1; b : INT := 2; r : REFERENCE TO INT; bound : REFERENCE TO INT REF= b; before, valid : BOOL; h : Holder; list : ARRAY [0..2] OF INT; e : REFERENCE TO ARRAY [0..2] OF INT; END_VAR
        before := __ISVALIDREF(r); r REF= a; valid := __ISVALIDREF(r);
        r := r + bound; h(); h(target := a); Twice(b); h.target REF= b; h(); e REF= list; e[1] := a;
      END_PROGRAM`;
    expect(valuesAfter(source, "before valid a b list[1]")).toEqual([false, true, 13, 14, 13]);
    const refused = problemsOf(body("r : REFERENCE TO INT; d : DINT;", "r REF= d; d REF= d; d := r^;"));
    expect(refused.map(({ message }) => message)).toEqual([
      "expected REFERENCE TO INT, found DINT",
      "REF= binds a REFERENCE TO, not DINT",
      "INT is no pointer, so ^ leads nowhere",
    ]);
  });
});

describe("S= and R=", () => {
  it("set and reset where their condition holds", () => {
    const variables = "a, b, c : BOOL; d : BOOL := TRUE; t : BOOL := TRUE;";
    expect(valuesAfter(body(variables, "a S= t; b S= NOT t; d R= t; c S= t AND a;"), "a b c d")).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});

describe("what has no address", () => {
  it("is refused", () => {
    const refused = (variables: string, statement: string) =>
      problemsOf(body(`p : POINTER TO BOOL; ${variables}`, statement)).map(({ message }) => message);
    expect(refused("w : WORD;", "p := ADR(w.3);")).toEqual(["a single bit has no address"]);
    expect(refused("b AT %IX0.1 : BOOL;", "p := ADR(b);")).toEqual(["a single bit has no address"]);
    expect(refused("", "p := ADR(1 + 2);")).toEqual(["expected a variable here"]);
    expect(refused("q : POINTER TO POINTR;", "")).toEqual(["there is no type POINTR"]);
  });

  it("to an instance is called by its own name", () => {
    const source = `
      FUNCTION_BLOCK Sum VAR_INPUT x : INT; END_VAR VAR_OUTPUT y : INT; END_VAR y := y + x; END_FUNCTION_BLOCK
      PROGRAM Main VAR a, b : Sum; r : REFERENCE TO Sum; n : INT; END_VAR r REF= a; r(x := 3, y => n); r REF= b; r(x := 4); END_PROGRAM`;
    expect(valuesAfter(source, "a.y b.y n", 2)).toEqual([6, 8, 6]);
  });
});

describe("a variable's own address as its initial value", () => {
  it("is that of each instance and call, also of a part of it", () => {
    const source = `
      TYPE Node : STRUCT next : POINTER TO Node; value : INT := 4; END_STRUCT; END_TYPE
      NAMESPACE Deep VAR_GLOBAL ring : Node := (next := ADR(ring)); END_VAR END_NAMESPACE
      FUNCTION_BLOCK Holder VAR_OUTPUT node : Node := (next := ADR(node), value := 5); me : DWORD := ADR(me); END_VAR END_FUNCTION_BLOCK
      FUNCTION Own : INT VAR node : Node := (next := ADR(node), value := 6); END_VAR Own := node.next^.value; END_FUNCTION
      PROGRAM Main
        VAR h : ARRAY [0..1] OF Holder; list : ARRAY [0..1] OF POINTER TO BYTE := [ADR(list[1]), ADR(list)]; a, b, c : INT; ok : BOOL; END_VAR
        a := Deep.ring.next^.next^.value; b := h[1].node.next^.value; c := Own();
        ok := h[0].me = ADR(h[0].me) AND h[1].me = ADR(h[1].me) AND h[1].node.next = ADR(h[1].node) AND list[0] = ADR(list[1]);
      END_PROGRAM`;
    expect(valuesAfter(source, "a b c ok")).toEqual([4, 5, 6, true]);
  });

  it("is all that is there of it: its value is that of a variable outside, or none", () => {
    const source = `
      VAR_GLOBAL CONSTANT most : INT := 5; END_VAR
      PROGRAM Main VAR Most : INT := most; END_VAR END_PROGRAM`;
    expect(valuesAfter(source, "Main.Most")).toEqual([5]);
    expect(problemsOf("PROGRAM Main VAR x : INT := x; END_VAR END_PROGRAM").map(({ code }) => code)).toEqual([
      "unknown-name",
    ]);
  });
});
