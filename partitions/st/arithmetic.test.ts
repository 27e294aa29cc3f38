/** Random expressions, compiled and run, against an evaluator that shares nothing with the compiler. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProgramRun } from "../../runtime/cli/program-run.ts";
import { formatProblem } from "../../runtime/problem.ts";
import { compile } from "./index.ts";

/** Programs of twenty expressions each. */
const PROGRAMS = Number(process.env.PARTITA_RANDOM_EXPRESSIONS ?? 50);
const TIMEOUT_MS = Math.max(60_000, 2_000 * PROGRAMS);

const INTEGERS = {
  SINT: [8, true],
  INT: [16, true],
  DINT: [32, true],
  LINT: [64, true],
  USINT: [8, false],
  UINT: [16, false],
  UDINT: [32, false],
  ULINT: [64, false],
} as const;
const BITS = { BYTE: 8, WORD: 16, DWORD: 32, LWORD: 64 } as const;
/** What rounds a number to the type. */
const REALS = { REAL: Math.fround, LREAL: (value: number): number => value } as const;
type IntegerName = keyof typeof INTEGERS;
type BitsName = keyof typeof BITS;
type RealName = keyof typeof REALS;
type TypeName = IntegerName | BitsName | RealName | "BOOL";
type Value = bigint | boolean | number;

/** An expression as text, with its value. */
interface Sample {
  readonly text: string;
  readonly value: Value;
}

const INTEGER_NAMES = Object.keys(INTEGERS) as IntegerName[];
const BITS_NAMES = Object.keys(BITS) as BitsName[];
const REAL_NAMES = Object.keys(REALS) as RealName[];

const wrapped = (value: bigint, type: TypeName): bigint => {
  const [bits, signed] = type in INTEGERS ? INTEGERS[type as IntegerName] : [BITS[type as BitsName], false];
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
};

const interesting = fc.oneof(
  fc.constantFrom(0n, 1n, -1n, 2n, 127n, 128n, 255n, 32767n, 32768n, 65535n, 2147483647n, -2147483648n),
  fc.constantFrom(2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n),
  fc.bigInt({ min: -(2n ** 31n), max: 2n ** 32n - 1n }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
);
const real = fc.oneof(
  fc.constantFrom(0, 1, -1, 0.5, 2.5, 3.5, 1e10, -1e10, 16777217, 4503599627370495.5, -9e18, 9.3e18, 1.9e19),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -1e20, max: 1e20, noNaN: true }),
);

const literal = (value: Value, type: TypeName): string => {
  if (typeof value === "boolean") return value ? "TRUE" : "FALSE";
  if (typeof value === "bigint") return `${type}#${value}`;
  // String(-0) is "0", which is another value: 1/-0 is negative.
  const text = Object.is(value, -0) ? "-0" : String(value).replace("e+", "E").replace("e", "E");
  return `${type}#${/[.]/.test(text) ? text : text.includes("E") ? text.replace("E", ".0E") : `${text}.0`}`;
};

const ARITHMETIC = ["+", "-", "*", "/", "MOD"] as const;
const integerResult = (operator: (typeof ARITHMETIC)[number], a: bigint, b: bigint, type: TypeName): bigint => {
  switch (operator) {
    case "+":
      return wrapped(a + b, type);
    case "-":
      return wrapped(a - b, type);
    case "*":
      return wrapped(a * b, type);
    case "/":
      return b === 0n ? 0n : wrapped(a / b, type);
    case "MOD":
      return b === 0n ? 0n : a % b;
  }
};

const roundToEven = (value: number): bigint => {
  const below = Math.floor(value);
  const rest = value - below;
  return BigInt(rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1);
};
const saturated = (value: number, type: IntegerName): bigint => {
  const [bits, signed] = INTEGERS[type];
  const [low, high] = signed ? [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n] : [0n, 2n ** BigInt(bits) - 1n];
  if (Number.isNaN(value) || value === Infinity) return high;
  if (value === -Infinity) return low;
  const whole = roundToEven(value);
  return whole > high ? high : whole < low ? low : whole;
};
/** The nearest of the type; a REAL from an integer of 64 bits is rounded once. */
const nearestReal = (value: bigint, type: RealName): number => {
  if (type === "LREAL") return Number(value);
  let near = Math.fround(Number(value));
  if (Number.isSafeInteger(Number(value))) return near;
  const distance = (real: number): bigint => (BigInt(real) > value ? BigInt(real) - value : value - BigInt(real));
  for (const step of [-1, 1]) {
    const other = neighbour(near, step);
    const [d, best] = [distance(other), distance(near)];
    if (d < best || (d === best && isEvenReal(other))) near = other;
  }
  return near;
};
const singleBits = new DataView(new ArrayBuffer(4));
const neighbour = (value: number, step: number): number => {
  singleBits.setFloat32(0, value);
  if (value === 0) return value;
  singleBits.setInt32(0, singleBits.getInt32(0) + step);
  return singleBits.getFloat32(0);
};
const isEvenReal = (value: number): boolean => {
  singleBits.setFloat32(0, value);
  return (singleBits.getInt32(0) & 1) === 0;
};

/** Variables of all types, with the values that they start with. */
type Environment = ReadonlyMap<TypeName, readonly Sample[]>;
const TYPE_NAMES: readonly TypeName[] = [...INTEGER_NAMES, ...BITS_NAMES, ...REAL_NAMES, "BOOL"];
const COMPARISONS = ["=", "<>", "<", "<=", ">", ">="] as const;
const isBits = (type: TypeName): type is BitsName => type in BITS;
const isReal = (type: TypeName): type is RealName => type in REALS;
const big = ({ value }: Sample): bigint => value as bigint;

/** Draws values and expressions one after the other. */
class Draw {
  readonly #draw: fc.GeneratorValue;
  readonly variables: Environment;

  constructor(draw: fc.GeneratorValue) {
    this.#draw = draw;
    const declare = (type: TypeName, i: number): Sample => ({ text: `${type}_${i}`, value: this.value(type) });
    this.variables = new Map(TYPE_NAMES.map((type) => [type, [0, 1].map((i) => declare(type, i))]));
  }

  of<const T>(choices: readonly T[]): T {
    return this.#draw(fc.constantFrom, ...choices);
  }

  value(type: TypeName): Value {
    if (type === "BOOL") return this.#draw(fc.boolean);
    if (isReal(type)) return REALS[type](this.#draw(() => real));
    return wrapped(
      this.#draw(() => interesting),
      type,
    );
  }

  /** An expression of a type, not deeper than `depth`. */
  expression(type: TypeName, depth: number): Sample {
    const kind =
      depth === 0 ? this.of(["variable", "literal"]) : this.of(["variable", "composed", "composed", "composed"]);
    if (kind === "variable") return this.of(this.variables.get(type)!);
    if (kind === "literal") {
      const value = this.value(type);
      return { text: literal(value, type), value };
    }
    const inner = (other: TypeName) => this.expression(other, depth - 1);
    if (type === "BOOL") return this.#boolean(inner);
    if (isReal(type)) return this.#real(inner, type);
    return isBits(type) ? this.#bits(inner, type) : this.#integer(inner, type);
  }

  #integer(of: (type: TypeName) => Sample, type: IntegerName): Sample {
    const form = this.of([
      "arithmetic",
      "arithmetic",
      "arithmetic",
      "negate",
      "ABS",
      "MIN",
      "MAX",
      "LIMIT",
      "SEL",
      "MUX",
      "convert",
      "REAL",
    ]);
    const [a, b] = [of(type), of(type)];
    switch (form) {
      case "arithmetic": {
        const operator = this.of(ARITHMETIC);
        return { text: `(${a.text} ${operator} ${b.text})`, value: integerResult(operator, big(a), big(b), type) };
      }
      case "negate":
        return { text: `(-${a.text})`, value: wrapped(-big(a), type) };
      case "ABS":
        return { text: `ABS(${a.text})`, value: wrapped(big(a) < 0n ? -big(a) : big(a), type) };
      case "MIN":
        return { text: `MIN(${a.text}, ${b.text})`, value: big(a) < big(b) ? a.value : b.value };
      case "MAX":
        return { text: `MAX(${a.text}, ${b.text})`, value: big(a) > big(b) ? a.value : b.value };
      case "LIMIT": {
        const c = of(type);
        const raised = big(b) > big(a) ? big(b) : big(a);
        return { text: `LIMIT(${a.text}, ${b.text}, ${c.text})`, value: raised < big(c) ? raised : c.value };
      }
      case "SEL": {
        const g = of("BOOL");
        return { text: `SEL(${g.text}, ${a.text}, ${b.text})`, value: g.value ? b.value : a.value };
      }
      case "MUX": {
        const [k, c] = [of("SINT"), of(type)];
        return {
          text: `MUX(${k.text}, ${a.text}, ${b.text}, ${c.text})`,
          value: (big(k) <= 0n ? a : big(k) === 1n ? b : c).value,
        };
      }
      case "convert": {
        const from = this.of([...INTEGER_NAMES, ...BITS_NAMES].filter((name) => name !== type));
        const source = of(from);
        return { text: `${from}_TO_${type}(${source.text})`, value: wrapped(big(source), type) };
      }
      case "REAL": {
        const from = this.of(REAL_NAMES);
        const source = of(from);
        return { text: `${from}_TO_${type}(${source.text})`, value: saturated(source.value as number, type) };
      }
    }
  }

  #bits(of: (type: TypeName) => Sample, type: BitsName): Sample {
    const width = BigInt(BITS[type]);
    const form = this.of(["AND", "OR", "XOR", "NOT", "SHL", "SHR", "ROL", "ROR", "convert"]);
    const a = of(type);
    if (form === "AND" || form === "OR" || form === "XOR") {
      const b = of(type);
      const value = form === "AND" ? big(a) & big(b) : form === "OR" ? big(a) | big(b) : big(a) ^ big(b);
      return { text: `(${a.text} ${form} ${b.text})`, value };
    }
    if (form === "NOT") return { text: `(NOT ${a.text})`, value: wrapped(~big(a), type) };
    if (form === "convert") {
      const from = this.of(INTEGER_NAMES);
      const source = of(from);
      return { text: `${from}_TO_${type}(${source.text})`, value: wrapped(big(source), type) };
    }
    const n = of("USINT");
    const turn = big(n) % width;
    const results = {
      SHL: big(a) << big(n),
      SHR: big(a) >> big(n),
      ROL: (big(a) << turn) | (big(a) >> (width - turn)),
      ROR: (big(a) >> turn) | (big(a) << (width - turn)),
    };
    return { text: `${form}(${a.text}, ${n.text})`, value: wrapped(results[form], type) };
  }

  #real(of: (type: TypeName) => Sample, type: RealName): Sample {
    const round = REALS[type];
    const form = this.of(["+", "-", "*", "/", "SQRT", "ABS", "MIN", "SEL", "negate", "integer", "other"]);
    if (form === "integer") {
      const from = this.of(INTEGER_NAMES);
      const source = of(from);
      return { text: `${from}_TO_${type}(${source.text})`, value: nearestReal(big(source), type) };
    }
    if (form === "other") {
      const from = type === "REAL" ? "LREAL" : "REAL";
      const source = of(from);
      return { text: `${from}_TO_${type}(${source.text})`, value: round(source.value as number) };
    }
    const x = of(type);
    const a = x.value as number;
    if (form === "SQRT") return { text: `SQRT(ABS(${x.text}))`, value: round(Math.sqrt(Math.abs(a))) };
    if (form === "ABS") return { text: `ABS(${x.text})`, value: Math.abs(a) };
    if (form === "negate") return { text: `(-${x.text})`, value: -a };
    const y = of(type);
    const b = y.value as number;
    if (form === "SEL") {
      const g = of("BOOL");
      return { text: `SEL(${g.text}, ${x.text}, ${y.text})`, value: g.value ? b : a };
    }
    // fmin gives the number where the other operand is none.
    if (form === "MIN")
      return { text: `MIN(${x.text}, ${y.text})`, value: Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.min(a, b) };
    const results = { "+": a + b, "-": a - b, "*": a * b, "/": a / b };
    return { text: `(${x.text} ${form} ${y.text})`, value: round(results[form]) };
  }

  #boolean(of: (type: TypeName) => Sample): Sample {
    const form = this.of(["AND", "OR", "XOR", "NOT", "compare", "compare"]);
    if (form === "compare") {
      const operator = this.of(COMPARISONS);
      const type = this.of([...INTEGER_NAMES, ...BITS_NAMES, ...REAL_NAMES, ...REAL_NAMES, ...REAL_NAMES]);
      const a = of(type);
      const b = this.of(["same", "other", "other"]) === "same" ? a : of(type);
      const [less, equal, greater] = [a.value < b.value, a.value === b.value, a.value > b.value];
      const results = {
        "=": equal,
        "<>": !equal,
        "<": less,
        "<=": less || equal,
        ">": greater,
        ">=": greater || equal,
      };
      return { text: `(${a.text} ${operator} ${b.text})`, value: results[operator] };
    }
    const a = of("BOOL");
    if (form === "NOT") return { text: `(NOT ${a.text})`, value: !a.value };
    const b = of("BOOL");
    const value = form === "AND" ? a.value && b.value : form === "OR" ? a.value || b.value : a.value !== b.value;
    return { text: `(${a.text} ${form} ${b.text})`, value };
  }
}

interface TypedSample {
  readonly type: TypeName;
  readonly sample: Sample;
}

interface Compilation {
  readonly compiled: Extract<ReturnType<typeof compile>, { ok: true }>;
  readonly samples: readonly TypedSample[];
}

/** All expressions in one program. Those that the compiler knows to divide by zero are left out. */
const compileAll = (variables: Environment, samples: readonly TypedSample[], optimize: boolean): Compilation => {
  const declared = [...variables].flatMap(([type, list]) =>
    list.map(({ text, value }) => `${text} : ${type} := ${literal(value, type)};`),
  );
  const results = samples.map(({ type }, i) => `result${i} : ${type};`);
  const statements = samples.map(({ sample }, i) => `result${i} := ${sample.text};`);
  const head = ["PROGRAM Main VAR", ...declared, ...results, "END_VAR"];
  const compiled = compile([...head, ...statements, "END_PROGRAM"].join("\n"), { file: "t.st", optimize });
  if (compiled.ok) return { compiled, samples };
  const refused = new Set(compiled.problems.filter(({ code }) => code === "division-by-zero").map(({ line }) => line));
  if (refused.size === 0) throw new Error(compiled.problems.map(formatProblem).join("\n"));
  return compileAll(
    variables,
    samples.filter((_, i) => !refused.has(head.length + 1 + i)),
    optimize,
  );
};

const checkAll = (variables: Environment, all: readonly TypedSample[], optimize: boolean): number => {
  const { compiled, samples } = compileAll(variables, all, optimize);
  const run = new ProgramRun({ elf: compiled.elf, program: compiled.program, memoryBytes: 1 << 20 });
  expect(run.runScans(1)).toBe("scans");
  for (const [i, { type, sample }] of samples.entries()) {
    const shown = run.read(`result${i}`);
    const value = type === "REAL" && typeof shown === "number" ? Math.fround(shown) : shown;
    expect(value, sample.text).toEqual(asRead(sample.value));
  }
  return samples.length;
};

const asRead = (value: Value): unknown => {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value !== "number") return value;
  return Number.isFinite(value) ? value : String(value);
};

describe("compiled expressions", () => {
  it(
    "have the values that the standard gives them",
    () => {
      let checked = 0;
      fc.assert(
        fc.property(fc.gen(), (generator) => {
          const draw = new Draw(generator);
          const samples = Array.from({ length: 20 }, () => {
            const type = draw.of([...TYPE_NAMES, "BOOL", "BOOL", "BOOL"]);
            return { type, sample: draw.expression(type, 4) };
          });
          checked += checkAll(draw.variables, samples, draw.of([true, false]));
        }),
        { numRuns: PROGRAMS, endOnFailure: true },
      );
      expect(checked).toBeGreaterThan(16 * PROGRAMS);
    },
    TIMEOUT_MS,
  );
});
