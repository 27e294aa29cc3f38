import { describe, expect, it } from "vitest";
import { problemsOf, start, valuesAfter } from "./testing/running.ts";

const messages = (source: string) =>
  problemsOf(source).map(({ message, hint }) => (hint === "" ? message : `${message} | ${hint}`));
const main = (variables: string, statements: string, before = ""): string =>
  `${before} PROGRAM Main VAR ${variables} END_VAR ${statements} END_PROGRAM`;

describe("arrays and structs", () => {
  it("hold instances of function blocks, which are called where they stand", () => {
    const source = `
      FUNCTION_BLOCK Station VAR_INPUT go : INT; END_VAR VAR_OUTPUT total : INT; END_VAR total := total + go; END_FUNCTION_BLOCK
      TYPE Line : STRUCT head : Station; rest : ARRAY [1..2, 0..1] OF Station := [4((total := 100))]; delay : TON := (PT := T#20ms); END_STRUCT; END_TYPE
      PROGRAM Main VAR lines : ARRAY [0..1] OF Line; i : INT := 1; a, b, c : INT; late : BOOL; END_VAR
        lines[i].head(go := 3); lines[i].head(go := 4, total => a);
        lines[0].rest[i + 1, i](go := 5, total => b);
        lines[1].delay(IN := TRUE, Q => late);
        c := lines[0].head.total + lines[0].delay.PT.0;
      END_PROGRAM`.replace(" + lines[0].delay.PT.0", "");
    expect(valuesAfter(source, "a b c late", 3)).toEqual([21, 115, 0, true]);
  });

  it("are written as literals, with parts that are computed", () => {
    const before = `TYPE Point : STRUCT x, y : INT; END_STRUCT; Path : ARRAY [0..2] OF Point; END_TYPE
      FUNCTION Sum : INT VAR_INPUT list : ARRAY [1..3] OF INT; END_VAR Sum := list[1] * 100 + list[2] * 10 + list[3]; END_FUNCTION
      FUNCTION Middle : Point VAR_INPUT a, b : Point; END_VAR VAR half : ARRAY [0..1] OF INT := [a.x, b.x]; END_VAR
        Middle := (x := (half[0] + half[1]) / 2, y := (a.y + b.y) / 2);
      END_FUNCTION`;
    const variables =
      "n : INT := 7; list : ARRAY [1..3] OF INT; p : Path; q : Point; grid : ARRAY [0..1, 0..2] OF INT := [[1, 2, 3], [4, 5, 6]]; total, more : INT;";
    const statements =
      "list := [n, 2(n + 1)]; list := [list[3], list[2], list[1]]; p := [(x := n), (x := 1, y := n), (y := 2)]; total := Sum(list); more := Sum([1, 2, n]); q := Middle(p[1], (x := 5, y := 1)); total := total + grid[1, 0];";
    expect(valuesAfter(main(variables, statements, before), "list p[1].y p[0].x total more q.x q.y")).toEqual([
      [8, 8, 7],
      7,
      7,
      891,
      127,
      3,
      4,
    ]);
    expect(messages(main("a : INT;", "a := [1, 2];"))).toEqual([
      "expected INT, found a list of values | assign it to a variable of an array or struct type",
    ]);
  });

  it("start as their types say, also under another name", () => {
    const before = `TYPE Speed : INT := 50; Fast : Speed := 90; Cruise : Speed; Point : STRUCT x : Speed; y : Fast; END_STRUCT; Far : Point := (x := 9);
      Colour : (Red, Green, Blue) := Green; List : ARRAY [0..1] OF Speed; Old : ARRAY [1..4] OF INT := 1, 2(5), 3; END_TYPE
      VAR_GLOBAL CONSTANT origin : Point := (x := 1, y := 2); END_VAR`;
    const variables =
      "s : Speed; c : Cruise; p : Point; f : Far; k : Colour; l : List; o : Old; r : Point := origin; both : ARRAY [0..1] OF Point := [origin, (y := 3)]; same : BOOL;";
    expect(
      valuesAfter(
        main(variables, "same := s = c; p := f;", before),
        "s c p.x p.y f.x k l o r.y both[0].x both[1].x both[1].y same",
      ),
    ).toEqual([50, 50, 9, 90, 9, "Green", [50, 50], [1, 5, 5, 3], 2, 1, 50, 3, true]);
  });

  it("overlap in a UNION and stand where AT says in a STRUCT", () => {
    const before = `TYPE Both : UNION whole : DWORD; half : ARRAY [0..1] OF WORD; real : REAL; END_UNION END_TYPE
      TYPE Frame : STRUCT kind AT %B2 : BYTE := 5; size AT %W2 : INT := 9; low AT %B4 : BYTE; END_STRUCT; Longer EXTENDS Frame : STRUCT extra : INT := 3; END_STRUCT END_TYPE`;
    expect(
      valuesAfter(
        main(
          "u : Both; f : Longer; w : WORD; n : UDINT;",
          "u.real := 1.0; w := u.half[1]; n := SIZEOF(Longer);",
          before,
        ),
        "u.whole w f.kind f.low f.extra n",
      ),
    ).toEqual([0x3f80_0000, 0x3f80, 5, 9, 3, 8]);
    expect(messages(`TYPE S : STRUCT a AT %W1 : DINT; END_STRUCT; END_TYPE ${main("", "")}`)).toEqual([
      "DINT must start at a multiple of 4 bytes | write a place like %B0 or %W2, counted from its start",
    ]);
  });

  it("are placed in the process image as a whole", () => {
    const source = `PROGRAM Main VAR levels AT %IW4 : ARRAY [1..3] OF INT; bits AT %QB2 : ARRAY [0..1] OF BOOL; END_VAR
      bits[1] := levels[2] = 0; %QB8 := 1; END_PROGRAM`;
    expect(valuesAfter(source, "bits")).toEqual([[false, true]]);
    expect(messages("PROGRAM M VAR a AT %ID4 : ARRAY [0..1] OF INT; END_VAR END_PROGRAM")).toEqual([
      "ARRAY [0..1] OF INT goes in steps of 16 bits, so it cannot start at %ID4 | use the size W, like %IW0",
    ]);
  });
});

describe("ARRAY [*]", () => {
  const before = `
    FUNCTION Total : DINT VAR_INPUT list : ARRAY [*] OF INT; END_VAR VAR i : DINT; END_VAR
      FOR i := LOWER_BOUND(list, 1) TO UPPER_BOUND(list, 1) DO Total := Total + list[i]; END_FOR;
    END_FUNCTION
    FUNCTION Fill VAR_IN_OUT grid : ARRAY [*, *] OF INT; END_VAR VAR i, j : DINT; END_VAR
      FOR i := LOWER_BOUND(grid, 1) TO UPPER_BOUND(grid, 1) DO
        FOR j := LOWER_BOUND(grid, 2) TO UPPER_BOUND(grid, 2) DO grid[i, j] := DINT_TO_INT(i * 10 + j); END_FOR;
      END_FOR;
    END_FUNCTION
    FUNCTION Again : DINT VAR_IN_OUT CONSTANT list : ARRAY [*] OF INT; END_VAR Again := Total(list) + 1; END_FUNCTION
    FUNCTION_BLOCK Clear VAR_IN_OUT list : ARRAY [*] OF INT; END_VAR list[UPPER_BOUND(list, 1)] := 0; END_FUNCTION_BLOCK`;

  it("takes arrays of any bounds and knows them", () => {
    const variables =
      "a : ARRAY [-2..1] OF INT := [1, 2, 3, 4]; b : ARRAY [5..6] OF INT := [10, 20]; g : ARRAY [1..2, -1..0] OF INT; x, y, z, u : DINT; c : Clear;";
    const statements =
      "x := Total(a); y := Total(list := b); z := Again(a); Fill(g); c(list := b); u := UPPER_BOUND(g, 2);";
    expect(valuesAfter(main(variables, statements, before), "x y z g b u")).toEqual([
      10,
      30,
      11,
      [
        [9, 10],
        [19, 20],
      ],
      [10, 0],
      0,
    ]);
  });

  it("checks its indices against the bounds that it was given", () => {
    const source = `${before} FUNCTION Third : INT VAR_INPUT list : ARRAY [*] OF INT; END_VAR Third := list[3]; END_FUNCTION
      PROGRAM Main VAR a : ARRAY [1..2] OF INT := [7, 8]; n : INT; END_VAR n := Third(a); END_PROGRAM`;
    const { run, raised } = start(source);
    run.runScans(1);
    expect(run.read("n")).toBe(8);
    expect(raised.map(({ message }) => message)).toEqual([expect.stringContaining("array index out of bounds")]);
  });

  it("is refused where nobody gives its bounds, and for other arrays", () => {
    expect(
      messages(
        main(
          "a : ARRAY [1..2, 1..2] OF INT; d : ARRAY [1..2] OF DINT; x : DINT;",
          "x := Total(a); x := Total(d); x := Total(); x := UPPER_BOUND(a, 3);",
          before,
        ),
      ),
    ).toEqual([
      "expected ARRAY [*] OF INT, found ARRAY [1..2, 1..2] OF INT",
      "expected ARRAY [*] OF INT, found ARRAY [1..2] OF DINT",
      "list needs ARRAY [*] OF INT and must be given | write list := some variable",
      "the number of a dimension is a constant from 1 to 2 here",
    ]);
    expect(
      messages("FUNCTION_BLOCK F VAR_INPUT l : ARRAY [*] OF INT; END_VAR END_FUNCTION_BLOCK PROGRAM M END_PROGRAM"),
    ).toEqual(["only a VAR_IN_OUT can be ARRAY [*] OF INT | give its bounds, like ARRAY [1..10]"]);
  });
});

describe("parts of a number", () => {
  it("are read and assigned: bits, bytes, words, double words", () => {
    const variables =
      "w : WORD := 16#1234; d : DWORD := 16#8000_0001; low, high : BYTE; upper : WORD; b : BOOL; n : INT; p : POINTER TO DWORD;";
    const statements =
      "low := w.%B0; high := w.%B1; w.%B0 := 16#FF; upper := d.%W1; d.%W0 := w; d.%X4 := FALSE; b := d.%X31; n.%B1 := 1; n.0 := TRUE; p := ADR(d); p^.%B3 := 7;";
    expect(valuesAfter(main(variables, statements), "low high w upper d b n")).toEqual([
      0x34,
      0x12,
      0x12ff,
      0x8000,
      0x0700_12ef,
      true,
      257,
    ]);
    const source = `FUNCTION Swap : WORD VAR_INPUT x : WORD; END_VAR Swap.%B0 := x.%B1; Swap.%B1 := x.%B0; END_FUNCTION ${main("a : WORD;", "a := Swap(16#1234);")}`;
    expect(valuesAfter(source, "a")).toEqual([0x3412]);
    expect(messages(main("w : WORD; r : REAL; b : BYTE;", "b := w.%B2; b := r.%B0; w := w.%W0;"))).toEqual([
      "WORD has the parts %B0 to %B1",
      "REAL has no parts to pick from",
      "WORD is not made of several %W",
    ]);
  });
});

describe("VAR_IN_OUT CONSTANT", () => {
  it("takes values too and cannot be assigned", () => {
    const source = `
      TYPE Point : STRUCT x, y : INT; END_STRUCT; END_TYPE
      VAR_GLOBAL CONSTANT limit : INT := 5; END_VAR
      FUNCTION Sum : INT VAR_IN_OUT CONSTANT p : Point; n : INT; END_VAR Sum := p.x + p.y + n; END_FUNCTION
      FUNCTION_BLOCK Keep VAR_IN_OUT CONSTANT n : INT; END_VAR VAR_OUTPUT q : INT; END_VAR q := q + n; END_FUNCTION_BLOCK
      PROGRAM Main VAR p : Point := (x := 1, y := 2); a, b, c : INT; k : Keep; END_VAR
        a := Sum(p, 10); b := Sum((x := a, y := 1), limit); k(n := a + b); k(n := 1, q => c);
      END_PROGRAM`;
    expect(valuesAfter(source, "a b c")).toEqual([13, 19, 33]);
    expect(
      messages("FUNCTION F VAR_IN_OUT CONSTANT n : INT; END_VAR n := 1; END_FUNCTION PROGRAM M END_PROGRAM"),
    ).toEqual(["n is CONSTANT and cannot be assigned"]);
  });
});

describe("VAR_STAT", () => {
  it("keeps one variable for all calls and all instances", () => {
    const source = `
      FUNCTION Next : INT VAR_STAT n : INT := 10; END_VAR n := n + 1; Next := n; END_FUNCTION
      FUNCTION_BLOCK Count VAR_STAT all : INT; END_VAR VAR_OUTPUT q : INT; END_VAR all := all + 1; q := all; END_FUNCTION_BLOCK
      PROGRAM Main VAR a, b : INT; x, y : Count; END_VAR a := Next(); a := Next(); x(); y(q => b); END_PROGRAM`;
    expect(valuesAfter(source, "a b")).toEqual([12, 2]);
  });
});

describe("an array, struct or string among operands", () => {
  it("is what it was when its turn came, whatever those behind it change (§7.3.2)", () => {
    const source = `
      TYPE Pair : STRUCT a, b : INT; END_STRUCT; END_TYPE
      VAR_GLOBAL g : Pair := (a := 1, b := 2); t : STRING := 'one'; END_VAR
      FUNCTION Change : Pair g.a := g.a + 10; Change := g; Change.b := 77; END_FUNCTION
      FUNCTION Append : STRING t := CONCAT(t, 'x'); Append := '-'; END_FUNCTION
      FUNCTION Both : INT VAR_INPUT x, y : Pair; END_VAR Both := x.a * 100 + y.a; END_FUNCTION
      PROGRAM Main VAR s, m : Pair; n : INT; u, v : STRING; b : BOOL; END_VAR
        s := SEL(FALSE, g, Change());
        n := Both(g, Change());
        m := MUX(0, g, Change());
        u := SEL(FALSE, t, Append());
        v := CONCAT(t, Append(), t);
        b := GT(t, Append(), 'a');
      END_PROGRAM`;
    expect(valuesAfter(source, "s.a n m.a u v b")).toEqual([1, 1121, 21, "one", "onex-onexx", false]);
  });
});
