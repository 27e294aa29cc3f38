/**
 * The pure integer operations: one row each, with its meaning on 32-bit values. All values are signed 32-bit integers
 * (`| 0`), also where an operation reads them as unsigned. RISC-V Unprivileged §2.4 (I), §7 (M), §8.4 (AMO minimum and maximum).
 */

export interface BinaryOperation {
  readonly meaning: (a: number, b: number) => number;
}
export interface Condition {
  readonly meaning: (a: number, b: number) => boolean;
}

/** Bits 63:32 of an unsigned 32 × 32 multiplication, by 16-bit halves so that every partial sum is exact in a double. */
const multiplyHighUnsigned = (a: number, b: number): number => {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (carry >>> 16)) | 0;
};

export const OPERATIONS = {
  add: { meaning: (a, b) => (a + b) | 0 },
  sub: { meaning: (a, b) => (a - b) | 0 },
  sll: { meaning: (a, b) => a << b },
  slt: { meaning: (a, b) => (a < b ? 1 : 0) },
  sltu: { meaning: (a, b) => (a >>> 0 < b >>> 0 ? 1 : 0) },
  xor: { meaning: (a, b) => a ^ b },
  srl: { meaning: (a, b) => (a >>> b) | 0 },
  sra: { meaning: (a, b) => a >> b },
  or: { meaning: (a, b) => a | b },
  and: { meaning: (a, b) => a & b },

  mul: { meaning: (a, b) => Math.imul(a, b) },
  // The signed forms correct the unsigned product: a negative factor counted as a + 2^32 adds the other one to the high word.
  mulh: { meaning: (a, b) => (multiplyHighUnsigned(a, b) - ((a >> 31) & b) - ((b >> 31) & a)) | 0 },
  mulhsu: { meaning: (a, b) => (multiplyHighUnsigned(a, b) - ((a >> 31) & b)) | 0 },
  mulhu: { meaning: multiplyHighUnsigned },
  // §7.2: division by zero gives −1 or the dividend; `| 0` wraps the one overflow, −2^31 ÷ −1.
  div: { meaning: (a, b) => (b === 0 ? -1 : (a / b) | 0) },
  divu: { meaning: (a, b) => (b === 0 ? -1 : ((a >>> 0) / (b >>> 0)) | 0) },
  rem: { meaning: (a, b) => (b === 0 ? a : (a % b) | 0) },
  remu: { meaning: (a, b) => (b === 0 ? a : ((a >>> 0) % (b >>> 0)) | 0) },

  // What an AMO stores, of the value in memory and that of rs2.
  swap: { meaning: (_memory, register) => register },
  min: { meaning: (a, b) => (a < b ? a : b) },
  max: { meaning: (a, b) => (a > b ? a : b) },
  minu: { meaning: (a, b) => (a >>> 0 < b >>> 0 ? a : b) },
  maxu: { meaning: (a, b) => (a >>> 0 > b >>> 0 ? a : b) },
} as const satisfies Record<string, BinaryOperation>;
export type Operation = keyof typeof OPERATIONS;

export const CONDITIONS = {
  eq: { meaning: (a, b) => a === b },
  ne: { meaning: (a, b) => a !== b },
  lt: { meaning: (a, b) => a < b },
  ge: { meaning: (a, b) => a >= b },
  ltu: { meaning: (a, b) => a >>> 0 < b >>> 0 },
  geu: { meaning: (a, b) => a >>> 0 >= b >>> 0 },
} as const satisfies Record<string, Condition>;
export type ConditionName = keyof typeof CONDITIONS;
