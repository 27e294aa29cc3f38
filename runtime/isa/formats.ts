/**
 * Where the operands of each instruction format lie in the word, and how assembly language writes them.
 * RISC-V Unprivileged §2.3 (R, I, S, B, U, J), §14.2 (R4), §8.4 (A), §18.2 (compressed).
 */

/** Operands by the names that encoder, decoder and effects use. */
export const OPERAND_NAMES = ["rd", "rs1", "rs2", "rs3", "imm", "csr", "rm", "aq", "rl", "pred", "succ"] as const;
export type OperandName = (typeof OPERAND_NAMES)[number];

/** These may be left out when encoding; then they take this value. */
export const OPERAND_DEFAULTS = { rm: 7, aq: 0, rl: 0, pred: 15, succ: 15 } as const;
export type OptionalOperand = keyof typeof OPERAND_DEFAULTS;

/** `width` bits of the word from bit `low` on are the operand's bits from bit `at` on. */
export interface Piece {
  readonly low: number;
  readonly width: number;
  readonly at: number;
}

/** One operand: what it means and which bits of the word hold it. */
export interface Field {
  /** x, f: register number; offset: relative to the pc; upper: bits 31:12 of a constant; the rest: plain numbers. */
  readonly kind:
    | "x"
    | "f"
    | "signed"
    | "unsigned"
    | "offset"
    | "upper"
    | "shift"
    | "csr"
    | "rounding"
    | "flag"
    | "ordering";
  readonly pieces: readonly Piece[];
  /** Added to the bits: compressed formats name x8 … x15 with three bits. */
  readonly bias: number;
  /** Bits from 0 up to the operand's highest; the value is sign-extended from there when it is signed. */
  readonly width: number;
  readonly isSigned: boolean;
}

export interface Format {
  /** 4 bytes, or 2 for compressed ones. */
  readonly bytes: 2 | 4;
  readonly operands: { readonly [Name in OperandName]?: Field };
  /** How objdump writes the operands: names are replaced, all else is literal. */
  readonly syntax: string;
  /** Bits that the specification tells implementations to ignore. */
  readonly ignored: number;
}

const piece = (low: number, width: number, at = 0): Piece => ({ low, width, at });
const field = (kind: Field["kind"], ...pieces: Piece[]): Field => ({
  ...{ kind, pieces, bias: 0 },
  width: Math.max(...pieces.map(({ at, width }) => at + width)),
  isSigned: kind === "signed" || kind === "offset" || kind === "upper",
});
const x = (low: number) => field("x", piece(low, 5));
const f = (low: number) => field("f", piece(low, 5));
/** Three bits that name x8 … x15. */
const popular = (kind: "x" | "f", low: number): Field => ({ ...field(kind, piece(low, 3)), bias: 8 });

const full = <Operands extends Format["operands"]>(syntax: string, operands: Operands, ignored = 0) =>
  ({ bytes: 4, syntax, operands, ignored }) as const;
const short = <Operands extends Format["operands"]>(syntax: string, operands: Operands) =>
  ({ bytes: 2, syntax, operands, ignored: 0 }) as const;

const immI = field("signed", piece(20, 12));
const immS = field("signed", piece(7, 5), piece(25, 7, 5));
const immB = field("offset", piece(8, 4, 1), piece(25, 6, 5), piece(7, 1, 11), piece(31, 1, 12));
const immU = field("upper", piece(12, 20, 12));
const immJ = field("offset", piece(21, 10, 1), piece(20, 1, 11), piece(12, 8, 12), piece(31, 1, 20));
const csr = field("csr", piece(20, 12));
const rm = field("rounding", piece(12, 3));
const aq = field("flag", piece(26, 1));
const rl = field("flag", piece(25, 1));

// ── 32-bit formats ──────────────────────────────────────────────────────────────────────────────────────────────────

export const R = full("rd,rs1,rs2", { rd: x(7), rs1: x(15), rs2: x(20) });
/** The bits of rs2 are fixed. */
export const R_UNARY = full("rd,rs1", { rd: x(7), rs1: x(15) });
export const I = full("rd,rs1,imm", { rd: x(7), rs1: x(15), imm: immI });
export const SHIFT = full("rd,rs1,imm", { rd: x(7), rs1: x(15), imm: field("shift", piece(20, 5)) });
export const LOAD = full("rd,imm(rs1)", { rd: x(7), rs1: x(15), imm: immI });
export const S = full("rs2,imm(rs1)", { rs2: x(20), rs1: x(15), imm: immS });
export const B = full("rs1,rs2,imm", { rs1: x(15), rs2: x(20), imm: immB });
export const U = full("rd,imm", { rd: x(7), imm: immU });
export const J = full("rd,imm", { rd: x(7), imm: immJ });
/** ecall, mret, wfi …: the whole word is fixed. */
export const BARE = full("", {});
/** rd, rs1 and fm are reserved and ignored (§2.7). */
export const FENCE = full(
  "pred,succ",
  { pred: field("ordering", piece(24, 4)), succ: field("ordering", piece(20, 4)) },
  0xf00f_8f80,
);
/** rd, rs1 and imm are reserved and ignored (§3). */
export const FENCE_I = full("", {}, 0xffff_8f80);
export const CSR = full("rd,csr,rs1", { rd: x(7), csr, rs1: x(15) });
export const CSR_IMMEDIATE = full("rd,csr,imm", { rd: x(7), csr, imm: field("unsigned", piece(15, 5)) });
export const AMO = full("rd,rs2,(rs1)", { rd: x(7), rs2: x(20), rs1: x(15), aq, rl });
export const LOAD_RESERVED = full("rd,(rs1)", { rd: x(7), rs1: x(15), aq, rl });

export const FLOAT_LOAD = full("rd,imm(rs1)", { rd: f(7), rs1: x(15), imm: immI });
export const FLOAT_STORE = full("rs2,imm(rs1)", { rs2: f(20), rs1: x(15), imm: immS });
export const R4 = full("rd,rs1,rs2,rs3,rm", { rd: f(7), rs1: f(15), rs2: f(20), rs3: f(27), rm });
/** Arithmetic that rounds, of two operands and of one. */
export const FLOAT_ROUNDED = full("rd,rs1,rs2,rm", { rd: f(7), rs1: f(15), rs2: f(20), rm });
export const FLOAT_ROUNDED_UNARY = full("rd,rs1,rm", { rd: f(7), rs1: f(15), rm });
/** Sign injection, minimum, maximum. */
export const FLOAT_BITWISE = full("rd,rs1,rs2", { rd: f(7), rs1: f(15), rs2: f(20) });
export const FLOAT_COMPARE = full("rd,rs1,rs2", { rd: x(7), rs1: f(15), rs2: f(20) });
export const FLOAT_TO_X = full("rd,rs1", { rd: x(7), rs1: f(15) });
export const FLOAT_TO_X_ROUNDED = full("rd,rs1,rm", { rd: x(7), rs1: f(15), rm });
/** Conversions that are always exact: objdump does not show the rounding mode. */
export const FLOAT_EXACT = full("rd,rs1", { rd: f(7), rs1: f(15), rm });
export const X_TO_FLOAT_EXACT = full("rd,rs1", { rd: f(7), rs1: x(15), rm });
export const X_TO_FLOAT = full("rd,rs1", { rd: f(7), rs1: x(15) });
export const X_TO_FLOAT_ROUNDED = full("rd,rs1,rm", { rd: f(7), rs1: x(15), rm });

// ── 16-bit formats ──────────────────────────────────────────────────────────────────────────────────────────────────

const wordOffset = field("unsigned", piece(6, 1, 2), piece(10, 3, 3), piece(5, 1, 6));
const stackLoadOffset = field("unsigned", piece(4, 3, 2), piece(12, 1, 5), piece(2, 2, 6));
const stackStoreOffset = field("unsigned", piece(9, 4, 2), piece(7, 2, 6));
const doubleOffset = field("unsigned", piece(10, 3, 3), piece(5, 2, 6));
const doubleStackLoadOffset = field("unsigned", piece(5, 2, 3), piece(12, 1, 5), piece(2, 3, 6));
const doubleStackStoreOffset = field("unsigned", piece(10, 3, 3), piece(7, 3, 6));
const immCi = field("signed", piece(2, 5), piece(12, 1, 5));

export const C_BARE = short("", {});
export const CR = short("rd,rs2", { rd: x(7), rs2: x(2) });
export const CR_JUMP = short("rs1", { rs1: x(7) });
export const CI = short("rd,imm", { rd: x(7), imm: immCi });
export const CI_UPPER = short("rd,imm", { rd: x(7), imm: field("upper", piece(2, 5, 12), piece(12, 1, 17)) });
export const CI_SHIFT = short("rd,imm", { rd: x(7), imm: field("shift", piece(2, 5)) });
export const CI_STACK = short("sp,imm", {
  imm: field("signed", piece(6, 1, 4), piece(2, 1, 5), piece(5, 1, 6), piece(3, 2, 7), piece(12, 1, 9)),
});
export const CI_LOAD = short("rd,imm(sp)", { rd: x(7), imm: stackLoadOffset });
export const CI_FLOAT_LOAD = short("rd,imm(sp)", { rd: f(7), imm: stackLoadOffset });
export const CI_DOUBLE_LOAD = short("rd,imm(sp)", { rd: f(7), imm: doubleStackLoadOffset });
export const CSS = short("rs2,imm(sp)", { rs2: x(2), imm: stackStoreOffset });
export const CSS_FLOAT = short("rs2,imm(sp)", { rs2: f(2), imm: stackStoreOffset });
export const CSS_DOUBLE = short("rs2,imm(sp)", { rs2: f(2), imm: doubleStackStoreOffset });
export const CIW = short("rd,sp,imm", {
  rd: popular("x", 2),
  imm: field("unsigned", piece(6, 1, 2), piece(5, 1, 3), piece(11, 2, 4), piece(7, 4, 6)),
});
export const CL = short("rd,imm(rs1)", { rd: popular("x", 2), rs1: popular("x", 7), imm: wordOffset });
export const CL_FLOAT = short("rd,imm(rs1)", { rd: popular("f", 2), rs1: popular("x", 7), imm: wordOffset });
export const CL_DOUBLE = short("rd,imm(rs1)", { rd: popular("f", 2), rs1: popular("x", 7), imm: doubleOffset });
export const CS = short("rs2,imm(rs1)", { rs2: popular("x", 2), rs1: popular("x", 7), imm: wordOffset });
export const CS_FLOAT = short("rs2,imm(rs1)", { rs2: popular("f", 2), rs1: popular("x", 7), imm: wordOffset });
export const CS_DOUBLE = short("rs2,imm(rs1)", { rs2: popular("f", 2), rs1: popular("x", 7), imm: doubleOffset });
export const CA = short("rd,rs2", { rd: popular("x", 7), rs2: popular("x", 2) });
export const CB_IMMEDIATE = short("rd,imm", { rd: popular("x", 7), imm: immCi });
export const CB_SHIFT = short("rd,imm", { rd: popular("x", 7), imm: field("shift", piece(2, 5)) });
export const CB = short("rs1,imm", {
  rs1: popular("x", 7),
  imm: field("offset", piece(3, 2, 1), piece(10, 2, 3), piece(2, 1, 5), piece(5, 2, 6), piece(12, 1, 8)),
});
export const CJ = short("imm", {
  imm: field(
    "offset",
    ...[piece(3, 3, 1), piece(11, 1, 4), piece(2, 1, 5), piece(7, 1, 6)],
    ...[piece(6, 1, 7), piece(9, 2, 8), piece(8, 1, 10), piece(12, 1, 11)],
  ),
});
