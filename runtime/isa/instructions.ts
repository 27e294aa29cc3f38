/**
 * The instruction set, written once: one row an instruction, by extension. Decoder, encoder, disassembler, interpreter,
 * translator and tests all read these rows; a new instruction is one new row.
 * RISC-V Unprivileged 20191213, chapters 2, 3, 7, 8, 9, 11, 12, 16; Bit-manipulation 1.0.0 §2; Privileged 20211203 §3.3.
 */
import * as build from "./builders.ts";
import * as formats from "./formats.ts";

const I = {
  lui: build.upper("zero"),
  auipc: build.upper("pc"),
  jal: build.jump(),
  jalr: build.jumpRegister(),
  beq: build.branch(0, "eq"),
  bne: build.branch(1, "ne"),
  blt: build.branch(4, "lt"),
  bge: build.branch(5, "ge"),
  bltu: build.branch(6, "ltu"),
  bgeu: build.branch(7, "geu"),
  lb: build.load(0, 1, "signed"),
  lh: build.load(1, 2, "signed"),
  lw: build.load(2, 4, "signed"),
  lbu: build.load(4, 1, "unsigned"),
  lhu: build.load(5, 2, "unsigned"),
  sb: build.store(0, 1),
  sh: build.store(1, 2),
  sw: build.store(2, 4),
  addi: build.immediate(0, "add"),
  slti: build.immediate(2, "slt"),
  sltiu: build.immediate(3, "sltu"),
  xori: build.immediate(4, "xor"),
  ori: build.immediate(6, "or"),
  andi: build.immediate(7, "and"),
  slli: build.shift(0x00, 1, "sll"),
  srli: build.shift(0x00, 5, "srl"),
  srai: build.shift(0x20, 5, "sra"),
  add: build.register(0x00, 0, "add"),
  sub: build.register(0x20, 0, "sub"),
  sll: build.register(0x00, 1, "sll"),
  slt: build.register(0x00, 2, "slt"),
  sltu: build.register(0x00, 3, "sltu"),
  xor: build.register(0x00, 4, "xor"),
  srl: build.register(0x00, 5, "srl"),
  sra: build.register(0x20, 5, "sra"),
  or: build.register(0x00, 6, "or"),
  and: build.register(0x00, 7, "and"),
  fence: build.fence(),
  "fence.tso": build.fenceTso(),
  ecall: build.system(0x000, { kind: "trap", cause: "environmentCall" }),
  ebreak: build.system(0x001, { kind: "trap", cause: "breakpoint" }),
} as const;

const Zifencei = {
  "fence.i": build.fenceInstructions(),
} as const;

const Zicsr = {
  csrrw: build.csr(1, "write"),
  csrrs: build.csr(2, "set"),
  csrrc: build.csr(3, "clear"),
  csrrwi: build.csrImmediate(5, "write"),
  csrrsi: build.csrImmediate(6, "set"),
  csrrci: build.csrImmediate(7, "clear"),
} as const;

/** Of the privileged architecture. */
const Machine = {
  mret: build.system(0x302, { kind: "return" }),
  wfi: build.system(0x105, { kind: "wait" }),
} as const;

const M = {
  mul: build.register(0x01, 0, "mul"),
  mulh: build.register(0x01, 1, "mulh"),
  mulhsu: build.register(0x01, 2, "mulhsu"),
  mulhu: build.register(0x01, 3, "mulhu"),
  div: build.register(0x01, 4, "div"),
  divu: build.register(0x01, 5, "divu"),
  rem: build.register(0x01, 6, "rem"),
  remu: build.register(0x01, 7, "remu"),
} as const;

const A = {
  "lr.w": build.loadReserved(),
  "sc.w": build.storeConditional(),
  "amoswap.w": build.amo(0x01, "swap"),
  "amoadd.w": build.amo(0x00, "add"),
  "amoxor.w": build.amo(0x04, "xor"),
  "amoand.w": build.amo(0x0c, "and"),
  "amoor.w": build.amo(0x08, "or"),
  "amomin.w": build.amo(0x10, "min"),
  "amomax.w": build.amo(0x14, "max"),
  "amominu.w": build.amo(0x18, "minu"),
  "amomaxu.w": build.amo(0x1c, "maxu"),
} as const;

const F = {
  flw: build.floatLoad(4),
  fsw: build.floatStore(4),
  "fmadd.s": build.fused("single", "madd"),
  "fmsub.s": build.fused("single", "msub"),
  "fnmsub.s": build.fused("single", "nmsub"),
  "fnmadd.s": build.fused("single", "nmadd"),
  "fadd.s": build.single(formats.FLOAT_ROUNDED, 0x00, "add"),
  "fsub.s": build.single(formats.FLOAT_ROUNDED, 0x01, "sub"),
  "fmul.s": build.single(formats.FLOAT_ROUNDED, 0x02, "mul"),
  "fdiv.s": build.single(formats.FLOAT_ROUNDED, 0x03, "div"),
  "fsqrt.s": build.single(formats.FLOAT_ROUNDED_UNARY, 0x0b, "sqrt"),
  "fsgnj.s": build.single(formats.FLOAT_BITWISE, 0x04, "copySign", { rs2: 0, funct3: 0 }),
  "fsgnjn.s": build.single(formats.FLOAT_BITWISE, 0x04, "copyNegatedSign", { rs2: 0, funct3: 1 }),
  "fsgnjx.s": build.single(formats.FLOAT_BITWISE, 0x04, "xorSign", { rs2: 0, funct3: 2 }),
  "fmin.s": build.single(formats.FLOAT_BITWISE, 0x05, "min", { rs2: 0, funct3: 0 }),
  "fmax.s": build.single(formats.FLOAT_BITWISE, 0x05, "max", { rs2: 0, funct3: 1 }),
  "feq.s": build.single(formats.FLOAT_COMPARE, 0x14, "equal", { rs2: 0, funct3: 2 }),
  "flt.s": build.single(formats.FLOAT_COMPARE, 0x14, "less", { rs2: 0, funct3: 1 }),
  "fle.s": build.single(formats.FLOAT_COMPARE, 0x14, "lessOrEqual", { rs2: 0, funct3: 0 }),
  "fclass.s": build.single(formats.FLOAT_TO_X, 0x1c, "classify", { rs2: 0, funct3: 1 }),
  "fcvt.w.s": build.single(formats.FLOAT_TO_X_ROUNDED, 0x18, "toInt", { rs2: 0, funct3: 0 }),
  "fcvt.wu.s": build.single(formats.FLOAT_TO_X_ROUNDED, 0x18, "toUnsigned", { rs2: 1, funct3: 0 }),
  "fcvt.s.w": build.single(formats.X_TO_FLOAT_ROUNDED, 0x1a, "fromInt", { rs2: 0, funct3: 0 }),
  "fcvt.s.wu": build.single(formats.X_TO_FLOAT_ROUNDED, 0x1a, "fromUnsigned", { rs2: 1, funct3: 0 }),
  "fmv.x.w": build.single(formats.FLOAT_TO_X, 0x1c, "moveToX", { rs2: 0, funct3: 0 }),
  "fmv.w.x": build.single(formats.X_TO_FLOAT, 0x1e, "moveFromX", { rs2: 0, funct3: 0 }),
} as const;

const D = {
  fld: build.floatLoad(8),
  fsd: build.floatStore(8),
  "fmadd.d": build.fused("double", "madd"),
  "fmsub.d": build.fused("double", "msub"),
  "fnmsub.d": build.fused("double", "nmsub"),
  "fnmadd.d": build.fused("double", "nmadd"),
  "fadd.d": build.double(formats.FLOAT_ROUNDED, 0x00, "add"),
  "fsub.d": build.double(formats.FLOAT_ROUNDED, 0x01, "sub"),
  "fmul.d": build.double(formats.FLOAT_ROUNDED, 0x02, "mul"),
  "fdiv.d": build.double(formats.FLOAT_ROUNDED, 0x03, "div"),
  "fsqrt.d": build.double(formats.FLOAT_ROUNDED_UNARY, 0x0b, "sqrt"),
  "fsgnj.d": build.double(formats.FLOAT_BITWISE, 0x04, "copySign", { rs2: 0, funct3: 0 }),
  "fsgnjn.d": build.double(formats.FLOAT_BITWISE, 0x04, "copyNegatedSign", { rs2: 0, funct3: 1 }),
  "fsgnjx.d": build.double(formats.FLOAT_BITWISE, 0x04, "xorSign", { rs2: 0, funct3: 2 }),
  "fmin.d": build.double(formats.FLOAT_BITWISE, 0x05, "min", { rs2: 0, funct3: 0 }),
  "fmax.d": build.double(formats.FLOAT_BITWISE, 0x05, "max", { rs2: 0, funct3: 1 }),
  "feq.d": build.double(formats.FLOAT_COMPARE, 0x14, "equal", { rs2: 0, funct3: 2 }),
  "flt.d": build.double(formats.FLOAT_COMPARE, 0x14, "less", { rs2: 0, funct3: 1 }),
  "fle.d": build.double(formats.FLOAT_COMPARE, 0x14, "lessOrEqual", { rs2: 0, funct3: 0 }),
  "fclass.d": build.double(formats.FLOAT_TO_X, 0x1c, "classify", { rs2: 0, funct3: 1 }),
  "fcvt.w.d": build.double(formats.FLOAT_TO_X_ROUNDED, 0x18, "toInt", { rs2: 0, funct3: 0 }),
  "fcvt.wu.d": build.double(formats.FLOAT_TO_X_ROUNDED, 0x18, "toUnsigned", { rs2: 1, funct3: 0 }),
  "fcvt.d.w": build.double(formats.X_TO_FLOAT_EXACT, 0x1a, "fromInt", { rs2: 0, funct3: 0 }),
  "fcvt.d.wu": build.double(formats.X_TO_FLOAT_EXACT, 0x1a, "fromUnsigned", { rs2: 1, funct3: 0 }),
  "fcvt.s.d": build.single(formats.FLOAT_ROUNDED_UNARY, 0x08, "fromDouble", { rs2: 1, funct3: 0 }),
  "fcvt.d.s": build.double(formats.FLOAT_EXACT, 0x08, "fromSingle", { rs2: 0, funct3: 0 }),
} as const;

const Zba = {
  sh1add: build.register(0x10, 2, "sh1add"),
  sh2add: build.register(0x10, 4, "sh2add"),
  sh3add: build.register(0x10, 6, "sh3add"),
} as const;

const Zbb = {
  andn: build.register(0x20, 7, "andn"),
  orn: build.register(0x20, 6, "orn"),
  xnor: build.register(0x20, 4, "xnor"),
  clz: build.immediateUnary(0x600, 1, "clz"),
  ctz: build.immediateUnary(0x601, 1, "ctz"),
  cpop: build.immediateUnary(0x602, 1, "cpop"),
  max: build.register(0x05, 6, "max"),
  maxu: build.register(0x05, 7, "maxu"),
  min: build.register(0x05, 4, "min"),
  minu: build.register(0x05, 5, "minu"),
  "sext.b": build.immediateUnary(0x604, 1, "sextb"),
  "sext.h": build.immediateUnary(0x605, 1, "sexth"),
  "zext.h": build.registerUnary(0x04, 0, 4, "zexth"),
  rol: build.register(0x30, 1, "rol"),
  ror: build.register(0x30, 5, "ror"),
  rori: build.shift(0x30, 5, "ror"),
  "orc.b": build.immediateUnary(0x287, 5, "orcb"),
  rev8: build.immediateUnary(0x698, 5, "rev8"),
} as const;

const Zbs = {
  bclr: build.register(0x24, 1, "bclr"),
  bclri: build.shift(0x24, 1, "bclr"),
  bext: build.register(0x24, 5, "bext"),
  bexti: build.shift(0x24, 5, "bext"),
  binv: build.register(0x34, 1, "binv"),
  binvi: build.shift(0x34, 1, "binv"),
  bset: build.register(0x14, 1, "bset"),
  bseti: build.shift(0x14, 1, "bset"),
} as const;

const ZERO = 0;
const RA = 1;
const SP = 2;

/**
 * Rows whose encodings overlap are told apart by `nonzero`, or by more fixed bits, which win. Hints (§16.7: c.addi to x0, shifts by
 * 0 …) need no rows: what they expand to does nothing.
 */
const C = {
  "c.addi4spn": build.compressed(formats.CIW, 0, 0, 0, "addi", { rd: "rd", rs1: SP, imm: "imm" }, ["imm"]),
  "c.fld": build.compressed(formats.CL_DOUBLE, 0, 1, 0, "fld", { rd: "rd", rs1: "rs1", imm: "imm" }),
  "c.lw": build.compressed(formats.CL, 0, 2, 0, "lw", { rd: "rd", rs1: "rs1", imm: "imm" }),
  "c.flw": build.compressed(formats.CL_FLOAT, 0, 3, 0, "flw", { rd: "rd", rs1: "rs1", imm: "imm" }),
  "c.fsd": build.compressed(formats.CS_DOUBLE, 0, 5, 0, "fsd", { rs2: "rs2", rs1: "rs1", imm: "imm" }),
  "c.sw": build.compressed(formats.CS, 0, 6, 0, "sw", { rs2: "rs2", rs1: "rs1", imm: "imm" }),
  "c.fsw": build.compressed(formats.CS_FLOAT, 0, 7, 0, "fsw", { rs2: "rs2", rs1: "rs1", imm: "imm" }),

  "c.nop": build.compressed(formats.C_BARE, 1, 0, 0, "addi", { rd: ZERO, rs1: ZERO, imm: 0 }),
  "c.addi": build.compressed(formats.CI, 1, 0, 0, "addi", { rd: "rd", rs1: "rd", imm: "imm" }),
  "c.jal": build.compressed(formats.CJ, 1, 1, 0, "jal", { rd: RA, imm: "imm" }),
  "c.li": build.compressed(formats.CI, 1, 2, 0, "addi", { rd: "rd", rs1: ZERO, imm: "imm" }),
  "c.addi16sp": build.compressed(formats.CI_STACK, 1, 3, SP << 7, "addi", { rd: SP, rs1: SP, imm: "imm" }, ["imm"]),
  "c.lui": build.compressed(formats.CI_UPPER, 1, 3, 0, "lui", { rd: "rd", imm: "imm" }, ["imm"]),
  "c.srli": build.compressed(formats.CB_SHIFT, 1, 4, 0x0000, "srli", { rd: "rd", rs1: "rd", imm: "imm" }),
  "c.srai": build.compressed(formats.CB_SHIFT, 1, 4, 0x0400, "srai", { rd: "rd", rs1: "rd", imm: "imm" }),
  "c.andi": build.compressed(formats.CB_IMMEDIATE, 1, 4, 0x0800, "andi", { rd: "rd", rs1: "rd", imm: "imm" }),
  "c.sub": build.compressed(formats.CA, 1, 4, 0x0c00, "sub", { rd: "rd", rs1: "rd", rs2: "rs2" }),
  "c.xor": build.compressed(formats.CA, 1, 4, 0x0c20, "xor", { rd: "rd", rs1: "rd", rs2: "rs2" }),
  "c.or": build.compressed(formats.CA, 1, 4, 0x0c40, "or", { rd: "rd", rs1: "rd", rs2: "rs2" }),
  "c.and": build.compressed(formats.CA, 1, 4, 0x0c60, "and", { rd: "rd", rs1: "rd", rs2: "rs2" }),
  "c.j": build.compressed(formats.CJ, 1, 5, 0, "jal", { rd: ZERO, imm: "imm" }),
  "c.beqz": build.compressed(formats.CB, 1, 6, 0, "beq", { rs1: "rs1", rs2: ZERO, imm: "imm" }),
  "c.bnez": build.compressed(formats.CB, 1, 7, 0, "bne", { rs1: "rs1", rs2: ZERO, imm: "imm" }),

  "c.slli": build.compressed(formats.CI_SHIFT, 2, 0, 0, "slli", { rd: "rd", rs1: "rd", imm: "imm" }),
  "c.fldsp": build.compressed(formats.CI_DOUBLE_LOAD, 2, 1, 0, "fld", { rd: "rd", rs1: SP, imm: "imm" }),
  "c.lwsp": build.compressed(formats.CI_LOAD, 2, 2, 0, "lw", { rd: "rd", rs1: SP, imm: "imm" }, ["rd"]),
  "c.flwsp": build.compressed(formats.CI_FLOAT_LOAD, 2, 3, 0, "flw", { rd: "rd", rs1: SP, imm: "imm" }),
  "c.jr": build.compressed(formats.CR_JUMP, 2, 4, 0, "jalr", { rd: ZERO, rs1: "rs1", imm: 0 }, ["rs1"]),
  "c.mv": build.compressed(formats.CR, 2, 4, 0, "add", { rd: "rd", rs1: ZERO, rs2: "rs2" }, ["rs2"]),
  "c.ebreak": build.compressed(formats.C_BARE, 2, 4, 0x1000, "ebreak", {}),
  "c.jalr": build.compressed(formats.CR_JUMP, 2, 4, 0x1000, "jalr", { rd: RA, rs1: "rs1", imm: 0 }, ["rs1"]),
  "c.add": build.compressed(formats.CR, 2, 4, 0x1000, "add", { rd: "rd", rs1: "rd", rs2: "rs2" }, ["rs2"]),
  "c.fsdsp": build.compressed(formats.CSS_DOUBLE, 2, 5, 0, "fsd", { rs2: "rs2", rs1: SP, imm: "imm" }),
  "c.swsp": build.compressed(formats.CSS, 2, 6, 0, "sw", { rs2: "rs2", rs1: SP, imm: "imm" }),
  "c.fswsp": build.compressed(formats.CSS_FLOAT, 2, 7, 0, "fsw", { rs2: "rs2", rs1: SP, imm: "imm" }),
} as const;

export const EXTENSIONS = { I, Zifencei, Zicsr, Machine, M, A, F, D, Zba, Zbb, Zbs, C } as const;
export type Extension = keyof typeof EXTENSIONS;

export const INSTRUCTIONS = {
  ...{ ...I, ...Zifencei, ...Zicsr, ...Machine, ...M, ...A, ...F, ...D },
  ...{ ...Zba, ...Zbb, ...Zbs, ...C },
} as const;
export type Mnemonic = keyof typeof INSTRUCTIONS;
