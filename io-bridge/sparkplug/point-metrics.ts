/** Points as metrics, and back: types, values, qualities (Sparkplug 3.0.0 §6.4.9, §6.4.16; IEC 61131-3 table 10). */
import type { Point, PointType, PointValue, Quality } from "../../runtime/index.ts";
import { fromJsonValue } from "../point-value.ts";
import type { ScalarType, ScalarValue } from "./data-types.ts";
import type { Properties } from "./payload.ts";

/** Of IEC's types; what has no like one travels as the integer that it is. */
export const DATA_TYPE_OF_POINT: Readonly<Record<PointType, ScalarType>> = {
  BOOL: "Boolean",
  SINT: "Int8",
  INT: "Int16",
  DINT: "Int32",
  LINT: "Int64",
  USINT: "UInt8",
  UINT: "UInt16",
  UDINT: "UInt32",
  ULINT: "UInt64",
  BYTE: "UInt8",
  WORD: "UInt16",
  DWORD: "UInt32",
  LWORD: "UInt64",
  REAL: "Float",
  LREAL: "Double",
  TIME: "Int32",
  LTIME: "Int64",
  DATE: "DateTime",
  DT: "DateTime",
  TOD: "UInt32",
  STRING: "String",
  WSTRING: "String",
};

/** A DATE or DT counts seconds, a DateTime milliseconds. */
const MS_A_SECOND = 1000n;
const countsSeconds = (type: PointType): boolean => type === "DATE" || type === "DT";

export const metricValueOf = (type: PointType, value: PointValue): ScalarValue => {
  if (countsSeconds(type) && typeof value === "number") return BigInt(value) * MS_A_SECOND;
  // UTF-8 has nothing for half a pair of UTF-16, which a WSTRING may hold.
  return typeof value === "string" ? Buffer.from(value).toString() : value;
};

/** What a command asks for, or why the point cannot take it. */
export const pointValueOf = (
  point: Pick<Point, "type" | "bytes">,
  value: ScalarValue,
): { readonly value: PointValue } | { readonly refused: string } => {
  if (countsSeconds(point.type) && typeof value === "bigint") {
    if (value % MS_A_SECOND !== 0n) return { refused: `${point.type} takes whole seconds` };
    return fromJsonValue(point, Number(value / MS_A_SECOND));
  }
  return fromJsonValue(point, typeof value === "bigint" ? String(value) : value);
};

/** The codes that a property "Quality" may have. */
const QUALITY_CODES: Readonly<Record<Quality, number>> = { good: 192, bad: 0, uncertain: 500 };

export const qualityProperty = (quality: Quality): Properties => ({
  Quality: { type: "Int32", value: QUALITY_CODES[quality] },
});
