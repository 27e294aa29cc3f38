/** Values as a config writes them: held against the type of the point that they are for (IEC 61131-3 table 10). */
import { POINT_TYPES, type PointType, type PointValue } from "../system.ts";
import { readParts } from "./draft.ts";
import type { Value } from "./module-config.generated.ts";

/** The value, or in words what it should have been. */
export const readValue = (
  type: PointType,
  written: Value,
): { readonly value: PointValue } | { readonly wanted: string } => {
  const { kind } = POINT_TYPES[type];
  if (kind === "bool") return typeof written === "boolean" ? { value: written } : { wanted: "true or false" };
  if (type === "TIME") {
    const milliseconds = typeof written === "string" ? readParts(written, "duration", 1000) : null;
    if (milliseconds !== null && milliseconds < 2 ** 31) return { value: milliseconds };
    return { wanted: "a duration of whole milliseconds up to 24 days, like 500 ms" };
  }
  if (kind === "float") {
    const single = typeof written === "number" ? Math.fround(written) : Number.NaN;
    return Number.isFinite(single) ? { value: single } : { wanted: "a number up to ±3.4e38" };
  }
  const [least, most] = rangeOf(type);
  const fits = typeof written === "number" && Number.isInteger(written) && written >= least && written <= most;
  return fits ? { value: written === 0 ? 0 : written } : { wanted: `a whole number from ${least} to ${most}` };
};

const rangeOf = (type: PointType): readonly [least: number, most: number] => {
  const { bytes, kind } = POINT_TYPES[type];
  const bits = bytes * 8;
  return kind === "signed" ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
};
