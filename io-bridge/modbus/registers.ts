/** How a point's value travels in Modbus registers: wire type, bit, byte order, scale and offset, both ways. */
import {
  type ByteOrder,
  isText,
  type ModbusMapping,
  POINT_TYPES,
  type PointType,
  type PointValue,
} from "../../runtime/index.ts";
import { fitted, integerRange, wideRange } from "../point-value.ts";

/** The part of a mapping that says how a value is coded. */
export type Coding = Pick<ModbusMapping, "type" | "bit" | "byteOrder" | "scale" | "offset" | "length">;

/** Registers that a value takes: one up to 16 bits, two up to 32, else four; of a text one for two bytes. */
export const registerCount = ({ type, length }: Pick<Coding, "type" | "length">): number =>
  isText(type) ? Math.ceil((POINT_TYPES[type].bytes * length) / 2) : numberRegisters(type);

const numberRegisters = (type: PointType): 1 | 2 | 4 => {
  const { bytes } = POINT_TYPES[type];
  return bytes === 8 ? 4 : bytes === 4 ? 2 : 1;
};

/** The bits of each of its registers that a value takes. */
export const registerMask = ({ bit }: Pick<Coding, "bit">): number => (bit === null ? 0xffff : 1 << bit);

const scratch = new DataView(new ArrayBuffer(8));

const swapBytes = (register: number): number => ((register & 0xff) << 8) | (register >> 8);

/**
 * The registers of a value in transmission order from those with the most significant first: DCBA turns all bytes round, BADC those of
 * each register, CDAB the registers; a single register stays. Every order is its own inverse, so this serves both ways.
 */
const reorder = (registers: readonly number[], byteOrder: ByteOrder): readonly number[] => {
  if (registers.length === 1) return registers;
  const swapped = byteOrder === "BADC" || byteOrder === "DCBA" ? registers.map(swapBytes) : registers;
  return byteOrder === "CDAB" || byteOrder === "DCBA" ? [...swapped].reverse() : swapped;
};

const toRaw = (value: PointValue, { scale, offset }: Coding): number | bigint => {
  if (scale === 1 && offset === 0) return typeof value === "bigint" ? value : Number(value);
  return (Number(value) - offset) / scale;
};

/**
 * The registers for `value`, 0 in the bits that are not its own (`registerMask`). A value beyond an integer wire type stops at
 * the type's limit, as an analog output would.
 * @returns null for NaN as an integer: no register content means that.
 */
export const encodeRegisters = (value: PointValue, coding: Coding): readonly number[] | null => {
  if (coding.bit !== null) return [value ? 1 << coding.bit : 0];
  if (isText(coding.type)) return encodeText(String(value), coding);
  const raw = toRaw(value, coding);
  const { kind, bytes } = POINT_TYPES[coding.type];
  if (kind === "float" && bytes === 8) scratch.setFloat64(0, Number(raw));
  else if (kind === "float") scratch.setFloat32(0, Number(raw));
  else if (Number.isNaN(raw)) return null;
  else if (bytes === 8) scratch.setBigInt64(0, limitedWide(coding.type, raw));
  else if (bytes === 4) scratch.setUint32(0, limited(coding.type, Number(raw)));
  else scratch.setUint16(0, limited(coding.type, Number(raw)));
  return reorder(scratchRegisters(numberRegisters(coding.type)), coding.byteOrder);
};

const scratchRegisters = (count: 1 | 2 | 4): readonly number[] => {
  switch (count) {
    case 1:
      return [scratch.getUint16(0)];
    case 2:
      return [scratch.getUint16(0), scratch.getUint16(2)];
    case 4:
      return [scratch.getUint16(0), scratch.getUint16(2), scratch.getUint16(4), scratch.getUint16(6)];
  }
};

const limited = (type: PointType, raw: number): number => {
  const { least, greatest } = integerRange(type);
  return Math.min(Math.max(Math.round(raw), least), greatest);
};

const limitedWide = (type: PointType, raw: number | bigint): bigint => {
  const { least, greatest } = wideRange(type);
  if (raw <= least) return least;
  if (raw >= greatest) return greatest;
  return typeof raw === "bigint" ? raw : BigInt(Math.round(raw));
};

const rawOf = (registers: readonly number[], { type, byteOrder }: Coding): number | bigint => {
  const count = numberRegisters(type);
  for (const [i, register] of reorder(registers.slice(0, count), byteOrder).entries())
    scratch.setUint16(2 * i, register);
  const { kind } = POINT_TYPES[type];
  switch (count) {
    case 1:
      return kind === "signed" ? scratch.getInt16(0) : scratch.getUint16(0);
    case 2:
      return kind === "float" ? scratch.getFloat32(0) : kind === "signed" ? scratch.getInt32(0) : scratch.getUint32(0);
    case 4:
      if (kind === "float") return scratch.getFloat64(0);
      return kind === "signed" ? scratch.getBigInt64(0) : scratch.getBigUint64(0);
  }
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
  if (coding.bit !== null) return fitted(pointType, (registers[0]! >> coding.bit) & 1);
  if (isText(coding.type)) return decodeText(registers, coding);
  const raw = rawOf(registers, coding);
  if (fitted(coding.type, raw) === null) return null;
  const isPlain = coding.scale === 1 && coding.offset === 0;
  return fitted(pointType, isPlain ? raw : Number(raw) * coding.scale + coding.offset);
};

/** Devices of low byte first have it so in texts as well; which of two registers comes first, no text says. */
const lowByteFirst = (byteOrder: ByteOrder): boolean => byteOrder === "BADC" || byteOrder === "DCBA";

/** As many characters as travel, then NULs: of a STRING two a register, the first in the high byte, of a WSTRING one. */
const encodeText = (text: string, coding: Coding): readonly number[] => {
  const code = (at: number): number => (at < coding.length && at < text.length ? text.charCodeAt(at) : 0);
  return Array.from({ length: registerCount(coding) }, (_, i) => {
    const register = coding.type === "WSTRING" ? code(i) : (code(2 * i) << 8) | code(2 * i + 1);
    return lowByteFirst(coding.byteOrder) ? swapBytes(register) : register;
  });
};

/** Up to the first NUL, or all that travel. */
const decodeText = (registers: readonly number[], coding: Coding): string => {
  const ordered = lowByteFirst(coding.byteOrder) ? registers.map(swapBytes) : registers;
  const codes = coding.type === "WSTRING" ? ordered : ordered.flatMap((register) => [register >> 8, register & 0xff]);
  const text = String.fromCharCode(...codes.slice(0, coding.length));
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
};
