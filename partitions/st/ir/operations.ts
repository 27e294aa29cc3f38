/**
 * What the intermediate representation computes with one or two operands: one row an operation, with the banks of its operands
 * and of its result. The names are those of RISC-V where it has the operation; `l` is of long, `f` of REAL, `d` of LREAL.
 */

/** "integer": 32 bits; "long": 64; "float": REAL; "double": LREAL. */
export type Bank = "integer" | "long" | "float" | "double";

type Unary = { readonly of: Bank; readonly to: Bank };
const unary = <const From extends Bank, const To extends Bank>(of: From, to: To) => ({ of, to });

export const UNARY = {
  sext8: unary("integer", "integer"),
  sext16: unary("integer", "integer"),
  zext8: unary("integer", "integer"),
  zext16: unary("integer", "integer"),
  isZero: unary("integer", "integer"),
  isNotZero: unary("integer", "integer"),
  abs: unary("integer", "integer"),

  signExtend: unary("integer", "long"),
  zeroExtend: unary("integer", "long"),
  low: unary("long", "integer"),
  high: unary("long", "integer"),

  fneg: unary("float", "float"),
  fabs: unary("float", "float"),
  fsqrt: unary("float", "float"),
  intToReal: unary("integer", "float"),
  unsignedToReal: unary("integer", "float"),
  realToInt: unary("float", "integer"),
  realToUnsigned: unary("float", "integer"),
  truncateToInt: unary("float", "integer"),
  truncateToUnsigned: unary("float", "integer"),
  bitsToReal: unary("integer", "float"),
  realToBits: unary("float", "integer"),

  dneg: unary("double", "double"),
  dabs: unary("double", "double"),
  dsqrt: unary("double", "double"),
  realToDouble: unary("float", "double"),
  doubleToReal: unary("double", "float"),
  intToDouble: unary("integer", "double"),
  unsignedToDouble: unary("integer", "double"),
  doubleToInt: unary("double", "integer"),
  doubleToUnsigned: unary("double", "integer"),
  truncateDoubleToInt: unary("double", "integer"),
  truncateDoubleToUnsigned: unary("double", "integer"),
  bitsToDouble: unary("long", "double"),
  doubleToBits: unary("double", "long"),
} as const satisfies Record<string, Unary>;
export type UnaryOperation = keyof typeof UNARY;

type Binary = { readonly of: Bank; readonly to: Bank };
const INTEGER = { of: "integer", to: "integer" } as const;
const LONG = { of: "long", to: "long" } as const;
/** By a number of bits, of which the low six count. */
const LONG_SHIFT = { of: "long", by: "integer", to: "long" } as const;
const LONG_COMPARISON = { of: "long", to: "integer" } as const;
const FLOAT = { of: "float", to: "float" } as const;
const FLOAT_COMPARISON = { of: "float", to: "integer" } as const;
const DOUBLE = { of: "double", to: "double" } as const;
const DOUBLE_COMPARISON = { of: "double", to: "integer" } as const;

/** `by`: the bank of the right operand where it is another. */
export const BINARY = {
  add: INTEGER,
  sub: INTEGER,
  mul: INTEGER,
  mulhu: INTEGER,
  div: INTEGER,
  divu: INTEGER,
  rem: INTEGER,
  remu: INTEGER,
  and: INTEGER,
  or: INTEGER,
  xor: INTEGER,
  sll: INTEGER,
  srl: INTEGER,
  sra: INTEGER,
  slt: INTEGER,
  sltu: INTEGER,
  min: INTEGER,
  max: INTEGER,
  minu: INTEGER,
  maxu: INTEGER,

  /** Zba, Zbb and Zbs: made of others when these are chosen; see passes/choose-operations.ts. */
  sh1add: INTEGER,
  sh2add: INTEGER,
  sh3add: INTEGER,
  andn: INTEGER,
  bext: INTEGER,
  ror: INTEGER,

  /** Low and high half. */
  pair: { of: "integer", to: "long" },
  ladd: LONG,
  lsub: LONG,
  lmul: LONG,
  land: LONG,
  lor: LONG,
  lxor: LONG,
  lsll: LONG_SHIFT,
  lsrl: LONG_SHIFT,
  lsra: LONG_SHIFT,
  leq: LONG_COMPARISON,
  lslt: LONG_COMPARISON,
  lsltu: LONG_COMPARISON,

  fadd: FLOAT,
  fsub: FLOAT,
  fmul: FLOAT,
  fdiv: FLOAT,
  fmin: FLOAT,
  fmax: FLOAT,
  feq: FLOAT_COMPARISON,
  flt: FLOAT_COMPARISON,
  fle: FLOAT_COMPARISON,

  dadd: DOUBLE,
  dsub: DOUBLE,
  dmul: DOUBLE,
  ddiv: DOUBLE,
  dmin: DOUBLE,
  dmax: DOUBLE,
  deq: DOUBLE_COMPARISON,
  dlt: DOUBLE_COMPARISON,
  dle: DOUBLE_COMPARISON,
} as const satisfies Record<string, Binary & { readonly by?: Bank }>;
export type BinaryOperation = keyof typeof BINARY;

export type LongBinary = {
  [Name in BinaryOperation]: "long" extends (typeof BINARY)[Name]["of"] | (typeof BINARY)[Name]["to"] ? Name : never;
}[BinaryOperation];
export type LongUnary = {
  [Name in UnaryOperation]: "long" extends (typeof UNARY)[Name]["of"] | (typeof UNARY)[Name]["to"] ? Name : never;
}[UnaryOperation];

/** Those left once longs are pairs of integers. */
export type MachineBinary = Exclude<BinaryOperation, LongBinary>;
export type MachineUnary = Exclude<UnaryOperation, LongUnary>;
