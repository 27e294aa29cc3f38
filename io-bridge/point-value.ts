/** What a point may hold: values from outside are fitted to its type or refused; nothing wraps or becomes NaN on the way in. */
import {
  isText,
  isWide,
  lengthOf,
  POINT_TYPES,
  type Point,
  type PointType,
  type PointValue,
  textWanted,
} from "../runtime/index.ts";

/** Least and greatest value of an integer type of up to 32 bits (IEC 61131-3 table 10). */
export const integerRange = (type: PointType): { readonly least: number; readonly greatest: number } => {
  const { bytes, kind } = POINT_TYPES[type];
  const bits = bytes * 8;
  return kind === "signed"
    ? { least: -(2 ** (bits - 1)), greatest: 2 ** (bits - 1) - 1 }
    : { least: 0, greatest: kind === "bool" ? 1 : 2 ** bits - 1 };
};

/** The same of one of 64 bits. */
export const wideRange = (type: PointType): { readonly least: bigint; readonly greatest: bigint } =>
  POINT_TYPES[type].kind === "signed"
    ? { least: -(2n ** 63n), greatest: 2n ** 63n - 1n }
    : { least: 0n, greatest: 2n ** 64n - 1n };

/**
 * The value that a point of `type` takes for `quantity`: REAL rounded to single precision, integers to the nearest.
 * @returns null when the type has no such value: out of range, not finite, no 0 or 1 for a BOOL, or a number for a text.
 */
export const fitted = (type: PointType, quantity: number | bigint): PointValue | null => {
  if (isText(type)) return null;
  if (isWide(type)) return fittedWide(type, quantity);
  const number = Number(quantity);
  const { kind } = POINT_TYPES[type];
  if (kind === "float") {
    const value = type === "REAL" ? Math.fround(number) : number;
    return Number.isFinite(value) ? value : null;
  }
  if (kind === "bool") return number === 0 || number === 1 ? number === 1 : null;
  const whole = Math.round(number);
  const { least, greatest } = integerRange(type);
  return whole >= least && whole <= greatest ? whole : null;
};

const fittedWide = (type: PointType, quantity: number | bigint): bigint | null => {
  if (typeof quantity === "number" && !Number.isFinite(quantity)) return null;
  const whole = typeof quantity === "bigint" ? quantity : BigInt(Math.round(quantity));
  const { least, greatest } = wideRange(type);
  return whole >= least && whole <= greatest ? whole : null;
};

/** The shortest decimal that reads back as the same single-precision value, as a number. */
const shortest = (single: number): number => {
  for (let digits = 6; digits < 9; digits += 1) {
    const candidate = Number(single.toPrecision(digits));
    if (Math.fround(candidate) === single) return candidate;
  }
  return Number(single.toPrecision(9));
};

/** For JSON: `null` where JSON has no number for it (NaN, infinities), digits in a string beyond 2^53, where readers round numbers. */
export const toJsonValue = (type: PointType, value: PointValue): boolean | number | string | null => {
  if (typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (!Number.isFinite(value)) return null;
  return type === "REAL" ? shortest(value) : value;
};

/** What someone sent as a value for a point, or why it cannot take that. */
export const fromJsonValue = (
  point: Pick<Point, "type" | "bytes">,
  sent: unknown,
): { readonly value: PointValue } | { readonly refused: string } => {
  const { type } = point;
  const { kind, bytes } = POINT_TYPES[type];
  if (kind === "bool") {
    return typeof sent === "boolean" ? { value: sent } : { refused: "BOOL takes true or false" };
  }
  if (kind === "string") {
    const wanted = typeof sent === "string" ? textWanted(sent, lengthOf(point), bytes) : "a text";
    return wanted === null ? { value: String(sent) } : { refused: `${type} takes ${wanted}` };
  }
  if (isWide(type)) return wideFromJson(type, sent);
  if (typeof sent !== "number") return { refused: `${type} takes a number` };
  if (kind !== "float" && !Number.isInteger(sent)) return { refused: `${type} takes a whole number` };
  const value = fitted(type, sent);
  if (value !== null) return { value };
  if (kind === "float") return { refused: `beyond the range of ${type === "REAL" ? "a" : "an"} ${type}` };
  const { least, greatest } = integerRange(type);
  return { refused: `${type} takes ${least} to ${greatest}` };
};

const wideFromJson = (
  type: PointType,
  sent: unknown,
): { readonly value: PointValue } | { readonly refused: string } => {
  const isNumber = typeof sent === "number" && Number.isSafeInteger(sent);
  if (!isNumber && !(typeof sent === "string" && /^-?\d{1,20}$/.test(sent)))
    return { refused: `${type} takes a whole number, beyond 2^53 in quotation marks` };
  const value = fitted(type, BigInt(sent));
  if (value !== null) return { value };
  const { least, greatest } = wideRange(type);
  return { refused: `${type} takes ${least} to ${greatest}` };
};
