import { describe, expect, it } from "vitest";
import { ProgramRun } from "../../runtime/cli/program-run.ts";
import { formatProblem } from "../../runtime/problem.ts";
import { Compiler, compile } from "./index.ts";
import { IEC_LIBRARY, STANDARD_UNITS } from "./library/index.ts";

const start = (source: string) => {
  const compiled = compile(source, { file: "t.st", defaultIntervalNs: 100e6 });
  if (!compiled.ok) throw new Error(compiled.problems.map(formatProblem).join("\n"));
  return new ProgramRun({ elf: compiled.elf, program: compiled.program, memoryBytes: 1 << 20 });
};

/** Runs one block with 100 ms between scans; each step of `inputs` is a scan, and gives the outputs after it. */
const trace = (
  block: string,
  parameters: string,
  inputs: readonly Readonly<Record<string, string>>[],
  outputs: readonly string[],
) => {
  const names = [...new Set(inputs.flatMap(Object.keys))];
  const run = start(`PROGRAM Main VAR fb : ${block}${parameters}; END_VAR fb(); END_PROGRAM`);
  return inputs.map((step) => {
    for (const name of names) if (step[name] !== undefined) expect(run.write(`fb.${name}`, step[name])).toBeNull();
    run.runScans(1);
    return outputs.map((output) => run.read(`fb.${output}`));
  });
};

/** `"0110"` → one step for each digit. */
const steps = (name: string, digits: string) => [...digits].map((digit) => ({ [name]: digit }));
const row = (results: readonly (readonly unknown[])[], column: number): string =>
  results
    .map((result) => (typeof result[column] === "boolean" ? (result[column] ? "1" : "0") : String(result[column])))
    .join("");
const elapsed = (results: readonly (readonly unknown[])[]) =>
  results.map((result) =>
    Number(
      /^T#(?:(\d)s)?(?:(\d+)ms)?$/
        .exec(String(result[1]))!
        .slice(1)
        .reduce((sum, part, i) => sum + Number(part ?? 0) * (i === 0 ? 1000 : 1), 0),
    ),
  );

describe("the library", () => {
  it("compiles as a whole, used or not, and is cut into all of its units", () => {
    const checked = new Compiler().checkLibrary([{ file: "standard library", text: IEC_LIBRARY }]);
    if (!checked.ok) throw new Error(checked.problems.map(formatProblem).join("\n"));
    expect(checked.declares.length).toBeGreaterThan(80);
    const units = [...STANDARD_UNITS].filter(([, unit]) => IEC_LIBRARY.includes(unit)).map(([name]) => name);
    expect(checked.declares.map(({ name }) => name)).toEqual(units);
  });
});

describe("timers (IEC 61131-3 §6.6.3.5.5, figure 15)", () => {
  const pt = "(PT := T#300ms)";
  const init = (block: string) => `${block} := ${pt}`;

  it("TP gives one pulse of PT, whatever IN does meanwhile", () => {
    const in_ = "0111111001000000100";
    const results = trace(init("TP"), "", steps("IN", in_), ["Q", "ET"]);
    expect(row(results, 0)).toBe("0111000001110000111");
    expect(elapsed(results)).toEqual([0, 0, 100, 200, 300, 300, 300, 0, 0, 0, 100, 200, 0, 0, 0, 0, 0, 100, 200]);
  });

  it("TON follows IN when it has been TRUE for PT", () => {
    const in_ = "011111001100011";
    const results = trace(init("TON"), "", steps("IN", in_), ["Q", "ET"]);
    expect(row(results, 0)).toBe("000011000000000");
    expect(elapsed(results)).toEqual([0, 0, 100, 200, 300, 300, 0, 0, 0, 100, 0, 0, 0, 0, 100]);
  });

  it("TOF stays on for PT after IN has fallen", () => {
    const in_ = "0110000010010000";
    const results = trace(init("TOF"), "", steps("IN", in_), ["Q", "ET"]);
    expect(row(results, 0)).toBe("0111110011111110");
    expect(elapsed(results).slice(0, 8)).toEqual([0, 0, 0, 0, 100, 200, 300, 300]);
  });
});

describe("timers of LTIME", () => {
  it("run as those of TIME do, and to what TIME cannot count", () => {
    const source = `PROGRAM Main VAR a : TON_LTIME; b : TOF_LTIME := (PT := LT#250ms); c : TP_LTIME; d : TON_TIME; n : INT; long : TON_LTIME; END_VAR
      n := n + 1; a(IN := n > 2, PT := LT#300ms); b(IN := n < 3); c(IN := n > 1, PT := LT#150ms500us); d(IN := TRUE, PT := T#200ms);
      long(IN := TRUE, PT := LT#1000d); END_PROGRAM`;
    const run = start(source);
    const seen = Array.from({ length: 7 }, () => {
      run.runScans(1);
      return ["a.Q", "b.Q", "c.Q", "d.Q"].map((name) => (run.read(name) === true ? "1" : "0")).join("");
    });
    expect(seen).toEqual(["0100", "0110", "0111", "0101", "0101", "1001", "1001"]);
    expect(["a.ET", "b.ET", "c.ET", "long.ET"].map((name) => run.read(name))).toEqual([
      ...["LT#300ms", "LT#250ms", "LT#150ms500us", "LT#600ms"],
    ]);
  });
});

describe("edges, flip-flops and counters (IEC 61131-3 §6.6.3.5.2 to 4)", () => {
  it("R_TRIG and F_TRIG show an edge for one scan, and none before the first", () => {
    expect(row(trace("R_TRIG", "", steps("CLK", "0110011"), ["Q"]), 0)).toBe("0100010");
    expect(row(trace("F_TRIG", "", steps("CLK", "0110010"), ["Q"]), 0)).toBe("0001001");
  });

  it("SR is set dominant, RS reset dominant", () => {
    const both = [
      { S1: "0", R: "0" },
      { S1: "1", R: "0" },
      { S1: "0", R: "0" },
      { S1: "1", R: "1" },
      { S1: "0", R: "1" },
    ];
    expect(row(trace("SR", "", both, ["Q1"]), 0)).toBe("01110");
    expect(
      row(
        trace(
          "RS",
          "",
          both.map(({ S1, R }) => ({ S: S1, R1: R })),
          ["Q1"],
        ),
        0,
      ),
    ).toBe("01100");
  });

  it("counters count edges, up and down, and say when they arrive", () => {
    const up = trace("CTU := (PV := 2)", "", [...steps("CU", "1101101"), { R: "1" }], ["CV", "Q"]);
    expect([row(up, 0), row(up, 1)]).toEqual(["11122230", "00011110"]);
    const down = trace("CTD_DINT := (PV := 2)", "", [{ LD: "1" }, { LD: "0" }, ...steps("CD", "10101")], ["CV", "Q"]);
    expect(down.map(([value]) => value)).toEqual([2, 2, 1, 1, 0, 0, -1]);
    expect(row(down, 1)).toBe("0000111");
    const both = trace(
      "CTUD := (PV := 1)",
      "",
      [{ CU: "1" }, { CU: "0", CD: "1" }, { CU: "1", CD: "0" }, { CU: "0", CD: "0" }, { CU: "1", CD: "1" }],
      ["CV", "QU", "QD"],
    );
    expect([row(both, 0), row(both, 1), row(both, 2)]).toEqual(["10111", "10111", "01000"]);
  });
});

describe("mathematics", () => {
  const functions: readonly (readonly [string, (x: number) => number, readonly number[]])[] = [
    ["EXP", Math.exp, [-87, -10, -1, -0.1, 0, 1e-4, 0.5, 1, 10, 50, 88.5]],
    ["LN", Math.log, [1e-30, 0.01, 0.5, 0.999, 1, 1.001, 2, 100, 3e38]],
    ["LOG", Math.log10, [0.001, 1, 10, 12345]],
    ["SIN", Math.sin, [-100, -3, -0.5, 0, 0.001, 1, 1.6, 3, 6, 1000]],
    ["COS", Math.cos, [-100, -3, -0.5, 0, 1, 2, 6, 1000]],
    ["TAN", Math.tan, [-1, 0.3, 1.5, 3]],
    ["ATAN", Math.atan, [-1e6, -2, -0.3, 0, 0.4, 0.5, 1, 2.5, 1e9]],
    ["ASIN", Math.asin, [-1, -0.5, 0, 0.3, 0.99, 1]],
    ["ACOS", Math.acos, [-1, -0.5, 0, 0.3, 0.99, 1]],
  ];

  it.each(functions)("%s is right to a few units in the last place", (name, reference, arguments_) => {
    const calls = arguments_.map(
      (x, i) =>
        `y[${i}] := ${name}(REAL#${x
          .toExponential()
          .replace(/e/, "E")
          .replace(/^(-?\d+)E/, "$1.0E")});`,
    );
    const run = start(
      `PROGRAM Main VAR y : ARRAY [0..${arguments_.length - 1}] OF REAL; END_VAR ${calls.join(" ")} END_PROGRAM`,
    );
    run.runScans(1);
    for (const [i, x] of arguments_.entries()) {
      const expected = reference(Math.fround(x));
      const tolerance = Math.max(Math.abs(expected) * 4e-7, name === "SIN" || name === "COS" ? 1e-6 : 2e-7);
      expect(Math.abs(Number(run.read(`y[${i}]`)) - expected), `${name}(${x})`).toBeLessThan(tolerance);
    }
  });

  it("raises to whole powers exactly, to others closely, and knows its limits", () => {
    const run = start(`PROGRAM Main VAR a, b, c, d, e, f, g : REAL; two : REAL := 2.0; zero : REAL; END_VAR
      a := two ** 10; b := EXPT(two, -2.0); c := EXPT(two, 0.5); d := EXP(200.0); e := LN(zero); f := LN(-two); g := EXP(-200.0); END_PROGRAM`);
    run.runScans(1);
    expect(["a", "b", "d", "e", "f", "g"].map((name) => run.read(name))).toEqual([
      1024,
      0.25,
      "Infinity",
      "-Infinity",
      "NaN",
      0,
    ]);
    expect(run.read("c")).toBeCloseTo(Math.SQRT2, 6);
  });
});
