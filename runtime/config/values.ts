/** Values as a config writes them: held against the type of the point that they are for (IEC 61131-3 table 10). */
import { isWide, lengthOf, POINT_TYPES, type Point, type PointType, type PointValue } from "../system.ts";
import { textWanted } from "../text.ts";
import { readParts } from "./draft.ts";
import type { Value } from "./module-config.generated.ts";

/** The value, or in words what it should have been. */
export const readValue = (
  point: Pick<Point, "type" | "bytes">,
  written: Value,
): { readonly value: PointValue } | { readonly wanted: string } => {
  const { type } = point;
  const { kind, bytes } = POINT_TYPES[type];
  if (kind === "bool") return typeof written === "boolean" ? { value: written } : { wanted: "true or false" };
  if (kind === "string") {
    const wanted = typeof written === "string" ? textWanted(written, lengthOf(point), bytes) : "a text";
    return wanted === null ? { value: String(written) } : { wanted };
  }
  if (type === "TIME") {
    const milliseconds = typeof written === "string" ? readParts(written, "duration", 1000) : null;
    if (milliseconds !== null && milliseconds < 2 ** 31) return { value: milliseconds };
    return { wanted: "a duration of whole milliseconds up to 24 days, like 500 ms" };
  }
  if (type === "REAL") {
    const single = typeof written === "number" ? Math.fround(written) : Number.NaN;
    return Number.isFinite(single) ? { value: single } : { wanted: "a number up to ±3.4e38" };
  }
  if (kind === "float") {
    const isNumber = typeof written === "number" && Number.isFinite(written);
    return isNumber ? { value: written } : { wanted: "a number" };
  }
  if (isWide(type)) return readWide(type, written);
  const [least, most] = rangeOf(type);
  const fits = typeof written === "number" && Number.isInteger(written) && written >= least && written <= most;
  return fits ? { value: written === 0 ? 0 : written } : { wanted: `a whole number from ${least} to ${most}` };
};

/** Of 64 bits: as a number, or as its digits in quotation marks where a number would be rounded. LTIME takes a duration. */
const readWide = (type: PointType, written: Value): { readonly value: PointValue } | { readonly wanted: string } => {
  if (type === "LTIME") {
    const nanoseconds = typeof written === "string" ? readParts(written, "duration", 1e9) : null;
    if (nanoseconds !== null && Number.isSafeInteger(nanoseconds)) return { value: BigInt(nanoseconds) };
    return { wanted: "a duration of whole nanoseconds up to 104 days, like 500 us" };
  }
  const isSafe = typeof written === "number" && Number.isSafeInteger(written);
  const isDigits = typeof written === "string" && /^-?\d{1,20}$/.test(written);
  const value = isSafe || isDigits ? BigInt(written) : null;
  const isSigned = POINT_TYPES[type].kind === "signed";
  const fits = value !== null && (isSigned ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)) === value;
  const range = isSigned ? "-2^63 to 2^63 - 1" : "0 to 2^64 - 1";
  return fits ? { value } : { wanted: `a whole number from ${range}, beyond 2^53 in quotation marks` };
};

const rangeOf = (type: PointType): readonly [least: number, most: number] => {
  const { bytes, kind } = POINT_TYPES[type];
  const bits = bytes * 8;
  return kind === "signed" ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
};
