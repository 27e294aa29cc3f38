/**
 * Random programs with the control flow that real ones have, and more: bare images at the start of RAM that run without end,
 * whatever interrupts come. The same seed gives the same program, for the same instruction table.
 */
import { RAM_BASE, type StaticCode } from "../../hart/index.ts";
import { CSRS, PMP_ADDRESSES, PMP_CONFIGURATIONS, X } from "../../isa/index.ts";
import { guestAddress } from "../../units.ts";
import { type Body, FlowControl, POINTER_INDICES } from "./flow-control.ts";
import { FlowFunctions, sharedRoutines } from "./flow-functions.ts";
import { HABITS, type Habits, type Temper, temperOf } from "./flow-habits.ts";
import * as layout from "./flow-layout.ts";
import { ALTERNATIVES, patchedFunction, template } from "./flow-patches.ts";
import { MSTATUS } from "./flow-statements.ts";
import { FlowWriter, isForDouble } from "./flow-writer.ts";

export interface FlowProgram {
  readonly image: Uint8Array;
  readonly temper: Temper | "garbage";
  readonly ramBytes: number;
  readonly code: StaticCode;
  /** Instructions that anyone may overwrite at any time, with any of `words`. */
  readonly patches: readonly { readonly address: number; readonly words: readonly number[] }[];
  /** Bytes that anyone may write at any time. */
  readonly data: { readonly start: number; readonly end: number };
  /** Stores to some of the data are watched, now and then: then engines must look where stores go. */
  readonly isWatched: boolean;
  /** It has no order that a start at any address would spoil. */
  readonly mayStartAnywhere: boolean;
  /** How often each row of the instruction table was written, by mnemonic. */
  readonly counts: ReadonlyMap<string, number>;
}

const ALL_INTERRUPTS = (1 << 3) | (1 << 7) | (1 << 11);
/** Interrupt causes up to the external one. */
const VECTORS = 12;
const FETCH_FAULT = 1;
const ECALL_FROM_USER = 8;
/** Privileged §3.7.1: a power of two of bytes around the address; and what may be done there, by whom. */
const PMP = { powerOfTwo: 3 << 3, read: 1, all: 7, locked: 1 << 7 } as const;

const names = (purpose: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${purpose} #${i}`);

export const randomFlowProgram = (seed: number, temper: Temper = temperOf(seed)): FlowProgram => {
  const habits: Habits = HABITS[temper];
  const writer = new FlowWriter(seed, habits);
  const { random } = writer;
  const framed = names("function", 3 + random.below(8));
  const second = framed.map((name) => (random.chance(40) ? `${name}, second entry` : null));
  const tiny = names("tiny", 3);
  const leaves = names("leaf", 2 + random.below(4));
  const deep = names("deep", 3);
  const isVectored = random.chance(40);
  // Without protection there is no user mode, and an engine need not check.
  const hasUsers = habits.mayHaveUsers && random.chance(60);
  writeStart(writer, isVectored);
  if (hasUsers) protectMemory(writer);
  writer.jump("jal", { rd: X.zero }, "iteration");
  writeHandler(writer, isVectored);
  sharedRoutines(writer);
  const patches = [false, false, true].map((across) => patchedFunction(writer, across));
  const templates = [template(writer), template(writer)];

  const functions = [
    ...[...framed, ...second.filter((name) => name !== null), ...leaves, ...tiny],
    ...[...patches.map((patch) => patch.function), ...templates.map(({ start }) => start)],
  ];
  const functionTable = { label: "functions", entries: 2 ** Math.ceil(Math.log2(functions.length)) };

  const control = new FlowControl(writer, {
    ...{ functions, functionTable, deepFunctions: deep, patches, templates, hasUsers },
  });
  const generator = new FlowFunctions(writer, control, functions);
  for (const [index, name] of framed.entries()) generator.framed(name, second[index]!);
  for (const name of leaves) generator.leaf(name);
  for (const name of tiny) generator.tiny(name);
  for (const [index, name] of deep.entries()) generator.deep(name, deep[Math.max(1, (index + 1) % 3)]!);
  writeIteration(writer, control);

  const codeEnd = writer.size;
  writer.align(4).label(functionTable.label);
  for (let entry = 0; entry < functionTable.entries; entry++) writer.pointer(functions[entry % functions.length]!);
  writer.writeData();
  if (writer.size > layout.CODE_LIMIT) throw new RangeError(`program ${seed} is too large: ${writer.size} bytes`);

  const known = random.chance(habits.oddities) ? random.oneOf([0, 50, 100, 100]) : 100;
  const starts = [...functions, ...deep, "iteration"];
  const visible = starts.filter(() => random.chance(known)).map((label) => RAM_BASE + writer.offsetOf(label));
  return {
    image: imageOf(writer),
    temper,
    mayStartAnywhere: false,
    isWatched: temper === "plain" ? random.chance(10) : temper !== "steady",
    ramBytes: layout.RAM_BYTES,
    code: {
      ranges: [
        { start: guestAddress(RAM_BASE), end: guestAddress(RAM_BASE + (random.chance(70) ? codeEnd : writer.size)) },
      ],
      functions: [...new Set([RAM_BASE, ...visible])].sort((a, b) => a - b).map(guestAddress),
    },
    patches: habits.changesCode === 0 ? [] : patches.map(({ place }) => placeOf(writer, place)),
    data: { start: layout.DATA - layout.REACH, end: layout.DATA + layout.REACH },
    counts: writer.counts,
  };
};

const placeOf = (writer: FlowWriter, place: string) => ({
  address: RAM_BASE + writer.offsetOf(place),
  words: ALTERNATIVES,
});

/** Code, then what the data area holds at first. */
const imageOf = (writer: FlowWriter): Uint8Array => {
  const end = layout.DATA + layout.REACH - RAM_BASE;
  const image = new Uint8Array(end);
  image.set(writer.bytes);
  const words = new DataView(image.buffer);
  for (let at = layout.DATA - layout.REACH - RAM_BASE; at < end; at += 4)
    words.setUint32(at, writer.random.value(), true);
  words.setUint32(layout.DATA - RAM_BASE + layout.CELL.seed, 1 + writer.random.below(2 ** 31), true);
  return image;
};

const writeStart = (writer: FlowWriter, isVectored: boolean): void => {
  for (let register = 1; register < 32; register++) writer.li(register, writer.random.value());
  for (let register = 0; register < 32; register++) {
    writer.li(X.t0, MSTATUS.fs).op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: X.t0 });
    writer.li(X.t0, writer.random.value());
    if (writer.floats === "double" || (writer.floats === "apart" && isForDouble(register)))
      writer.op("fcvt.d.w", { rd: register, rs1: X.t0 });
    else writer.op("fmv.w.x", { rd: register, rs1: X.t0 });
  }
  writer.li(X.gp, layout.DATA).li(X.sp, layout.STACK_TOP).li(X.s0, 0).li(X.s1, 0);
  writer
    .address(X.t0, "handler")
    .op("addi", { rd: X.t0, rs1: X.t0, imm: isVectored ? 1 : 0 })
    .csrWrite(CSRS.mtvec, X.t0);
};

/** All is open to a user, but for 64 bytes of the data now and then, which may be closed even to machine mode. */
const protectMemory = (writer: FlowWriter): void => {
  const { random } = writer;
  const first = random.oneOf([PMP.all, PMP.all, PMP.read, 0, PMP.read | PMP.locked, PMP.locked]);
  const around = (layout.DATA + 64 * (random.below(16) - 8)) >>> 2;
  writer
    .li(X.t0, around | 7)
    .csrWrite(PMP_ADDRESSES.pmpaddr0!, X.t0)
    .li(X.t0, -1)
    .csrWrite(PMP_ADDRESSES.pmpaddr1!, X.t0);
  writer.li(X.t0, ((PMP.powerOfTwo | PMP.all) << 8) | PMP.powerOfTwo | first);
  writer.csrWrite(PMP_CONFIGURATIONS.pmpcfg0!, X.t0);
};

/** Ends interrupts; goes on behind an instruction that trapped, or at ra after a fetch that failed. */
const writeHandler = (writer: FlowWriter, isVectored: boolean): void => {
  const { t4, t5, gp, ra } = X;
  const { saved } = layout.CELL;
  writer.align(4).label("handler");
  if (isVectored) for (let vector = 0; vector < VECTORS; vector++) writer.jump("jal", {}, "any trap");
  writer.label("any trap").op("sw", { rs1: gp, rs2: t5, imm: saved.t5 }).op("sw", { rs1: gp, rs2: t4, imm: saved.t4 });
  writer.csrRead(t4, CSRS.mcause).jump("blt", { rs1: t4, rs2: 0 }, "interrupt");
  writer.op("lw", { rd: t5, rs1: gp, imm: saved.traps }).op("addi", { rd: t5, rs1: t5, imm: 1 });
  writer.op("sw", { rs1: gp, rs2: t5, imm: saved.traps });
  writer.op("addi", { rd: t4, rs1: t4, imm: -FETCH_FAULT }).jump("beq", { rs1: t4, rs2: 0 }, "fetch fault");
  writer.op("addi", { rd: t4, rs1: t4, imm: FETCH_FAULT - ECALL_FROM_USER }).jump("bne", { rs1: t4, rs2: 0 }, "go on");
  writer.li(t5, MSTATUS.mpp).op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: t5 }).label("go on");
  writer.csrRead(t5, CSRS.mepc).op("lhu", { rd: t4, rs1: t5, imm: 0 }).op("andi", { rd: t4, rs1: t4, imm: 3 });
  writer.op("addi", { rd: t5, rs1: t5, imm: 2 }).op("addi", { rd: t4, rs1: t4, imm: -3 });
  writer.jump("bne", { rs1: t4, rs2: 0 }, "is short").op("addi", { rd: t5, rs1: t5, imm: 2 }).label("is short");
  writer.csrWrite(CSRS.mepc, t5).jump("jal", {}, "leave");
  writer.label("fetch fault").csrWrite(CSRS.mepc, ra).jump("jal", {}, "leave");
  writer.label("interrupt").li(t4, layout.ACKNOWLEDGE).op("sw", { rs1: t4, rs2: 0, imm: 0 });
  writer
    .label("leave")
    .op("lw", { rd: t5, rs1: gp, imm: saved.t5 })
    .op("lw", { rd: t4, rs1: gp, imm: saved.t4 })
    .op("mret");
};

/** What the program does over and over: sets right what it may have spoilt, and calls its functions. */
const writeIteration = (writer: FlowWriter, control: FlowControl): void => {
  const { random } = writer;
  const { longJump, seed } = layout.CELL;
  const body: Body = {
    writable: [...layout.SCRATCH_REGISTERS, ...layout.SAVED_REGISTERS, X.ra],
    counters: layout.COUNTERS,
    calls: true,
    levels: 3,
  };
  writer.label("iteration").op("ecall").address(X.t0, "iteration").op("sw", { rs1: X.gp, rs2: X.t0, imm: longJump.pc });
  writer.op("sw", { rs1: X.gp, rs2: X.sp, imm: longJump.sp }).op("sw", { rs1: X.gp, rs2: X.s0, imm: longJump.s0 });
  writer.op("sw", { rs1: X.gp, rs2: X.s1, imm: longJump.s1 });
  writer.li(X.t0, MSTATUS.fs | MSTATUS.mie).op("csrrs", { rd: 0, csr: CSRS.mstatus, rs1: X.t0 });
  writer.csrWrite(CSRS.fcsr, X.zero).csrWrite(CSRS.mcountinhibit, X.zero);
  writer.li(X.t0, random.chance(80) ? ALL_INTERRUPTS : random.bits() & ALL_INTERRUPTS).csrWrite(CSRS.mie, X.t0);
  writer.nextRandom(X.a0, seed).op("srli", { rd: layout.FUEL, rs1: X.a0, imm: 27 + random.below(2) });
  for (const register of [X.a2, X.a3, X.a4, X.a6, X.s2, X.s5]) {
    writer.nextRandom(register, seed).op("sw", { rs1: X.gp, rs2: register, imm: 4 * (random.below(512) - 256) });
  }
  control.sequence(body, 4 + random.below(6));
  for (let call = 0; call < 3; call++) {
    for (const register of POINTER_INDICES) writer.nextRandom(register, seed);
    control.loadPointer(X.t1);
    writer.op("jalr", { rd: X.ra, rs1: X.t1, imm: 0 }).op("addi", { rd: X.a0, rs1: X.a0, imm: 1 });
  }
  writer.nearJump(X.zero, "iteration");
};
