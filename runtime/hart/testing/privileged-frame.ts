/** What surrounds a program for M and U mode: memory map, trap handler, the way into U mode and back, and what is left at the end. */
import { CSRS, X } from "../../isa/index.ts";
import { RAM_BASE } from "../layout.ts";
import { Assembly } from "./assembly.ts";
import { MSIP } from "./program-frame.ts";

/** Code, which U mode may execute and read, by entry 0 of physical memory protection. */
export const CODE_BYTES = 4 * 2 ** 20;
/** What the trap handler keeps, and behind it what it logs. */
const SAVED = RAM_BASE + CODE_BYTES;
const LOG = SAVED + 64;
/** Words of a log entry. */
const LOGGED = ["mcause", "mepc", "mtval", "mstatus", "a0", "vectored"] as const;
/** What is protected and tried: the lower half for loads and stores, the upper one full of breakpoints. */
export const AREA = RAM_BASE + 8 * 2 ** 20;
export const HALF_BYTES = 0x1_0000;
export const BREAKPOINTS = AREA + HALF_BYTES;
/** ebreak and twice c.ebreak: what fills the upper half. QEMU 7.2 would not look at the second half of a 4-byte one at 2. */
const FILLING = [0x0010_0073, 0x9002_9002] as const;
export const INSTRUCTION_OFFSETS = [0, 4, 6] as const;

export const PMPCFG = 0x3a0;
export const PMPADDR = 0x3b0;
export const NAPOT = 3 << 3;
const READ_EXECUTE = 0b101;
/** Configuration and address of entry 0. */
export const CODE_ENTRY = { configuration: NAPOT | READ_EXECUTE, address: RAM_BASE / 4 + CODE_BYTES / 8 - 1 } as const;

export const MIE = 1 << 3;
export const MPIE = 1 << 7;
export const MPP = 3 << 11;
const FS = 3 << 13;
export const MPRV = 1 << 17;
export const TW = 1 << 21;
/** Not FS: QEMU 7.2 finds the floats dirty less often. */
const COMPARED_MSTATUS = MIE | MPIE | MPP | MPRV | TW;
const CAUSE = { fetch: 1, breakpoint: 3, loadFault: 5, storeFault: 7, callFromUser: 8 } as const;

const { t0, t3, t4, t5, t6, ra, a0 } = X;
const SAVED_AT = { t5: 0, t4: 4, t3: 8, logEnd: 12 } as const;

/** Logs the trap and goes on: behind the instruction, at ra after a fetch that failed or a breakpoint, in M mode after a call. */
const trapHandler = (): Assembly => {
  const code = new Assembly();
  const entry = (isVectored: number) => {
    code.op("csrrw", { rd: t6, csr: CSRS.mscratch, rs1: t6 }).op("sw", { rs1: t6, rs2: t3, imm: SAVED_AT.t3 });
    code.op("addi", { rd: t3, rs1: 0, imm: isVectored });
  };
  code.jump("jal", {}, "direct").op("ebreak").op("ebreak").jump("jal", {}, "software interrupt");
  code.label("software interrupt");
  entry(1);
  code.jump("jal", {}, "log").label("direct");
  entry(0);

  code.label("log").op("sw", { rs1: t6, rs2: t5, imm: SAVED_AT.t5 }).op("sw", { rs1: t6, rs2: t4, imm: SAVED_AT.t4 });
  code.op("lw", { rd: t5, rs1: t6, imm: SAVED_AT.logEnd });
  for (const [index, csr] of [CSRS.mcause, CSRS.mepc, CSRS.mtval].entries()) {
    code.csrRead(t4, csr).op("sw", { rs1: t5, rs2: t4, imm: 4 * index });
  }
  code.op("sw", { rs1: t5, rs2: a0, imm: 16 }).op("sw", { rs1: t5, rs2: t3, imm: 20 });
  code.csrRead(t4, CSRS.mstatus).li(t3, COMPARED_MSTATUS).op("and", { rd: t4, rs1: t4, rs2: t3 });
  code.op("sw", { rs1: t5, rs2: t4, imm: 12 }).op("addi", { rd: t5, rs1: t5, imm: 4 * LOGGED.length });
  code.op("sw", { rs1: t6, rs2: t5, imm: SAVED_AT.logEnd });

  code.csrRead(t4, CSRS.mcause).jump("blt", { rs1: t4, rs2: 0 }, "interrupt");
  for (const cause of [CAUSE.fetch, CAUSE.breakpoint]) {
    code.op("addi", { rd: t5, rs1: t4, imm: -cause }).jump("beq", { rs1: t5, rs2: 0 }, "to ra");
  }
  code.op("addi", { rd: t4, rs1: t4, imm: -CAUSE.callFromUser }).jump("bne", { rs1: t4, rs2: 0 }, "skip");
  code.li(t4, MPP).op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: t4 });
  code.label("skip").csrRead(t5, CSRS.mepc).op("addi", { rd: t5, rs1: t5, imm: 4 }).csrWrite(CSRS.mepc, t5);
  code.jump("jal", {}, "return");
  code.label("to ra").csrWrite(CSRS.mepc, ra).jump("jal", {}, "return");
  code.label("interrupt").li(t4, MSIP).op("sw", { rs1: t4, rs2: 0, imm: 0 });

  code.label("return");
  for (const [register, at] of [
    [t3, SAVED_AT.t3],
    [t4, SAVED_AT.t4],
    [t5, SAVED_AT.t5],
  ] as const) {
    code.op("lw", { rd: register, rs1: t6, imm: at });
  }
  return code.op("csrrw", { rd: t6, csr: CSRS.mscratch, rs1: t6 }).op("mret");
};

/** @returns what comes first, with entry 0 set up and the upper half filled; and where the trap handler is, for mtvec. */
export const privilegedStart = (): { readonly code: Assembly; readonly handler: number } => {
  const code = new Assembly().jump("jal", {}, "behind");
  const handler = RAM_BASE + code.size;
  code.append(trapHandler()).label("behind").li(t0, handler).csrWrite(CSRS.mtvec, t0);
  code.li(t6, SAVED).csrWrite(CSRS.mscratch, t6).li(t5, LOG).op("sw", { rs1: t6, rs2: t5, imm: SAVED_AT.logEnd });
  code
    .li(t3, BREAKPOINTS)
    .li(t4, BREAKPOINTS + HALF_BYTES)
    .li(t5, FILLING[0])
    .li(t6, FILLING[1])
    .label("fill");
  code.op("sw", { rs1: t3, rs2: t5, imm: 0 }).op("sw", { rs1: t3, rs2: t6, imm: 4 });
  code.op("addi", { rd: t3, rs1: t3, imm: 8 }).jump("blt", { rs1: t3, rs2: t4 }, "fill");
  code.li(t0, MPP | FS).op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: t0 });
  // The float register that is loaded and stored, which starts as anything.
  code.li(t0, AREA).op("fld", { rd: a0, rs1: t0, imm: 0 });
  code.li(t0, CODE_ENTRY.address).csrWrite(PMPADDR, t0).li(t0, CODE_ENTRY.configuration).csrWrite(PMPCFG, t0);
  return { code, handler };
};

/** `user` in U mode, with these bits of mstatus set before; then back by a call. */
export const inUserMode = (user: Assembly, mstatus = 0): Assembly => {
  const code = new Assembly().li(t0, MIE | MPIE | MPP | MPRV | TW).op("csrrc", { rd: 0, csr: CSRS.mstatus, rs1: t0 });
  code.li(t0, mstatus).op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: t0 });
  code.op("auipc", { rd: t0, imm: 0 }).op("addi", { rd: t0, rs1: t0, imm: 16 }).csrWrite(CSRS.mepc, t0).op("mret");
  return code.append(user).op("ecall");
};

/** The word is an atomic memory operation, sc.w counted in. */
const isAmo = (word: number): boolean => (word & 0x7f) === 0x2f && word >>> 27 !== 0b00010;

type Trap = Readonly<Record<(typeof LOGGED)[number], number>>;

const wordsOf = (ram: Uint8Array): ((address: number) => number) => {
  const words = new Uint32Array(ram.buffer, ram.byteOffset, ram.length / 4);
  return (address) => words[(address - RAM_BASE) / 4]!;
};

/** QEMU 7.2 gives the failed access of an atomic memory operation the cause of a load; here it is called what it is. */
export const trapsOf = (ram: Uint8Array): readonly Trap[] => {
  const at = wordsOf(ram);
  const traps: Trap[] = [];
  for (let entry = LOG; entry < at(SAVED + SAVED_AT.logEnd); entry += 4 * LOGGED.length) {
    const trap = Object.fromEntries(LOGGED.map((name, index) => [name, at(entry + 4 * index)])) as Trap;
    const isMisnamed = trap.mcause === CAUSE.loadFault && isAmo(at(trap.mepc));
    traps.push(isMisnamed ? { ...trap, mcause: CAUSE.storeFault } : trap);
  }
  return traps;
};

/** What the program left in RAM: a line for each trap, then the words of the area that are not 0. */
export const outcomeOf = (ram: Uint8Array): readonly string[] => {
  const at = wordsOf(ram);
  const lines = trapsOf(ram).map((trap) => LOGGED.map((name) => `${name} ${trap[name].toString(16)}`).join(" "));
  for (let address = AREA; address < AREA + 2 * HALF_BYTES; address += 4) {
    if (at(address) !== 0) lines.push(`${address.toString(16)}: ${at(address).toString(16)}`);
  }
  return lines;
};
