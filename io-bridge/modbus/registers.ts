/** How a point's value travels in Modbus registers: wire type, byte order, scale and offset, both ways. */
import {
  type ByteOrder,
  type ModbusMapping,
  POINT_TYPES,
  type PointType,
  type PointValue,
} from "../../runtime/index.ts";
import { fitted, integerRange } from "../point-value.ts";

/** The part of a mapping that says how a value is coded. */
export type Coding = Pick<ModbusMapping, "type" | "byteOrder" | "scale" | "offset">;

/** Where each byte of the wire comes from in the big-endian value. */
const ORDER: Record<ByteOrder, readonly [number, number, number, number]> = {
  ABCD: [0, 1, 2, 3],
  DCBA: [3, 2, 1, 0],
  BADC: [1, 0, 3, 2],
  CDAB: [2, 3, 0, 1],
};

/** Registers that a value of `type` takes: one up to 16 bits, else two. */
export const registerCount = (type: PointType): 1 | 2 => (POINT_TYPES[type].bytes === 4 ? 2 : 1);

const scratch = new DataView(new ArrayBuffer(4));

/** Every order is its own inverse, so this serves both ways. */
const reorder = (high: number, low: number, byteOrder: ByteOrder): readonly [number, number] => {
  const bytes = [high >> 8, high & 0xff, low >> 8, low & 0xff];
  const [a, b, c, d] = ORDER[byteOrder];
  return [(bytes[a]! << 8) | bytes[b]!, (bytes[c]! << 8) | bytes[d]!];
};

const toRaw = (value: PointValue, { scale, offset }: Coding): number => {
  const quantity = Number(value);
  return scale === 1 && offset === 0 ? quantity : (quantity - offset) / scale;
};

/**
 * The registers for `value`. A value beyond an integer wire type stops at the type's limit, as an analog output would.
 * @returns null for NaN as an integer: no register content means that.
 */
export const encodeRegisters = (value: PointValue, coding: Coding): readonly number[] | null => {
  const raw = toRaw(value, coding);
  if (POINT_TYPES[coding.type].kind === "float") {
    scratch.setFloat32(0, raw);
    return reorder(scratch.getUint16(0), scratch.getUint16(2), coding.byteOrder);
  }
  if (Number.isNaN(raw)) return null;
  const { least, greatest } = integerRange(coding.type);
  const whole = Math.min(Math.max(Math.round(raw), least), greatest);
  if (registerCount(coding.type) === 1) return [whole & 0xffff];
  return reorder((whole >>> 16) & 0xffff, whole & 0xffff, coding.byteOrder);
};

const rawOf = (registers: readonly number[], { type, byteOrder }: Coding): number => {
  if (registerCount(type) === 1) {
    const register = registers[0]!;
    return POINT_TYPES[type].kind === "signed" ? (register << 16) >> 16 : register;
  }
  const [high, low] = reorder(registers[0]!, registers[1]!, byteOrder);
  scratch.setUint16(0, high);
  scratch.setUint16(2, low);
  const { kind } = POINT_TYPES[type];
  return kind === "float" ? scratch.getFloat32(0) : kind === "signed" ? scratch.getInt32(0) : scratch.getUint32(0);
};

/**
 * The value that `registers` mean for a point of `pointType`.
 * @returns null when they mean none: beyond the wire type (300 for a USINT), beyond the point's, or not finite.
 */
export const decodeRegisters = (
  registers: readonly number[],
  coding: Coding,
  pointType: PointType,
): PointValue | null => {
  const raw = rawOf(registers, coding);
  if (fitted(coding.type, raw) === null) return null;
  return fitted(pointType, coding.scale === 1 && coding.offset === 0 ? raw : raw * coding.scale + coding.offset);
};
