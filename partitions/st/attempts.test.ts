import { describe, expect, it } from "vitest";
import { problemsOf, valuesAfter } from "./testing/running.ts";

const SHAPES = `
  INTERFACE Drive METHOD Speed : INT END_METHOD END_INTERFACE
  INTERFACE Brake METHOD Hold : INT END_METHOD END_INTERFACE
  INTERFACE Servo EXTENDS Drive METHOD Angle : INT END_METHOD END_INTERFACE
  FUNCTION_BLOCK Motor IMPLEMENTS Drive VAR n : INT := 3; END_VAR METHOD Speed : INT Speed := n; END_METHOD END_FUNCTION_BLOCK
  FUNCTION_BLOCK Winch EXTENDS Motor IMPLEMENTS Brake METHOD Hold : INT Hold := n + 10; END_METHOD END_FUNCTION_BLOCK
  FUNCTION_BLOCK Arm IMPLEMENTS Servo METHOD Speed : INT Speed := 5; END_METHOD METHOD Angle : INT Angle := 50; END_METHOD END_FUNCTION_BLOCK
  FUNCTION_BLOCK Alone VAR x : INT; END_VAR END_FUNCTION_BLOCK`;

describe("an assignment attempt", () => {
  it("gives the instance where it is one, else NULL, between interfaces", () => {
    const source = `${SHAPES}
      PROGRAM Main VAR list : ARRAY [1..4] OF Drive; m : Motor; w : Winch; a : Arm; b : Brake; s : Servo; i, held, turned : INT; END_VAR
        list[1] := m; list[2] := w; list[3] := a; held := 0; turned := 0;
        FOR i := 1 TO 4 DO
          b ?= list[i]; IF b <> NULL THEN held := held + b.Hold(); END_IF;
          s ?= list[i]; IF s <> NULL THEN turned := turned + s.Angle(); END_IF;
        END_FOR;
      END_PROGRAM`;
    expect(valuesAfter(source, "held turned i", 2)).toEqual([13, 50, 5]);
  });

  it("goes from a class to what extends it, and from an instance to an interface", () => {
    const source = `${SHAPES}
      PROGRAM Main VAR m : Motor; w : Winch; a : Alone; r : REF_TO Motor; q : REF_TO Winch; p : POINTER TO Winch; b : Brake; d : Drive; k : INT; x, y, z, u, v : BOOL; END_VAR
        r := REF(w); q ?= r; x := q <> NULL; p ?= r; IF p <> NULL THEN k := p^.Hold(); END_IF;
        r := REF(m); q ?= r; y := q = NULL; b ?= w; z := b <> NULL; b ?= m; u := b = NULL; d ?= a; v := d = NULL;
        d ?= b; d ?= NULL;
      END_PROGRAM`;
    expect(valuesAfter(source, "x k y z u v", 2)).toEqual([true, 13, true, true, true, true]);
  });

  it("needs no __SYSTEM.IQueryInterface, which CODESYS asks for, and takes it", () => {
    const source = SHAPES.replace("INTERFACE Drive", "INTERFACE Drive EXTENDS __SYSTEM.IQueryInterface");
    const main =
      "PROGRAM Main VAR w : Winch; d : Drive; b : Brake; k : BOOL; END_VAR d := w; k := __QUERYINTERFACE(d, b); END_PROGRAM";
    expect(valuesAfter(`${source} ${main}`, "k")).toEqual([true]);
  });

  it("tells whether it succeeded as __QUERYINTERFACE and __QUERYPOINTER", () => {
    const source = `${SHAPES}
      FUNCTION Grip : INT VAR_INPUT d : Drive; END_VAR VAR b : Brake; END_VAR
        IF __QUERYINTERFACE(d, b) THEN Grip := b.Hold(); ELSE Grip := -1; END_IF;
      END_FUNCTION
      PROGRAM Main VAR m : Motor; w : Winch; e, f : INT; p : POINTER TO Winch; d : Drive; x, y : BOOL; END_VAR
        e := Grip(m); f := Grip(w); d := w; x := __QUERYPOINTER(d, p) AND p = ADR(w); d := m; y := __QUERYPOINTER(d, p);
      END_PROGRAM`;
    expect(valuesAfter(source, "e f x y p", 1)).toEqual([-1, 13, true, false, 0]);
  });

  it("is refused where there are no instances", () => {
    const inMain = (body: string) =>
      problemsOf(
        `${SHAPES} PROGRAM Main VAR d : Drive; n : INT; m : Motor; p : POINTER TO INT; END_VAR d := m; ${body} END_PROGRAM`,
      ).map(({ message }) => message);
    expect(inMain("n ?= d;")).toEqual(["?= assigns to an INTERFACE, a REF_TO or a POINTER TO a class, not to INT"]);
    expect(inMain("d ?= n;")).toEqual(["expected a reference to an instance, found INT"]);
    expect(inMain("d ?= p;")).toEqual(["expected a reference to an instance, found POINTER TO INT"]);
    expect(inMain("IF __QUERYINTERFACE(d) THEN n := 1; END_IF;")).toEqual([
      "__QUERYINTERFACE takes 2 arguments: a reference, and a variable for what it is asked to be",
    ]);
    expect(inMain("m ?= d;")[0]).toMatch(/\?= assigns to/);
  });
});
