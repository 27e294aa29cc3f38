import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ByteOrder, isText, isWide, POINT_TYPES, type PointType, type PointValue } from "../../runtime/index.ts";
import { integerRange, wideRange } from "../point-value.ts";
import { decodeRegisters, encodeRegisters, registerCount, registerMask } from "./registers.ts";

const TYPES = Object.keys(POINT_TYPES) as PointType[];
const ORDERS: readonly ByteOrder[] = ["ABCD", "DCBA", "BADC", "CDAB"];
const plain = (type: PointType, byteOrder: ByteOrder = "ABCD") => ({
  type,
  byteOrder,
  bit: null,
  scale: 1,
  offset: 0,
  length: isText(type) ? 20 : 0,
});

const textsOf = (most: number): fc.Arbitrary<PointValue> =>
  fc.array(fc.integer({ min: 1, max: most }), { maxLength: 20 }).map((codes) => String.fromCharCode(...codes));

const valuesOf = (type: PointType): fc.Arbitrary<PointValue> => {
  if (type === "BOOL") return fc.boolean();
  if (isText(type)) return textsOf(type === "WSTRING" ? 0xffff : 0xff);
  if (type === "LREAL") return fc.double({ noNaN: true, noDefaultInfinity: true });
  if (isWide(type)) {
    const { least, greatest } = wideRange(type);
    return fc.oneof(fc.bigInt({ min: least, max: greatest }), fc.constantFrom(least, greatest, 0n));
  }
  if (type === "REAL") return fc.float({ noNaN: true, noDefaultInfinity: true });
  const { least, greatest } = integerRange(type);
  return fc.oneof(fc.integer({ min: least, max: greatest }), fc.constantFrom(least, greatest, 0));
};

describe("registers", () => {
  test("hold 123456.0 in the four byte orders as the field writes them", () => {
    // 123456.0 is 47 F1 20 00.
    const registers = ORDERS.map((order) => encodeRegisters(123456, plain("REAL", order)));
    expect(registers).toEqual([
      [0x47f1, 0x2000],
      [0x0020, 0xf147],
      [0xf147, 0x0020],
      [0x2000, 0x47f1],
    ]);
  });

  test("hold 64 bits in four, turned round as the byte order says", () => {
    const value = 0x0102_0304_0506_0708n;
    expect(ORDERS.map((order) => encodeRegisters(value, plain("LINT", order)))).toEqual([
      [0x0102, 0x0304, 0x0506, 0x0708],
      [0x0807, 0x0605, 0x0403, 0x0201],
      [0x0201, 0x0403, 0x0605, 0x0807],
      [0x0708, 0x0506, 0x0304, 0x0102],
    ]);
    // 123456.0 in double precision is 40 FE 24 00 00 00 00 00.
    expect(encodeRegisters(123456, plain("LREAL"))).toEqual([0x40fe, 0x2400, 0, 0]);
    expect(encodeRegisters(-1, plain("ULINT"))).toEqual([0, 0, 0, 0]);
    expect(encodeRegisters(1e30, plain("LINT"))).toEqual([0x7fff, 0xffff, 0xffff, 0xffff]);
    expect(encodeRegisters(Number.NaN, plain("LINT"))).toBeNull();
    expect(encodeRegisters(2n ** 40n, plain("UDINT"))).toEqual([0xffff, 0xffff]);
    expect(decodeRegisters([0xffff, 0xffff, 0xffff, 0xffff], plain("LINT"), "INT")).toBe(-1);
    expect(decodeRegisters([0xffff, 0xffff, 0xffff, 0xffff], plain("ULINT"), "LINT")).toBeNull();
    expect(decodeRegisters([7], { ...plain("UINT"), scale: 10 }, "ULINT")).toBe(70n);
  });

  test.each(TYPES.flatMap((type) => ORDERS.map((order) => [type, order] as const)))(
    "give back every %s in %s order",
    (type, order) => {
      fc.assert(
        fc.property(valuesOf(type), (value) => {
          const registers = encodeRegisters(value, plain(type, order));
          expect(registers).toHaveLength(registerCount(plain(type)));
          for (const register of registers!) expect(register).toBe(register & 0xffff);
          expect(decodeRegisters(registers!, plain(type, order), type)).toBe(value);
        }),
        { numRuns: 40 },
      );
    },
  );

  test("carry any raw value through scale and offset and back", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<PointType>("INT", "UINT", "SINT", "USINT"),
        fc.constantFrom(0.1, 0.01, 0.5, 1, 10, -0.25),
        fc.integer({ min: -100, max: 100 }),
        fc.integer({ min: -32768, max: 65535 }),
        (type, scale, offset, sample) => {
          const { least, greatest } = integerRange(type);
          const raw = Math.min(Math.max(sample, least), greatest);
          const coding = { type, byteOrder: "ABCD", bit: null, scale, offset, length: 0 } as const;
          const registers = [raw & 0xffff];
          const value = decodeRegisters(registers, coding, "REAL");
          expect(value).toBeCloseTo(raw * scale + offset, 1);
          expect(encodeRegisters(value!, coding)).toEqual(registers);
        },
      ),
    );
  });

  test("hold a text two characters a register, the first in the high byte, as far as it travels", () => {
    const text = (length: number, byteOrder: ByteOrder = "ABCD") => ({ ...plain("STRING", byteOrder), length });
    expect(encodeRegisters("Tank", text(6))).toEqual([0x5461, 0x6e6b, 0]);
    expect(encodeRegisters("Tank", text(3))).toEqual([0x5461, 0x6e00]);
    expect(encodeRegisters("Tank", text(4, "CDAB"))).toEqual([0x5461, 0x6e6b]);
    expect(["BADC", "DCBA"].map((order) => encodeRegisters("Tank", text(4, order as ByteOrder)))).toEqual([
      [0x6154, 0x6b6e],
      [0x6154, 0x6b6e],
    ]);
    expect(decodeRegisters([0x5461, 0x6e6b], text(3), "STRING")).toBe("Tan");
    expect(decodeRegisters([0x5400, 0x6e6b], text(4), "STRING")).toBe("T");
    expect(encodeRegisters("Ωm", { ...plain("WSTRING"), length: 3 })).toEqual([0x03a9, 0x6d, 0]);
    expect(decodeRegisters([0x03a9, 0x6d, 0], { ...plain("WSTRING"), length: 3 }, "WSTRING")).toBe("Ωm");
  });

  test("stop at the wire type's limit instead of wrapping", () => {
    const tenths = { ...plain("INT"), scale: 0.1 };
    expect(encodeRegisters(4000, tenths)).toEqual([0x7fff]);
    expect(encodeRegisters(-4000, tenths)).toEqual([0x8000]);
    expect(encodeRegisters(-1, plain("UINT"))).toEqual([0]);
    expect(encodeRegisters(Number.POSITIVE_INFINITY, plain("UDINT"))).toEqual([0xffff, 0xffff]);
  });

  test("have no integer for NaN, and carry it as a REAL", () => {
    expect(encodeRegisters(Number.NaN, plain("INT"))).toBeNull();
    expect(encodeRegisters(Number.NaN, plain("REAL"))).toEqual([0x7fc0, 0]);
  });

  test("share a register bit by bit", () => {
    const bit = (at: number) => ({ ...plain("BOOL"), bit: at });
    expect(encodeRegisters(true, bit(0))).toEqual([1]);
    expect(encodeRegisters(true, bit(15))).toEqual([0x8000]);
    expect(encodeRegisters(false, bit(15))).toEqual([0]);
    expect(decodeRegisters([0x8001], bit(15), "BOOL")).toBe(true);
    expect(decodeRegisters([0x7fff], bit(15), "BOOL")).toBe(false);
    expect([registerMask(bit(3)), registerMask(plain("UINT"))]).toEqual([8, 0xffff]);
  });

  test("mean nothing when the wire type or the point cannot hold the value", () => {
    expect(decodeRegisters([300], plain("USINT"), "DINT")).toBeNull();
    expect(decodeRegisters([200], plain("UINT"), "SINT")).toBeNull();
    expect(decodeRegisters([2], plain("BOOL"), "BOOL")).toBeNull();
    expect(decodeRegisters([0x7fc0, 0], plain("REAL"), "REAL")).toBeNull();
    expect(decodeRegisters([0x7f80, 0], plain("REAL"), "REAL")).toBeNull();
    expect(decodeRegisters([0x4f00, 0], plain("REAL"), "DINT")).toBeNull(); // 2^31
  });
});
