import { describe, expect, it } from "vitest";
import { problemsOf, valuesAfter } from "./testing/running.ts";

const messages = (source: string) =>
  problemsOf(source).map(({ message, hint }) => (hint === "" ? message : `${message} | ${hint}`));

const PLANT = `
  NAMESPACE Plant
    VAR_GLOBAL count : INT := 3; END_VAR
    VAR_GLOBAL CONSTANT limit : INT := 4; END_VAR
    TYPE Mode : (Off, Auto, Hand); Level : STRUCT high, low : INT := limit; END_STRUCT; END_TYPE
    FUNCTION Twice : INT VAR_INPUT n : INT; END_VAR Twice := 2 * n; END_FUNCTION
    NAMESPACE Pumps
      INTERFACE Drive METHOD Run : INT END_METHOD END_INTERFACE
      FUNCTION_BLOCK Pump IMPLEMENTS Drive
        VAR_OUTPUT n : INT; state : Mode; END_VAR
        n := Twice(count); state := Mode.Hand;
        METHOD Run : INT n := n + limit; Run := n; END_METHOD
      END_FUNCTION_BLOCK
    END_NAMESPACE
    FUNCTION_BLOCK Big EXTENDS Pumps.Pump METHOD Run : INT Run := 100; END_METHOD END_FUNCTION_BLOCK
  END_NAMESPACE`;

describe("a namespace", () => {
  it("is looked into from inside, by full names, and with USING", () => {
    const source = `${PLANT}
      NAMESPACE Plant.Tanks FUNCTION Fill : INT Fill := Twice(count) + 1; END_FUNCTION END_NAMESPACE
      FUNCTION Twice : INT VAR_INPUT n : INT; END_VAR Twice := 20 * n; END_FUNCTION
      FUNCTION_BLOCK User USING Plant.Pumps, Plant.Tanks; VAR_OUTPUT q : INT; END_VAR VAR p : Pump; END_VAR p(); q := p.n + Fill(); END_FUNCTION_BLOCK
      PROGRAM Main
        VAR p : Plant.Pumps.Pump; u : User; l : Plant.Level; d : Plant.Pumps.Drive; b : Plant.Big; a, c, e, f, g, h : INT; m : Plant.Mode; END_VAR
        a := Twice(1); c := Plant.Twice(1); Plant.count := Plant.count + 1; p(); u(); e := Plant.limit + l.high;
        m := Plant.Mode.Auto; d := p; f := d.Run(); d := b; g := d.Run(); h := Plant.Tanks.Fill();
      END_PROGRAM`;
    expect(valuesAfter(source, "a c Plant.count p.n p.state u.q e m f g h")).toEqual([
      20,
      2,
      4,
      12,
      "Hand",
      17,
      8,
      "Auto",
      12,
      100,
      9,
    ]);
  });

  it("keeps its names to itself", () => {
    expect(messages(`${PLANT} PROGRAM Main VAR p : Pump; n : INT; END_VAR n := count; END_PROGRAM`)).toEqual([
      "there is no type Pump | did you mean Plant.Pumps.Pump?",
      "count is not declared | did you mean Plant.count?",
    ]);
    expect(messages("USING Plant.Pmps; NAMESPACE Plant.Pumps END_NAMESPACE PROGRAM Main ; END_PROGRAM")).toEqual([
      "there is no NAMESPACE Plant.Pmps | did you mean PLANT.PUMPS?",
    ]);
  });
});
