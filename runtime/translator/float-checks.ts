/** What is asked of floats, as terms over locals and constants. */
import { type Term, terms } from "../isa/index.ts";
import type { FloatClass } from "./float-classes.ts";
import type { RegionWriter } from "./region-writer.ts";

const { f32, f64, numeric } = terms;

const ZERO = { f32: f32(0), f64: f64(0) } as const;

export const not = (condition: Term): Term => numeric("i32.eqz", condition);
export const either = (a: Term, b: Term): Term => numeric("i32.or", a, b);
export const magnitude = (type: FloatClass, value: Term): Term => numeric(`${type}.abs`, value);
const square = (type: FloatClass, value: Term): Term => numeric(`${type}.mul`, value, value);

export const isZero = (type: FloatClass, value: Term): Term => numeric(`${type}.eq`, value, ZERO[type]);
export const isNumber = (type: FloatClass, value: Term, writer: RegionWriter): Term =>
  numeric(`${type}.le`, value, writer.limit(type, "infinity"));
export const isBounded = (type: FloatClass, value: Term, writer: RegionWriter): Term =>
  numeric(`${type}.lt`, magnitude(type, value), writer.limit(type, "infinity"));

/** Quicker than to look at the value itself. What is not far from the limits of the exponent is far from both of its own. */
export const isFarFromInfinity = (type: FloatClass, value: Term, writer: RegionWriter): Term =>
  numeric(`${type}.lt`, square(type, value), writer.limit(type, "infinity"));
/** No NaN is near to zero. */
export const isNearZero = (type: FloatClass, value: Term, writer: RegionWriter): Term =>
  numeric(`${type}.lt`, square(type, value), writer.limit(type, "nearZeroSquared"));
export const isTiny = (type: FloatClass, value: Term, writer: RegionWriter): Term =>
  numeric(`${type}.lt`, magnitude(type, value), writer.limit(type, "safelyNormal"));
