/**
 * The runtime of a program with several tasks: fixed priorities, preemptive (IEC 61131-3 §6.8.2). Scans run to their end or are
 * interrupted by more urgent ones, so that all of them share one stack.
 *
 * Each scan has the process image to itself: what a more urgent scan latches is not seen by the one that it interrupts, and it
 * publishes what whole scans have written. The interrupted scan finds its inputs as they were, and among its outputs those that
 * the other has changed.
 */
import { X } from "../../../runtime/isa/index.ts";
import type { Address } from "../ir/ir.ts";
import { TIME_OFFSET } from "../ir/lower-expression.ts";
import { UPPER_RESULT_OFFSET } from "../ir/split-longs.ts";
import { alignUp } from "../semantics/types.ts";
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
} from "./runtime-code.ts";
import { RUNTIME_BYTES } from "./runtime-names.ts";

export interface TaskOfSeveral {
  readonly intervalNs: number;
  /** Of tasks in the order of their urgency: 0 of the first, the same of those that are as urgent as it, and so on. */
  readonly rank: number;
  /** Symbols of what a scan runs, in this order. */
  readonly programs: readonly string[];
  /** Text of DEADLINE_MISSED. */
  readonly deadlineMissed: Address;
}

/** What the scans share. */
export interface SharedImage {
  /** Bytes of the areas of inputs and outputs. */
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** Offsets of these areas from the start of the data. */
  readonly inputs: number;
  readonly outputs: number;
}

/** A task's words, from the start of its entry in the table. */
const TASK = {
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
const TASK_BYTES = 60;

/** From the start of the runtime's variables: the rank of the scan that is running; the table; the outputs as last published. */
const CURRENT = RUNTIME_BYTES;
const TABLE = RUNTIME_BYTES + 8;

const shadowOffset = (tasks: number): number => alignUp(TABLE + tasks * TASK_BYTES, 8);
const wordsIn = (bytes: number): number => Math.ceil(bytes / 4);

/** Of the runtime's variables. */
export const severalTasksBytes = (tasks: number, outputBytes: number): number =>
  shadowOffset(tasks) + 4 * wordsIn(outputBytes);

/** The rank of nothing: less urgent than any task. */
const IDLE = 0x7ff;

const INTERRUPT = "partita.timer";
const RELEASE = "partita.release";
const CHOOSE = "partita.choose";
const RUN = "partita.run";
const SCAN = "partita.scan";
const SLEEP = "partita.sleep";

/** What a call may change: all of it belongs to the interrupted scan. */
const INTEGERS = [
  ...[X.ra, X.t0, X.t1, X.t2, X.t3, X.t4, X.t5, X.t6, X.s0, X.s1],
  ...[X.a0, X.a1, X.a2, X.a3, X.a4, X.a5, X.a6, X.a7],
];
const FLOATS = Array.from({ length: 32 }, (_, register) => register).filter(
  (register) => register < 8 || (register >= 10 && register < 18) || register >= 28,
);
/** Of the runtime and of the device, what a scan may be in the midst of using. */
const VARIABLES = [TIME_OFFSET, UPPER_RESULT_OFFSET];
const REPORT = [DEVICE.detail, DEVICE.message];

/** The interrupted scan on the stack, from its end up. */
const FRAME = {
  floats: 0,
  integers: 8 * FLOATS.length,
  variables: 8 * FLOATS.length + 4 * INTEGERS.length,
  report: 8 * FLOATS.length + 4 * (INTEGERS.length + VARIABLES.length),
  pc: 8 * FLOATS.length + 4 * (INTEGERS.length + VARIABLES.length + REPORT.length),
  rank: 8 * FLOATS.length + 4 * (INTEGERS.length + VARIABLES.length + REPORT.length + 1),
} as const;
const FRAME_BYTES = alignUp(FRAME.rank + 4, 16);

/** Bytes of stack that an interruption takes. */
export const interruptionBytes = ({ inputBytes, outputBytes }: SharedImage): number =>
  FRAME_BYTES + alignUp(4 * (wordsIn(inputBytes) + 2 * wordsIn(outputBytes)), 16);

/**
 * `routine`, which uses registers of the device one after the other, without interruption: calls go to the label `name`. It takes
 * its arguments in registers.
 */
export const emitUninterrupted = ({ asm }: RuntimeCode, name: string, routine: string): void => {
  asm.label(name);
  asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: -16 });
  asm.emit("sw", { rs2: X.ra, rs1: X.sp, imm: 0 });
  asm.emit("csrrci", { rd: X.zero, csr: CSR.mstatus, imm: INTERRUPTS_ON });
  asm.jump(X.ra, routine);
  asm.emit("csrrsi", { rd: X.zero, csr: CSR.mstatus, imm: INTERRUPTS_ON });
  asm.emit("lw", { rd: X.ra, rs1: X.sp, imm: 0 });
  asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: 16 });
  asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
};

/** `tasks`: by urgency. */
export const emitSeveralTasks = (code: RuntimeCode, tasks: readonly TaskOfSeveral[], image: SharedImage): void => {
  const runtime = new SeveralTasksRuntime(code, tasks, image);
  code.entry(INTERRUPT);
  runtime.interrupt();
  code.startUp(X.s1);
  runtime.firstReleases();
  runtime.sleep();
  runtime.release();
  runtime.choose();
  runtime.run();
  runtime.scan();
};

class SeveralTasksRuntime {
  readonly #code: RuntimeCode;
  readonly #tasks: readonly TaskOfSeveral[];
  readonly #image: SharedImage;
  readonly #shadow: number;

  constructor(code: RuntimeCode, tasks: readonly TaskOfSeveral[], image: SharedImage) {
    this.#code = code;
    this.#tasks = tasks;
    this.#image = image;
    this.#shadow = shadowOffset(tasks.length);
  }

  get #asm() {
    return this.#code.asm;
  }

  #load(rd: number, rs1: number, imm: number): void {
    this.#asm.emit("lw", { rd, rs1, imm });
  }

  #store(rs2: number, rs1: number, imm: number): void {
    this.#asm.emit("sw", { rs2, rs1, imm });
  }

  #add(rd: number, rs1: number, rs2: number): void {
    this.#asm.emit("add", { rd, rs1, rs2 });
  }

  #move(rd: number, rs1: number): void {
    this.#asm.emit("addi", { rd, rs1, imm: 0 });
  }

  #return(): void {
    this.#asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
  }

  #allowInterrupts(allowed: boolean): void {
    this.#asm.emit(allowed ? "csrrsi" : "csrrci", { rd: X.zero, csr: CSR.mstatus, imm: INTERRUPTS_ON });
  }

  /** The stack pointer moves down, or up again. */
  #reserve(bytes: number): void {
    this.#code.immediate(X.t0, -bytes);
    this.#add(X.sp, X.sp, X.t0);
  }

  /** `emit` for each task's entry in the table, whose address is in s0; all registers but s0 and t6 are the body's. */
  #forEachTask(body: (next: string) => void): void {
    const [loop, next] = [this.#asm.newLabel(), this.#asm.newLabel()];
    this.#tableInto(X.s0);
    this.#code.address(X.t6, this.#code.offsetOfRuntime(TABLE + this.#tasks.length * TASK_BYTES));
    this.#asm.label(loop);
    body(next);
    this.#asm.label(next);
    this.#asm.emit("addi", { rd: X.s0, rs1: X.s0, imm: TASK_BYTES });
    this.#asm.branch("bltu", X.s0, X.t6, loop);
  }

  #tableInto(register: number): void {
    this.#code.address(register, this.#code.offsetOfRuntime(TABLE));
  }

  /** Words of one area after the other: `each` gets them in t2, and leaves there what goes to the other place. */
  #forWords(from: () => void, to: () => void, words: number, each: () => void = () => {}): void {
    if (words === 0) return;
    const loop = this.#asm.newLabel();
    from();
    to();
    this.#code.immediate(X.t3, 4 * words);
    this.#add(X.t3, X.t3, X.t0);
    this.#asm.label(loop);
    this.#load(X.t2, X.t0, 0);
    each();
    this.#store(X.t2, X.t1, 0);
    this.#asm.emit("addi", { rd: X.t0, rs1: X.t0, imm: 4 });
    this.#asm.emit("addi", { rd: X.t1, rs1: X.t1, imm: 4 });
    this.#asm.branch("bltu", X.t0, X.t3, loop);
  }

  /** The timer: something is released. It comes while the partition sleeps, or in the midst of a scan. */
  interrupt(): void {
    const asm = this.#asm;
    const [busy, resume] = [asm.newLabel(), asm.newLabel()];
    asm.label(INTERRUPT);
    asm.emit("csrrw", { rd: X.zero, csr: CSR.mscratch, rs1: X.t0 });
    this.#code.variable("lw", X.t0, CURRENT);
    asm.emit("addi", { rd: X.t0, rs1: X.t0, imm: -IDLE });
    asm.branch("bne", X.t0, X.zero, busy);
    asm.jump(X.ra, RELEASE);
    this.#code.immediate(X.s1, IDLE);
    asm.jump(X.ra, RUN);
    asm.jump(X.zero, SLEEP);

    asm.label(busy);
    asm.emit("csrrs", { rd: X.t0, csr: CSR.mscratch, rs1: X.zero });
    this.#saveScan();
    asm.jump(X.ra, RELEASE);
    this.#code.variable("lw", X.s1, CURRENT);
    asm.jump(X.ra, CHOOSE);
    asm.branch("beq", X.a0, X.zero, resume);
    this.#setImageAside();
    asm.jump(X.ra, RUN);
    this.#takeImageBack();
    asm.label(resume);
    this.#resumeScan();
  }

  #saveScan(): void {
    const asm = this.#asm;
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: -FRAME_BYTES });
    for (const [i, register] of INTEGERS.entries()) this.#store(register, X.sp, FRAME.integers + 4 * i);
    for (const [i, register] of FLOATS.entries()) {
      asm.emit("fsd", { rs2: register, rs1: X.sp, imm: FRAME.floats + 8 * i });
    }
    for (const [i, offset] of VARIABLES.entries()) {
      this.#code.variable("lw", X.t0, offset);
      this.#store(X.t0, X.sp, FRAME.variables + 4 * i);
    }
    this.#code.immediate(X.t1, DEVICE.base);
    for (const [i, register] of REPORT.entries()) {
      this.#load(X.t0, X.t1, register);
      this.#store(X.t0, X.sp, FRAME.report + 4 * i);
    }
    asm.emit("csrrs", { rd: X.t0, csr: CSR.mepc, rs1: X.zero });
    this.#store(X.t0, X.sp, FRAME.pc);
    this.#code.variable("lw", X.t0, CURRENT);
    this.#store(X.t0, X.sp, FRAME.rank);
  }

  #resumeScan(): void {
    const asm = this.#asm;
    this.#load(X.t0, X.sp, FRAME.rank);
    this.#code.variable("sw", X.t0, CURRENT);
    this.#load(X.t0, X.sp, FRAME.pc);
    asm.emit("csrrw", { rd: X.zero, csr: CSR.mepc, rs1: X.t0 });
    this.#code.immediate(X.t0, MACHINE_WITH_INTERRUPTS);
    asm.emit("csrrs", { rd: X.zero, csr: CSR.mstatus, rs1: X.t0 });
    this.#code.immediate(X.t1, DEVICE.base);
    for (const [i, register] of REPORT.entries()) {
      this.#load(X.t0, X.sp, FRAME.report + 4 * i);
      this.#store(X.t0, X.t1, register);
    }
    for (const [i, offset] of VARIABLES.entries()) {
      this.#load(X.t0, X.sp, FRAME.variables + 4 * i);
      this.#code.variable("sw", X.t0, offset);
    }
    for (const [i, register] of FLOATS.entries()) {
      asm.emit("fld", { rd: register, rs1: X.sp, imm: FRAME.floats + 8 * i });
    }
    for (const [i, register] of INTEGERS.entries()) this.#load(register, X.sp, FRAME.integers + 4 * i);
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: FRAME_BYTES });
    asm.emit("mret");
  }

  /** Bytes of the images on the stack, below the frame: the inputs, the outputs, the outputs as they were published. */
  get #images() {
    const inputs = 4 * wordsIn(this.#image.inputBytes);
    const outputs = 4 * wordsIn(this.#image.outputBytes);
    return { outputs: inputs, published: inputs + outputs, bytes: alignUp(inputs + 2 * outputs, 16) };
  }

  /** What is in the areas, onto the stack; the outputs become those that were published. */
  #setImageAside(): void {
    const { inputs, outputs, inputBytes, outputBytes } = this.#image;
    const { bytes, ...places } = this.#images;
    if (bytes === 0) return;
    const area = (register: number, offset: number) => () => this.#code.address(register, offset);
    const shadow = this.#code.offsetOfRuntime(this.#shadow);
    this.#reserve(bytes);
    this.#forWords(area(X.t0, inputs), () => this.#onStack(X.t1, 0), wordsIn(inputBytes));
    const [now, was] = [() => this.#onStack(X.t1, places.outputs), () => this.#onStack(X.t1, places.published)];
    this.#forWords(area(X.t0, outputs), now, wordsIn(outputBytes));
    this.#forWords(area(X.t0, shadow), was, wordsIn(outputBytes));
    this.#forWords(area(X.t0, shadow), area(X.t1, outputs), wordsIn(outputBytes));
  }

  /** Inputs as they were; outputs as they were, but for the bits that are published differently now. */
  #takeImageBack(): void {
    const { inputs, outputs, inputBytes, outputBytes } = this.#image;
    const { bytes, ...places } = this.#images;
    if (bytes === 0) return;
    const asm = this.#asm;
    const area = (register: number, offset: number) => () => this.#code.address(register, offset);
    this.#forWords(() => this.#onStack(X.t0, 0), area(X.t1, inputs), wordsIn(inputBytes));
    const published = places.published - places.outputs;
    const isNear = published < 2048;
    if (!isNear) this.#code.immediate(X.t5, published);
    this.#forWords(
      () => this.#onStack(X.t0, places.outputs),
      area(X.t1, outputs),
      wordsIn(outputBytes),
      () => {
        // t2: the interrupted scan's; t4: what the other left; t5 …: where they differ from what was published before it.
        this.#load(X.t4, X.t1, 0);
        if (isNear) this.#load(X.a0, X.t0, published);
        else {
          this.#add(X.a0, X.t0, X.t5);
          this.#load(X.a0, X.a0, 0);
        }
        asm.emit("xor", { rd: X.a0, rs1: X.a0, rs2: X.t4 });
        asm.emit("xor", { rd: X.t4, rs1: X.t4, rs2: X.t2 });
        asm.emit("and", { rd: X.t4, rs1: X.t4, rs2: X.a0 });
        asm.emit("xor", { rd: X.t2, rs1: X.t2, rs2: X.t4 });
      },
    );
    this.#reserve(-bytes);
  }

  #onStack(register: number, offset: number): void {
    this.#code.immediate(register, offset);
    this.#add(register, register, X.sp);
  }

  /**
   * Every task's next release is the latest multiple of its interval that is not after mtime: 0 at power-on. What lies behind is
   * released as soon as the partition sleeps.
   */
  firstReleases(): void {
    const asm = this.#asm;
    this.#code.immediate(X.t0, IDLE);
    this.#code.variable("sw", X.t0, CURRENT);
    for (const [i, task] of this.#tasks.entries()) this.#fillEntry(task, i);
    this.#forWords(
      () => this.#code.address(X.t0, this.#image.outputs),
      () => this.#code.address(X.t1, this.#code.offsetOfRuntime(this.#shadow)),
      wordsIn(this.#image.outputBytes),
    );
    asm.jump(X.ra, READ_CLOCK);
    this.#move(X.s2, X.a0);
    this.#move(X.s3, X.a1);
    this.#forEachTask(() => {
      this.#move(X.a0, X.s2);
      this.#move(X.a1, X.s3);
      this.#load(X.a2, X.s0, TASK.interval);
      asm.jump(X.ra, DIVIDE);
      asm.emit("sltu", { rd: X.t0, rs1: X.s2, rs2: X.a3 });
      asm.emit("sub", { rd: X.a0, rs1: X.s2, rs2: X.a3 });
      asm.emit("sub", { rd: X.a1, rs1: X.s3, rs2: X.t0 });
      this.#store(X.a0, X.s0, TASK.nextLow);
      this.#store(X.a1, X.s0, TASK.nextHigh);
      this.#code.immediate(X.a2, TICKS_PER_MS);
      asm.jump(X.ra, DIVIDE);
      this.#store(X.a0, X.s0, TASK.nextMs);
      this.#store(X.a3, X.s0, TASK.nextRest);
    });
    this.#code.immediate(X.t0, MTIMECMP);
    this.#store(X.zero, X.t0, 0);
    this.#store(X.zero, X.t0, 4);
  }

  #fillEntry({ intervalNs, rank, deadlineMissed }: TaskOfSeveral, index: number): void {
    const ticks = intervalNs / TICK_NS;
    const word = (offset: number, value: number): void => {
      this.#code.immediate(X.t0, value);
      this.#store(X.t0, X.s0, offset);
    };
    this.#code.address(X.s0, this.#code.offsetOfRuntime(TABLE + index * TASK_BYTES));
    word(TASK.interval, ticks);
    word(TASK.intervalMs, Math.floor(ticks / TICKS_PER_MS));
    word(TASK.intervalRest, ticks % TICKS_PER_MS);
    word(TASK.rank, rank);
    word(TASK.index, index);
    this.#code.address(X.t0, this.#code.offsetOf(deadlineMissed));
    this.#store(X.t0, X.s0, TASK.message);
  }

  /** Nothing is to be done: everything else happens in the interrupt. */
  sleep(): void {
    const asm = this.#asm;
    const again = asm.newLabel();
    asm.label(SLEEP);
    this.#allowInterrupts(true);
    asm.label(again);
    asm.emit("wfi");
    asm.jump(X.zero, again);
  }

  /** Releases what is due, complains of what is still waiting or running then, and sets the timer to what comes next. */
  release(): void {
    const asm = this.#asm;
    const [due, idle, fresh] = [asm.newLabel(), asm.newLabel(), asm.newLabel()];
    asm.label(RELEASE);
    this.#move(X.a7, X.ra);
    asm.jump(X.ra, READ_CLOCK);
    this.#code.immediate(X.a4, -1);
    this.#code.immediate(X.a5, -1);
    this.#forEachTask((next) => {
      asm.label(due);
      this.#load(X.t0, X.s0, TASK.nextLow);
      this.#load(X.t1, X.s0, TASK.nextHigh);
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
      this.#move(X.a4, X.t0);
      this.#move(X.a5, X.t1);
    });
    this.#code.immediate(X.t0, MTIMECMP);
    this.#store(X.a4, X.t0, 0);
    this.#store(X.a5, X.t0, 4);
    asm.emit("jalr", { rd: X.zero, rs1: X.a7, imm: 0 });
  }

  /** The task at s0 is released; t0: the release, its lower half. */
  #complainWhenLate(): void {
    const asm = this.#asm;
    const inTime = asm.newLabel();
    this.#load(X.t2, X.s0, TASK.pending);
    this.#load(X.t3, X.s0, TASK.running);
    asm.emit("or", { rd: X.t2, rs1: X.t2, rs2: X.t3 });
    asm.branch("beq", X.t2, X.zero, inTime);
    this.#load(X.t2, X.s0, TASK.missed);
    asm.emit("addi", { rd: X.t2, rs1: X.t2, imm: 1 });
    this.#store(X.t2, X.s0, TASK.missed);
    this.#code.immediate(X.t3, DEVICE.base);
    this.#store(X.t2, X.t3, DEVICE.detail);
    this.#load(X.t2, X.s0, TASK.message);
    this.#store(X.t2, X.t3, DEVICE.message);
    this.#code.immediate(X.t2, ERRORS.deadlineMissed);
    this.#store(X.t2, X.t3, DEVICE.raise);
    asm.label(inTime);
  }

  /** The release of the task at s0, in t1:t0, is pending; and on to the next. */
  #advance(): void {
    const asm = this.#asm;
    const whole = asm.newLabel();
    this.#code.immediate(X.t2, 1);
    this.#store(X.t2, X.s0, TASK.pending);
    this.#store(X.t0, X.s0, TASK.releaseLow);
    this.#load(X.t2, X.s0, TASK.interval);
    this.#add(X.t0, X.t0, X.t2);
    asm.emit("sltu", { rd: X.t2, rs1: X.t0, rs2: X.t2 });
    this.#add(X.t1, X.t1, X.t2);
    this.#store(X.t0, X.s0, TASK.nextLow);
    this.#store(X.t1, X.s0, TASK.nextHigh);
    this.#load(X.t0, X.s0, TASK.nextMs);
    this.#store(X.t0, X.s0, TASK.releaseMs);
    this.#load(X.t1, X.s0, TASK.intervalMs);
    this.#add(X.t0, X.t0, X.t1);
    this.#load(X.t1, X.s0, TASK.nextRest);
    this.#load(X.t2, X.s0, TASK.intervalRest);
    this.#add(X.t1, X.t1, X.t2);
    this.#code.immediate(X.t2, TICKS_PER_MS);
    asm.branch("bltu", X.t1, X.t2, whole);
    asm.emit("sub", { rd: X.t1, rs1: X.t1, rs2: X.t2 });
    asm.emit("addi", { rd: X.t0, rs1: X.t0, imm: 1 });
    asm.label(whole);
    this.#store(X.t0, X.s0, TASK.nextMs);
    this.#store(X.t1, X.s0, TASK.nextRest);
  }

  /** a0: the entry of the most urgent task that is pending and more urgent than rank s1, the one waiting longest among equals; 0: none. */
  choose(): void {
    const asm = this.#asm;
    const done = asm.newLabel();
    asm.label(CHOOSE);
    this.#move(X.a0, X.zero);
    this.#move(X.a1, X.s1);
    this.#forEachTask((next) => {
      const better = asm.newLabel();
      this.#load(X.t0, X.s0, TASK.rank);
      // The table is in order: all that follow are as urgent as this one, or less.
      asm.branch("blt", X.a1, X.t0, done);
      this.#load(X.t1, X.s0, TASK.pending);
      asm.branch("beq", X.t1, X.zero, next);
      this.#load(X.t2, X.s0, TASK.releaseLow);
      asm.branch("blt", X.t0, X.a1, better);
      asm.branch("beq", X.a0, X.zero, next);
      asm.emit("sub", { rd: X.t1, rs1: X.t2, rs2: X.a2 });
      asm.branch("bge", X.t1, X.zero, next);
      asm.label(better);
      this.#move(X.a0, X.s0);
      this.#move(X.a1, X.t0);
      this.#move(X.a2, X.t2);
    });
    asm.label(done);
    this.#return();
  }

  /** Scans, as long as something more urgent than rank s1 is pending. s1 stays. */
  run(): void {
    const asm = this.#asm;
    const [loop, done] = [asm.newLabel(), asm.newLabel()];
    asm.label(RUN);
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: -16 });
    this.#store(X.ra, X.sp, 0);
    asm.label(loop);
    asm.jump(X.ra, CHOOSE);
    asm.branch("beq", X.a0, X.zero, done);
    this.#move(X.s0, X.a0);
    asm.jump(X.ra, SCAN);
    asm.jump(X.zero, loop);
    asm.label(done);
    this.#load(X.ra, X.sp, 0);
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: 16 });
    this.#code.variable("sw", X.s1, CURRENT);
    this.#return();
  }

  /** One scan of the task at s0, with interrupts; programs leave s0 and s1 alone. */
  scan(): void {
    const asm = this.#asm;
    asm.label(SCAN);
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: -16 });
    this.#store(X.ra, X.sp, 0);
    this.#store(X.zero, X.s0, TASK.pending);
    this.#store(X.zero, X.s0, TASK.missed);
    this.#code.immediate(X.t0, 1);
    this.#store(X.t0, X.s0, TASK.running);
    this.#load(X.t0, X.s0, TASK.releaseMs);
    this.#code.variable("sw", X.t0, TIME_OFFSET);
    this.#load(X.t0, X.s0, TASK.rank);
    this.#code.variable("sw", X.t0, CURRENT);
    this.#code.immediate(X.t1, DEVICE.base);
    this.#store(X.zero, X.t1, DEVICE.latch);
    this.#allowInterrupts(true);
    this.#runPrograms();
    this.#allowInterrupts(false);
    this.#code.immediate(X.t1, DEVICE.base);
    this.#store(X.zero, X.t1, DEVICE.publish);
    this.#forWords(
      () => this.#code.address(X.t0, this.#image.outputs),
      () => this.#code.address(X.t1, this.#code.offsetOfRuntime(this.#shadow)),
      wordsIn(this.#image.outputBytes),
    );
    this.#store(X.zero, X.s0, TASK.running);
    this.#load(X.ra, X.sp, 0);
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: 16 });
    this.#return();
  }

  #runPrograms(): void {
    const asm = this.#asm;
    const done = asm.newLabel();
    for (const [index, { programs }] of this.#tasks.entries()) {
      const other = asm.newLabel();
      this.#load(X.t0, X.s0, TASK.index);
      asm.emit("addi", { rd: X.t0, rs1: X.t0, imm: -index });
      asm.branch("bne", X.t0, X.zero, other);
      for (const program of programs) asm.jump(X.ra, program);
      asm.jump(X.zero, done);
      asm.label(other);
    }
    asm.label(done);
  }
}

/** Into mstatus before `mret`: MPP is machine mode and MPIE is set (RISC-V Privileged §3.1.6.1). */
const MACHINE_WITH_INTERRUPTS = 0x1880;
