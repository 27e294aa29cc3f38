/** Makers of table rows: each fills in the opcode that a family of instructions shares. Unprivileged, table 24.1. */
import type { DoubleOperation, Effect, SingleOperation } from "./effects.ts";
import type { Format, OperandName } from "./formats.ts";
import * as formats from "./formats.ts";
import type { ConditionName, Operation } from "./operations.ts";

/** A row of the table. The bits that the format leaves to no operand are fixed: they equal those of `match`. */
export interface Row<F extends Format = Format> {
  readonly format: F;
  readonly match: number;
  readonly effect: Effect;
}

/** A compressed row: another way to write an instruction that exists. */
export interface CompressedRow<F extends Format = Format> {
  readonly format: F;
  readonly match: number;
  /** The instruction it stands for; each of its operands is a constant or an operand of the short form. */
  readonly expansion: {
    readonly mnemonic: string;
    readonly operands: { readonly [N in OperandName]?: OperandName | number };
  };
  /** Operands that must not be 0: those encodings are reserved, or mean something else. */
  readonly nonzero: readonly OperandName[];
}

/** The major opcodes, bits 6:0. */
const OPCODE = {
  load: 0x03,
  loadFp: 0x07,
  miscMem: 0x0f,
  opImm: 0x13,
  auipc: 0x17,
  store: 0x23,
  storeFp: 0x27,
  amo: 0x2f,
  op: 0x33,
  lui: 0x37,
  madd: 0x43,
  msub: 0x47,
  nmsub: 0x4b,
  nmadd: 0x4f,
  opFp: 0x53,
  branch: 0x63,
  jalr: 0x67,
  jal: 0x6f,
  system: 0x73,
} as const;

const row = <F extends Format>(format: F, match: number, effect: Effect): Row<F> => ({ format, match, effect });

export const register = (funct7: number, funct3: number, operation: Operation) =>
  row(formats.R, (funct7 << 25) | (funct3 << 12) | OPCODE.op, { kind: "compute", operation, second: "rs2" });
export const immediate = (funct3: number, operation: Operation) =>
  row(formats.I, (funct3 << 12) | OPCODE.opImm, { kind: "compute", operation, second: "imm" });
export const shift = (funct7: number, funct3: number, operation: Operation) =>
  row(formats.SHIFT, (funct7 << 25) | (funct3 << 12) | OPCODE.opImm, { kind: "compute", operation, second: "imm" });
/** An operation of rs1 alone; `fixed` are the bits that rs2 or imm would have. */
export const registerUnary = (funct7: number, fixed: number, funct3: number, operation: Operation) =>
  row(formats.R_UNARY, (funct7 << 25) | (fixed << 20) | (funct3 << 12) | OPCODE.op, {
    ...{ kind: "compute", operation, second: "imm" },
  });
export const immediateUnary = (fixed: number, funct3: number, operation: Operation) =>
  row(formats.R_UNARY, (fixed << 20) | (funct3 << 12) | OPCODE.opImm, { kind: "compute", operation, second: "imm" });
export const upper = (base: "zero" | "pc") =>
  row(formats.U, base === "zero" ? OPCODE.lui : OPCODE.auipc, { kind: "constant", base });
export const jump = () => row(formats.J, OPCODE.jal, { kind: "jump", target: "offset" });
export const jumpRegister = () => row(formats.LOAD, OPCODE.jalr, { kind: "jump", target: "register" });
export const branch = (funct3: number, condition: ConditionName) =>
  row(formats.B, (funct3 << 12) | OPCODE.branch, { kind: "branch", condition });
export const load = (funct3: number, bytes: 1 | 2 | 4, signedness: "signed" | "unsigned") =>
  row(formats.LOAD, (funct3 << 12) | OPCODE.load, { kind: "load", bytes, signed: signedness === "signed", file: "x" });
export const store = (funct3: number, bytes: 1 | 2 | 4) =>
  row(formats.S, (funct3 << 12) | OPCODE.store, { kind: "store", bytes, file: "x" });
export const fence = () => row(formats.FENCE, OPCODE.miscMem, { kind: "fence" });
export const fenceTso = () => row(formats.BARE, 0x8330_0000 | OPCODE.miscMem, { kind: "fence" });
export const fenceInstructions = () => row(formats.FENCE_I, 0x1000 | OPCODE.miscMem, { kind: "fence" });

export const system = (funct12: number, effect: Effect) => row(formats.BARE, (funct12 << 20) | OPCODE.system, effect);
export const csr = (funct3: number, action: "write" | "set" | "clear") =>
  row(formats.CSR, (funct3 << 12) | OPCODE.system, { kind: "csr", action, source: "rs1" });
export const csrImmediate = (funct3: number, action: "write" | "set" | "clear") =>
  row(formats.CSR_IMMEDIATE, (funct3 << 12) | OPCODE.system, { kind: "csr", action, source: "imm" });

const AMO_WORD = 0x2000 | OPCODE.amo;
export const amo = (funct5: number, operation: Operation) =>
  row(formats.AMO, (funct5 << 27) | AMO_WORD, { kind: "amo", operation });
export const loadReserved = () => row(formats.LOAD_RESERVED, (0x02 << 27) | AMO_WORD, { kind: "loadReserved" });
export const storeConditional = () => row(formats.AMO, (0x03 << 27) | AMO_WORD, { kind: "storeConditional" });

const WIDTH = { 4: 0x2000, 8: 0x3000 } as const;
export const floatLoad = (bytes: 4 | 8) =>
  row(formats.FLOAT_LOAD, WIDTH[bytes] | OPCODE.loadFp, { kind: "load", bytes, signed: true, file: "f" });
export const floatStore = (bytes: 4 | 8) =>
  row(formats.FLOAT_STORE, WIDTH[bytes] | OPCODE.storeFp, { kind: "store", bytes, file: "f" });

/** Bits 26:25 say the precision, in conversions between the two that of the result (Unprivileged §11.6, §12.5). */
const FMT = { single: 0, double: 1 << 25 } as const;
interface FloatFixed {
  readonly rs2: number;
  readonly funct3: number;
}
const NOTHING_FIXED: FloatFixed = { rs2: 0, funct3: 0 };
const floatMatch = (precision: keyof typeof FMT, funct5: number, fixed: FloatFixed): number =>
  (funct5 << 27) | FMT[precision] | (fixed.rs2 << 20) | (fixed.funct3 << 12) | OPCODE.opFp;
export const single = <F extends Format>(
  format: F,
  funct5: number,
  operation: SingleOperation,
  fixed = NOTHING_FIXED,
) => row(format, floatMatch("single", funct5, fixed), { kind: "float", precision: "single", operation });
export const double = <F extends Format>(
  format: F,
  funct5: number,
  operation: DoubleOperation,
  fixed = NOTHING_FIXED,
) => row(format, floatMatch("double", funct5, fixed), { kind: "float", precision: "double", operation });
export const fused = (precision: keyof typeof FMT, opcode: "madd" | "msub" | "nmsub" | "nmadd") =>
  row(formats.R4, FMT[precision] | OPCODE[opcode], { kind: "float", precision, operation: `f${opcode}` });

/** A compressed instruction: quadrant in bits 1:0, funct3 in bits 15:13, what else is fixed in `rest`. */
export const compressed = <F extends Format>(
  format: F,
  quadrant: 0 | 1 | 2,
  funct3: number,
  rest: number,
  mnemonic: string,
  operands: CompressedRow["expansion"]["operands"],
  nonzero: readonly OperandName[] = [],
): CompressedRow<F> => ({
  format,
  match: (funct3 << 13) | rest | quadrant,
  expansion: { mnemonic, operands },
  nonzero,
});
