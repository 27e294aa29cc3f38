/**
 * The runtime of a program with several tasks: fixed priorities, preemptive (IEC 61131-3 §6.8.2). Scans run to their end or are
 * interrupted by more urgent ones, so that all of them share one stack.
 *
 * Each scan has the process image to itself: what a more urgent scan latches is not seen by the one that it interrupts, and it
 * publishes what whole scans have written. The interrupted scan finds its inputs as they were, and among its outputs those that
 * the other has changed.
 */
import { X } from "../../../runtime/isa/index.ts";
import { TIME_OFFSET } from "../ir/lower-expression.ts";
import { alignUp } from "../semantics/types.ts";
import { Interruption, type SharedImage, wordsIn } from "./interruption.ts";
import { DEVICE } from "./partita-device.ts";
import { CSR, INTERRUPTS_ON, type RuntimeCode } from "./runtime-code.ts";
import { RUNTIME_BYTES } from "./runtime-names.ts";
import { CHOOSE, RELEASE, TASK, TASK_BYTES, type TaskOfSeveral, TaskTable } from "./task-table.ts";

/** From the start of the runtime's variables: the rank of the scan that is running; the table; the outputs as last published. */
const CURRENT = RUNTIME_BYTES;
const TABLE = RUNTIME_BYTES + 8;

const shadowOffset = (tasks: number): number => alignUp(TABLE + tasks * TASK_BYTES, 8);
/** Of the runtime's variables. */
export const severalTasksBytes = (tasks: number, outputBytes: number): number =>
  shadowOffset(tasks) + 4 * wordsIn(outputBytes);

/** The rank of nothing: less urgent than any task. */
const IDLE = 0x7ff;

const INTERRUPT = "partita.timer";
const RUN = "partita.run";
const SCAN = "partita.scan";
const SLEEP = "partita.sleep";

/**
 * `routine`, which uses registers of the device one after the other, without interruption: calls go to the label `name`. It takes
 * its arguments in registers.
 */
export const emitUninterrupted = ({ asm }: RuntimeCode, name: string, routine: string): void => {
  asm.label(name);
  asm.frame({ kind: "returns", register: X.ra });
  asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: -16 });
  asm.frame({ kind: "depth", bytes: 16 });
  asm.emit("sw", { rs2: X.ra, rs1: X.sp, imm: 0 });
  asm.frame({ kind: "saved", file: "integer", register: X.ra, below: 16 });
  asm.emit("csrrci", { rd: X.zero, csr: CSR.mstatus, imm: INTERRUPTS_ON });
  asm.jump(X.ra, routine);
  asm.emit("csrrsi", { rd: X.zero, csr: CSR.mstatus, imm: INTERRUPTS_ON });
  asm.emit("lw", { rd: X.ra, rs1: X.sp, imm: 0 });
  asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: 16 });
  asm.frame({ kind: "restored" });
  asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
};

/** `tasks`: by urgency. */
export const emitSeveralTasks = (code: RuntimeCode, tasks: readonly TaskOfSeveral[], image: SharedImage): void => {
  const runtime = new SeveralTasksRuntime(code, tasks, image);
  code.entry(INTERRUPT);
  runtime.interrupt();
  code.startUp(X.s1);
  runtime.start();
  runtime.sleep();
  runtime.run();
  runtime.scan();
  runtime.timetable();
};

class SeveralTasksRuntime {
  readonly #code: RuntimeCode;
  readonly #tasks: readonly TaskOfSeveral[];
  readonly #image: SharedImage;
  readonly #table: TaskTable;
  readonly #interruption: Interruption;
  /** The outputs as they were last published, among the runtime's variables. */
  readonly #shadow: number;

  constructor(code: RuntimeCode, tasks: readonly TaskOfSeveral[], image: SharedImage) {
    this.#code = code;
    this.#tasks = tasks;
    this.#image = image;
    this.#shadow = shadowOffset(tasks.length);
    this.#table = new TaskTable(code, tasks, code.offsetOfRuntime(TABLE));
    this.#interruption = new Interruption(code, image, { current: CURRENT, shadow: this.#shadow });
  }

  /** The timer: something is released. It comes while the partition sleeps, or in the midst of a scan. */
  interrupt(): void {
    const { asm } = this.#code;
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
    this.#interruption.saveScan();
    asm.jump(X.ra, RELEASE);
    this.#code.variable("lw", X.s1, CURRENT);
    asm.jump(X.ra, CHOOSE);
    asm.branch("beq", X.a0, X.zero, resume);
    this.#interruption.setImageAside();
    asm.jump(X.ra, RUN);
    this.#interruption.takeImageBack();
    asm.label(resume);
    this.#interruption.resumeScan();
  }

  /** Nothing runs, and nothing but initial values was published. */
  start(): void {
    this.#code.immediate(X.t0, IDLE);
    this.#code.variable("sw", X.t0, CURRENT);
    this.#notePublished();
    this.#table.firstReleases();
  }

  #notePublished(): void {
    this.#code.forWords(
      () => this.#code.address(X.t0, this.#image.outputs),
      () => this.#code.address(X.t1, this.#code.offsetOfRuntime(this.#shadow)),
      wordsIn(this.#image.outputBytes),
    );
  }

  /** Nothing is to be done: everything else happens in the interrupt. */
  sleep(): void {
    const { asm } = this.#code;
    const again = asm.newLabel();
    asm.label(SLEEP);
    this.#code.allowInterrupts(true);
    asm.label(again);
    asm.emit("wfi");
    asm.jump(X.zero, again);
  }

  /** Scans, as long as something more urgent than rank s1 is pending. s1 stays. */
  run(): void {
    const { asm } = this.#code;
    const [loop, done] = [asm.newLabel(), asm.newLabel()];
    asm.label(RUN);
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: -16 });
    this.#code.store(X.ra, X.sp, 0);
    asm.label(loop);
    asm.jump(X.ra, CHOOSE);
    asm.branch("beq", X.a0, X.zero, done);
    this.#code.move(X.s0, X.a0);
    asm.jump(X.ra, SCAN);
    asm.jump(X.zero, loop);
    asm.label(done);
    this.#code.load(X.ra, X.sp, 0);
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: 16 });
    this.#code.variable("sw", X.s1, CURRENT);
    this.#code.ret();
  }

  /** One scan of the task at s0, with interrupts; programs leave s0 and s1 alone. */
  scan(): void {
    const { asm } = this.#code;
    asm.label(SCAN);
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: -16 });
    this.#code.store(X.ra, X.sp, 0);
    this.#code.store(X.zero, X.s0, TASK.pending);
    this.#code.store(X.zero, X.s0, TASK.missed);
    this.#code.immediate(X.t0, 1);
    this.#code.store(X.t0, X.s0, TASK.running);
    this.#code.load(X.t0, X.s0, TASK.releaseMs);
    this.#code.variable("sw", X.t0, TIME_OFFSET);
    this.#code.load(X.t0, X.s0, TASK.rank);
    this.#code.variable("sw", X.t0, CURRENT);
    this.#code.immediate(X.t1, DEVICE.base);
    this.#code.store(X.zero, X.t1, DEVICE.latch);
    this.#code.allowInterrupts(true);
    this.#runPrograms();
    this.#code.allowInterrupts(false);
    this.#code.immediate(X.t1, DEVICE.base);
    this.#code.store(X.zero, X.t1, DEVICE.publish);
    this.#notePublished();
    this.#code.store(X.zero, X.s0, TASK.running);
    this.#code.load(X.ra, X.sp, 0);
    asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: 16 });
    this.#code.ret();
  }

  #runPrograms(): void {
    const { asm } = this.#code;
    const done = asm.newLabel();
    for (const [index, { programs }] of this.#tasks.entries()) {
      const other = asm.newLabel();
      this.#code.load(X.t0, X.s0, TASK.index);
      asm.emit("addi", { rd: X.t0, rs1: X.t0, imm: -index });
      asm.branch("bne", X.t0, X.zero, other);
      for (const program of programs) asm.jump(X.ra, program);
      asm.jump(X.zero, done);
      asm.label(other);
    }
    asm.label(done);
  }

  /** The routines of the table. */
  timetable(): void {
    this.#table.release();
    this.#table.choose();
  }
}
