/** Operations on known values, as the board computes them: integers in 32 bits, REALs in single precision to nearest even. */
import type { BinaryOperation, Condition, UnaryOperation } from "./ir.ts";

const bit = (truth: boolean): number => (truth ? 1 : 0);

/** Null: not for integers. Division by zero and overflow as RISC-V Unprivileged §7.2 defines them. */
export const foldBinary = (operation: BinaryOperation, a: number, b: number): number | null => {
  switch (operation) {
    case "add":
      return (a + b) | 0;
    case "sub":
      return (a - b) | 0;
    case "mul":
      return Math.imul(a, b);
    case "mulhu":
      return Number((BigInt(a >>> 0) * BigInt(b >>> 0)) >> 32n) | 0;
    case "div":
      return b === 0 ? -1 : (a / b) | 0;
    case "divu":
      return b === 0 ? -1 : ((a >>> 0) / (b >>> 0)) | 0;
    case "rem":
      return b === 0 ? a : (a % b) | 0;
    case "remu":
      return b === 0 ? a : ((a >>> 0) % (b >>> 0)) | 0;
    case "and":
      return a & b;
    case "or":
      return a | b;
    case "xor":
      return a ^ b;
    case "sll":
      return a << b;
    case "srl":
      return (a >>> b) | 0;
    case "sra":
      return a >> b;
    case "slt":
      return bit(a < b);
    case "sltu":
      return bit(a >>> 0 < b >>> 0);
    case "min":
      return Math.min(a, b);
    case "max":
      return Math.max(a, b);
    case "minu":
      return a >>> 0 < b >>> 0 ? a : b;
    case "maxu":
      return a >>> 0 > b >>> 0 ? a : b;
    default:
      return null;
  }
};

/** Null: not of an integer, or not to one that a constant can be. */
export const foldUnary = (operation: UnaryOperation, a: number): number | null => {
  switch (operation) {
    case "sext8":
      return (a << 24) >> 24;
    case "sext16":
      return (a << 16) >> 16;
    case "zext8":
      return a & 0xff;
    case "zext16":
      return a & 0xffff;
    case "isZero":
      return bit(a === 0);
    case "isNotZero":
      return bit(a !== 0);
    case "abs":
      return Math.abs(a) | 0;
    case "low":
    case "signExtend":
      return a;
    case "high":
      return a >> 31;
    case "zeroExtend":
      return a >= 0 ? a : null;
    default:
      return null;
  }
};

export const holds = (condition: Condition, a: number, b: number): boolean => {
  switch (condition) {
    case "eq":
      return a === b;
    case "ne":
      return a !== b;
    case "lt":
      return a < b;
    case "ge":
      return a >= b;
    case "ltu":
      return a >>> 0 < b >>> 0;
    case "geu":
      return a >>> 0 >= b >>> 0;
  }
};

const view = new DataView(new ArrayBuffer(4));

const realOfBits = (bits: number): number => {
  view.setInt32(0, bits);
  return view.getFloat32(0);
};

/** The bits of a REAL; null for NaN, of which there are many. */
const bitsOfReal = (value: number): number | null => {
  if (Number.isNaN(value)) return null;
  view.setFloat32(0, value);
  return view.getInt32(0);
};

/** On the bits of REALs. A double holds sums, products and quotients of REALs well enough that rounding it again is exact. */
export const foldReal = (operation: BinaryOperation, left: number, right: number): number | null => {
  const [a, b] = [realOfBits(left), realOfBits(right)];
  switch (operation) {
    case "fadd":
      return bitsOfReal(Math.fround(a + b));
    case "fsub":
      return bitsOfReal(Math.fround(a - b));
    case "fmul":
      return bitsOfReal(Math.fround(a * b));
    case "fdiv":
      return bitsOfReal(Math.fround(a / b));
    default:
      return null;
  }
};

/** Comparisons of REALs by their bits. */
export const foldRealComparison = (operation: BinaryOperation, left: number, right: number): number | null => {
  const [a, b] = [realOfBits(left), realOfBits(right)];
  switch (operation) {
    case "feq":
      return bit(a === b);
    case "flt":
      return bit(a < b);
    case "fle":
      return bit(a <= b);
    default:
      return null;
  }
};

/** From an integer, or the bits of a REAL, to the bits of a REAL. */
export const foldToReal = (operation: UnaryOperation, from: number): number | null => {
  switch (operation) {
    case "intToReal":
      return bitsOfReal(Math.fround(from));
    case "unsignedToReal":
      return bitsOfReal(Math.fround(from >>> 0));
    case "fneg":
      return from ^ -0x8000_0000;
    case "fabs":
      return from & 0x7fff_ffff;
    default:
      return null;
  }
};
