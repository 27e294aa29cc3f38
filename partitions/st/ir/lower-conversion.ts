/** Conversions between scalars → three-address code. */
import type { CheckedExpression } from "../semantics/checked.ts";
import { fits, transfersBits, writeConstant } from "../semantics/constants.ts";
import { zeros } from "../semantics/image.ts";
import { type ElementaryType, type EnumType, isSigned, rangeOf, scalarOf, UDINT, ULINT } from "../semantics/types.ts";
import { bankOf, constantOf, doubleOf, type Frame } from "./frame.ts";
import { type BinaryOperation, constant, isConstant, type Operand } from "./ir.ts";
import { callRoutine } from "./lower-arithmetic.ts";
import { branchOn } from "./lower-comparison.ts";
import { lowerExpression } from "./lower-expression.ts";
import { normalize } from "./lower-place.ts";

type Of<Kind extends CheckedExpression["kind"]> = Extract<CheckedExpression, { kind: Kind }>;

export const lowerConversion = (frame: Frame, { operand, type: to, truncate }: Of<"convert">): Operand => {
  const from = scalarOf(operand.type)!;
  const value = lowerExpression(frame, operand);
  if (from === to) return value;
  if (transfersBits(from, to)) return transferBits(frame, value, to);
  if (to.family === "bool") return isNotZero(frame, value, from);
  if (from.family === "real") return fromReal(frame, value, from, to, truncate);
  return to.family === "real" ? toReal(frame, value, from, to) : resized(frame, value, from, to);
};

const transferBits = ({ builder }: Frame, value: Operand, to: ElementaryType): Operand => {
  if (to.family === "real") return builder.unary(to.bytes === 4 ? "bitsToReal" : "bitsToDouble", value);
  return builder.unary(to.bytes === 4 ? "realToBits" : "doubleToBits", value);
};

const isNotZero = (frame: Frame, value: Operand, from: ElementaryType): Operand => {
  const { builder } = frame;
  const not = (truth: Operand): Operand => builder.binary("xor", truth, constant(1));
  switch (bankOf(from)) {
    case "integer":
      return builder.unary("isNotZero", value);
    case "long":
      return not(builder.binary("leq", value, constant(0)));
    case "float":
      return not(builder.binary("feq", value, builder.unary("intToReal", constant(0))));
    case "double":
      return not(builder.binary("deq", value, builder.unary("intToDouble", constant(0))));
  }
};

/** Between types that are held as integers: the low bits. */
const resized = (frame: Frame, value: Operand, from: ElementaryType, to: ElementaryType): Operand => {
  const { builder } = frame;
  if (to.bytes === 8) {
    if (from.bytes === 8 || (isConstant(value) && (isSigned(from) || value.constant >= 0))) return value;
    return builder.unary(isSigned(from) ? "signExtend" : "zeroExtend", value);
  }
  if (from.bytes === 8) return normalize(frame, to, builder.unary("low", value));
  const source = rangeOf(from);
  const target = rangeOf(to);
  return source.low >= target.low && source.high <= target.high ? value : normalize(frame, to, value);
};

const toReal = (frame: Frame, value: Operand, from: ElementaryType, to: ElementaryType): Operand => {
  const { builder } = frame;
  const isUnsigned = from.bytes >= 4 && !isSigned(from);
  if (from.family === "real") return builder.unary(to.bytes === 4 ? "doubleToReal" : "realToDouble", value);
  if (from.bytes < 8)
    return to.bytes === 4
      ? builder.unary(isUnsigned ? "unsignedToReal" : "intToReal", value)
      : builder.unary(isUnsigned ? "unsignedToDouble" : "intToDouble", value);
  if (to.bytes === 4)
    return callRoutine(
      frame,
      isUnsigned ? "PARTITA_ULINT_TO_REAL" : "PARTITA_LINT_TO_REAL",
      [value],
      ["long"],
      "float",
    );
  // The upper half times 2^32 is exact, so that only the sum is rounded.
  const upper = builder.unary(isUnsigned ? "unsignedToDouble" : "intToDouble", builder.unary("high", value));
  const scaled = builder.binary("dmul", upper, doubleOf(frame, 2 ** 32));
  return builder.binary("dadd", scaled, builder.unary("unsignedToDouble", builder.unary("low", value)));
};

/** Beyond the range of `to`: its nearest end, for NaN the upper one. */
const fromReal = (
  frame: Frame,
  value: Operand,
  from: ElementaryType,
  to: ElementaryType,
  truncate: boolean,
): Operand => {
  const { builder } = frame;
  if (to.family === "real") return toReal(frame, value, from, to);
  if (to.bytes === 8)
    return wholeLong(frame, from.bytes === 4 ? builder.unary("realToDouble", value) : value, to, truncate);
  const { low, high } = rangeOf(to);
  const isSingle = from.bytes === 4;
  if (isSigned(to)) {
    const operation = truncate
      ? (["truncateToInt", "truncateDoubleToInt"] as const)
      : (["realToInt", "doubleToInt"] as const);
    const whole = builder.unary(operation[isSingle ? 0 : 1], value);
    if (to.bytes === 4) return whole;
    return builder.binary("max", builder.binary("min", whole, constant(Number(high))), constant(Number(low)));
  }
  const operation = truncate
    ? (["truncateToUnsigned", "truncateDoubleToUnsigned"] as const)
    : (["realToUnsigned", "doubleToUnsigned"] as const);
  const whole = builder.unary(operation[isSingle ? 0 : 1], value);
  return to.bytes === 4 ? whole : builder.binary("minu", whole, constant(Number(high)));
};

const wholeLong = (frame: Frame, value: Operand, to: ElementaryType, truncate: boolean): Operand => {
  const key = isSigned(to) ? "PARTITA_LREAL_TO_LINT" : "PARTITA_LREAL_TO_ULINT";
  return callRoutine(frame, key, [value, constant(truncate ? 1 : 0)], ["double", "integer"], "long");
};

/** Into a subrange. Where the value is outside, that is told and the nearest bound taken. */
export const lowerWithin = (frame: Frame, { operand, type, low, high, at }: Of<"within">): Operand => {
  const { builder } = frame;
  const isLong = bankOf(type) === "long";
  const value = lowerExpression(frame, operand);
  const of = (bound: bigint): Operand => (isLong ? builder.long(bound) : constant(Number(BigInt.asIntN(32, bound))));
  const [subtract, unsigned]: [BinaryOperation, BinaryOperation] = isLong ? ["lsub", "lsltu"] : ["sub", "sltu"];
  // One unsigned comparison sees both ends.
  const outside = builder.binary(unsigned, of(high - low), builder.binary(subtract, value, of(low)));
  const result = builder.register(bankOf(type));
  const [wrong, done] = [builder.newBlock(), builder.newBlock()];
  builder.copy(result, value);
  builder.branch("ne", outside, constant(0), wrong, done, wrong);
  const report = frame.constants.placeReport(at, `value outside of ${type.name} (${low}..${high})`);
  builder.emit({ kind: "raise", error: "outOfRange", report });
  const less: BinaryOperation = isSigned(type) ? "slt" : "sltu";
  const isBelow = builder.binary(isLong ? `l${less}` : less, value, of(low));
  builder.emit({ kind: "select", to: result, condition: isBelow, left: of(low), right: of(high) });
  builder.jump(done);
  return result;
};

/** Into an enum. The values that it has are tested run by run. */
export const lowerAmong = (frame: Frame, { operand, type, at }: Of<"among">): Operand => {
  const { builder } = frame;
  const from = scalarOf(operand.type)!;
  const isLong = bankOf(from) === "long";
  const of = (bound: bigint): Operand => (isLong ? builder.long(bound) : constant(Number(BigInt.asIntN(32, bound))));
  const value = lowerExpression(frame, operand);
  const result = builder.register(bankOf(type.base));
  const done = builder.newBlock();
  builder.copy(result, resized(frame, value, from, type.base));
  for (const { low, high } of runsOf(type, from)) {
    const next = builder.newBlock();
    const distance = builder.binary(isLong ? "lsub" : "sub", value, of(low));
    branchOn(frame, isLong ? ULINT : UDINT, "lessEqual", distance, of(high - low), { yes: done, no: next, next });
  }
  builder.emit({
    kind: "raise",
    error: "outOfRange",
    report: frame.constants.placeReport(at, `no value of ${type.name}`),
  });
  const first = zeros(type.bytes);
  writeConstant(new DataView(first.bytes.buffer), 0, type, type.values[0]?.value ?? 0n);
  builder.copy(result, constantOf(frame, type, first));
  builder.jump(done);
  return result;
};

/** Values of the enum that `from` can hold, without gaps. */
const runsOf = (type: EnumType, from: ElementaryType): readonly { readonly low: bigint; readonly high: bigint }[] => {
  const sorted = type.values.map(({ value }) => value).filter((value) => fits(value, from));
  const runs: { low: bigint; high: bigint }[] = [];
  for (const value of sorted.sort((a, b) => (a < b ? -1 : 1))) {
    const last = runs.at(-1);
    if (last !== undefined && value <= last.high + 1n) last.high = value;
    else runs.push({ low: value, high: value });
  }
  return runs;
};
