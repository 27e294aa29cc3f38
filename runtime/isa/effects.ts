/**
 * What an instruction does, as a small union: interpreter and translator handle kinds, not instructions.
 * Register numbers and immediates are the row's operands; an effect says what is done with them.
 */
import type { ConditionName, Operation } from "./operations.ts";

/** What both precisions have; their meaning, with rounding and flags, is hart/singles.ts and doubles.ts (Unprivileged §11). */
export type FloatOperation =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "sqrt"
  | "fmadd"
  | "fmsub"
  | "fnmsub"
  | "fnmadd"
  | "copySign"
  | "copyNegatedSign"
  | "xorSign"
  | "min"
  | "max"
  | "equal"
  | "less"
  | "lessOrEqual"
  | "classify"
  | "toInt"
  | "toUnsigned"
  | "fromInt"
  | "fromUnsigned";
export type SingleOperation = FloatOperation | "fromDouble" | "moveToX" | "moveFromX";
export type DoubleOperation = FloatOperation | "fromSingle";

export type Effect =
  /** rd = operation(rs1, rs2 or imm); an operation of rs1 alone has no imm, which reads 0. */
  | { readonly kind: "compute"; readonly operation: Operation; readonly second: "rs2" | "imm" }
  /** rd = imm, or pc + imm. */
  | { readonly kind: "constant"; readonly base: "zero" | "pc" }
  /** rd = address of the next instruction; pc = pc + imm, or (rs1 + imm) with bit 0 cleared. */
  | { readonly kind: "jump"; readonly target: "offset" | "register" }
  /** When condition(rs1, rs2): pc = pc + imm. */
  | { readonly kind: "branch"; readonly condition: ConditionName }
  /** rd, or f[rd], = memory[rs1 + imm]. Only f takes 8 bytes; 4 bytes in f are NaN-boxed (Unprivileged §12.2). */
  | { readonly kind: "load"; readonly bytes: 1 | 2 | 4 | 8; readonly signed: boolean; readonly file: "x" | "f" }
  /** memory[rs1 + imm] = rs2, or f[rs2], whose lower half are its 4 bytes. */
  | { readonly kind: "store"; readonly bytes: 1 | 2 | 4 | 8; readonly file: "x" | "f" }
  /** rd = csr; csr written with, set by or cleared by rs1 or imm. */
  | { readonly kind: "csr"; readonly action: "write" | "set" | "clear"; readonly source: "rs1" | "imm" }
  /** Orders memory accesses, or fetches after stores: nothing to do where both happen in order. */
  | { readonly kind: "fence" }
  | { readonly kind: "trap"; readonly cause: "breakpoint" | "environmentCall" }
  /** mret. */
  | { readonly kind: "return" }
  /** wfi. */
  | { readonly kind: "wait" }
  | { readonly kind: "loadReserved" }
  | { readonly kind: "storeConditional" }
  /** rd = memory[rs1]; memory[rs1] = operation(memory[rs1], rs2). */
  | { readonly kind: "amo"; readonly operation: Operation }
  /** rd = operation(sources), in the register files that the format's operands name; singles in f are NaN-boxed. */
  | { readonly kind: "float"; readonly precision: "single"; readonly operation: SingleOperation }
  | { readonly kind: "float"; readonly precision: "double"; readonly operation: DoubleOperation };
export type EffectKind = Effect["kind"];
