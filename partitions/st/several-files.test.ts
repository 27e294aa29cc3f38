import { describe, expect, it } from "vitest";
import { Compiler, compileProgram, type SourceInput } from "./index.ts";

const file = (name: string, text: string): SourceInput => ({ file: name, text });

const HALF = file("half.st", "FUNCTION Half : INT VAR_INPUT x : INT; END_VAR\nHalf := x / 2;\nEND_FUNCTION\n");
const MAIN = file("main.st", "PROGRAM Main VAR a AT %QW0 : INT; END_VAR\na := Half(10);\nEND_PROGRAM\n");

const problemsOf = (files: readonly SourceInput[], libraries: readonly SourceInput[] = []) => {
  const result = compileProgram(files, libraries);
  return (result.ok ? result.warnings : result.problems).map(
    ({ file: name, line, column, message, hint }) =>
      `${name}:${line}:${column} ${message}${hint === "" ? "" : ` | ${hint}`}`,
  );
};

const imageOf = (files: readonly SourceInput[], libraries: readonly SourceInput[] = []) => {
  const result = compileProgram(files, libraries);
  if (!result.ok) throw new Error(result.problems[0]?.message);
  return result.elf;
};

describe("several files", () => {
  it("make one program, in any order", () => {
    expect(problemsOf([MAIN, HALF])).toEqual([]);
    expect(imageOf([HALF, MAIN])).toEqual(imageOf([MAIN, HALF]));
  });

  it("report the problems of all of them in one run, each with its own file", () => {
    const wrong = [
      file("a.st", "FUNCTION A : INT\nA := b;\nEND_FUNCTION"),
      file("b.st", "PROGRAM P\n x := 1\nEND_PROGRAM"),
    ];
    expect(problemsOf(wrong).map((problem) => problem.split(" ")[0])).toEqual(["a.st:2:6", "b.st:2:2", "b.st:2:8"]);
  });

  it("may not declare a name twice: both places are named", () => {
    const again = file("other.st", "\nFUNCTION half : INT half := 1; END_FUNCTION");
    expect(problemsOf([MAIN, HALF, again])).toEqual([
      "other.st:2:10 half is declared twice | the other one is at half.st:1",
    ]);
    const globals = ["g.st", "h.st"].map((name) => file(name, "VAR_GLOBAL G : INT; END_VAR"));
    expect(problemsOf([MAIN, HALF, ...globals])).toEqual([
      "h.st:1:12 G is declared twice | the other one is at g.st:1",
    ]);
  });
});

describe("a library", () => {
  const UNUSED = file(
    "unused.st",
    "VAR_GLOBAL big : ARRAY [1..10000] OF INT; END_VAR\nFUNCTION Wrong : INT Wrong := nothing; END_FUNCTION",
  );

  it("gives what the program uses, and no more than that is linked or checked", () => {
    expect(imageOf([MAIN], [HALF, UNUSED])).toEqual(imageOf([MAIN, HALF]));
  });

  it("gives its globals when they are used", () => {
    const totals = file(
      "totals.st",
      "VAR_GLOBAL total : INT := 7; END_VAR\nFUNCTION Count : INT total := total + 1; Count := total; END_FUNCTION",
    );
    const program = file("p.st", "PROGRAM P VAR n AT %QW0 : INT; END_VAR n := Count(); END_PROGRAM");
    const result = compileProgram([program], [totals, UNUSED]);
    expect(result.ok && result.program.variables.map(({ path }) => path)).toEqual(["total", "P.n"]);
  });

  it("gives way to the program's own names, and hides those of the standard library", () => {
    const own = file("own.st", "FUNCTION HALF : INT VAR_INPUT x : INT; END_VAR HALF := 0; END_FUNCTION");
    expect(imageOf([MAIN, own], [HALF])).toEqual(imageOf([MAIN, own]));
    const timer = file("ton.st", "FUNCTION_BLOCK TON VAR_INPUT speed : INT; END_VAR END_FUNCTION_BLOCK");
    const program = file("p.st", "PROGRAM P VAR t : TON; END_VAR t(speed := 3); END_PROGRAM");
    expect(problemsOf([program], [timer])).toEqual([]);
  });

  it("says what is wrong with it where the program uses it, but keeps its warnings for its writer", () => {
    const uses = file("p.st", "PROGRAM P VAR n AT %QW0 : INT; END_VAR n := Wrong(); END_PROGRAM");
    expect(problemsOf([uses], [UNUSED])).toEqual([
      "unused.st:2:31 nothing is not declared | declare it in a VAR section",
    ]);
    const lossy = file("l.st", "FUNCTION R : REAL VAR_INPUT d : DINT; END_VAR R := d; END_FUNCTION");
    const program = file("p.st", "PROGRAM P VAR r1 AT %QD0 : REAL; END_VAR r1 := R(1); END_PROGRAM");
    expect(problemsOf([program], [lossy])).toEqual([]);
    const checked = new Compiler().checkLibrary([lossy]);
    expect(checked.ok && checked.warnings.map(({ code }) => code)).toEqual(["implicit-narrowing"]);
  });

  it("is checked whole, without a PROGRAM", () => {
    const checked = new Compiler().checkLibrary([HALF, UNUSED]);
    expect(checked.ok ? [] : checked.problems.map(({ message }) => message)).toEqual(["nothing is not declared"]);
    const circle = file("c.st", "FUNCTION A : INT A := B(); END_FUNCTION FUNCTION B : INT B := A(); END_FUNCTION");
    const circular = new Compiler().checkLibrary([circle]);
    expect(circular.ok ? [] : circular.problems.map(({ code }) => code)).toEqual(["recursion"]);
    expect(new Compiler().checkLibrary([HALF])).toEqual({
      ok: true,
      declares: [{ kind: "FUNCTION", name: "Half" }],
      warnings: [],
    });
  });
});

describe("which PROGRAM runs", () => {
  const TWO = file(
    "two.st",
    "PROGRAM A VAR n : INT; END_VAR n := 1; END_PROGRAM PROGRAM B VAR m : INT; END_VAR m := 2; END_PROGRAM",
  );
  const CONFIGURED = file(
    "c.st",
    `${TWO.text} CONFIGURATION C TASK T(INTERVAL := T#5ms); PROGRAM X WITH T : A; END_CONFIGURATION`,
  );
  const run = (source: SourceInput, program: string) => {
    const result = new Compiler().compile([source], { program });
    if (!result.ok) return result.problems[0];
    const [task] = result.program.tasks;
    return [task!.instances[0], task!.intervalNs];
  };

  it("is asked for when there are several", () => {
    expect(problemsOf([TWO])[0]).toContain("several programs (A, B), and no CONFIGURATION that says which one runs | ");
    expect(run(TWO, "b")).toEqual(["B", 20e6]);
    expect(run(TWO, "C")).toMatchObject({ code: "no-program", message: "there is no PROGRAM C" });
  });

  it("is an instance of the CONFIGURATION, or one that it does not name", () => {
    expect(run(CONFIGURED, "X")).toEqual(["X", 5e6]);
    expect(run(CONFIGURED, "A")).toEqual(["X", 5e6]);
    expect(run(CONFIGURED, "B")).toEqual(["B", 20e6]);
  });
});
