/** What surrounds the sequences of a random program: memory map, start, trap handler, and the results that each one leaves. */
import { CSRS, X } from "../../isa/index.ts";
import { RAM_BASE } from "../layout.ts";
import { Assembly } from "./assembly.ts";

export const FINISHER = 0x10_0000;
/** CLINT register of the software interrupt. */
export const MSIP = 0x200_0000;

export const FS = 3 << 13;
export const MIE = 1 << 3;
const MPIE = 1 << 7;
/** Not MPP and FS: QEMU 7.2 leaves MPP at U after mret, though it has no U mode here, and finds the floats dirty less often. */
const COMPARED_MSTATUS = MIE | MPIE;

/** One area for each sequence, above the code. */
export const RESULTS = RAM_BASE + 0x40_0000;
/** Where things lie in an area, in bytes. While a sequence runs, mscratch holds its area's address. */
export const AREA = {
  bytes: 0x2000,
  /** t5 and t4 while the handler runs, and where it logs next. */
  saved: { t5: 0, t4: 4, logEnd: 8 },
  x: 0x040,
  f: 0x0c0,
  fcsr: 0x140,
  mstatus: 0x144,
  /** mcause, mepc and mtval of each trap. */
  log: 0x180,
  /** Loads and stores go up to `reach` bytes to both sides of `scratch`. */
  scratch: 0x1800,
  reach: 256,
} as const;
const LOG_ENTRY = [CSRS.mcause, CSRS.mepc, CSRS.mtval] as const;

const { t0, t1, t4, t5, t6, ra } = X;
const exchangeArea = (code: Assembly): Assembly => code.op("csrrw", { rd: t6, csr: CSRS.mscratch, rs1: t6 });

/** Logs the trap, ends a software interrupt, and goes on behind the instruction, or at ra after a fetch that failed. */
const trapHandler = (): Assembly => {
  const { saved } = AREA;
  const code = exchangeArea(new Assembly());
  code.op("sw", { rs1: t6, rs2: t5, imm: saved.t5 }).op("sw", { rs1: t6, rs2: t4, imm: saved.t4 });
  code.op("lw", { rd: t5, rs1: t6, imm: saved.logEnd });
  for (const [index, csr] of LOG_ENTRY.entries()) code.csrRead(t4, csr).op("sw", { rs1: t5, rs2: t4, imm: 4 * index });
  code.op("addi", { rd: t5, rs1: t5, imm: 4 * LOG_ENTRY.length }).op("sw", { rs1: t6, rs2: t5, imm: saved.logEnd });

  code.csrRead(t4, CSRS.mcause).jump("blt", { rs1: t4, rs2: 0 }, "interrupt");
  code.op("addi", { rd: t4, rs1: t4, imm: -1 }).jump("beq", { rs1: t4, rs2: 0 }, "fetch fault");
  code.csrRead(t5, CSRS.mepc).op("lhu", { rd: t4, rs1: t5, imm: 0 }).op("andi", { rd: t4, rs1: t4, imm: 3 });
  code.op("addi", { rd: t5, rs1: t5, imm: 2 }).op("addi", { rd: t4, rs1: t4, imm: -3 });
  code.jump("bne", { rs1: t4, rs2: 0 }, "is compressed").op("addi", { rd: t5, rs1: t5, imm: 2 }).label("is compressed");
  code.csrWrite(CSRS.mepc, t5).jump("jal", {}, "return");

  code.label("fetch fault").csrWrite(CSRS.mepc, ra).jump("jal", {}, "return");
  code.label("interrupt").li(t4, MSIP).op("sw", { rs1: t4, rs2: 0, imm: 0 });

  code.label("return").op("lw", { rd: t5, rs1: t6, imm: saved.t5 }).op("lw", { rd: t4, rs1: t6, imm: saved.t4 });
  return exchangeArea(code).op("mret");
};

/** Before the first sequence. */
export const programStart = (): Assembly => {
  const handler = trapHandler();
  const code = new Assembly().op("auipc", { rd: t0, imm: 0 }).op("addi", { rd: t0, rs1: t0, imm: 16 });
  return code.csrWrite(CSRS.mtvec, t0).jump("jal", {}, "behind").append(handler).label("behind");
};

export const sequenceStart = (area: number): Assembly => {
  const code = new Assembly().li(t6, area).csrWrite(CSRS.mscratch, t6);
  code.li(t5, area + AREA.log).op("sw", { rs1: t6, rs2: t5, imm: AREA.saved.logEnd });
  return code.li(t0, FS).op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: t0 }).csrWrite(CSRS.fcsr, 0);
};

/** All registers into the sequence's area. */
export const sequenceEnd = (): Assembly => {
  const code = exchangeArea(new Assembly());
  for (let x = 1; x < t6; x++) code.op("sw", { rs1: t6, rs2: x, imm: AREA.x + 4 * x });
  code.csrRead(t5, CSRS.mscratch).op("sw", { rs1: t6, rs2: t5, imm: AREA.x + 4 * t6 });
  for (let f = 0; f < 32; f++) code.op("fsw", { rs1: t6, rs2: f, imm: AREA.f + 4 * f });
  code.csrRead(t5, CSRS.fcsr).op("sw", { rs1: t6, rs2: t5, imm: AREA.fcsr });
  code.csrRead(t5, CSRS.mstatus).op("andi", { rd: t5, rs1: t5, imm: COMPARED_MSTATUS });
  return code.op("sw", { rs1: t6, rs2: t5, imm: AREA.mstatus });
};

/** After the last one: power off. */
export const programEnd = (): Assembly =>
  new Assembly().li(t0, FINISHER).li(t1, 0x5555).op("sw", { rs1: t0, rs2: t1, imm: 0 }).op("jal", { rd: 0, imm: 0 });

/** What lies at this offset in RAM, for the message of a difference. */
export const placeOf = (offset: number): string => {
  const inResults = offset - (RESULTS - RAM_BASE);
  if (inResults < 0) return `code at ${offset}`;
  const within = inResults % AREA.bytes;
  const parts = [
    { end: AREA.x, name: "the handler's own" },
    { end: AREA.f, name: `x${(within - AREA.x) >> 2}` },
    { end: AREA.fcsr, name: `f${(within - AREA.f) >> 2}` },
    { end: AREA.log, name: "fcsr or mstatus" },
    { end: AREA.scratch - 2 * AREA.reach, name: `trap ${Math.floor((within - AREA.log) / (4 * LOG_ENTRY.length))}` },
  ];
  const part = parts.find(({ end }) => within < end)?.name ?? "scratch";
  return `sequence ${Math.floor(inResults / AREA.bytes)}, ${part}`;
};
