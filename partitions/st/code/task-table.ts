/**
 * The table of tasks that a program with several has: what is released when, and whose turn it is (IEC 61131-3 §6.8.2). Its entries
 * stand in the order of urgency.
 */
import { X } from "../../../runtime/isa/index.ts";
import type { Address } from "../ir/ir.ts";
import { DEVICE, ERRORS } from "./partita-device.ts";
import { DIVIDE, MTIMECMP, READ_CLOCK, type RuntimeCode, TICK_NS, TICKS_PER_MS } from "./runtime-code.ts";

export interface TaskOfSeveral {
  readonly intervalNs: number;
  /** Of tasks in the order of their urgency: 0 of the first, the same of those that are as urgent as it, and so on. */
  readonly rank: number;
  /** Symbols of what a scan runs, in this order. */
  readonly programs: readonly string[];
  /** Text of DEADLINE_MISSED. */
  readonly deadlineMissed: Address;
}

/** A task's words, from the start of its entry in the table. */
export const TASK = {
  /** Of the next release, mtime. */
  nextLow: 0,
  nextHigh: 4,
  /** TIME() of the next release, and the ticks that are beyond its whole milliseconds. */
  nextMs: 8,
  nextRest: 12,
  /** A release waits for its scan: when it came, lower half, and its TIME(). */
  pending: 16,
  releaseLow: 20,
  releaseMs: 24,
  /** Its scan has begun. */
  running: 28,
  /** Releases that came since the one that the scan is for. */
  missed: 32,
  /** Of the interval: ticks, whole milliseconds, the ticks beyond these. */
  interval: 36,
  intervalMs: 40,
  intervalRest: 44,
  rank: 48,
  message: 52,
  index: 56,
} as const;
export const TASK_BYTES = 60;

export const RELEASE = "partita.release";
export const CHOOSE = "partita.choose";

export class TaskTable {
  readonly #code: RuntimeCode;
  readonly #tasks: readonly TaskOfSeveral[];
  /** From the start of the data. */
  readonly #start: number;

  constructor(code: RuntimeCode, tasks: readonly TaskOfSeveral[], start: number) {
    this.#code = code;
    this.#tasks = tasks;
    this.#start = start;
  }

  /** `emit` for each task's entry in the table, whose address is in s0; all registers but s0 and t6 are the body's. */
  #forEachTask(body: (next: string) => void): void {
    const [loop, next] = [this.#code.asm.newLabel(), this.#code.asm.newLabel()];
    this.#code.address(X.s0, this.#start);
    this.#code.address(X.t6, this.#start + this.#tasks.length * TASK_BYTES);
    this.#code.asm.label(loop);
    body(next);
    this.#code.asm.label(next);
    this.#code.asm.emit("addi", { rd: X.s0, rs1: X.s0, imm: TASK_BYTES });
    this.#code.asm.branch("bltu", X.s0, X.t6, loop);
  }

  /**
   * Every task's next release is the latest multiple of its interval that is not after mtime: 0 at power-on. What lies behind is
   * released as soon as the partition sleeps.
   */
  firstReleases(): void {
    const { asm } = this.#code;
    for (const [i, task] of this.#tasks.entries()) this.#fillEntry(task, i);
    asm.jump(X.ra, READ_CLOCK);
    this.#code.move(X.s2, X.a0);
    this.#code.move(X.s3, X.a1);
    this.#forEachTask(() => {
      this.#code.move(X.a0, X.s2);
      this.#code.move(X.a1, X.s3);
      this.#code.load(X.a2, X.s0, TASK.interval);
      asm.jump(X.ra, DIVIDE);
      asm.emit("sltu", { rd: X.t0, rs1: X.s2, rs2: X.a3 });
      asm.emit("sub", { rd: X.a0, rs1: X.s2, rs2: X.a3 });
      asm.emit("sub", { rd: X.a1, rs1: X.s3, rs2: X.t0 });
      this.#code.store(X.a0, X.s0, TASK.nextLow);
      this.#code.store(X.a1, X.s0, TASK.nextHigh);
      this.#code.immediate(X.a2, TICKS_PER_MS);
      asm.jump(X.ra, DIVIDE);
      this.#code.store(X.a0, X.s0, TASK.nextMs);
      this.#code.store(X.a3, X.s0, TASK.nextRest);
    });
    this.#code.immediate(X.t0, MTIMECMP);
    this.#code.store(X.zero, X.t0, 0);
    this.#code.store(X.zero, X.t0, 4);
  }

  #fillEntry({ intervalNs, rank, deadlineMissed }: TaskOfSeveral, index: number): void {
    const ticks = intervalNs / TICK_NS;
    const word = (offset: number, value: number): void => {
      this.#code.immediate(X.t0, value);
      this.#code.store(X.t0, X.s0, offset);
    };
    this.#code.address(X.s0, this.#start + index * TASK_BYTES);
    word(TASK.interval, ticks);
    word(TASK.intervalMs, Math.floor(ticks / TICKS_PER_MS));
    word(TASK.intervalRest, ticks % TICKS_PER_MS);
    word(TASK.rank, rank);
    word(TASK.index, index);
    this.#code.address(X.t0, this.#code.offsetOf(deadlineMissed));
    this.#code.store(X.t0, X.s0, TASK.message);
  }

  /** Releases what is due, complains of what is still waiting or running then, and sets the timer to what comes next. */
  release(): void {
    const { asm } = this.#code;
    const [due, idle, fresh] = [asm.newLabel(), asm.newLabel(), asm.newLabel()];
    asm.label(RELEASE);
    this.#code.move(X.a7, X.ra);
    asm.jump(X.ra, READ_CLOCK);
    this.#code.immediate(X.a4, -1);
    this.#code.immediate(X.a5, -1);
    this.#forEachTask((next) => {
      asm.label(due);
      this.#code.load(X.t0, X.s0, TASK.nextLow);
      this.#code.load(X.t1, X.s0, TASK.nextHigh);
      asm.branch("bltu", X.a1, X.t1, idle);
      asm.branch("bne", X.a1, X.t1, fresh);
      asm.branch("bltu", X.a0, X.t0, idle);
      asm.label(fresh);
      this.#complainWhenLate();
      this.#advance();
      asm.jump(X.zero, due);

      // a5:a4: the earliest release so far.
      asm.label(idle);
      asm.branch("bltu", X.a5, X.t1, next);
      const earlier = asm.newLabel();
      asm.branch("bne", X.a5, X.t1, earlier);
      asm.branch("bgeu", X.t0, X.a4, next);
      asm.label(earlier);
      this.#code.move(X.a4, X.t0);
      this.#code.move(X.a5, X.t1);
    });
    this.#code.immediate(X.t0, MTIMECMP);
    this.#code.store(X.a4, X.t0, 0);
    this.#code.store(X.a5, X.t0, 4);
    asm.emit("jalr", { rd: X.zero, rs1: X.a7, imm: 0 });
  }

  /** The task at s0 is released; t0: the release, its lower half. */
  #complainWhenLate(): void {
    const { asm } = this.#code;
    const inTime = asm.newLabel();
    this.#code.load(X.t2, X.s0, TASK.pending);
    this.#code.load(X.t3, X.s0, TASK.running);
    asm.emit("or", { rd: X.t2, rs1: X.t2, rs2: X.t3 });
    asm.branch("beq", X.t2, X.zero, inTime);
    this.#code.load(X.t2, X.s0, TASK.missed);
    asm.emit("addi", { rd: X.t2, rs1: X.t2, imm: 1 });
    this.#code.store(X.t2, X.s0, TASK.missed);
    this.#code.immediate(X.t3, DEVICE.base);
    this.#code.store(X.t2, X.t3, DEVICE.detail);
    this.#code.load(X.t2, X.s0, TASK.message);
    this.#code.store(X.t2, X.t3, DEVICE.message);
    this.#code.immediate(X.t2, ERRORS.deadlineMissed);
    this.#code.store(X.t2, X.t3, DEVICE.raise);
    asm.label(inTime);
  }

  /** The release of the task at s0, in t1:t0, is pending; and on to the next. */
  #advance(): void {
    const { asm } = this.#code;
    const whole = asm.newLabel();
    this.#code.immediate(X.t2, 1);
    this.#code.store(X.t2, X.s0, TASK.pending);
    this.#code.store(X.t0, X.s0, TASK.releaseLow);
    this.#code.load(X.t2, X.s0, TASK.interval);
    this.#code.add(X.t0, X.t0, X.t2);
    asm.emit("sltu", { rd: X.t2, rs1: X.t0, rs2: X.t2 });
    this.#code.add(X.t1, X.t1, X.t2);
    this.#code.store(X.t0, X.s0, TASK.nextLow);
    this.#code.store(X.t1, X.s0, TASK.nextHigh);
    this.#code.load(X.t0, X.s0, TASK.nextMs);
    this.#code.store(X.t0, X.s0, TASK.releaseMs);
    this.#code.load(X.t1, X.s0, TASK.intervalMs);
    this.#code.add(X.t0, X.t0, X.t1);
    this.#code.load(X.t1, X.s0, TASK.nextRest);
    this.#code.load(X.t2, X.s0, TASK.intervalRest);
    this.#code.add(X.t1, X.t1, X.t2);
    this.#code.immediate(X.t2, TICKS_PER_MS);
    asm.branch("bltu", X.t1, X.t2, whole);
    asm.emit("sub", { rd: X.t1, rs1: X.t1, rs2: X.t2 });
    asm.emit("addi", { rd: X.t0, rs1: X.t0, imm: 1 });
    asm.label(whole);
    this.#code.store(X.t0, X.s0, TASK.nextMs);
    this.#code.store(X.t1, X.s0, TASK.nextRest);
  }

  /** a0: the entry of the most urgent task that is pending and more urgent than rank s1, the one waiting longest among equals; 0: none. */
  choose(): void {
    const { asm } = this.#code;
    const done = asm.newLabel();
    asm.label(CHOOSE);
    this.#code.move(X.a0, X.zero);
    this.#code.move(X.a1, X.s1);
    this.#forEachTask((next) => {
      const better = asm.newLabel();
      this.#code.load(X.t0, X.s0, TASK.rank);
      // The table is in order: all that follow are as urgent as this one, or less.
      asm.branch("blt", X.a1, X.t0, done);
      this.#code.load(X.t1, X.s0, TASK.pending);
      asm.branch("beq", X.t1, X.zero, next);
      this.#code.load(X.t2, X.s0, TASK.releaseLow);
      asm.branch("blt", X.t0, X.a1, better);
      asm.branch("beq", X.a0, X.zero, next);
      asm.emit("sub", { rd: X.t1, rs1: X.t2, rs2: X.a2 });
      asm.branch("bge", X.t1, X.zero, next);
      asm.label(better);
      this.#code.move(X.a0, X.s0);
      this.#code.move(X.a1, X.t0);
      this.#code.move(X.a2, X.t2);
    });
    asm.label(done);
    this.#code.ret();
  }
}
