/**
 * Float instructions in WebAssembly, to the bit and with their flags. WebAssembly rounds to nearest and raises no flags, so its
 * result is taken only when it is an ordinary number, which raises no flag but "inexact"; and when that is raised already (flags
 * are sticky), or the result is exact. Anything else leaves the region: the interpreter executes the instruction.
 * RISC-V Unprivileged chapters 11 and 12.
 */
import { type Effect, type Expanded, type Term, terms } from "../isa/index.ts";
import type { EffectCode } from "./effect-code.ts";
import { either, isBounded, isNearZero, isNumber, isTiny, isZero, magnitude, not } from "./float-checks.ts";
import { type FloatClass, floatWidth } from "./float-classes.ts";
import type { Placed, RegionWriter } from "./region-writer.ts";

const { choose, f32, f64, i32, i64, local, numeric } = terms;

type FloatEffect = Extract<Effect, { kind: "float" }>;
type Operand = "rs1" | "rs2" | "rs3";

const CANONICAL_NAN = 0x7fc0_0000;
const BOX = 0xffff_ffff_0000_0000n;
const TOWARD_ZERO = 1;

// ── Registers ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** The single in f[register]: the canonical NaN where it is not NaN-boxed. */
const readSingle = (writer: RegionWriter, register: number): Term => {
  const held = local(writer.local(32 + register));
  if (writer.floatClasses[register] === "f32") return held;
  const bits = numeric("i64.reinterpret_f64", held);
  const isBoxed = numeric("i32.eq", numeric("i32.wrap_i64", numeric("i64.shr_u", bits, i64(32n))), i32(-1));
  const low = numeric("i32.wrap_i64", bits);
  // The low half, with the bits that are wrong replaced: no branch.
  return numeric("f32.reinterpret_i32", choose(isBoxed, low, i32(CANONICAL_NAN)));
};

/** Takes the f32 on the stack into f[register]. */
export const writeSingle = (writer: RegionWriter, register: number): void => {
  const { code } = writer;
  if (writer.floatClasses[register] === "f64") {
    code.op("i32.reinterpret_f32").op("i64.extend_i32_u").term(i64(BOX)).op("i64.or").op("f64.reinterpret_i64");
  }
  code.set(writer.local(32 + register));
};

const read = (writer: RegionWriter, expanded: Expanded, operand: Operand): Term => {
  const register = expanded.operands[operand];
  if (expanded.instruction.format.operands[operand]?.kind === "x") return writer.x(register);
  return floatWidth(expanded, operand) === "f32" ? readSingle(writer, register) : local(writer.local(32 + register));
};

const write = (writer: RegionWriter, placed: Placed): void => {
  const { rd } = placed.operands;
  if (placed.instruction.format.operands.rd?.kind === "x") writer.setX(rd);
  else if (floatWidth(placed, "rd") === "f32") writeSingle(writer, rd);
  else writer.code.set(writer.local(32 + rd));
};

// ── What may be taken ───────────────────────────────────────────────────────────────────────────────────────────────

const widened = (type: FloatClass, value: Term): Term => (type === "f32" ? numeric("f64.promote_f32", value) : value);

/** How an operation is done; terms are over locals, `result` is the one that holds the value. */
interface Quick {
  readonly value: Term;
  readonly type: FloatClass | "i32";
  /** The value may only be computed where all of these hold. */
  readonly before?: readonly Term[];
  /** It may only be taken where it is finite. */
  readonly isArithmetic?: true;
  /** It may only be taken where this holds. */
  readonly after?: (result: Term) => Term;
  /** A result that is too small to be ordinary is right all the same where this holds. */
  readonly zero?: (result: Term) => Term;
  /** No flag is raised: the value is the exact result. Absent: it always is. null: there is no telling. */
  readonly exact?: ((result: Term) => Term) | null;
}

const quickly = (effect: FloatEffect, placed: Placed, writer: RegionWriter): Quick => {
  const type: FloatClass = effect.precision === "single" ? "f32" : "f64";
  const source: FloatClass = floatWidth(placed, "rs1");
  const { rm, rs1, rs2 } = placed.operands;
  const hasSecond = placed.instruction.format.operands.rs2 !== undefined;
  const a = read(writer, placed, "rs1");
  const b = hasSecond ? read(writer, placed, "rs2") : a;
  const areNumbers = (["rs1", "rs2"] as const)
    .filter((operand) => hasSecond || operand === "rs1")
    .filter((operand) => !writer.holdsNumber(placed.operands[operand], source))
    .map((operand) => isNumber(source, operand === "rs1" ? a : b, writer));
  const { operation } = effect;
  switch (operation) {
    case "add":
    case "sub": {
      // A sum is never inexact where it is subnormal.
      const second = operation === "add" ? b : numeric(`${type}.neg`, b);
      return {
        ...{ value: numeric(`${type}.${operation}`, a, b), type, isArithmetic: true },
        exact: (r) => isExactSum(type, a, second, r),
      };
    }
    case "mul":
      return {
        ...{ value: numeric(`${type}.mul`, a, b), type, isArithmetic: true },
        zero: (r) => numeric("i32.and", isZero(type, r), either(isZero(type, a), isZero(type, b))),
        exact:
          type === "f32"
            ? (r) => numeric("f64.eq", widened("f32", r), product(a, b))
            : (r) => isExactProduct(a, b, r, writer),
      };
    case "div":
      return {
        ...{ value: numeric(`${type}.div`, a, b), type, isArithmetic: true },
        zero: (r) => numeric("i32.and", isZero(type, r), isZero(type, a)),
        exact: type === "f32" ? (r) => numeric("f64.eq", product(r, b), widened("f32", a)) : null,
      };
    case "sqrt":
      return {
        ...{ value: numeric(`${type}.sqrt`, a), type, isArithmetic: true },
        exact: type === "f32" ? (r) => numeric("f64.eq", product(r, r), widened("f32", a)) : null,
      };
    case "fmadd":
    case "fmsub":
    case "fnmsub":
    case "fnmadd":
      return fused(operation, type, [a, b, read(writer, placed, "rs3")], writer);
    case "copySign":
      return { value: rs1 === rs2 ? a : numeric(`${type}.copysign`, a, b), type };
    case "copyNegatedSign": {
      const value = rs1 === rs2 ? numeric(`${type}.neg`, a) : numeric(`${type}.copysign`, a, numeric(`${type}.neg`, b));
      return { value, type };
    }
    case "xorSign":
      return { value: rs1 === rs2 ? magnitude(type, a) : signsXored(type, a, b), type };
    case "min":
    case "max":
      return { value: extreme(operation, type, [a, b], writer), type, before: areNumbers };
    case "equal":
    case "less":
    case "lessOrEqual":
      return { value: numeric(`${source}.${COMPARISONS[operation]}`, a, b), type: "i32", before: areNumbers };
    case "toInt":
    case "toUnsigned":
      return toInteger(operation === "toInt", source, rm === TOWARD_ZERO ? a : numeric(`${source}.nearest`, a), a);
    case "fromInt":
    case "fromUnsigned": {
      const sign = operation === "fromInt" ? "s" : "u";
      const value = numeric(`${type}.convert_i32_${sign}`, a);
      // A double holds every 32-bit integer.
      const exact = (r: Term): Term => numeric("f64.eq", widened("f32", r), numeric(`f64.convert_i32_${sign}`, a));
      return type === "f64" ? { value, type } : { value, type, exact };
    }
    case "fromSingle":
      return { value: numeric("f64.promote_f32", a), type, before: areNumbers };
    case "fromDouble":
      return {
        ...{ value: numeric("f32.demote_f64", a), type, isArithmetic: true, zero: () => isZero("f64", a) },
        exact: (r) => numeric("f64.eq", widened("f32", r), a),
      };
    case "moveToX":
      return { value: lowWord(writer, rs1), type: "i32" };
    case "moveFromX":
      return { value: numeric("f32.reinterpret_i32", a), type };
    case "classify":
      throw new Error("classify is the interpreter's, and no node contains it");
  }
};

/**
 * The lesser or greater of two numbers. A vector's has no branches, unlike the host's code for scalars, which also takes care of NaN
 * and which data make it guess wrong. Of equal numbers it takes the first: only zeros differ, by their sign, so both orders are
 * combined.
 */
const extreme = (
  operation: "min" | "max",
  type: FloatClass,
  [a, b]: readonly [Term, Term],
  writer: RegionWriter,
): Term => {
  const { code } = writer;
  const shape = type === "f32" ? "f32x4" : "f64x2";
  const [first, second] = [writer.scratch("first vector", "v128"), writer.scratch("second vector", "v128")];
  code.term(a).vector(`${shape}.splat`).set(first).term(b).vector(`${shape}.splat`).set(second);
  code.get(first).get(second).vector(`${shape}.p${operation}`);
  code.get(second).get(first).vector(`${shape}.p${operation}`);
  const result = writer.scratch(`${type} extreme`, type);
  code
    .vector(operation === "min" ? "v128.or" : "v128.and")
    .firstLane(shape)
    .set(result);
  return local(result);
};

const COMPARISONS = { equal: "eq", less: "lt", lessOrEqual: "le" } as const;

/** What a comparison finds, directly behind it; null: it is none. */
export const comparison = (expanded: Expanded, writer: RegionWriter): Term | null => {
  const { effect } = expanded.instruction;
  if (effect.kind !== "float" || !Object.hasOwn(COMPARISONS, effect.operation)) return null;
  const name = COMPARISONS[effect.operation as keyof typeof COMPARISONS];
  const [a, b] = [read(writer, expanded, "rs1"), read(writer, expanded, "rs2")];
  return numeric(`${floatWidth(expanded, "rs1")}.${name}`, a, b);
};

/** Of singles, in a double, which holds it exactly. */
const product = (a: Term, b: Term): Term =>
  numeric("f64.mul", numeric("f64.promote_f32", a), numeric("f64.promote_f32", b));

/** TwoSum (Knuth, TAOCP 4.2.2): what rounding took from a + b. */
const isExactSum = (type: FloatClass, a: Term, b: Term, sum: Term): Term => {
  const bPart = numeric(`${type}.sub`, sum, a);
  const aPart = numeric(`${type}.sub`, sum, bPart);
  return isZero(type, numeric(`${type}.add`, numeric(`${type}.sub`, a, aPart), numeric(`${type}.sub`, b, bPart)));
};

/** Splits a double into two halves of 26 bits (Veltkamp), in locals of these names; it must be well below infinity. */
const split = (value: Term, name: string, writer: RegionWriter): readonly [Term, Term] => {
  const high = writer.scratch(`${name} high`, "f64");
  const low = writer.scratch(`${name} low`, "f64");
  const { code } = writer;
  code.term(numeric("f64.mul", value, f64(2 ** 27 + 1))).set(high);
  code.term(numeric("f64.sub", local(high), numeric("f64.sub", local(high), value))).set(high);
  code.term(numeric("f64.sub", value, local(high))).set(low);
  return [local(high), local(low)];
};

/** TwoProduct (Dekker 1971): what rounding took from a × b = r. Writes code; the term is over what it leaves in locals. */
const productError = (a: Term, b: Term, r: Term, writer: RegionWriter): Term => {
  const [aHigh, aLow] = split(a, "first", writer);
  const [bHigh, bLow] = split(b, "second", writer);
  const times = (x: Term, y: Term): Term => numeric("f64.mul", x, y);
  const first = numeric("f64.sub", times(aHigh, bHigh), r);
  const second = numeric("f64.add", first, times(aHigh, bLow));
  return numeric("f64.add", numeric("f64.add", second, times(aLow, bHigh)), times(aLow, bLow));
};

/** Within these limits no step of Dekker's product overflows, nor loses bits below the least double. */
const SPLITTABLE = { greatest: f64(2 ** 990), least: f64(2 ** -900) } as const;
const isSplittable = (a: Term, b: Term, r: Term): Term =>
  numeric(
    "i32.and",
    numeric("f64.ge", magnitude("f64", r), SPLITTABLE.least),
    numeric(
      "i32.and",
      numeric("f64.lt", magnitude("f64", a), SPLITTABLE.greatest),
      numeric("f64.lt", magnitude("f64", b), SPLITTABLE.greatest),
    ),
  );

const isExactProduct = (a: Term, b: Term, r: Term, writer: RegionWriter): Term => {
  const error = productError(a, b, r, writer);
  const isZeroProduct = numeric("i32.and", isZero("f64", r), either(isZero("f64", a), isZero("f64", b)));
  return either(isZeroProduct, numeric("i32.and", isSplittable(a, b, r), isZero("f64", error)));
};

/** Of a finite value or NaN; where it is out of range, nothing is computed. */
const toInteger = (isSigned: boolean, source: FloatClass, rounded: Term, value: Term): Quick => {
  const limit = (number: number): Term => (source === "f32" ? f32(number) : f64(number));
  const before = isSigned
    ? [numeric(`${source}.lt`, magnitude(source, rounded), limit(2 ** 31))]
    : [numeric(`${source}.ge`, rounded, limit(0)), numeric(`${source}.lt`, rounded, limit(2 ** 32))];
  const sign = isSigned ? "s" : "u";
  return {
    ...{ value: numeric(`i32.trunc_${source}_${sign}`, rounded), type: "i32", before },
    exact: (r) => numeric(`${source}.eq`, numeric(`${source}.convert_i32_${sign}`, r), value),
  };
};

/** The bits of f[register]'s low half, NaN-boxed or not. */
const lowWord = (writer: RegionWriter, register: number): Term => {
  const held = local(writer.local(32 + register));
  if (writer.floatClasses[register] === "f32") return numeric("i32.reinterpret_f32", held);
  return numeric("i32.wrap_i64", numeric("i64.reinterpret_f64", held));
};

const signsXored = (type: FloatClass, a: Term, b: Term): Term => {
  if (type === "f32") {
    const sign = numeric("i32.and", numeric("i32.reinterpret_f32", b), i32(1 << 31));
    return numeric("f32.reinterpret_i32", numeric("i32.xor", numeric("i32.reinterpret_f32", a), sign));
  }
  const sign = numeric("i64.and", numeric("i64.reinterpret_f64", b), i64(-(2n ** 63n)));
  return numeric("f64.reinterpret_i64", numeric("i64.xor", numeric("i64.reinterpret_f64", a), sign));
};

// ── Fused multiplication and addition ───────────────────────────────────────────────────────────────────────────────

type Fused = "fmadd" | "fmsub" | "fnmsub" | "fnmadd";

const fused = (
  operation: Fused,
  type: FloatClass,
  [a, b, c]: readonly [Term, Term, Term],
  writer: RegionWriter,
): Quick => {
  const negates = operation === "fnmsub" || operation === "fnmadd";
  const subtracts = operation === "fmsub" || operation === "fnmadd";
  const factor = negates ? numeric(`${type}.neg`, a) : a;
  const addend = subtracts ? numeric(`${type}.neg`, c) : c;
  return type === "f32" ? fusedSingle(factor, b, addend, writer) : fusedDouble(factor, b, addend, writer);
};

/** Bits of a double below the last bit of a single. */
const BELOW_SINGLE = (1n << 29n) - 1n;
const HALF_OF_LAST = 1n << 28n;

/**
 * The product of two singles is exact in a double. Rounding the sum to double, then to single, is wrong only where the first
 * rounding hits the middle between two singles.
 */
const fusedSingle = (a: Term, b: Term, c: Term, writer: RegionWriter): Quick => {
  const sum = writer.scratch("sum", "f64");
  const addend = numeric("f64.promote_f32", c);
  writer.code.term(numeric("f64.add", product(a, b), addend)).set(sum);
  const below = numeric("i64.and", numeric("i64.reinterpret_f64", local(sum)), i64(BELOW_SINGLE));
  return {
    ...{ value: numeric("f32.demote_f64", local(sum)), type: "f32", isArithmetic: true },
    after: () => numeric("i64.ne", below, i64(HALF_OF_LAST)),
    zero: () => isZero("f64", local(sum)),
    exact: (r) =>
      numeric(
        "i32.and",
        numeric("f64.eq", widened("f32", r), local(sum)),
        isExactSum("f64", product(a, b), addend, local(sum)),
      ),
  };
};

/**
 * a × b as a sum of two doubles, c added to it without an error, and what is left over added with its last bit made odd where it
 * is not exact: then the last addition rounds the whole once (Boldo and Melquiond 2008).
 */
const fusedDouble = (a: Term, b: Term, c: Term, writer: RegionWriter): Quick => {
  const { code } = writer;
  const set = (name: string, value: Term): Term => {
    const index = writer.scratch(name, "f64");
    code.term(value).set(index);
    return local(index);
  };
  const add = (x: Term, y: Term): Term => numeric("f64.add", x, y);
  const sub = (x: Term, y: Term): Term => numeric("f64.sub", x, y);
  /** x + y as the nearest double and the rest. */
  const twoSum = (name: string, x: Term, y: Term): readonly [Term, Term] => {
    const sum = set(name, add(x, y));
    const yPart = set("part", sub(sum, x));
    return [sum, set(`${name} rest`, add(sub(x, sub(sum, yPart)), sub(y, yPart)))];
  };
  const factor = set("factor", a);
  const addend = set("addend", c);
  const high = set("product", numeric("f64.mul", factor, b));
  const low = set("product rest", productError(factor, b, high, writer));
  const [lowSum, lowRest] = twoSum("low sum", low, addend);
  const [highSum, highRest] = twoSum("high sum", high, lowSum);
  const [tail, tailRest] = twoSum("tail", highRest, lowRest);
  // Round to odd: an inexact tail whose last bit is even moves to its neighbour in the direction of the rest.
  const bits = numeric("i64.reinterpret_f64", tail);
  const isEven = numeric("i64.eqz", numeric("i64.and", bits, i64(1n)));
  const isInexact = numeric("f64.ne", tailRest, f64(0));
  const outward = numeric("i32.eq", isNegative(tailRest), isNegative(tail));
  const step = numeric("i64.extend_i32_s", choose(outward, i32(1), i32(-1)));
  const moved = numeric("f64.reinterpret_i64", numeric("i64.add", bits, step));
  const odd = set("odd", tail);
  code
    .term(numeric("i32.and", isInexact, isEven))
    .if()
    .term(moved)
    .set((odd as { index: number }).index)
    .end();
  const isSmall = (x: Term): Term => numeric("f64.lt", magnitude("f64", x), SPLITTABLE.greatest);
  const isLarge = (x: Term): Term => numeric("f64.ge", magnitude("f64", x), SPLITTABLE.least);
  const sum = set("fused", add(highSum, odd));
  const all = (...conditions: readonly Term[]): Term => conditions.reduce((x, y) => numeric("i32.and", x, y));
  // A product of zero is exact, and so is what is added to it.
  const isTrivial = all(
    either(isZero("f64", factor), isZero("f64", b)),
    isZero("f64", high),
    isBounded("f64", addend, writer),
  );
  code
    .term(isTrivial)
    .if()
    .term(add(high, addend))
    .set((sum as { index: number }).index)
    .end();
  return {
    ...{ value: sum, type: "f64" },
    // Far from the limits of the exponent.
    after: (r) =>
      either(isTrivial, all(isSmall(factor), isSmall(b), isSmall(addend), isLarge(high), isLarge(r), isSmall(r))),
    exact: () => isTrivial,
  };
};

const isNegative = (value: Term): Term => numeric("f64.lt", value, f64(0));

// ── Instructions ────────────────────────────────────────────────────────────────────────────────────────────────────

export const floatEffect: EffectCode<FloatEffect> = (effect, placed, writer) => {
  const { code } = writer;
  const leaveUnless = (condition: Term): void => {
    code.term(not(condition));
    writer.leaveIf(placed.pc);
  };
  const { value, type, before = [], isArithmetic, after, zero, exact } = quickly(effect, placed, writer);
  for (const condition of before) leaveUnless(condition);
  const result = local(resultLocal(type, writer));
  code.term(value).set((result as { index: number }).index);
  if (isArithmetic && type !== "i32" && writer.chain === null) leaveUnless(isBounded(type, result, writer));
  if (after !== undefined) leaveUnless(after(result));
  if (zero !== undefined && type !== "i32") {
    code.term(isNearZero(type, result, writer));
    writer.rarely(() => {
      code.term(isTiny(type, result, writer));
      writer.rarely(() => leaveUnless(zero(result)));
    });
  }
  if (exact !== undefined && writer.variant === "exact") {
    if (exact === null) code.i32(1);
    else code.term(not(exact(result)));
    writer.leaveIf(placed.pc);
  }
  code.term(result);
  write(writer, placed);
};

/** For a result: one of its own if it is looked at when the chain ends. */
const resultLocal = (type: FloatClass | "i32", writer: RegionWriter): number => {
  const { chain, position } = writer;
  if (type === "i32" || chain === null || !chain.plan.checked.has(position))
    return writer.scratch(`result ${type}`, type);
  const results = chain.results[type];
  const result = writer.scratch(`${type} result ${results.length}`, type);
  results.push(result);
  return result;
};
