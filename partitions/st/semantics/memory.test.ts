import { describe, expect, it } from "vitest";
import { Problems } from "../problems.ts";
import type { SourceFile } from "../syntax/ast.ts";
import { parse } from "../syntax/parser.ts";
import { SourceText } from "../syntax/source-text.ts";
import { analyseLibrary } from "./analyse.ts";
import { type Kept, NOTHING_KEPT } from "./memory.ts";

const STANDARD = [] as const;

const FILES = {
  limits: "VAR_GLOBAL CONSTANT SIZE : INT := 4; END_VAR VAR_GLOBAL total : DINT; END_VAR",
  types:
    "TYPE Row : ARRAY [1..SIZE] OF INT; Mode : (Off, On); Link : STRUCT next : POINTER TO Link; row : Row; END_STRUCT; END_TYPE",
  half: "FUNCTION Half : INT VAR_INPUT x : INT; END_VAR Half := x / 2; END_FUNCTION",
  motor:
    "FUNCTION_BLOCK Motor VAR_INPUT run : BOOL; END_VAR VAR mode : Mode; row : Row; END_VAR IF run THEN mode := On; ELSE row[1] := Half(2); END_IF; END_FUNCTION_BLOCK",
  plant: "FUNCTION_BLOCK Plant VAR motor : Motor; END_VAR motor(run := TRUE); total := total + 1; END_FUNCTION_BLOCK",
};
type Name = keyof typeof FILES;

/** Checks the files as a library, then again with one of them edited; what was done the second time. */
const redone = (name: Name, instead: string): readonly string[] => {
  const parsed = new Map<string, SourceFile>();
  const check = (texts: Readonly<Record<Name, string>>, before: Kept): Kept => {
    const program = Object.entries(texts).map(([file, text]) => {
      const known = parsed.get(text) ?? parse(new SourceText(`${file}.st`, text), new Problems());
      parsed.set(text, known);
      return known;
    });
    const problems = new Problems();
    const { kept } = analyseLibrary({ program, libraries: [], standard: STANDARD }, problems, before);
    expect(problems.errors).toEqual([]);
    return kept;
  };
  const first = check(FILES, NOTHING_KEPT);
  const second = check({ ...FILES, [name]: instead }, first);
  const works = [...second.works].filter(([question, work]) => first.works.get(question) !== work);
  const bodies = [...second.bodies].filter(([unit, work]) => first.bodies.get(unit) !== work);
  return [...works.map(([question]) => question), ...bodies.map(([{ name: unit }]) => `body ${unit.key}`)].sort();
};

describe("what is done again after an edit", () => {
  it("is nothing when only the text around it changed nothing", () => {
    expect(redone("half", FILES.half)).toEqual([]);
  });

  it("is a function with the bodies that call it", () => {
    expect(redone("half", FILES.half.replace("/ 2", "/ 4"))).toEqual(["body HALF", "body MOTOR", "unit HALF"]);
  });

  it("is a block with all that hold an instance of it", () => {
    expect(redone("motor", FILES.motor.replace("Half(2)", "Half(3)"))).toEqual([
      "body MOTOR",
      "body PLANT",
      "unit MOTOR",
      "unit PLANT",
    ]);
  });

  it("is what a constant is worked into, wherever that leads", () => {
    expect(redone("limits", FILES.limits.replace("4", "5"))).toEqual([
      "body MOTOR",
      "body PLANT",
      "global SIZE",
      "global TOTAL",
      "type LINK",
      "type ROW",
      "unit MOTOR",
      "unit PLANT",
    ]);
  });

  it("is what a new name hides", () => {
    expect(redone("half", `${FILES.half} FUNCTION_BLOCK Off END_FUNCTION_BLOCK`)).toEqual([
      "body HALF",
      "body MOTOR",
      "body OFF",
      "unit HALF",
      "unit OFF",
    ]);
  });
});
