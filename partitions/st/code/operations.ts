/** Operations of the intermediate representation that take more than picking a mnemonic. */
import { type Mnemonic, X } from "../../../runtime/isa/index.ts";
import {
  type Address,
  type BinaryOperation,
  type Instruction,
  type InstructionOf,
  isConstant,
  type Operand,
  type UnaryOperation,
} from "../ir/ir.ts";
import { BINARY, type MachineBinary, UNARY } from "../ir/operations.ts";
import { type Emitter, fits12, SCRATCH } from "./emitter.ts";
import type { ColdPath } from "./generate.ts";
import { ERROR_ROUTINES } from "./runtime-names.ts";

/** RISC-V Unprivileged §11.2: rounding modes in the rm field. */
const ROUND_TO_NEAREST_EVEN = 0;
const ROUND_TO_ZERO = 1;

const nearest = (mnemonic: Mnemonic) => ({ mnemonic, rounding: { rm: ROUND_TO_NEAREST_EVEN } });
const towardsZero = (mnemonic: Mnemonic) => ({ mnemonic, rounding: { rm: ROUND_TO_ZERO } });
const exact = (mnemonic: Mnemonic) => ({ mnemonic, rounding: {} });

/** Square roots and conversions: one instruction with a rounding mode, where it may round. */
const ROUNDED: Readonly<
  Partial<Record<UnaryOperation, { readonly mnemonic: Mnemonic; readonly rounding: { readonly rm?: number } }>>
> = {
  fsqrt: nearest("fsqrt.s"),
  dsqrt: nearest("fsqrt.d"),
  intToReal: nearest("fcvt.s.w"),
  unsignedToReal: nearest("fcvt.s.wu"),
  realToInt: nearest("fcvt.w.s"),
  realToUnsigned: nearest("fcvt.wu.s"),
  truncateToInt: towardsZero("fcvt.w.s"),
  truncateToUnsigned: towardsZero("fcvt.wu.s"),
  realToDouble: exact("fcvt.d.s"),
  doubleToReal: nearest("fcvt.s.d"),
  intToDouble: exact("fcvt.d.w"),
  unsignedToDouble: exact("fcvt.d.wu"),
  doubleToInt: nearest("fcvt.w.d"),
  doubleToUnsigned: nearest("fcvt.wu.d"),
  truncateDoubleToInt: towardsZero("fcvt.w.d"),
  truncateDoubleToUnsigned: towardsZero("fcvt.wu.d"),
};

export const emitUnary = (emitter: Emitter, { operation, to, from }: InstructionOf<"unary">): void => {
  const { asm } = emitter;
  const rs1 = emitter.read(from, UNARY[operation].of, 0);
  const rd = emitter.target(to);
  switch (operation) {
    case "sext8":
      asm.emit("sext.b", { rd, rs1 });
      break;
    case "sext16":
      asm.emit("sext.h", { rd, rs1 });
      break;
    case "zext16":
      asm.emit("zext.h", { rd, rs1 });
      break;
    case "zext8":
      asm.emit("andi", { rd, rs1, imm: 0xff });
      break;
    case "isZero":
      asm.emit("sltiu", { rd, rs1, imm: 1 });
      break;
    case "isNotZero":
      asm.emit("sltu", { rd, rs1: X.zero, rs2: rs1 });
      break;
    case "abs": {
      asm.emit("sub", { rd: SCRATCH[2], rs1: X.zero, rs2: rs1 });
      asm.emit("max", { rd, rs1, rs2: SCRATCH[2] });
      break;
    }
    case "fneg":
    case "dneg":
      asm.emit(operation === "fneg" ? "fsgnjn.s" : "fsgnjn.d", { rd, rs1, rs2: rs1 });
      break;
    case "fabs":
    case "dabs":
      asm.emit(operation === "fabs" ? "fsgnjx.s" : "fsgnjx.d", { rd, rs1, rs2: rs1 });
      break;
    case "bitsToReal":
      asm.emit("fmv.w.x", { rd, rs1 });
      break;
    case "realToBits":
      asm.emit("fmv.x.w", { rd, rs1 });
      break;
    default: {
      const conversion = ROUNDED[operation];
      if (conversion === undefined) throw new Error(`${operation} is split before code is generated`);
      asm.emit(conversion.mnemonic, { rd, rs1, ...conversion.rounding });
    }
  }
  emitter.finish(to);
};

const isMachine = (operation: BinaryOperation): operation is MachineBinary => Object.hasOwn(MNEMONICS, operation);
const MNEMONICS: Readonly<Record<MachineBinary, Mnemonic>> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  mulhu: "mulhu",
  div: "div",
  divu: "divu",
  rem: "rem",
  remu: "remu",
  and: "and",
  or: "or",
  xor: "xor",
  sll: "sll",
  srl: "srl",
  sra: "sra",
  slt: "slt",
  sltu: "sltu",
  min: "min",
  max: "max",
  minu: "minu",
  maxu: "maxu",
  sh1add: "sh1add",
  sh2add: "sh2add",
  sh3add: "sh3add",
  andn: "andn",
  bext: "bext",
  ror: "ror",
  fadd: "fadd.s",
  fsub: "fsub.s",
  fmul: "fmul.s",
  fdiv: "fdiv.s",
  fmin: "fmin.s",
  fmax: "fmax.s",
  feq: "feq.s",
  flt: "flt.s",
  fle: "fle.s",
  dadd: "fadd.d",
  dsub: "fsub.d",
  dmul: "fmul.d",
  ddiv: "fdiv.d",
  dmin: "fmin.d",
  dmax: "fmax.d",
  deq: "feq.d",
  dlt: "flt.d",
  dle: "fle.d",
};
const IMMEDIATES: Readonly<Partial<Record<BinaryOperation, Mnemonic>>> = {
  add: "addi",
  and: "andi",
  or: "ori",
  xor: "xori",
  slt: "slti",
  sltu: "sltiu",
  sll: "slli",
  srl: "srli",
  sra: "srai",
  bext: "bexti",
  ror: "rori",
};
const COMMUTATIVE: ReadonlySet<BinaryOperation> = new Set(["add", "and", "or", "xor", "mul"]);
const SHIFTS: ReadonlySet<BinaryOperation> = new Set(["sll", "srl", "sra", "bext", "ror"]);

export const emitBinary = (emitter: Emitter, instruction: InstructionOf<"binary">): void => {
  const { operation, to } = instruction;
  if (!isMachine(operation)) throw new Error(`${operation} is split before code is generated`);
  let { left, right } = instruction;
  if (COMMUTATIVE.has(operation) && isConstant(left)) [left, right] = [right, left];
  if (isConstant(right) && emitImmediate(emitter, operation, to, left, right.constant)) return;
  const bank = BINARY[operation].of;
  const rs1 = emitter.read(left, bank, 0);
  const rs2 = emitter.read(right, bank, 1);
  emitter.asm.emit(MNEMONICS[operation], { rd: emitter.target(to), rs1, rs2 });
  emitter.finish(to);
};

const SINGLE_BITS: Readonly<Partial<Record<BinaryOperation, Mnemonic>>> = { or: "bseti", xor: "binvi", and: "bclri" };

/** Bits too far up for an immediate operand can be set, changed and cleared one at a time. */
const singleBit = (
  operation: BinaryOperation,
  value: number,
): { readonly mnemonic: Mnemonic; readonly imm: number } | null => {
  const mnemonic = SINGLE_BITS[operation];
  const mask = operation === "and" ? ~value : value;
  if (mnemonic === undefined || fits12(value) || mask === 0 || (mask & (mask - 1)) !== 0) return null;
  return { mnemonic, imm: 31 - Math.clz32(mask) };
};

/** @returns false when the constant does not fit into the instruction. */
const emitImmediate = (
  emitter: Emitter,
  operation: BinaryOperation,
  to: InstructionOf<"binary">["to"],
  left: Operand,
  value: number,
): boolean => {
  const single = singleBit(operation, value);
  const mnemonic = single?.mnemonic ?? (operation === "sub" ? "addi" : IMMEDIATES[operation]);
  const imm = single?.imm ?? (operation === "sub" ? -value : SHIFTS.has(operation) ? value & 31 : value);
  if (mnemonic === undefined || !fits12(imm)) return false;
  const rs1 = emitter.read(left, "integer", 0);
  emitter.asm.emit(mnemonic, { rd: emitter.target(to), rs1, imm });
  emitter.finish(to);
  return true;
};

export const emitSelect = (emitter: Emitter, { to, condition, left, right }: InstructionOf<"select">): void => {
  const { asm } = emitter;
  const { bank } = to;
  const rd = emitter.target(to);
  const done = asm.newLabel();
  const put = (operand: Operand): void => {
    if (isConstant(operand)) emitter.constant(operand.constant, bank, rd);
    else emitter.move(rd, emitter.read(operand, bank, 0), bank);
  };
  // The condition must not share a scratch register with the value that is put in place first.
  const rs1 = emitter.read(condition, "integer", 1);
  put(left);
  asm.branch("bne", rs1, X.zero, done);
  put(right);
  asm.label(done);
  emitter.finish(to);
};

/**
 * Error routines take the report in t1, return through t2 and leave everything else alone, so that reporting an error costs
 * registers only where it happens.
 */
export const callErrorRoutine = (emitter: Emitter, routine: string, report: Address): void => {
  emitter.address(SCRATCH[1], report);
  emitter.asm.jump(SCRATCH[2], routine);
};

export const emitDivide = (
  emitter: Emitter,
  { operation, to, left, right, report }: InstructionOf<"divide">,
  cold: ColdPath[],
): void => {
  const { asm } = emitter;
  const rs1 = emitter.read(left, "integer", 0);
  const rs2 = emitter.read(right, "integer", 1);
  const rd = emitter.target(to);
  const [failed, done] = [asm.newLabel(), asm.newLabel()];
  asm.branch("beq", rs2, X.zero, failed);
  asm.emit(operation, { rd, rs1, rs2 });
  asm.label(done);
  emitter.finish(to);
  cold.push(() => {
    asm.label(failed);
    callErrorRoutine(emitter, ERROR_ROUTINES.divisionByZero, report);
    asm.emit("addi", { rd, rs1: X.zero, imm: 0 });
    asm.jump(X.zero, done);
  });
};

/** Branches away when the index, unsigned, is not below the count. */
export const emitCheckIndex = (
  emitter: Emitter,
  { to, index, count, report }: InstructionOf<"checkIndex">,
  cold: ColdPath[],
): void => {
  const { asm } = emitter;
  const rs1 = emitter.read(index, "integer", 0);
  const rd = emitter.target(to);
  const [failed, done] = [asm.newLabel(), asm.newLabel()];
  asm.branch("bgeu", rs1, emitter.read(count, "integer", 1), failed);
  emitter.move(rd, rs1, "integer");
  asm.label(done);
  emitter.finish(to);
  cold.push(() => {
    const within = asm.newLabel();
    asm.label(failed);
    emitter.move(SCRATCH[0], rs1, "integer");
    callErrorRoutine(emitter, ERROR_ROUTINES.indexOutOfBounds, report);
    // The nearest element: the first for a negative index, else the last. `rd` may be where the count is.
    asm.emit("addi", { rd: SCRATCH[1], rs1: emitter.read(count, "integer", 1), imm: -1 });
    asm.branch("bge", SCRATCH[0], X.zero, within);
    asm.emit("addi", { rd: SCRATCH[1], rs1: X.zero, imm: 0 });
    asm.label(within);
    emitter.move(rd, SCRATCH[1], "integer");
    asm.jump(X.zero, done);
  });
};

export const emitCheckPointer = (
  emitter: Emitter,
  { to, pointer, address, zeros, report }: InstructionOf<"checkPointer">,
  cold: ColdPath[],
): void => {
  const { asm } = emitter;
  const [failed, done] = [asm.newLabel(), asm.newLabel()];
  asm.branch("beq", emitter.read(pointer, "integer", 0), X.zero, failed);
  const rd = emitter.target(to);
  emitter.move(rd, emitter.read(address, "integer", 0), "integer");
  asm.label(done);
  emitter.finish(to);
  cold.push(() => {
    asm.label(failed);
    callErrorRoutine(emitter, ERROR_ROUTINES.nullPointer, report);
    emitter.address(rd, zeros);
    asm.jump(X.zero, done);
  });
};

const INLINE_COPIES = 16;

const wordBytes = (align: number): number => Math.min(align, 4);

/** Such a copy uses a0, and puts back what was there. */
export const copiesInLoop = (instruction: Instruction): boolean =>
  instruction.kind === "copyBytes" && instruction.bytes / wordBytes(instruction.align) > INLINE_COPIES;

/** Word by word as far as the alignment allows; short ones without a loop. */
export const emitCopyBytes = (emitter: Emitter, { to, from, bytes, align }: InstructionOf<"copyBytes">): void => {
  const { asm } = emitter;
  const step = wordBytes(align);
  const [load, store]: readonly [Mnemonic, Mnemonic] =
    step === 4 ? ["lw", "sw"] : step === 2 ? ["lh", "sh"] : ["lb", "sb"];
  const count = bytes / step;
  emitter.address(SCRATCH[0], from);
  emitter.address(SCRATCH[1], to);
  if (count <= INLINE_COPIES) {
    for (let i = 0; i < count; i++) {
      asm.emit(load, { rd: SCRATCH[2], rs1: SCRATCH[0], imm: i * step });
      asm.emit(store, { rs2: SCRATCH[2], rs1: SCRATCH[1], imm: i * step });
    }
    return;
  }
  const counter = X.a0;
  const loop = asm.newLabel();
  asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: -16 });
  asm.frame({ kind: "depth", bytes: emitter.frame.size + 16 });
  asm.emit("sw", { rs2: counter, rs1: X.sp, imm: 0 });
  emitter.loadImmediate(counter, count);
  asm.label(loop);
  asm.emit(load, { rd: SCRATCH[2], rs1: SCRATCH[0], imm: 0 });
  asm.emit(store, { rs2: SCRATCH[2], rs1: SCRATCH[1], imm: 0 });
  asm.emit("addi", { rd: SCRATCH[0], rs1: SCRATCH[0], imm: step });
  asm.emit("addi", { rd: SCRATCH[1], rs1: SCRATCH[1], imm: step });
  asm.emit("addi", { rd: counter, rs1: counter, imm: -1 });
  asm.branch("bne", counter, X.zero, loop);
  asm.emit("lw", { rd: counter, rs1: X.sp, imm: 0 });
  asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: 16 });
  asm.frame({ kind: "depth", bytes: emitter.frame.size });
};
