/** What a point may hold: values from outside are fitted to its type or refused; nothing wraps or becomes NaN on the way in. */
import { POINT_TYPES, type PointType, type PointValue } from "../runtime/index.ts";

/** Least and greatest value of an integer type (IEC 61131-3 table 10). */
export const integerRange = (type: PointType): { readonly least: number; readonly greatest: number } => {
  const { bytes, kind } = POINT_TYPES[type];
  const bits = bytes * 8;
  return kind === "signed"
    ? { least: -(2 ** (bits - 1)), greatest: 2 ** (bits - 1) - 1 }
    : { least: 0, greatest: kind === "bool" ? 1 : 2 ** bits - 1 };
};

/**
 * The value that a point of `type` takes for `quantity`: REAL rounded to single precision, integers to the nearest.
 * @returns null when the type has no such value: out of range, not finite, or no 0 or 1 for a BOOL.
 */
export const fitted = (type: PointType, quantity: number): PointValue | null => {
  const { kind } = POINT_TYPES[type];
  if (kind === "float") {
    const single = Math.fround(quantity);
    return Number.isFinite(single) ? single : null;
  }
  if (kind === "bool") return quantity === 0 || quantity === 1 ? quantity === 1 : null;
  const whole = Math.round(quantity);
  const { least, greatest } = integerRange(type);
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

/** For JSON: `null` where JSON has no number for it (NaN, infinities). */
export const toJsonValue = (type: PointType, value: PointValue): boolean | number | null => {
  if (typeof value === "boolean") return value;
  if (!Number.isFinite(value)) return null;
  return type === "REAL" ? shortest(value) : value;
};

/** What someone sent as a value for a point of `type`, or why the point cannot take it. */
export const fromJsonValue = (
  type: PointType,
  sent: unknown,
): { readonly value: PointValue } | { readonly refused: string } => {
  const { kind } = POINT_TYPES[type];
  if (kind === "bool") {
    return typeof sent === "boolean" ? { value: sent } : { refused: "BOOL takes true or false" };
  }
  if (typeof sent !== "number") return { refused: `${type} takes a number` };
  if (kind !== "float" && !Number.isInteger(sent)) return { refused: `${type} takes a whole number` };
  const value = fitted(type, sent);
  if (value !== null) return { value };
  if (kind === "float") return { refused: "beyond the range of a REAL" };
  const { least, greatest } = integerRange(type);
  return { refused: `${type} takes ${least} to ${greatest}` };
};
