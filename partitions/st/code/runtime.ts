/**
 * What surrounds the program on the board: start-up, the scan loop, the deadline of a scan and error reports (design.md §4 "A
 * PLC program is an ordinary bare-metal M-mode guest"; partitions/sdk/partita.h).
 */
import { X } from "../../../runtime/isa/index.ts";
import type { ConstantPool } from "../ir/frame.ts";
import type { Address } from "../ir/ir.ts";
import { TIME_OFFSET } from "../ir/lower-expression.ts";
import { type AreaOffsets, POINTER_BIAS } from "./addresses.ts";
import type { Assembler } from "./assembler.ts";
import { splitAddress } from "./assembler.ts";
import { DEVICE, ERRORS, MODE_NORMAL } from "./partita-device.ts";
import { ENTRY, ERROR_ROUTINES, RUNTIME_OFFSETS } from "./runtime-names.ts";

/** CLINT: mtimecmp, and mtime 8 bytes below 0x0200_c000. */
const MTIMECMP = 0x0200_4000;
const BEHIND_MTIME = 0x0200_c000;
const TICKS_PER_MS = 10_000;
const TICK_NS = 100;

/** RISC-V Privileged §3.1: CSR numbers and bits. */
const CSR = { mstatus: 0x300, mie: 0x304, mtvec: 0x305, mip: 0x344 } as const;
const FS_INITIAL = 0x2000;
const TIMER_BIT = 0x80;
const INTERRUPTS_ON = 8;
/** In mtvec: exceptions go to the base, an interrupt to its own entry (Privileged §3.1.7). */
const VECTORED = 1;
const TIMER_INTERRUPT = 7;

export interface StartUp {
  /** Symbol of the program. */
  readonly program: string;
  readonly intervalNs: number;
  readonly areas: AreaOffsets;
  /** From the start of the data; the stack grows down from there. */
  readonly stackTop: number;
  /** Text of DEADLINE_MISSED. */
  readonly deadlineMissed: Address;
  /** Where each port's name stands, and where its index goes. */
  readonly ports: readonly { readonly name: Address; readonly index: Address }[];
}

export const placeDeadlineMessage = (constants: ConstantPool, file: string): Address =>
  constants.placeText(`${file}: the scan was still running at its next release`);

/** Registers that the scan loop keeps; the program preserves them. */
const LOOP = {
  releaseLow: X.s0,
  releaseHigh: X.s1,
  interval: X.s2,
  intervalMs: X.s3,
  intervalRest: X.s4,
  rest: X.s5,
  device: X.s6,
  compare: X.s7,
  clock: X.s8,
} as const;

export const emitRuntime = (asm: Assembler, start: StartUp): void => {
  const runtime = new Runtime(asm, start);
  runtime.entry();
  runtime.deadline();
  runtime.startUp();
  runtime.scanLoop();
  runtime.advance();
  runtime.readClock();
  runtime.divide();
  runtime.errorRoutine(ERROR_ROUTINES.divisionByZero, ERRORS.numeric);
  runtime.errorRoutine(ERROR_ROUTINES.indexOutOfBounds, ERRORS.application);
  runtime.errorRoutine(ERROR_ROUTINES.outOfRange, ERRORS.application);
  runtime.errorRoutine(ERROR_ROUTINES.nullPointer, ERRORS.application);
};

const START_UP = "partita.start_up";
const DEADLINE = "partita.deadline";
const FAULT = "partita.fault";
const ADVANCE = "partita.advance_release";
const READ_CLOCK = "partita.read_clock";
const DIVIDE = "partita.divide";

class Runtime {
  readonly #asm: Assembler;
  readonly #start: StartUp;

  constructor(asm: Assembler, start: StartUp) {
    this.#asm = asm;
    this.#start = start;
  }

  #immediate(rd: number, value: number): void {
    const { high, low } = splitAddress(value);
    if (high !== 0) this.#asm.emit("lui", { rd, imm: high });
    if (low !== 0 || high === 0) this.#asm.emit("addi", { rd, rs1: high === 0 ? X.zero : rd, imm: low });
  }

  #address(rd: number, offset: number): void {
    this.#asm.emitAddressed("lui", { rd }, "high", offset);
    this.#asm.emitAddressed("addi", { rd, rs1: rd }, "low", offset);
  }

  #offsetOf({ base, offset }: Address): number {
    if (base.kind !== "static") throw new Error("the runtime's data is static");
    return this.#start.areas[base.area] + offset;
  }

  /** A word of the runtime's own, which gp reaches from everywhere. */
  #variable(mnemonic: "lw" | "sw", register: number, offset: number): void {
    const imm = this.#start.areas.runtime + offset - POINTER_BIAS;
    this.#asm.emit(mnemonic, mnemonic === "sw" ? { rs2: register, rs1: X.gp, imm } : { rd: register, rs1: X.gp, imm });
  }

  /** The vector table stands behind the first jump, which thus leaves the table's address in t0. */
  entry(): void {
    const asm = this.#asm;
    asm.label(ENTRY);
    asm.jump(X.t0, START_UP);
    for (let cause = 0; cause < TIMER_INTERRUPT; cause++) asm.jump(X.zero, FAULT);
    asm.jump(X.zero, DEADLINE);

    // A program handles no exception of its own. Without mtvec the instruction faults when it traps again, with its own pc,
    // cause and value, and the health monitor has it; without interrupts nothing comes in between.
    asm.label(FAULT);
    asm.emit("csrrwi", { rd: X.zero, csr: CSR.mie, imm: 0 });
    asm.emit("csrrwi", { rd: X.zero, csr: CSR.mtvec, imm: 0 });
    asm.emit("mret");
  }

  /**
   * The timer interrupt: the scan is still running at its next release. Raises DEADLINE_MISSED with the number of releases that
   * this scan has missed and waits for the one after. The scan may be about to raise an error itself, so that the device's
   * registers are put back too. gp is the one register that is the same all the time.
   */
  deadline(): void {
    const asm = this.#asm;
    const saved = [X.t0, X.t1, X.t2].map((register, i) => ({ register, offset: RUNTIME_OFFSETS.saved + 4 * i }));
    const reports = [DEVICE.detail, DEVICE.message].map((imm, i) => ({ imm, offset: RUNTIME_OFFSETS.reports + 4 * i }));
    asm.label(DEADLINE);
    for (const { register, offset } of saved) this.#variable("sw", register, offset);
    this.#immediate(X.t0, DEVICE.base);
    for (const { imm, offset } of reports) {
      asm.emit("lw", { rd: X.t1, rs1: X.t0, imm });
      this.#variable("sw", X.t1, offset);
    }
    this.#variable("lw", X.t1, RUNTIME_OFFSETS.missed);
    asm.emit("addi", { rd: X.t1, rs1: X.t1, imm: 1 });
    this.#variable("sw", X.t1, RUNTIME_OFFSETS.missed);
    asm.emit("sw", { rs2: X.t1, rs1: X.t0, imm: DEVICE.detail });
    this.#address(X.t1, this.#offsetOf(this.#start.deadlineMissed));
    asm.emit("sw", { rs2: X.t1, rs1: X.t0, imm: DEVICE.message });
    this.#immediate(X.t1, ERRORS.deadlineMissed);
    asm.emit("sw", { rs2: X.t1, rs1: X.t0, imm: DEVICE.raise });
    for (const { imm, offset } of reports) {
      this.#variable("lw", X.t1, offset);
      asm.emit("sw", { rs2: X.t1, rs1: X.t0, imm });
    }

    this.#immediate(X.t0, MTIMECMP);
    this.#immediate(X.t1, this.#start.intervalNs / TICK_NS);
    asm.emit("lw", { rd: X.t2, rs1: X.t0, imm: 0 });
    asm.emit("add", { rd: X.t2, rs1: X.t2, rs2: X.t1 });
    asm.emit("sltu", { rd: X.t1, rs1: X.t2, rs2: X.t1 });
    asm.emit("sw", { rs2: X.t2, rs1: X.t0, imm: 0 });
    asm.emit("lw", { rd: X.t2, rs1: X.t0, imm: 4 });
    asm.emit("add", { rd: X.t2, rs1: X.t2, rs2: X.t1 });
    asm.emit("sw", { rs2: X.t2, rs1: X.t0, imm: 4 });
    for (const { register, offset } of saved) this.#variable("lw", register, offset);
    asm.emit("mret");
  }

  startUp(): void {
    const asm = this.#asm;
    asm.label(START_UP);
    asm.emit("addi", { rd: X.t0, rs1: X.t0, imm: VECTORED });
    asm.emit("csrrw", { rd: X.zero, csr: CSR.mtvec, rs1: X.t0 });
    this.#address(X.gp, POINTER_BIAS);
    this.#address(X.sp, this.#start.stackTop);
    this.#immediate(X.t0, FS_INITIAL);
    asm.emit("csrrs", { rd: X.zero, csr: CSR.mstatus, rs1: X.t0 });
    this.#immediate(X.t0, TIMER_BIT);
    asm.emit("csrrw", { rd: X.zero, csr: CSR.mie, rs1: X.t0 });
    this.#immediate(LOOP.device, DEVICE.base);
    this.#immediate(LOOP.compare, MTIMECMP);
    this.#immediate(LOOP.clock, BEHIND_MTIME);
    this.#findPorts();
    const ticks = this.#start.intervalNs / TICK_NS;
    this.#immediate(LOOP.interval, ticks);
    this.#immediate(LOOP.intervalMs, Math.floor(ticks / TICKS_PER_MS));
    this.#immediate(LOOP.intervalRest, ticks % TICKS_PER_MS);
    this.#immediate(X.t0, MODE_NORMAL);
    asm.emit("sw", { rs2: X.t0, rs1: LOOP.device, imm: DEVICE.mode });
    this.#firstRelease();
  }

  #findPorts(): void {
    for (const { name, index } of this.#start.ports) {
      this.#address(X.t0, this.#offsetOf(name));
      this.#asm.emit("sw", { rs2: X.t0, rs1: LOOP.device, imm: DEVICE.lookup });
      this.#asm.emit("lw", { rd: X.t1, rs1: LOOP.device, imm: DEVICE.select });
      this.#address(X.t0, this.#offsetOf(index));
      this.#asm.emit("sw", { rs2: X.t1, rs1: X.t0, imm: 0 });
    }
  }

  /** The latest multiple of the interval that is not after mtime: 0 at power-on. */
  #firstRelease(): void {
    const asm = this.#asm;
    asm.jump(X.ra, READ_CLOCK);
    asm.emit("addi", { rd: LOOP.releaseLow, rs1: X.a0, imm: 0 });
    asm.emit("addi", { rd: LOOP.releaseHigh, rs1: X.a1, imm: 0 });
    asm.emit("addi", { rd: X.a2, rs1: LOOP.interval, imm: 0 });
    asm.jump(X.ra, DIVIDE);
    asm.emit("sltu", { rd: X.t0, rs1: LOOP.releaseLow, rs2: X.a3 });
    asm.emit("sub", { rd: LOOP.releaseLow, rs1: LOOP.releaseLow, rs2: X.a3 });
    asm.emit("sub", { rd: LOOP.releaseHigh, rs1: LOOP.releaseHigh, rs2: X.t0 });
    asm.emit("addi", { rd: X.a0, rs1: LOOP.releaseLow, imm: 0 });
    asm.emit("addi", { rd: X.a1, rs1: LOOP.releaseHigh, imm: 0 });
    this.#immediate(X.a2, TICKS_PER_MS);
    asm.jump(X.ra, DIVIDE);
    asm.emit("addi", { rd: LOOP.rest, rs1: X.a3, imm: 0 });
    this.#variable("sw", X.a0, TIME_OFFSET);
  }

  /**
   * The timer stands at the scan's next release and interrupts the scan, and nothing else: between scans it is only looked at, so
   * that the order in which the halves of mtimecmp are written does not matter.
   */
  scanLoop(): void {
    const asm = this.#asm;
    const [scan, late, asleep] = ["partita.scan", "partita.late", "partita.asleep"] as const;
    asm.label(scan);
    asm.emit("add", { rd: X.t0, rs1: LOOP.releaseLow, rs2: LOOP.interval });
    asm.emit("sltu", { rd: X.t1, rs1: X.t0, rs2: LOOP.interval });
    asm.emit("add", { rd: X.t1, rs1: X.t1, rs2: LOOP.releaseHigh });
    asm.emit("sw", { rs2: X.t0, rs1: LOOP.compare, imm: 0 });
    asm.emit("sw", { rs2: X.t1, rs1: LOOP.compare, imm: 4 });
    this.#variable("sw", X.zero, RUNTIME_OFFSETS.missed);
    asm.emit("csrrsi", { rd: X.zero, csr: CSR.mstatus, imm: INTERRUPTS_ON });
    asm.emit("sw", { rs2: X.zero, rs1: LOOP.device, imm: DEVICE.latch });
    asm.jump(X.ra, this.#start.program);
    asm.emit("sw", { rs2: X.zero, rs1: LOOP.device, imm: DEVICE.publish });
    asm.emit("csrrci", { rd: X.zero, csr: CSR.mstatus, imm: INTERRUPTS_ON });
    this.#variable("lw", X.a0, RUNTIME_OFFSETS.missed);
    asm.branch("bne", X.a0, X.zero, late);
    asm.label(asleep);
    asm.emit("wfi");
    asm.emit("csrrs", { rd: X.t0, csr: CSR.mip, rs1: X.zero });
    asm.emit("andi", { rd: X.t0, rs1: X.t0, imm: TIMER_BIT });
    asm.branch("beq", X.t0, X.zero, asleep);
    asm.emit("addi", { rd: X.a0, rs1: X.zero, imm: 1 });
    // a0 releases have come since this scan's own: the next scan is that of the last one.
    asm.label(late);
    asm.jump(X.ra, ADVANCE);
    asm.emit("addi", { rd: X.a0, rs1: X.a0, imm: -1 });
    asm.branch("bne", X.a0, X.zero, late);
    asm.jump(X.zero, scan);
  }

  /** The next release, and TIME() with it. Uses t0 and t1. */
  advance(): void {
    const asm = this.#asm;
    const whole = asm.newLabel();
    asm.label(ADVANCE);
    asm.emit("add", { rd: LOOP.releaseLow, rs1: LOOP.releaseLow, rs2: LOOP.interval });
    asm.emit("sltu", { rd: X.t0, rs1: LOOP.releaseLow, rs2: LOOP.interval });
    asm.emit("add", { rd: LOOP.releaseHigh, rs1: LOOP.releaseHigh, rs2: X.t0 });
    this.#variable("lw", X.t0, TIME_OFFSET);
    asm.emit("add", { rd: X.t0, rs1: X.t0, rs2: LOOP.intervalMs });
    asm.emit("add", { rd: LOOP.rest, rs1: LOOP.rest, rs2: LOOP.intervalRest });
    this.#immediate(X.t1, TICKS_PER_MS);
    asm.branch("bltu", LOOP.rest, X.t1, whole);
    asm.emit("sub", { rd: LOOP.rest, rs1: LOOP.rest, rs2: X.t1 });
    asm.emit("addi", { rd: X.t0, rs1: X.t0, imm: 1 });
    asm.label(whole);
    this.#variable("sw", X.t0, TIME_OFFSET);
    asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
  }

  /** mtime in a0 and a1; again when the low word overflowed in between. */
  readClock(): void {
    const asm = this.#asm;
    asm.label(READ_CLOCK);
    asm.emit("lw", { rd: X.a1, rs1: LOOP.clock, imm: -4 });
    asm.emit("lw", { rd: X.a0, rs1: LOOP.clock, imm: -8 });
    asm.emit("lw", { rd: X.t0, rs1: LOOP.clock, imm: -4 });
    asm.branch("bne", X.t0, X.a1, READ_CLOCK);
    asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
  }

  /** a1:a0 divided by a2, below 2^31: the quotient in a1:a0, the rest in a3. Bit by bit; in one step when a1 is 0. */
  divide(): void {
    const asm = this.#asm;
    const [long, loop, below] = [asm.newLabel(), asm.newLabel(), asm.newLabel()];
    asm.label(DIVIDE);
    asm.branch("bne", X.a1, X.zero, long);
    asm.emit("remu", { rd: X.a3, rs1: X.a0, rs2: X.a2 });
    asm.emit("divu", { rd: X.a0, rs1: X.a0, rs2: X.a2 });
    asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
    asm.label(long);
    asm.emit("addi", { rd: X.a3, rs1: X.zero, imm: 0 });
    asm.emit("addi", { rd: X.a4, rs1: X.zero, imm: 64 });
    asm.label(loop);
    for (const [into, from] of [
      [X.a3, X.a1],
      [X.a1, X.a0],
    ] as const) {
      asm.emit("slli", { rd: into, rs1: into, imm: 1 });
      asm.emit("srli", { rd: X.t0, rs1: from, imm: 31 });
      asm.emit("or", { rd: into, rs1: into, rs2: X.t0 });
    }
    asm.emit("slli", { rd: X.a0, rs1: X.a0, imm: 1 });
    asm.branch("bltu", X.a3, X.a2, below);
    asm.emit("sub", { rd: X.a3, rs1: X.a3, rs2: X.a2 });
    asm.emit("addi", { rd: X.a0, rs1: X.a0, imm: 1 });
    asm.label(below);
    asm.emit("addi", { rd: X.a4, rs1: X.a4, imm: -1 });
    asm.branch("bne", X.a4, X.zero, loop);
    asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
  }

  /** Takes the address of a report (`placeReport`) in t1 and returns through t2; all registers but t1 keep their values. */
  errorRoutine(name: string, code: number): void {
    const asm = this.#asm;
    asm.label(name);
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: -16 });
    asm.emit("sw", { rs2: X.a0, rs1: X.sp, imm: 0 });
    asm.emit("sw", { rs2: X.a1, rs1: X.sp, imm: 4 });
    this.#immediate(X.a0, DEVICE.base);
    asm.emit("lw", { rd: X.a1, rs1: X.t1, imm: 0 });
    asm.emit("sw", { rs2: X.a1, rs1: X.a0, imm: DEVICE.detail });
    asm.emit("addi", { rd: X.t1, rs1: X.t1, imm: 4 });
    asm.emit("sw", { rs2: X.t1, rs1: X.a0, imm: DEVICE.message });
    this.#immediate(X.t1, code);
    asm.emit("sw", { rs2: X.t1, rs1: X.a0, imm: DEVICE.raise });
    asm.emit("lw", { rd: X.a0, rs1: X.sp, imm: 0 });
    asm.emit("lw", { rd: X.a1, rs1: X.sp, imm: 4 });
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: 16 });
    asm.emit("jalr", { rd: X.zero, rs1: X.t2, imm: 0 });
  }
}
