/**
 * The runtime of a program with one task: the scan loop, and the deadline of a scan (IEC 61131-3 §6.8.2). It costs a scan some
 * thirty instructions.
 */
import { X } from "../../../runtime/isa/index.ts";
import type { Address } from "../ir/ir.ts";
import { TIME_OFFSET } from "../ir/lower-expression.ts";
import { DEVICE, ERRORS } from "./partita-device.ts";
import {
  CSR,
  DIVIDE,
  INTERRUPTS_ON,
  MTIMECMP,
  READ_CLOCK,
  type RuntimeCode,
  TICK_NS,
  TICKS_PER_MS,
  TIMER_BIT,
} from "./runtime-code.ts";
import { RUNTIME_OFFSETS } from "./runtime-names.ts";

export interface OneTask {
  readonly intervalNs: number;
  /** Symbols of what a scan runs, in this order. */
  readonly programs: readonly string[];
  /** Text of DEADLINE_MISSED. */
  readonly deadlineMissed: Address;
}

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
} as const;

const DEADLINE = "partita.deadline";
const ADVANCE = "partita.advance_release";

export const emitOneTask = (code: RuntimeCode, task: OneTask): void => {
  const runtime = new OneTaskRuntime(code, task);
  code.entry(DEADLINE);
  runtime.deadline();
  code.startUp(X.t2);
  runtime.firstRelease();
  runtime.scanLoop();
  runtime.advance();
};

class OneTaskRuntime {
  readonly #code: RuntimeCode;
  readonly #task: OneTask;

  constructor(code: RuntimeCode, task: OneTask) {
    this.#code = code;
    this.#task = task;
  }

  /**
   * The timer interrupt: the scan is still running at its next release. Raises DEADLINE_MISSED with the number of releases that
   * this scan has missed and waits for the one after. The scan may be about to raise an error itself, so that the device's
   * registers are put back too. gp is the one register that is the same all the time.
   */
  deadline(): void {
    const { asm } = this.#code;
    const saved = [X.t0, X.t1, X.t2].map((register, i) => ({ register, offset: RUNTIME_OFFSETS.saved + 4 * i }));
    const reports = [DEVICE.detail, DEVICE.message].map((imm, i) => ({ imm, offset: RUNTIME_OFFSETS.reports + 4 * i }));
    asm.label(DEADLINE);
    for (const { register, offset } of saved) this.#code.variable("sw", register, offset);
    this.#code.immediate(X.t0, DEVICE.base);
    for (const { imm, offset } of reports) {
      asm.emit("lw", { rd: X.t1, rs1: X.t0, imm });
      this.#code.variable("sw", X.t1, offset);
    }
    this.#code.variable("lw", X.t1, RUNTIME_OFFSETS.missed);
    asm.emit("addi", { rd: X.t1, rs1: X.t1, imm: 1 });
    this.#code.variable("sw", X.t1, RUNTIME_OFFSETS.missed);
    asm.emit("sw", { rs2: X.t1, rs1: X.t0, imm: DEVICE.detail });
    this.#code.address(X.t1, this.#code.offsetOf(this.#task.deadlineMissed));
    asm.emit("sw", { rs2: X.t1, rs1: X.t0, imm: DEVICE.message });
    this.#code.immediate(X.t1, ERRORS.deadlineMissed);
    asm.emit("sw", { rs2: X.t1, rs1: X.t0, imm: DEVICE.raise });
    for (const { imm, offset } of reports) {
      this.#code.variable("lw", X.t1, offset);
      asm.emit("sw", { rs2: X.t1, rs1: X.t0, imm });
    }

    this.#code.immediate(X.t0, MTIMECMP);
    this.#code.immediate(X.t1, this.#task.intervalNs / TICK_NS);
    asm.emit("lw", { rd: X.t2, rs1: X.t0, imm: 0 });
    asm.emit("add", { rd: X.t2, rs1: X.t2, rs2: X.t1 });
    asm.emit("sltu", { rd: X.t1, rs1: X.t2, rs2: X.t1 });
    asm.emit("sw", { rs2: X.t2, rs1: X.t0, imm: 0 });
    asm.emit("lw", { rd: X.t2, rs1: X.t0, imm: 4 });
    asm.emit("add", { rd: X.t2, rs1: X.t2, rs2: X.t1 });
    asm.emit("sw", { rs2: X.t2, rs1: X.t0, imm: 4 });
    for (const { register, offset } of saved) this.#code.variable("lw", register, offset);
    asm.emit("mret");
  }

  /** The latest multiple of the interval that is not after mtime: 0 at power-on. */
  firstRelease(): void {
    const { asm } = this.#code;
    const ticks = this.#task.intervalNs / TICK_NS;
    this.#code.immediate(LOOP.interval, ticks);
    this.#code.immediate(LOOP.intervalMs, Math.floor(ticks / TICKS_PER_MS));
    this.#code.immediate(LOOP.intervalRest, ticks % TICKS_PER_MS);
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
    this.#code.immediate(X.a2, TICKS_PER_MS);
    asm.jump(X.ra, DIVIDE);
    asm.emit("addi", { rd: LOOP.rest, rs1: X.a3, imm: 0 });
    this.#code.variable("sw", X.a0, TIME_OFFSET);
  }

  /**
   * The timer stands at the scan's next release and interrupts the scan, and nothing else: between scans it is only looked at, so
   * that the order in which the halves of mtimecmp are written does not matter. It is one function, which makes the addresses of
   * its devices itself: so a translator knows them.
   */
  scanLoop(): void {
    const { asm } = this.#code;
    const [scan, late, asleep] = [asm.newLabel(), asm.newLabel(), asm.newLabel()];
    asm.label("partita.scan");
    this.#code.immediate(LOOP.device, DEVICE.base);
    this.#code.immediate(LOOP.compare, MTIMECMP);
    asm.label(scan);
    asm.emit("add", { rd: X.t0, rs1: LOOP.releaseLow, rs2: LOOP.interval });
    asm.emit("sltu", { rd: X.t1, rs1: X.t0, rs2: LOOP.interval });
    asm.emit("add", { rd: X.t1, rs1: X.t1, rs2: LOOP.releaseHigh });
    asm.emit("sw", { rs2: X.t0, rs1: LOOP.compare, imm: 0 });
    asm.emit("sw", { rs2: X.t1, rs1: LOOP.compare, imm: 4 });
    this.#code.variable("sw", X.zero, RUNTIME_OFFSETS.missed);
    asm.emit("csrrsi", { rd: X.zero, csr: CSR.mstatus, imm: INTERRUPTS_ON });
    asm.emit("sw", { rs2: X.zero, rs1: LOOP.device, imm: DEVICE.latch });
    for (const program of this.#task.programs) asm.jump(X.ra, program);
    asm.emit("sw", { rs2: X.zero, rs1: LOOP.device, imm: DEVICE.publish });
    asm.emit("csrrci", { rd: X.zero, csr: CSR.mstatus, imm: INTERRUPTS_ON });
    this.#code.variable("lw", X.a0, RUNTIME_OFFSETS.missed);
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
    const { asm } = this.#code;
    const whole = asm.newLabel();
    asm.label(ADVANCE);
    asm.frame({ kind: "returns", register: X.ra });
    asm.emit("add", { rd: LOOP.releaseLow, rs1: LOOP.releaseLow, rs2: LOOP.interval });
    asm.emit("sltu", { rd: X.t0, rs1: LOOP.releaseLow, rs2: LOOP.interval });
    asm.emit("add", { rd: LOOP.releaseHigh, rs1: LOOP.releaseHigh, rs2: X.t0 });
    this.#code.variable("lw", X.t0, TIME_OFFSET);
    asm.emit("add", { rd: X.t0, rs1: X.t0, rs2: LOOP.intervalMs });
    asm.emit("add", { rd: LOOP.rest, rs1: LOOP.rest, rs2: LOOP.intervalRest });
    this.#code.immediate(X.t1, TICKS_PER_MS);
    asm.branch("bltu", LOOP.rest, X.t1, whole);
    asm.emit("sub", { rd: LOOP.rest, rs1: LOOP.rest, rs2: X.t1 });
    asm.emit("addi", { rd: X.t0, rs1: X.t0, imm: 1 });
    asm.label(whole);
    this.#code.variable("sw", X.t0, TIME_OFFSET);
    asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
  }
}
