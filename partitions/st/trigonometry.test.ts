import { describe, expect, it } from "vitest";
import { ProgramRun } from "../../runtime/cli/program-run.ts";
import { formatProblem } from "../../runtime/problem.ts";
import { compile } from "./index.ts";

const RAM_BASE = 0x8000_0000;
const COUNT = 4000;

/** SIN, COS and TAN of all arguments, by one scan of a program. */
const computed = (arguments_: Float32Array) => {
  const source = `PROGRAM M VAR i : DINT; x, s, c, t : ARRAY [0..${COUNT - 1}] OF REAL; END_VAR
    FOR i := 0 TO ${COUNT - 1} DO s[i] := SIN(x[i]); c[i] := COS(x[i]); t[i] := TAN(x[i]); END_FOR; END_PROGRAM`;
  const compiled = compile(source, { file: "t.st", intervalNs: 10e9 });
  if (!compiled.ok) throw new Error(compiled.problems.map(formatProblem).join("\n"));
  const run = new ProgramRun({ elf: compiled.elf, program: compiled.program, memoryBytes: 1 << 20 });
  const { buffer, byteOffset } = run.board.ram;
  const array = (name: string): Float32Array => {
    const { address } = compiled.program.variables.find(({ path }) => path === `M.${name}`)!;
    return new Float32Array(buffer, byteOffset + address - RAM_BASE, COUNT);
  };
  array("x").set(arguments_);
  expect(run.runScans(1)).toBe("scans");
  return { SIN: array("s"), COS: array("c"), TAN: array("t") };
};

/** The same for each run of the tests: from 0 up to 1. */
const randomNumbers = (seed: number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** REALs in order, as integers one apart. */
const ordinal = (value: number): number => {
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, value);
  const integer = bits.getInt32(0);
  return integer < 0 ? -(integer & 0x7fff_ffff) : integer;
};

/** The largest distance from the REAL that is nearest to the true value. */
const worst = (arguments_: Float32Array) => {
  const results = computed(arguments_);
  const furthest = (values: Float32Array, reference: (x: number) => number): number =>
    values.reduce((most, value, i) => Math.max(most, Math.abs(ordinal(value) - ordinal(reference(arguments_[i]!)))), 0);
  return [furthest(results.SIN, Math.sin), furthest(results.COS, Math.cos), furthest(results.TAN, Math.tan)] as const;
};

const expectClose = (arguments_: Float32Array): void => {
  const [sine, cosine, tangent] = worst(arguments_);
  expect(sine).toBeLessThanOrEqual(2);
  expect(cosine).toBeLessThanOrEqual(2);
  expect(tangent).toBeLessThanOrEqual(3);
};

describe("SIN, COS and TAN, in units of the last place", () => {
  it("are right within 2, TAN within 3, for REALs of every magnitude", () => {
    const random = randomNumbers(1);
    expectClose(Float32Array.from({ length: COUNT }, () => (random() < 0.5 ? -1 : 1) * 2 ** (-30 + 158 * random())));
  });

  it("are as right where the argument is next to a multiple of pi/2", () => {
    const random = randomNumbers(2);
    expectClose(Float32Array.from({ length: COUNT }, () => Math.round(2 ** (32 * random())) * (Math.PI / 2)));
  });

  it("are right at the edges of the reduction, and for the REAL that is nearest of all to a multiple of pi/2", () => {
    const edges = [127.99999, 128, 1e5, 1e6, 16_367_173 * 2 ** 72, 3.4028234663852886e38];
    expectClose(
      Float32Array.from({ length: COUNT }, (_, i) => (edges[i % edges.length] ?? 0) * (i % 2 === 0 ? 1 : -1)),
    );
  });

  it("are NaN for what is no number", () => {
    const { SIN, COS, TAN } = computed(new Float32Array(COUNT).fill(Number.NaN).fill(Infinity, 1).fill(-Infinity, 2));
    for (const values of [SIN, COS, TAN]) expect([...values.subarray(0, 3)]).toEqual([NaN, NaN, NaN]);
  });
});
