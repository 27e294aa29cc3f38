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
export const MPP = 3 << 11;
/** Not FS: QEMU 7.2 finds the floats dirty less often. */
const COMPARED_MSTATUS = MIE | MPIE | MPP;

/** One area for each sequence, above the code. */
export const RESULTS = RAM_BASE + 0x80_0000;
/** Where things lie in an area, in bytes. While a sequence runs, mscratch holds its area's address. */
export const AREA = {
  bytes: 0x1000,
  /** t5 and t4 while the handler runs, and where it logs next. */
  saved: { t5: 0, t4: 4, logEnd: 8 },
  x: 0x040,
  f: 0x0c0,
  fcsr: 0x1c0,
  mstatus: 0x1c4,
  /** mcause, mepc and mtval of each trap. */
  log: 0x200,
  /** Loads and stores go up to `reach` bytes to both sides of `scratch`. */
  scratch: 0x0e00,
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

/** Registers as a sequence finds them: x1 … x30, then f0 … f31 with both their words, as t5 points to them. */
export const REGISTER_DATA = { f: 4 * 30, bytes: 4 * 30 + 8 * 32 } as const;

/** Called by t6, which keeps the return address. */
const registerLoader = (): Assembly => {
  const code = new Assembly();
  for (let f = 0; f < 32; f++) code.op("fld", { rd: f, rs1: t5, imm: REGISTER_DATA.f + 8 * f });
  for (let x = 1; x <= t5; x++) code.op("lw", { rd: x, rs1: t5, imm: 4 * (x - 1) });
  return code.op("jalr", { rd: 0, rs1: t6, imm: 0 });
};

/** All registers into the sequence's area at t6, but ra, which called, and t6, which mscratch holds. */
const registerSaver = (): Assembly => {
  const code = new Assembly();
  for (let x = ra + 1; x < t6; x++) code.op("sw", { rs1: t6, rs2: x, imm: AREA.x + 4 * x });
  code.csrRead(t5, CSRS.mscratch).op("sw", { rs1: t6, rs2: t5, imm: AREA.x + 4 * t6 });
  for (let f = 0; f < 32; f++) code.op("fsd", { rs1: t6, rs2: f, imm: AREA.f + 8 * f });
  code.csrRead(t5, CSRS.fcsr).op("sw", { rs1: t6, rs2: t5, imm: AREA.fcsr });
  code.csrRead(t5, CSRS.mstatus).li(t4, COMPARED_MSTATUS).op("and", { rd: t5, rs1: t5, rs2: t4 });
  return code.op("sw", { rs1: t6, rs2: t5, imm: AREA.mstatus }).op("jalr", { rd: 0, rs1: ra, imm: 0 });
};

/** What lies at RAM_BASE: first a jump over the trap handler and the routines. */
const START = (() => {
  const handler = trapHandler();
  const loader = registerLoader();
  const saver = registerSaver();
  const code = new Assembly().op("auipc", { rd: t0, imm: 0 }).op("addi", { rd: t0, rs1: t0, imm: 16 });
  code.csrWrite(CSRS.mtvec, t0).jump("jal", {}, "behind").append(handler);
  const loaderAt = RAM_BASE + code.size;
  const saverAt = loaderAt + loader.size;
  return { code: code.append(loader, saver).label("behind"), loaderAt, saverAt };
})();

/** Before the first sequence. */
export const programStart = (): Assembly => new Assembly().append(START.code);

/** @param registers REGISTER_DATA.bytes */
export const sequenceStart = (area: number, registers: Uint8Array, lastX: number): Assembly => {
  const code = new Assembly().li(t6, area).csrWrite(CSRS.mscratch, t6);
  code.li(t5, area + AREA.log).op("sw", { rs1: t6, rs2: t5, imm: AREA.saved.logEnd });
  code.li(t0, FS).op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: t0 }).csrWrite(CSRS.fcsr, 0);
  code.jump("jal", { rd: t5 }, "behind data");
  for (const byte of registers) code.bytes.push(byte);
  return code.label("behind data").li(t6, START.loaderAt).op("jalr", { rd: t6, rs1: t6, imm: 0 }).li(t6, lastX);
};

/** All registers into the sequence's area. */
export const sequenceEnd = (): Assembly => {
  const code = exchangeArea(new Assembly()).op("sw", { rs1: t6, rs2: ra, imm: AREA.x + 4 * ra });
  return code.li(ra, START.saverAt).op("jalr", { rd: ra, rs1: ra, imm: 0 });
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
    { end: AREA.fcsr, name: `f${(within - AREA.f) >> 3}` },
    { end: AREA.log, name: "fcsr or mstatus" },
    { end: AREA.scratch - 2 * AREA.reach, name: `trap ${Math.floor((within - AREA.log) / (4 * LOG_ENTRY.length))}` },
  ];
  const part = parts.find(({ end }) => within < end)?.name ?? "scratch";
  return `sequence ${Math.floor(inResults / AREA.bytes)}, ${part}`;
};
