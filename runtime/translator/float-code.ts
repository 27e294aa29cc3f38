/**
 * Float instructions in WebAssembly, to the bit and with their flags. WebAssembly rounds to nearest and raises no flags, so its
 * result is taken only when it can have raised none but "inexact", and that is raised already (flags are sticky): when the result
 * is an ordinary number. Anything else is computed by hart/floats.ts. RISC-V Unprivileged chapters 11 and 12.
 */
import { type Effect, type Expanded, type Term, terms } from "../isa/index.ts";
import type { EffectCode } from "./effect-code.ts";
import { type FloatClass, floatWidth } from "./float-classes.ts";
import { LOCAL, type Placed, type RegionWriter } from "./region-writer.ts";
import { slowFloat } from "./slow-floats.ts";

const { choose, f32, f64, i32, i64, local, numeric } = terms;

type FloatEffect = Extract<Effect, { kind: "float" }>;
type Operand = "rs1" | "rs2" | "rs3";

const CANONICAL_NAN = 0x7fc0_0000;
const BOX = 0xffff_ffff_0000_0000n;
const ROUND_TO_NEAREST = 0;
const TOWARD_ZERO = 1;
const DYNAMIC = 7;

// ── Registers ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** The single in f[register]: the canonical NaN where it is not NaN-boxed. */
export const readSingle = (writer: RegionWriter, register: number): Term => {
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

const read = (writer: RegionWriter, placed: Placed, operand: Operand): Term => {
  const register = placed.operands[operand];
  if (placed.instruction.format.operands[operand]?.kind === "x") return writer.x(register);
  return floatWidth(placed, operand) === "f32" ? readSingle(writer, register) : local(writer.local(32 + register));
};

const write = (writer: RegionWriter, placed: Placed): void => {
  const { rd } = placed.operands;
  if (placed.instruction.format.operands.rd?.kind === "x") writer.setX(rd);
  else if (floatWidth(placed, "rd") === "f32") writeSingle(writer, rd);
  else writer.code.set(writer.local(32 + rd));
};

// ── What may be taken ───────────────────────────────────────────────────────────────────────────────────────────────

const INFINITE = { f32: f32(Infinity), f64: f64(Infinity) } as const;
/** Twice the least normal number: rounding cannot have made it of a subnormal one. */
const SAFELY_NORMAL = { f32: f32(2 ** -125), f64: f64(2 ** -1021) } as const;

const magnitude = (type: FloatClass, value: Term): Term => numeric(`${type}.abs`, value);
const isBounded = (type: FloatClass, value: Term): Term =>
  numeric(`${type}.lt`, magnitude(type, value), INFINITE[type]);
const isNormal = (type: FloatClass, value: Term): Term =>
  numeric("i32.and", isBounded(type, value), numeric(`${type}.ge`, magnitude(type, value), SAFELY_NORMAL[type]));
const isNumber = (type: FloatClass, value: Term): Term => numeric(`${type}.eq`, value, value);

/** How an operation is done quickly, and when that is right. */
interface Quick {
  readonly value: Term;
  readonly type: FloatClass | "i32";
  /** Of the value, once it is in a local; absent: always. */
  readonly isRight?: (value: Term) => Term;
  /** The value may only be computed when this holds. */
  readonly mayCompute?: Term;
  /** It depends on the rounding mode, or may be inexact. */
  readonly rounds: boolean;
}

const quickly = (effect: FloatEffect, placed: Placed, writer: RegionWriter): Quick | null => {
  const type: FloatClass = effect.precision === "single" ? "f32" : "f64";
  const source: FloatClass = floatWidth(placed, "rs1");
  const { rm, rs1, rs2 } = placed.operands;
  const has = (operand: Operand) => placed.instruction.format.operands[operand] !== undefined;
  const a = read(writer, placed, "rs1");
  const b = has("rs2") ? read(writer, placed, "rs2") : a;
  const roundsNearest = rm === ROUND_TO_NEAREST || rm === DYNAMIC;
  const areNumbers = numeric("i32.and", isNumber(source, a), isNumber(source, b));
  switch (effect.operation) {
    case "add":
    case "sub":
      // A sum is never inexact where it is subnormal.
      if (!roundsNearest) return null;
      return {
        value: numeric(`${type}.${effect.operation}`, a, b),
        type,
        isRight: (r) => isBounded(type, r),
        rounds: true,
      };
    case "mul":
    case "div":
      if (!roundsNearest) return null;
      return {
        value: numeric(`${type}.${effect.operation}`, a, b),
        type,
        isRight: (r) => isNormal(type, r),
        rounds: true,
      };
    case "sqrt":
      if (!roundsNearest) return null;
      return { value: numeric(`${type}.sqrt`, a), type, isRight: (r) => isBounded(type, r), rounds: true };
    case "fmadd":
    case "fmsub":
    case "fnmsub":
    case "fnmadd":
      return roundsNearest && type === "f32"
        ? fusedSingle(effect.operation, a, b, read(writer, placed, "rs3"), writer)
        : null;
    case "copySign":
      return { value: rs1 === rs2 ? a : numeric(`${type}.copysign`, a, b), type, rounds: false };
    case "copyNegatedSign": {
      const value = rs1 === rs2 ? numeric(`${type}.neg`, a) : numeric(`${type}.copysign`, a, numeric(`${type}.neg`, b));
      return { value, type, rounds: false };
    }
    case "xorSign":
      return rs1 === rs2
        ? { value: magnitude(type, a), type, rounds: false }
        : { value: signsXored(type, a, b), type, rounds: false };
    case "min":
    case "max":
      return { value: numeric(`${type}.${effect.operation}`, a, b), type, isRight: () => areNumbers, rounds: false };
    case "equal":
      return { value: numeric(`${source}.eq`, a, b), type: "i32", isRight: () => areNumbers, rounds: false };
    case "less":
      return { value: numeric(`${source}.lt`, a, b), type: "i32", isRight: () => areNumbers, rounds: false };
    case "lessOrEqual":
      return { value: numeric(`${source}.le`, a, b), type: "i32", isRight: () => areNumbers, rounds: false };
    case "toInt":
    case "toUnsigned": {
      if (!roundsNearest && rm !== TOWARD_ZERO) return null;
      const rounded = rm === TOWARD_ZERO ? a : numeric(`${source}.nearest`, a);
      const limit = (value: number): Term => (source === "f32" ? f32(value) : f64(value));
      if (effect.operation === "toInt") {
        const mayCompute = numeric(`${source}.lt`, magnitude(source, rounded), limit(2 ** 31));
        return { value: numeric(`i32.trunc_${source}_s`, rounded), type: "i32", mayCompute, rounds: true };
      }
      const mayCompute = numeric(
        "i32.and",
        numeric(`${source}.ge`, rounded, limit(0)),
        numeric(`${source}.lt`, rounded, limit(2 ** 32)),
      );
      return { value: numeric(`i32.trunc_${source}_u`, rounded), type: "i32", mayCompute, rounds: true };
    }
    case "fromInt":
    case "fromUnsigned": {
      const value = numeric(`${type}.convert_i32_${effect.operation === "fromInt" ? "s" : "u"}`, a);
      // A double holds every 32-bit integer.
      if (type === "f64") return { value, type, rounds: false };
      return roundsNearest ? { value, type, rounds: true } : null;
    }
    case "fromSingle":
      return { value: numeric("f64.promote_f32", a), type, isRight: (r) => isNumber("f64", r), rounds: false };
    case "fromDouble":
      if (!roundsNearest) return null;
      return { value: numeric("f32.demote_f64", a), type, isRight: (r) => isNormal("f32", r), rounds: true };
    case "moveToX":
      return { value: lowWord(writer, placed.operands.rs1), type: "i32", rounds: false };
    case "moveFromX":
      return { value: numeric("f32.reinterpret_i32", a), type, rounds: false };
    case "classify":
      return null;
  }
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

/** Bits of a double below the last bit of a single. */
const BELOW_SINGLE = (1n << 29n) - 1n;
const HALF_OF_LAST = 1n << 28n;

/**
 * The product of two singles is exact in a double. Rounding the sum to double, then to single, is wrong only where the first
 * rounding hits the middle between two singles.
 */
const fusedSingle = (
  operation: "fmadd" | "fmsub" | "fnmsub" | "fnmadd",
  a: Term,
  b: Term,
  c: Term,
  writer: RegionWriter,
): Quick => {
  const product = numeric("f64.mul", numeric("f64.promote_f32", a), numeric("f64.promote_f32", b));
  const addend = numeric("f64.promote_f32", c);
  const signedProduct = operation === "fnmsub" || operation === "fnmadd" ? numeric("f64.neg", product) : product;
  const isSubtracted = operation === "fmsub" || operation === "fnmadd";
  const sum = writer.scratch("sum", "f64");
  writer.code.term(numeric(isSubtracted ? "f64.sub" : "f64.add", signedProduct, addend)).set(sum);
  const below = numeric("i64.and", numeric("i64.reinterpret_f64", local(sum)), i64(BELOW_SINGLE));
  const isRight = (r: Term): Term =>
    numeric("i32.and", isNormal("f32", r), numeric("i64.ne", below, i64(HALF_OF_LAST)));
  return { value: numeric("f32.demote_f64", local(sum)), type: "f32", isRight, rounds: true };
};

// ── Instructions ────────────────────────────────────────────────────────────────────────────────────────────────────

export const floatEffect: EffectCode<FloatEffect> = (effect, placed, writer) => {
  const { code } = writer;
  const quick = quickly(effect, placed, writer);
  if (quick === null) {
    slowly(placed, writer);
    return;
  }
  const { value, type, isRight, mayCompute, rounds } = quick;
  if (!rounds && isRight === undefined && mayCompute === undefined) {
    code.term(value);
    write(writer, placed);
    return;
  }
  writer.open("block");
  writer.open("block");
  if (rounds) code.get(LOCAL.floats).op("i32.eqz").brIf(0);
  if (mayCompute !== undefined) code.term(mayCompute).op("i32.eqz").brIf(0);
  const result = writer.scratch(`result ${type}`, type);
  code.term(value).set(result);
  if (isRight !== undefined)
    code
      .term(isRight(local(result)))
      .op("i32.eqz")
      .brIf(0);
  code.get(result);
  write(writer, placed);
  code.br(1);
  writer.close();
  slowly(placed, writer);
  writer.close();
};

/** By the functions of hart/floats.ts, which may also raise flags: from then on floats may be quick. */
const slowly = (placed: Placed, writer: RegionWriter): void => {
  const { code, context } = writer;
  const { format } = placed.instruction;
  const operands = (["rs1", "rs2", "rs3"] as const)
    .filter((operand) => format.operands[operand] !== undefined)
    .map((operand) => ({ type: typeOf(placed, operand), value: read(writer, placed, operand) }));
  const helper = slowFloat(
    operands.map(({ type }) => type),
    typeOf(placed, "rd"),
  );
  for (const { value } of operands) code.term(value);
  for (let missing = operands.length; missing < helper.parameters.length - 2; missing++) code.term(operands[0]!.value);
  code.i32(placed.instruction.number).i32(format.operands.rm === undefined ? 0 : placed.operands.rm);
  code.call(context.slowFloats + helper.index);
  write(writer, placed);
  code.call(context.floatMode).set(LOCAL.floats);
};

const typeOf = (placed: Expanded, operand: Operand | "rd"): "i32" | FloatClass =>
  placed.instruction.format.operands[operand]?.kind === "x" ? "i32" : floatWidth(placed, operand);
