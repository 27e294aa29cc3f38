/** The functions of a random program: prologues, epilogues, entries into their middle, and deep recursion. */
import { X } from "../../isa/index.ts";
import type { Body, FlowControl } from "./flow-control.ts";
import { COUNTERS, FUEL, LEAF_COUNTER, SAVED_REGISTERS, SCRATCH_REGISTERS } from "./flow-layout.ts";
import { plainWord } from "./flow-statements.ts";
import type { FlowWriter } from "./flow-writer.ts";

/** What a function keeps on the stack: ra first. */
type Frame = readonly number[];

const frameBytes = (frame: Frame): number => Math.ceil((4 * frame.length) / 16) * 16;
const slot = (frame: Frame, index: number): number => frameBytes(frame) - 4 * (index + 1);

const save = (writer: FlowWriter, frame: Frame): void => {
  writer.op("addi", { rd: X.sp, rs1: X.sp, imm: -frameBytes(frame) });
  for (const [index, register] of frame.entries()) {
    const at = { rs2: register, imm: slot(frame, index) };
    if (writer.random.chance(50)) writer.op("c.swsp", at);
    else writer.op("sw", { rs1: X.sp, ...at });
  }
};

const restore = (writer: FlowWriter, frame: Frame): void => {
  for (const [index, register] of frame.entries()) {
    const at = { rd: register, imm: slot(frame, index) };
    if (writer.random.chance(50)) writer.op("c.lwsp", at);
    else writer.op("lw", { rs1: X.sp, ...at });
  }
  writer.op("addi", { rd: X.sp, rs1: X.sp, imm: frameBytes(frame) });
};

const returnToCaller = (writer: FlowWriter): void => {
  if (writer.random.chance(50)) writer.op("c.jr", { rs1: X.ra });
  else writer.op("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
};

/** The frame that two shared routines save and restore, as gcc -msave-restore has it: called with t0 as the link. */
const SHARED_FRAME: Frame = [X.ra, X.s0, X.s1, X.s2, X.s3];
const SHARED = { save: "shared save", restore: "shared restore" } as const;

export const sharedRoutines = (writer: FlowWriter): void => {
  writer.label(SHARED.save);
  save(writer, SHARED_FRAME);
  writer.op("jalr", { rd: X.zero, rs1: X.t0, imm: 0 }).label(SHARED.restore);
  restore(writer, SHARED_FRAME);
  returnToCaller(writer);
};

export class FlowFunctions {
  readonly #writer: FlowWriter;
  readonly #control: FlowControl;
  readonly #all: readonly string[];

  /** @param all labels of the functions that may be tail-called. */
  constructor(writer: FlowWriter, control: FlowControl, all: readonly string[]) {
    this.#writer = writer;
    this.#control = control;
    this.#all = all;
  }

  /** Saves nothing and calls nobody. */
  leaf(label: string): void {
    const writer = this.#writer;
    writer.label(label);
    this.#control.sequence(
      { writable: SCRATCH_REGISTERS, counters: [LEAF_COUNTER], calls: false, levels: 3 },
      1 + writer.random.below(5),
    );
    if (writer.random.chance(30) && writer.random.chance(writer.habits.oddities)) this.#moveReturn();
    returnToCaller(writer);
  }

  /** So little that a call of it may be replaced by what it does. */
  tiny(label: string): void {
    const writer = this.#writer;
    writer.label(label);
    for (let count = 1 + writer.random.below(4); count > 0; count--) plainWord(writer, SCRATCH_REGISTERS);
    if (writer.random.chance(40)) this.#moveReturn();
    returnToCaller(writer);
  }

  /** @param second label of another entry: it makes the same frame, and jumps into the middle. */
  framed(label: string, second: string | null): void {
    const writer = this.#writer;
    const { random } = writer;
    const isShared = random.chance(20);
    const frame = isShared ? SHARED_FRAME : [X.ra, ...COUNTERS, ...SAVED_REGISTERS.slice(0, random.below(11))];
    const body: Body = {
      writable: [...SCRATCH_REGISTERS, ...frame.slice(3), X.ra],
      counters: COUNTERS,
      calls: true,
      levels: 3,
    };
    const middle = writer.fresh("middle");
    if (second !== null) {
      this.#enter(second, frame, isShared);
      writer.address(X.t0, middle).op("jalr", { rd: X.zero, rs1: X.t0, imm: 0 });
    }
    this.#enter(label, frame, isShared);
    this.#control.sequence(body, 1 + random.below(7));
    writer.label(middle);
    this.#control.sequence(body, 1 + random.below(7));
    this.#leave(frame, isShared);
  }

  #enter(label: string, frame: Frame, isShared: boolean): void {
    const writer = this.#writer;
    const go = writer.fresh("go");
    writer.label(label).op("addi", { rd: FUEL, rs1: FUEL, imm: -1 }).jump("bge", { rs1: FUEL, rs2: X.zero }, go);
    returnToCaller(writer);
    writer.label(go);
    if (isShared) writer.jump("jal", { rd: X.t0 }, SHARED.save);
    else save(writer, frame);
  }

  /** Returns, returns behind the instruction after the call, or goes on to another function. */
  #leave(frame: Frame, isShared: boolean): void {
    const writer = this.#writer;
    const { random } = writer;
    if (isShared) {
      writer.nearJump(X.zero, SHARED.restore);
      return;
    }
    const next = random.oneOf(this.#all);
    const isThroughPointer = random.chance(15);
    if (isThroughPointer) this.#control.loadPointer(X.t1);
    else if (random.chance(10)) this.#moveSavedReturn(frame);
    restore(writer, frame);
    if (isThroughPointer) writer.op("jalr", { rd: X.zero, rs1: X.t1, imm: 0 });
    else if (random.chance(15)) writer.nearJump(X.zero, next);
    else if (random.chance(10)) writer.farJump(X.zero, X.t1, next);
    else if (random.chance(20) && random.chance(writer.habits.oddities)) {
      this.#moveReturn();
      returnToCaller(writer);
    } else returnToCaller(writer);
  }

  /** ra behind the instruction after the call, when a bit says so. */
  #moveReturn(): void {
    const writer = this.#writer;
    const bit = writer.random.oneOf([X.a0, X.a1, X.a2, X.t3]);
    writer.op("andi", { rd: X.t0, rs1: bit, imm: 4 }).op("add", { rd: X.ra, rs1: X.ra, rs2: X.t0 });
  }

  /** The same where ra lies on the stack. */
  #moveSavedReturn(frame: Frame): void {
    const writer = this.#writer;
    const saved = { rs1: X.sp, imm: slot(frame, 0) };
    writer.op("lw", { rd: X.t1, ...saved }).op("andi", { rd: X.t0, rs1: X.a1, imm: 4 });
    writer.op("add", { rd: X.t1, rs1: X.t1, rs2: X.t0 }).op("sw", { rs2: X.t1, ...saved });
  }

  /** Calls `next`, which may be itself, a0 levels deep. */
  deep(label: string, next: string): void {
    const writer = this.#writer;
    const done = writer.fresh("bottom");
    const frame: Frame = [X.ra, X.a0];
    writer.label(label);
    save(writer, frame);
    writer.branch("beq", X.a0, X.zero, done).op("addi", { rd: X.a0, rs1: X.a0, imm: -1 });
    writer.nearJump(X.ra, next);
    for (let count = writer.random.below(4); count > 0; count--) plainWord(writer, SCRATCH_REGISTERS);
    writer.label(done);
    restore(writer, frame);
    returnToCaller(writer);
  }
}
