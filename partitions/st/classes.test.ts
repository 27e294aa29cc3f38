import { describe, expect, it } from "vitest";
import { problemsOf, start, valuesAfter } from "./testing/running.ts";

const messages = (source: string) =>
  problemsOf(source).map(({ message, hint }) => (hint === "" ? message : `${message} | ${hint}`));

const SHAPES = `
  INTERFACE Drive
    METHOD Start : BOOL VAR_INPUT speed : INT; END_VAR END_METHOD
    METHOD Stop END_METHOD
    PROPERTY Speed : INT GET END_GET SET END_SET END_PROPERTY
  END_INTERFACE
  FUNCTION_BLOCK Motor IMPLEMENTS Drive
    VAR_INPUT enable : BOOL := TRUE; END_VAR
    VAR_OUTPUT starts : INT; END_VAR
    VAR current : INT; factor : INT := 1; END_VAR
    METHOD PUBLIC Start : BOOL
      VAR_INPUT speed : INT; END_VAR
      IF NOT enable THEN RETURN; END_IF;
      current := speed * Gain();
      starts := starts + 1;
      Start := TRUE;
    END_METHOD
    METHOD Stop current := 0; END_METHOD
    METHOD PROTECTED Gain : INT Gain := factor; END_METHOD
    PROPERTY Speed : INT
      GET Speed := current; END_GET
      SET current := Speed; END_SET
    END_PROPERTY
  END_FUNCTION_BLOCK
  FUNCTION_BLOCK Fan EXTENDS Motor
    VAR_OUTPUT stops : INT; END_VAR
    METHOD Gain : INT Gain := SUPER^.Gain() + 9; END_METHOD
    METHOD Stop SUPER^.Stop(); THIS^.stops := stops + 1; END_METHOD
  END_FUNCTION_BLOCK`;

describe("methods", () => {
  it("run on their instance, with variables of their own and the class's", () => {
    const source = `
      FUNCTION_BLOCK Totaliser
        VAR total : DINT; END_VAR
        VAR_OUTPUT count : INT; END_VAR
        METHOD Add : DINT
          VAR_INPUT amount : DINT; times : INT := 1; END_VAR
          VAR_OUTPUT before : DINT; END_VAR
          VAR i : INT; END_VAR
          VAR_INST calls : INT; END_VAR
          before := total; calls := calls + 1; count := calls;
          FOR i := 1 TO times DO total := total + amount; END_FOR;
          Add := total;
        END_METHOD
        METHOD Swap VAR_IN_OUT other : Totaliser; END_VAR VAR t : DINT; END_VAR
          t := total; total := other.Add(0); other.Set(t);
        END_METHOD
        METHOD Set VAR_INPUT value : DINT; END_VAR total := value; END_METHOD
        total := total + 1000;
      END_FUNCTION_BLOCK
      PROGRAM Main VAR a, b : Totaliser; list : ARRAY [1..2] OF Totaliser; x, y, z, u, before : DINT; END_VAR
        x := a.Add(5); y := a.Add(amount := 3, times := 2, before => before); b.Add(7); a.Swap(b); a();
        z := a.Add(0); u := b.Add(0); list[2].Set(4); list[2].Add(amount := 1);
      END_PROGRAM`;
    expect(valuesAfter(source, "x y before z u a.count list[2].count list[1].count")).toEqual([
      5, 11, 5, 1007, 11, 3, 1, 0,
    ]);
  });

  it("are chosen by what the instance is: through its base, a reference, a VAR_IN_OUT, THIS", () => {
    const source = `${SHAPES}
      FUNCTION Test : INT VAR_IN_OUT m : Motor; END_VAR m.Start(2); Test := m.Speed; END_FUNCTION
      PROGRAM Main VAR m : Motor; f : Fan; a, b, c, d : INT; p : POINTER TO Motor; r : REFERENCE TO Motor; s : REF_TO Motor; ok : BOOL; END_VAR
        a := Test(m); b := Test(f); p := ADR(f); ok := p^.Start(3); c := f.Speed; r REF= m; r.Start(4);
        s := REF(f); s^.Stop(); d := f.stops; m.Speed := m.Speed + 10;
      END_PROGRAM`;
    expect(valuesAfter(source, "a b c d m.starts f.starts ok")).toEqual([2, 20, 30, 1, 2, 2, true]);
    expect(
      valuesAfter(source.replace("m.Speed := m.Speed + 10;", "m.Speed := m.Speed + 10; a := m.Speed;"), "a"),
    ).toEqual([14]);
  });

  it("are called through interfaces, which may be NULL", () => {
    const source = `${SHAPES}
      FUNCTION_BLOCK Group IMPLEMENTS Drive
        VAR members : ARRAY [1..2] OF Drive; END_VAR
        METHOD Set VAR_INPUT n : INT; member : Drive; END_VAR members[n] := member; END_METHOD
        METHOD Start : BOOL VAR_INPUT speed : INT; END_VAR Start := members[1] <> NULL; END_METHOD
        METHOD Stop ; END_METHOD
        METHOD Total : INT VAR i : INT; END_VAR
          FOR i := 1 TO 2 DO IF members[i] <> 0 THEN Total := Total + members[i].Speed; END_IF; END_FOR;
        END_METHOD
        PROPERTY Speed : INT GET Speed := 77; END_GET SET ; END_SET END_PROPERTY
      END_FUNCTION_BLOCK
      PROGRAM Main VAR m : Motor; f : Fan; g : Group; d, e : Drive; a, b, c, n : INT; same, none, started : BOOL; END_VAR
        none := d = NULL; d := m; e := d; same := e = m; started := d.Start(5); e := f; e.Start(speed := 1); d.Speed := d.Speed + 1;
        g.Set(1, d); g.Set(2, f); a := g.Total(); d := g; b := d.Speed; started := started AND d.Start(0); e := NULL;
        n := 9; n := e.Speed; e.Stop(); c := 1;
      END_PROGRAM`;
    const { run, raised } = start(source);
    expect(run.runScans(1)).toBe("scans");
    expect("none same started a b n c".split(" ").map((name) => run.read(name))).toEqual([
      true,
      true,
      true,
      16,
      77,
      0,
      1,
    ]);
    expect(raised.map(({ message }) => message.replace(/.*: /, ""))).toEqual(
      expect.arrayContaining(["a null pointer was dereferenced"]),
    );
  });

  it("of a block include its body, which SUPER calls and a reference chooses", () => {
    const source = `
      FUNCTION_BLOCK Base VAR_INPUT add : INT := 1; END_VAR VAR_OUTPUT n : INT; END_VAR n := n + add; END_FUNCTION_BLOCK
      FUNCTION_BLOCK Derived EXTENDS Base VAR_INPUT more : INT := 100; END_VAR SUPER^(); n := n + more; END_FUNCTION_BLOCK
      FUNCTION Run VAR_IN_OUT b : Base; END_VAR b(add := 5); END_FUNCTION
      PROGRAM Main VAR b : Base; d : Derived := (more := 10); END_VAR b(); d(); Run(b); Run(d); END_PROGRAM`;
    expect(valuesAfter(source, "b.n d.n")).toEqual([6, 26]);
  });

  it("of an ABSTRACT class are given by what extends it", () => {
    const source = `
      FUNCTION_BLOCK ABSTRACT Shape
        METHOD ABSTRACT Area : REAL END_METHOD
        METHOD Twice : REAL Twice := 2.0 * Area(); END_METHOD
      END_FUNCTION_BLOCK
      FUNCTION_BLOCK FINAL Square EXTENDS Shape VAR_INPUT a : REAL := 3.0; END_VAR METHOD Area : REAL Area := a * a; END_METHOD END_FUNCTION_BLOCK
      CLASS Circle EXTENDS Shape VAR r : REAL := 1.0; END_VAR METHOD FINAL OVERRIDE Area : REAL Area := 3.0 * r * r; END_METHOD END_CLASS
      PROGRAM Main VAR s : Square; c : Circle; x, y : REAL; END_VAR x := s.Twice(); y := c.Twice(); END_PROGRAM`;
    expect(valuesAfter(source, "x y")).toEqual([18, 6]);
  });

  it("give structs and arrays, and take them", () => {
    const source = `
      TYPE Point : STRUCT x, y : INT; END_STRUCT; END_TYPE
      INTERFACE Mover METHOD Moved : Point VAR_INPUT way : Point; END_VAR END_METHOD PROPERTY Where : Point GET END_GET END_PROPERTY END_INTERFACE
      FUNCTION_BLOCK Cart IMPLEMENTS Mover VAR at : Point; END_VAR
        METHOD Moved : Point VAR_INPUT way : Point; END_VAR at.x := at.x + way.x; at.y := at.y + way.y; Moved := at; END_METHOD
        PROPERTY Where : Point GET Where := at; END_GET END_PROPERTY
      END_FUNCTION_BLOCK
      PROGRAM Main VAR c : Cart; m : Mover; p : Point; a, b, e : INT; END_VAR
        m := c; p := m.Moved((x := 1, y := 2)); a := m.Moved(p).y; b := c.Where.x; m := NULL; p := m.Where; e := p.x;
      END_PROGRAM`;
    expect(valuesAfter(source, "a b e")).toEqual([4, 2, 0]);
  });
});

describe("actions", () => {
  it("work on their unit's variables, wherever they stand", () => {
    const source = `
      FUNCTION_BLOCK Filler
        VAR_INPUT level : INT; END_VAR VAR_OUTPUT q : INT; END_VAR VAR_TEMP t : INT; END_VAR VAR_IN_OUT shared : INT; END_VAR
        t := 5; Fill(); q := q + t;
        ACTION Fill: t := 2; q := q + level * t; shared := shared + 1; END_ACTION
      END_FUNCTION_BLOCK
      ACTION Filler.Drain: q := 0; END_ACTION
      PROGRAM Main VAR f : Filler; n, m, s : INT; END_VAR
        Count; Count(); f(level := 3, shared := s); f.Fill(); m := f.q;
      END_PROGRAM
      ACTIONS Main
        ACTION Count: n := n + 1; END_ACTION
      END_ACTIONS`.replace("Count; Count();", "Count(); Count();");
    expect(valuesAfter(source, "n m s")).toEqual([2, 17, 2]);
  });
});

describe("classes", () => {
  it("are refused what they may not do, in words", () => {
    const main = "PROGRAM Main END_PROGRAM";
    expect(
      messages(
        `${SHAPES} FUNCTION_BLOCK X IMPLEMENTS Drive METHOD Stop : BOOL Stop := TRUE; END_METHOD METHOD Strat END_METHOD END_FUNCTION_BLOCK ${main}`,
      ),
    ).toEqual([
      "X implements Drive but has no METHOD Start | did you mean Strat?",
      "X implements Drive but has no GET of the PROPERTY Speed | add PROPERTY Speed with GET",
      "X implements Drive but has no SET of the PROPERTY Speed | add PROPERTY Speed with SET",
      "Stop of X differs from that of Drive: only one of them has a result | write it as Drive does",
    ]);
    expect(
      messages(`FUNCTION_BLOCK A EXTENDS B END_FUNCTION_BLOCK FUNCTION_BLOCK B EXTENDS A END_FUNCTION_BLOCK ${main}`),
    ).toEqual(["A extends itself: A → B → A", "B extends itself: B → A → B"]);
    expect(
      messages(
        `FUNCTION_BLOCK A METHOD FINAL M END_METHOD END_FUNCTION_BLOCK FUNCTION_BLOCK B EXTENDS A METHOD M END_METHOD END_FUNCTION_BLOCK ${main}`,
      ),
    ).toEqual(["M is FINAL in A and cannot be overridden"]);
    expect(
      messages(
        `FUNCTION_BLOCK ABSTRACT A METHOD ABSTRACT M END_METHOD END_FUNCTION_BLOCK FUNCTION_BLOCK B EXTENDS A END_FUNCTION_BLOCK ${main}`,
      ),
    ).toEqual(["B has no METHOD M, which is ABSTRACT in A | add it, or write FUNCTION_BLOCK ABSTRACT B"]);
    expect(
      messages(
        `FUNCTION_BLOCK A METHOD M VAR_INPUT n : INT; END_VAR END_METHOD END_FUNCTION_BLOCK FUNCTION_BLOCK B EXTENDS A METHOD M VAR_INPUT n : REAL; END_VAR END_METHOD END_FUNCTION_BLOCK ${main}`,
      ),
    ).toEqual(["M of B differs from that of A: n is INT there, REAL here | write it as A does"]);
  });

  it("are refused to others where they say so", () => {
    const inMain = (statement: string) =>
      messages(`${SHAPES} FUNCTION_BLOCK Other METHOD PRIVATE Secret END_METHOD VAR n : INT; END_VAR END_FUNCTION_BLOCK
        PROGRAM Main VAR m : Motor; d : Drive; o : Other; n : INT; END_VAR ${statement} END_PROGRAM`);
    expect(inMain("n := m.Gain();")).toEqual([
      "Gain is PROTECTED in Motor | only Motor and what extends it may use it",
    ]);
    expect(inMain("o.Secret();")).toEqual(["Secret is PRIVATE in Other | only Other itself may use it"]);
    expect(inMain("d := o;")).toEqual([
      "expected Drive, found Other | write IMPLEMENTS Drive in Other, and its methods",
    ]);
    expect(inMain("m.Strat(1);")).toEqual(["Motor has no member Strat | did you mean Start?"]);
    expect(inMain("d.Sped := 1;")).toEqual(["Drive has no member Sped | did you mean Speed?"]);
    expect(inMain("n := m.Stop;")).toEqual(["Stop is a METHOD of Motor | call it: Stop(…)"]);
    expect(inMain("n := THIS^.n;")).toEqual([
      "there is no THIS here | it names the instance of a FUNCTION_BLOCK or CLASS",
    ]);
    expect(inMain("m.Start(1, 2);")).toEqual(["Start takes 1 argument"]);
    expect(inMain("m.current := 1;")).toEqual([
      "current is internal to Motor | only VAR_INPUT, VAR_OUTPUT and VAR PUBLIC are visible from outside",
    ]);
  });

  it("may not lead back to themselves, whatever the instance may be", () => {
    const [problem] = problemsOf(`
      INTERFACE Node METHOD Visit END_METHOD END_INTERFACE
      FUNCTION_BLOCK Tree IMPLEMENTS Node VAR child : Node; END_VAR METHOD Visit Walk(); END_METHOD METHOD Walk child.Visit(); END_METHOD END_FUNCTION_BLOCK
      PROGRAM Main VAR t : Tree; END_VAR t.Visit(); END_PROGRAM`);
    expect(problem?.message).toMatch(
      /Tree\.\w+ calls Tree\.\w+, which leads back to it: Tree\.(Visit → Tree\.Walk → Tree\.Visit|Walk → Tree\.Visit → Tree\.Walk)/,
    );
    expect(problem?.code).toMatch(/recursion/);
  });
});
