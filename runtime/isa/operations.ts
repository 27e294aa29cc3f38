/**
 * The pure integer operations: one row each, with its meaning on 32-bit values in TypeScript and, as a term, in WebAssembly.
 * All values are signed 32-bit integers (`| 0`), also where an operation reads them as unsigned. RISC-V Unprivileged §2.4 (I),
 * §7 (M), §8.4 (AMO minimum and maximum); Bit-manipulation 1.0.0 §2 (Zba, Zbb, Zbs).
 */
import { choose, i32, i64, type NumericName, numeric, type Term } from "./terms.ts";

export interface BinaryOperation {
  readonly meaning: (a: number, b: number) => number;
  readonly term: (a: Term, b: Term) => Term;
}
export interface Condition {
  readonly meaning: (a: number, b: number) => boolean;
  /** 0 or 1. */
  readonly term: (a: Term, b: Term) => Term;
}

/** An operation that is one WebAssembly instruction. */
const as =
  (name: NumericName) =>
  (a: Term, b: Term): Term =>
    numeric(name, a, b);

/** Bits 63:32 of a product; `s` or `u` for each factor: how it is extended. */
const highProduct =
  (aSign: "s" | "u", bSign: "s" | "u") =>
  (a: Term, b: Term): Term => {
    const product = numeric("i64.mul", numeric(`i64.extend_i32_${aSign}`, a), numeric(`i64.extend_i32_${bSign}`, b));
    return numeric("i32.wrap_i64", numeric("i64.shr_u", product, i64(32n)));
  };

const chosenBy =
  (name: NumericName) =>
  (a: Term, b: Term): Term =>
    choose(numeric(name, a, b), a, b);

const isZero = (a: Term): Term => numeric("i32.eqz", a);
const not = (a: Term): Term => numeric("i32.xor", a, i32(-1));
/** Bit number b alone. */
const bit = (b: Term): Term => numeric("i32.shl", i32(1), b);

const unary =
  (name: NumericName) =>
  (a: Term): Term =>
    numeric(name, a);

const shiftedSum =
  (distance: number) =>
  (a: Term, b: Term): Term =>
    numeric("i32.add", numeric("i32.shl", a, i32(distance)), b);

/** The ones of each pair of bits, then of four, then of each byte; the product sums up the bytes in the highest. */
const countOnes = (a: number): number => {
  const pairs = a - ((a >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
};

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
  add: { meaning: (a, b) => (a + b) | 0, term: as("i32.add") },
  sub: { meaning: (a, b) => (a - b) | 0, term: as("i32.sub") },
  sll: { meaning: (a, b) => a << b, term: as("i32.shl") },
  slt: { meaning: (a, b) => (a < b ? 1 : 0), term: as("i32.lt_s") },
  sltu: { meaning: (a, b) => (a >>> 0 < b >>> 0 ? 1 : 0), term: as("i32.lt_u") },
  xor: { meaning: (a, b) => a ^ b, term: as("i32.xor") },
  srl: { meaning: (a, b) => (a >>> b) | 0, term: as("i32.shr_u") },
  sra: { meaning: (a, b) => a >> b, term: as("i32.shr_s") },
  or: { meaning: (a, b) => a | b, term: as("i32.or") },
  and: { meaning: (a, b) => a & b, term: as("i32.and") },

  mul: { meaning: (a, b) => Math.imul(a, b), term: as("i32.mul") },
  // The signed forms correct the unsigned product: a negative factor counted as a + 2^32 adds the other one to the high word.
  mulh: {
    meaning: (a, b) => (multiplyHighUnsigned(a, b) - ((a >> 31) & b) - ((b >> 31) & a)) | 0,
    term: highProduct("s", "s"),
  },
  mulhsu: { meaning: (a, b) => (multiplyHighUnsigned(a, b) - ((a >> 31) & b)) | 0, term: highProduct("s", "u") },
  mulhu: { meaning: multiplyHighUnsigned, term: highProduct("u", "u") },
  // §7.2: division by zero gives −1 or the dividend; `| 0` wraps the one overflow, −2^31 ÷ −1.
  div: {
    meaning: (a, b) => (b === 0 ? -1 : (a / b) | 0),
    term: (a, b) =>
      choose(
        isZero(b),
        i32(-1),
        choose(numeric("i32.eq", b, i32(-1)), numeric("i32.sub", i32(0), a), numeric("i32.div_s", a, b)),
      ),
  },
  divu: {
    meaning: (a, b) => (b === 0 ? -1 : ((a >>> 0) / (b >>> 0)) | 0),
    term: (a, b) => choose(isZero(b), i32(-1), numeric("i32.div_u", a, b)),
  },
  rem: {
    meaning: (a, b) => (b === 0 ? a : (a % b) | 0),
    term: (a, b) => choose(isZero(b), a, numeric("i32.rem_s", a, b)),
  },
  remu: {
    meaning: (a, b) => (b === 0 ? a : ((a >>> 0) % (b >>> 0)) | 0),
    term: (a, b) => choose(isZero(b), a, numeric("i32.rem_u", a, b)),
  },

  // What an AMO stores, of the value in memory and that of rs2.
  swap: { meaning: (_memory, register) => register, term: (_memory, register) => register },
  min: { meaning: (a, b) => (a < b ? a : b), term: chosenBy("i32.lt_s") },
  max: { meaning: (a, b) => (a > b ? a : b), term: chosenBy("i32.gt_s") },
  minu: { meaning: (a, b) => (a >>> 0 < b >>> 0 ? a : b), term: chosenBy("i32.lt_u") },
  maxu: { meaning: (a, b) => (a >>> 0 > b >>> 0 ? a : b), term: chosenBy("i32.gt_u") },

  // Zba, Zbb, Zbs. Those of one operand ignore the second.
  sh1add: { meaning: (a, b) => ((a << 1) + b) | 0, term: shiftedSum(1) },
  sh2add: { meaning: (a, b) => ((a << 2) + b) | 0, term: shiftedSum(2) },
  sh3add: { meaning: (a, b) => ((a << 3) + b) | 0, term: shiftedSum(3) },
  andn: { meaning: (a, b) => a & ~b, term: (a, b) => numeric("i32.and", a, not(b)) },
  orn: { meaning: (a, b) => a | ~b, term: (a, b) => numeric("i32.or", a, not(b)) },
  xnor: { meaning: (a, b) => ~(a ^ b), term: (a, b) => not(numeric("i32.xor", a, b)) },
  clz: { meaning: (a) => Math.clz32(a), term: unary("i32.clz") },
  ctz: { meaning: (a) => (a === 0 ? 32 : 31 - Math.clz32(a & -a)), term: unary("i32.ctz") },
  cpop: { meaning: countOnes, term: unary("i32.popcnt") },
  sextb: { meaning: (a) => (a << 24) >> 24, term: unary("i32.extend8_s") },
  sexth: { meaning: (a) => (a << 16) >> 16, term: unary("i32.extend16_s") },
  zexth: { meaning: (a) => a & 0xffff, term: (a) => numeric("i32.and", a, i32(0xffff)) },
  rol: { meaning: (a, b) => (a << b) | (a >>> -b), term: as("i32.rotl") },
  ror: { meaning: (a, b) => (a >>> b) | (a << -b), term: as("i32.rotr") },
  // A byte's low seven bits and 0x7f carry into its top bit unless they are 0; times 255, a 1 fills its byte.
  orcb: {
    meaning: (a) => Math.imul(((((a & 0x7f7f_7f7f) + 0x7f7f_7f7f) | a) >>> 7) & 0x0101_0101, 255),
    term: (a) => {
      const carries = numeric("i32.add", numeric("i32.and", a, i32(0x7f7f_7f7f)), i32(0x7f7f_7f7f));
      const ones = numeric("i32.shr_u", numeric("i32.or", carries, a), i32(7));
      return numeric("i32.mul", numeric("i32.and", ones, i32(0x0101_0101)), i32(255));
    },
  },
  rev8: {
    meaning: (a) => (a << 24) | ((a & 0xff00) << 8) | ((a >>> 8) & 0xff00) | (a >>> 24),
    term: (a) => {
      const even = numeric("i32.rotr", numeric("i32.and", a, i32(0x00ff_00ff)), i32(8));
      const odd = numeric("i32.rotl", numeric("i32.and", a, i32(0xff00_ff00)), i32(8));
      return numeric("i32.or", even, odd);
    },
  },
  bclr: { meaning: (a, b) => a & ~(1 << b), term: (a, b) => numeric("i32.and", a, not(bit(b))) },
  bext: {
    meaning: (a, b) => (a >>> b) & 1,
    term: (a, b) => numeric("i32.and", numeric("i32.shr_u", a, b), i32(1)),
  },
  binv: { meaning: (a, b) => a ^ (1 << b), term: (a, b) => numeric("i32.xor", a, bit(b)) },
  bset: { meaning: (a, b) => a | (1 << b), term: (a, b) => numeric("i32.or", a, bit(b)) },
} as const satisfies Record<string, BinaryOperation>;
export type Operation = keyof typeof OPERATIONS;

export const CONDITIONS = {
  eq: { meaning: (a, b) => a === b, term: as("i32.eq") },
  ne: { meaning: (a, b) => a !== b, term: as("i32.ne") },
  lt: { meaning: (a, b) => a < b, term: as("i32.lt_s") },
  ge: { meaning: (a, b) => a >= b, term: as("i32.ge_s") },
  ltu: { meaning: (a, b) => a >>> 0 < b >>> 0, term: as("i32.lt_u") },
  geu: { meaning: (a, b) => a >>> 0 >= b >>> 0, term: as("i32.ge_u") },
} as const satisfies Record<string, Condition>;
export type ConditionName = keyof typeof CONDITIONS;
