/** Straight-line statements of a random program: every row of the instruction table, with what makes its effect harmless. */
import {
  BASE_INSTRUCTIONS,
  CSRS,
  encode,
  type Instruction,
  type Operands,
  rangeOf,
  TABLE,
  X,
} from "../../isa/index.ts";
import type { Floats } from "./flow-habits.ts";
import { CELL, NOWHERE, RAM_END, REACH, SCRATCH } from "./flow-layout.ts";
import type { FlowWriter } from "./flow-writer.ts";

export const MSTATUS = { mie: 1 << 3, mpie: 1 << 7, mpp: 3 << 11, fs: 3 << 13, mprv: 1 << 17 } as const;
/** Turned off and on again; the program wants its interrupts and its floats most of the time. */
const SWITCHES = [MSTATUS.mie, MSTATUS.mpie, MSTATUS.fs];

/** Writable without changing where the program goes next, or absent. */
const HARMLESS_CSRS = [
  ...[CSRS.fflags, CSRS.frm, CSRS.fcsr, CSRS.fcsr, CSRS.mcause, CSRS.mtval, CSRS.mepc, CSRS.mscratch, CSRS.mie],
  ...[
    CSRS.mcycle,
    CSRS.mcycleh,
    CSRS.minstret,
    CSRS.minstreth,
    CSRS.mcountinhibit,
    CSRS.mcounteren,
    CSRS.mip,
    0x7c5,
    0x8ff,
    0xcff,
  ],
];
const ALL_CSRS = Object.values(CSRS);

const effectOf = (row: Instruction) => (row.kind === "base" ? row.effect : row.expandsTo.effect);

/** Kinds that cost a trap or an exit: fewer of them. */
const RARE = new Set(["trap", "return", "wait", "csr"]);
const COMPILED_ROWS = TABLE.filter((row) => {
  const { kind } = effectOf(row);
  const isInteger = ["compute", "constant", "load", "store", "branch"].includes(kind);
  return isInteger || (kind === "float" && /^f(add|sub|mul|madd|sgnj|eq|lt|le|mv)\b/.test(row.mnemonic));
});
const COMMON_ROWS = BASE_INSTRUCTIONS.filter(({ effect }) =>
  ["float", "compute", "load", "store"].includes(effect.kind),
);
const MEMORY_ROWS = TABLE.filter((row) => ["load", "store", "amo"].includes(effectOf(row).kind));
const PLAIN_ROWS = BASE_INSTRUCTIONS.filter(({ effect }) => effect.kind === "compute");

/** In percent: statements before which a register gets a new value. */
const FRESH = 4;

/** Registers that a statement may write. */
export type Writable = readonly number[];

/** A register that a compressed row names without an operand. */
const impliedBy = (row: Instruction, name: "rd" | "rs1"): number => {
  const register = row.kind === "compressed" ? row.expansion.operands[name] : undefined;
  return typeof register === "number" ? register : X.zero;
};

/** Whether its floats are of the program's precision. */
const suits = (row: Instruction, floats: Floats): boolean => {
  const { extension } = row.kind === "base" ? row : row.expandsTo;
  const isFloat = extension === "F" || extension === "D";
  return (
    !isFloat ||
    floats === "mixed" ||
    floats === "apart" ||
    (floats === "single" && extension === "F") ||
    (floats === "double" && extension === "D")
  );
};

/** One row of the table, each as likely as another but for the rare ones, and what must come before it. */
export const statement = (writer: FlowWriter, writable: Writable): void => {
  const { random } = writer;
  // Without them, values soon are 0, −1 or an address.
  if (random.chance(FRESH)) writer.nextRandom(random.oneOf(writable), CELL.seed);
  for (;;) {
    const row = random.oneOf(random.chance(writer.habits.common) ? COMPILED_ROWS : TABLE);
    if (RARE.has(effectOf(row).kind) && !random.chance(writer.habits.rare)) continue;
    if (!suits(row, writer.floats)) continue;
    const target = impliedBy(row, "rd");
    if (target !== X.zero && target !== X.sp && !writable.includes(target)) continue;
    around(writer, row, writable);
    return;
  }
};

/** A 4-byte instruction that only computes. */
export const plainWord = (writer: FlowWriter, writable: Writable): void => {
  const row = writer.random.oneOf(PLAIN_ROWS);
  writer.row(row, writer.operands(row, writable));
};

/** A compare of arbitrary registers, true more often than by chance. */
export const comparison = (writer: FlowWriter): { readonly rs1: number; readonly rs2: number } => {
  const { random } = writer;
  const rs1 = random.below(32);
  return { rs1, rs2: random.chance(30) ? X.zero : random.chance(10) ? rs1 : random.below(32) };
};

const around = (writer: FlowWriter, row: Instruction, writable: Writable): void => {
  const operands = writer.operands(row, writable);
  const effect = effectOf(row);
  switch (effect.kind) {
    case "load":
    case "store":
      memory(writer, row, operands, effect.bytes);
      return;
    case "loadReserved":
    case "storeConditional":
    case "amo":
      atomic(writer, row, operands);
      return;
    case "branch":
      skip(writer, row, operands, writable);
      return;
    case "jump":
      if (effect.target === "offset") skip(writer, row, operands, writable);
      else skipThroughRegister(writer, row, operands, writable);
      return;
    case "csr":
      if (writer.random.chance(10)) borrowedMode(writer, writable);
      else csrAccess(writer, row, operands, writable);
      return;
    case "return":
      leaveTo(writer, "machine", () => writer.row(row, operands));
      return;
    case "float":
      freshFloats(writer, row, operands);
      writer.row(row, operands);
      return;
    default:
      if (impliedBy(row, "rd") === X.sp) moveStack(writer, row, operands);
      else writer.row(row, operands);
  }
};

/** There and back. */
const moveStack = (writer: FlowWriter, row: Instruction, { imm = 0 }: Partial<Operands>): void => {
  const distance = Math.max(imm, -496);
  writer.row(row, { imm: distance }).row(row, { imm: -distance });
};

// ── Memory ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const memory = (writer: FlowWriter, row: Instruction, operands: Partial<Operands>, bytes: number): void => {
  const { random } = writer;
  if (impliedBy(row, "rs1") === X.sp) {
    // What is stored there must not be anybody's saved register.
    writer.op("addi", { rd: X.sp, rs1: X.sp, imm: -1024 }).row(row, operands);
    writer.op("addi", { rd: X.sp, rs1: X.sp, imm: 1024 });
    return;
  }
  const { astray, misaligned } = writer.habits;
  const aligned = (offset: number) => (random.chance(misaligned) ? offset : offset & -bytes);
  const base = row.fields.find(([name]) => name === "rs1")![1];
  if (rangeOf(base).min === 0 && random.chance(50)) {
    writer.row(row, { ...operands, rs1: X.gp, imm: aligned(random.below(2 * REACH - 8) - REACH) });
    return;
  }
  // Compressed rows reach s0 … a5 only.
  const rs1 = random.oneOf([X.a3, X.a4, X.a5]);
  const offset = operands.imm ?? 0;
  if (random.chance(astray)) {
    writer.li(rs1, (specialAddress(writer, bytes) - offset) | 0).row(row, { ...operands, rs1 });
    return;
  }
  indexedBase(writer, rs1, aligned(0x1ff));
  const isShort = row.kind === "compressed";
  writer.row(row, { ...operands, rs1, imm: isShort ? offset : aligned(offset >> 1) });
};

/** x[rs1] = gp + an offset in `mask` that depends on what the register was. */
const indexedBase = (writer: FlowWriter, rs1: number, mask: number): void => {
  writer.op("andi", { rd: rs1, rs1, imm: mask }).op("add", { rd: rs1, rs1, rs2: X.gp });
};

/** Devices, nothing at all, and both edges of RAM. */
const specialAddress = (writer: FlowWriter, bytes: number): number => {
  const { random } = writer;
  const device = SCRATCH.start + (random.below(SCRATCH.bytes) & -bytes);
  switch (random.below(6)) {
    case 0:
      return random.oneOf(NOWHERE) + random.below(16);
    case 1:
      return RAM_END - random.below(12);
    case 2:
      // The hart's own registers lie there in the host's memory.
      return RAM_END + random.below(1024);
    default:
      return device;
  }
};

const atomic = (writer: FlowWriter, row: Instruction, operands: Partial<Operands>): void => {
  const { random } = writer;
  const rs1 = random.oneOf([X.a3, X.a4, X.a5]);
  if (random.chance(writer.habits.astray)) writer.li(rs1, specialAddress(writer, 4) | 0);
  else indexedBase(writer, rs1, random.chance(writer.habits.misaligned / 3) ? 0x1fe : 0x1fc);
  writer.row(row, { ...operands, rs1 });
};

// ── Jumps over one instruction ──────────────────────────────────────────────────────────────────────────────────────

const skip = (writer: FlowWriter, row: Instruction, operands: Partial<Operands>, writable: Writable): void => {
  writer.row(row, { ...unlinked(writer, row, operands), imm: row.format.bytes + 4 });
  plainWord(writer, writable);
};

/** A jump over an instruction that writes its address looks like a call of what is behind it. */
const unlinked = (writer: FlowWriter, row: Instruction, operands: Partial<Operands>): Partial<Operands> => {
  const isLinked = effectOf(row).kind === "jump" && operands.rd !== undefined;
  return isLinked && !writer.random.chance(writer.habits.oddities) ? { ...operands, rd: X.zero } : operands;
};

const skipThroughRegister = (
  writer: FlowWriter,
  row: Instruction,
  operands: Partial<Operands>,
  writable: Writable,
): void => {
  // auipc, addi, the jump itself, and what it skips; bit 0 of the target is ignored.
  const distance = 4 + 4 + row.format.bytes + 4 + writer.random.below(2);
  const rs1 = writer.random.oneOf([X.t0, X.t1, X.a7]);
  writer.op("auipc", { rd: rs1, imm: 0 }).op("addi", { rd: rs1, rs1, imm: distance - ((operands.imm ?? 0) >> 1) });
  const rest = operands.imm === undefined ? {} : { imm: operands.imm >> 1 };
  writer.row(row, { ...unlinked(writer, row, operands), rs1, ...rest });
  plainWord(writer, writable);
};

// ── System ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const csrAccess = (writer: FlowWriter, row: Instruction, operands: Partial<Operands>, writable: Writable): void => {
  const { random } = writer;
  switch (random.below(6)) {
    case 0:
    case 1:
    case 2:
    case 3:
      writer.row(row, { ...operands, csr: random.oneOf(HARMLESS_CSRS) });
      return;
    case 4: {
      const off = random.oneOf(SWITCHES);
      writer.li(X.t0, off).op("csrrc", { rd: X.t1, csr: CSRS.mstatus, rs1: X.t0 });
      for (let count = random.below(4); count > 0; count--)
        around(writer, random.oneOf(COMMON_ROWS.filter((common) => suits(common, writer.floats))), writable);
      writer.li(X.t0, off).op("csrrs", { rd: X.t1, csr: CSRS.mstatus, rs1: X.t0 });
      return;
    }
    default:
      writer.op("csrrs", { rd: random.oneOf(writable), csr: random.oneOf(ALL_CSRS), rs1: X.zero });
  }
};

/** mret to what follows. An interrupt before it would use mepc itself. @param mode what mstatus.MPP is to say. */
const leaveTo = (writer: FlowWriter, mode: "user" | "machine", writeReturn: () => void): void => {
  const here = writer.fresh("after mret");
  writer.op("csrrci", { rd: 0, csr: CSRS.mstatus, imm: MSTATUS.mie });
  writer.li(X.t0, MSTATUS.mpp).op(mode === "user" ? "csrrc" : "csrrs", { rd: 0, csr: CSRS.mstatus, rs1: X.t0 });
  writer.li(X.t0, MSTATUS.mpie).op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: X.t0 });
  writer.address(X.t0, here).csrWrite(CSRS.mepc, X.t0);
  writeReturn();
  writer.label(here);
};

export const enterUserMode = (writer: FlowWriter): void => {
  leaveTo(writer, "user", () => writer.op("mret"));
};

/** Loads and stores that are checked as if they were a user's. */
const borrowedMode = (writer: FlowWriter, writable: Writable): void => {
  const { random } = writer;
  writer.li(X.t0, MSTATUS.mpp).op("csrrc", { rd: 0, csr: CSRS.mstatus, rs1: X.t0 });
  writer.li(X.t0, MSTATUS.mprv).op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: X.t0 });
  for (let count = 1 + random.below(4); count > 0; count--)
    around(writer, random.oneOf(MEMORY_ROWS.filter((memory) => suits(memory, writer.floats))), writable);
  writer.li(X.t0, MSTATUS.mprv).op("csrrc", { rd: 0, csr: CSRS.mstatus, rs1: X.t0 });
};

/** Sources from memory, often: results soon are NaN. */
const freshFloats = (writer: FlowWriter, row: Instruction, operands: Partial<Operands>): void => {
  const { random } = writer;
  const isDouble = row.mnemonic.includes(".d") && (writer.floats === "double" || random.chance(80));
  const load = TABLE.find(({ mnemonic }) => mnemonic === (isDouble ? "fld" : "flw"));
  for (const [name, { kind }] of row.fields) {
    if (kind !== "f" || name === "rd" || load === undefined || random.chance(40)) continue;
    writer.row(load, { rd: operands[name]!, rs1: X.gp, imm: 8 * (random.below(REACH / 4 - 1) - REACH / 8) });
  }
};

/** lui whose upper half is an instruction of its own, and a jump to there. */
export const overlapping = (writer: FlowWriter, writable: Writable): void => {
  const { random } = writer;
  const inner = random.oneOf([
    encode("c.addi", { rd: X.a0, imm: 1 + random.below(31) }),
    encode("c.mv", { rd: X.a1, rs2: 1 + random.below(31) }),
    encode("c.xor", { rd: X.a2, rs2: X.a3 }),
  ]);
  const { rs1, rs2 } = comparison(writer);
  const branch = random.oneOf(["beq", "bne", "blt", "bgeu"] as const);
  writer.op(branch, { rs1, rs2, imm: 6 });
  writer.op("lui", { rd: random.oneOf(writable), imm: 0 });
  const at = writer.size - 4;
  writer.bytes[at + 2] = inner & 0xff;
  writer.bytes[at + 3] = inner >>> 8;
};
