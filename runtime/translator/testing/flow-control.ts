/** Control flow of a random program: what compilers make of ifs, loops, switches and calls, and what they never would. */
import { X } from "../../isa/index.ts";
import { ACKNOWLEDGE, CELL, COPIES, NOWHERE, RAM_END, SCRATCH } from "./flow-layout.ts";
import type { Patch } from "./flow-patches.ts";
import { comparison, enterUserMode, overlapping, plainWord, statement, type Writable } from "./flow-statements.ts";
import { BRANCHES, type FlowWriter, rowNamed } from "./flow-writer.ts";

/** A call through a pointer takes the one that one of these says. */
export const POINTER_INDICES = [X.a0, X.a1, X.t3];

/** What the code of one function may do. */
export interface Body {
  readonly writable: Writable;
  /** Free registers for the counters of the loops still to be nested. */
  readonly counters: readonly number[];
  /** ra is saved: it may call. */
  readonly calls: boolean;
  /** Levels that choices, switches and loops may still be nested in each other. */
  readonly levels: number;
}

/** What there is to call, to patch and to copy. */
export interface Surroundings {
  /** Labels of functions that return to ra. */
  readonly functions: readonly string[];
  /** Label of a table of their addresses, and how many there are: a power of two. */
  readonly functionTable: { readonly label: string; readonly entries: number };
  /** Functions that take their depth in a0. */
  readonly deepFunctions: readonly string[];
  readonly patches: readonly Patch[];
  /** Position-independent functions, from label to label. */
  readonly templates: readonly { readonly start: string; readonly bytes: number }[];
  /** Whether memory is open to user mode. */
  readonly hasUsers: boolean;
}

interface Construct {
  readonly weight: number;
  readonly needs?: "level" | "counter" | "calls" | "users" | "faults" | "oddities";
  readonly write: (body: Body) => void;
}

/** For a loop: its counter, and what remains for its body. */
const takeCounter = (body: Body): { readonly counter: number; readonly body: Body } => {
  const [counter, ...counters] = body.counters;
  return { counter: counter!, body: { ...body, counters } };
};

export class FlowControl {
  readonly #writer: FlowWriter;
  readonly #around: Surroundings;

  /** Each as often as its weight says, where the function has what it needs. */
  readonly #constructs: Construct[] = [
    { weight: 40, write: (body) => this.#statements(body) },
    { weight: 12, needs: "level", write: (body) => this.#choice(body) },
    { weight: 6, needs: "level", write: (body) => this.#switch(body) },
    { weight: 3, write: ({ writable }) => overlapping(this.#writer, writable) },
    { weight: 2, write: () => this.#reservationLoop() },
    { weight: 8, needs: "counter", write: (body) => this.#countedLoop(body) },
    { weight: 5, needs: "counter", write: (body) => this.#irreducibleLoop(body) },
    { weight: 20, needs: "calls", write: (body) => this.#call(body) },
    { weight: 1, needs: "calls", write: () => this.#deepCall() },
    { weight: 1, needs: "oddities", write: () => this.#longJump() },
    { weight: 1, needs: "faults", write: () => this.#jumpNowhere() },
    { weight: 2, needs: "users", write: (body) => this.#userMode(body) },
  ];

  constructor(writer: FlowWriter, around: Surroundings) {
    this.#writer = writer;
    this.#around = around;
    const { polling } = writer.habits;
    this.#constructs.push({ weight: polling, needs: "counter", write: (body) => this.#deviceLoop(body) });
  }

  /** Several constructs, nested ones among them. */
  sequence(body: Body, length: number): void {
    for (let index = 0; index < length; index++) this.#construct(body);
  }

  #construct(body: Body): void {
    const { random } = this.#writer;
    if (body.calls && random.chance(this.#writer.habits.changesCode)) {
      this.#changeCode();
      return;
    }
    const has = {
      ...{ level: body.levels > 0, counter: body.levels > 0 && body.counters.length > 0 },
      ...{ calls: body.calls, users: this.#around.hasUsers },
      oddities: body.calls && random.chance(this.#writer.habits.oddities),
      faults: body.calls && this.#writer.habits.astray > 1,
    };
    const possible = this.#constructs.filter(({ needs }) => needs === undefined || has[needs]);
    let left = random.below(possible.reduce((sum, { weight }) => sum + weight, 0));
    for (const { weight, write } of possible) {
      if (left < weight) {
        write(body);
        return;
      }
      left -= weight;
    }
  }

  #statements({ writable }: Body): void {
    for (let count = 1 + this.#writer.random.below(8); count > 0; count--) statement(this.#writer, writable);
  }

  #inner(body: Body): void {
    this.sequence({ ...body, levels: body.levels - 1 }, 1 + this.#writer.random.below(3));
  }

  // ── Choices ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** On registers as they are, or on a bit that differs from time to time. */
  #branchTo(label: string, { levels }: Body): void {
    const writer = this.#writer;
    const reach = levels > 1 ? "far" : "near";
    if (writer.random.chance(40)) {
      writer.op("lw", { rd: X.a5, rs1: X.gp, imm: CELL.seed });
      writer.op("andi", { rd: X.a5, rs1: X.a5, imm: 1 << writer.random.below(11) });
      writer.branch(writer.random.oneOf(["beq", "bne"]), X.a5, X.zero, label, reach);
      return;
    }
    const { rs1, rs2 } = comparison(writer);
    writer.branch(writer.random.oneOf(BRANCHES), rs1, rs2, label, reach);
  }

  /** if, if and else, or a way out of both. */
  #choice(body: Body): void {
    const writer = this.#writer;
    const otherwise = writer.fresh("else");
    const end = writer.fresh("end");
    this.#branchTo(otherwise, body);
    this.#inner(body);
    if (writer.random.chance(50)) {
      writer.nearJump(X.zero, end).label(otherwise);
      this.#inner(body);
      if (writer.random.chance(30)) this.#branchTo(end, body);
      plainWord(writer, body.writable);
    } else writer.label(otherwise);
    writer.label(end);
  }

  /** Through a table of addresses as position-dependent code has them, or of distances. */
  #switch(body: Body): void {
    const writer = this.#writer;
    const { random } = writer;
    const cases = 2 ** (1 + random.below(3));
    const [table, end, none] = [writer.fresh("table"), writer.fresh("end"), writer.fresh("default")];
    const labels = Array.from({ length: cases }, () => writer.fresh("case"));
    const isAbsolute = random.chance(50);

    if (random.chance(50)) {
      writer.op("lw", { rd: X.a5, rs1: X.gp, imm: CELL.seed });
      writer.op("srli", { rd: X.a5, rs1: X.a5, imm: random.below(28) });
    }
    writer.op("andi", {
      rd: X.a5,
      rs1: random.oneOf([X.a5, X.a5, X.a0, X.t3]),
      imm: random.chance(70) ? cases - 1 : 31,
    });
    writer.op("addi", { rd: X.a4, rs1: X.zero, imm: cases - 1 }).branch("bltu", X.a4, X.a5, none);
    this.#jumpThrough(table, isAbsolute);

    const writeTable = () => {
      writer.align(4).label(table);
      for (const label of labels) {
        if (isAbsolute) writer.pointer(label);
        else writer.distance(label, table);
      }
    };
    // Amid the code, or behind it all as gcc has it.
    const isHere = random.chance(20);
    if (isHere) writeTable();
    else writer.later(writeTable);

    for (const label of labels) {
      writer.label(label);
      statement(writer, body.writable);
      if (random.chance(70)) writer.nearJump(X.zero, end);
    }
    writer.label(none);
    this.#statements(body);
    writer.label(end);
  }

  /** Jumps to entry a5 of a table, in one of the ways that compilers do. */
  #jumpThrough(table: string, isAbsolute: boolean): void {
    const writer = this.#writer;
    const shiftAndAdd = rowNamed("sh2add");
    writer.address(X.a4, table, isAbsolute ? "absolute" : "relative");
    if (shiftAndAdd !== undefined && writer.random.chance(40)) {
      writer.row(shiftAndAdd, { rd: X.a5, rs1: X.a5, rs2: X.a4 });
    } else writer.op("slli", { rd: X.a5, rs1: X.a5, imm: 2 }).op("add", { rd: X.a5, rs1: X.a5, rs2: X.a4 });
    writer.op("lw", { rd: X.a5, rs1: X.a5, imm: 0 });
    if (!isAbsolute) writer.op("add", { rd: X.a5, rs1: X.a5, rs2: X.a4 });
    if (writer.random.chance(50)) writer.op("c.jr", { rs1: X.a5 });
    else writer.op("jalr", { rd: X.zero, rs1: X.a5, imm: 0 });
  }

  // ── Loops ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Sometimes with a test at its head, a way out and a short cut; sometimes long. */
  #countedLoop(outer: Body): void {
    const writer = this.#writer;
    const { counter, body } = takeCounter(outer);
    const { random } = writer;
    const [head, next, end] = [writer.fresh("loop"), writer.fresh("next"), writer.fresh("end")];
    const isLong = !body.calls && random.chance(10);
    writer.op("addi", {
      rd: counter,
      rs1: X.zero,
      imm: isLong ? 50 + random.below(200) : random.below(body.calls ? 4 : 9),
    });
    if (random.chance(50)) writer.branch("bge", X.zero, counter, end, "far");
    writer.label(head);
    this.#inner(body);
    if (random.chance(30)) this.#branchTo(next, body);
    this.#statements(body);
    if (random.chance(30)) this.#branchTo(end, body);
    writer.label(next).op("addi", { rd: counter, rs1: counter, imm: -1 });
    writer.branch("blt", X.zero, counter, head, body.levels > 1 ? "far" : "near").label(end);
  }

  /** A loop that is entered at two places, neither of which dominates the other. */
  #irreducibleLoop(outer: Body): void {
    const writer = this.#writer;
    const { counter, body } = takeCounter(outer);
    const { random } = writer;
    const [first, second, end] = [writer.fresh("one"), writer.fresh("two"), writer.fresh("end")];
    writer.op("addi", { rd: counter, rs1: X.zero, imm: 1 + random.below(7) });
    this.#branchTo(second, body);
    writer.label(first);
    this.#inner(body);
    if (random.chance(40)) this.#branchTo(end, body);
    writer.label(second);
    this.#inner(body);
    writer.op("addi", { rd: counter, rs1: counter, imm: -1 });
    writer.branch("bge", X.zero, counter, end, "far");
    this.#branchTo(second, body);
    writer.nearJump(X.zero, first).label(end);
  }

  /** A word is changed by lr and sc until nobody came between. */
  #reservationLoop(): void {
    const writer = this.#writer;
    const again = writer.fresh("again");
    writer.op("addi", { rd: X.a3, rs1: X.gp, imm: 4 * writer.random.below(64) }).label(again);
    writer.op("lr.w", { rd: X.a4, rs1: X.a3 }).op("addi", { rd: X.a4, rs1: X.a4, imm: 1 });
    writer.op("sc.w", { rd: X.a5, rs1: X.a3, rs2: X.a4 }).branch("bne", X.a5, X.zero, again);
  }

  /** Polls a device. */
  #deviceLoop(outer: Body): void {
    const writer = this.#writer;
    const { counter, body } = takeCounter(outer);
    const again = writer.fresh("poll");
    writer.op("addi", { rd: counter, rs1: X.zero, imm: 1 + writer.random.below(12) }).label(again);
    writer.op("lui", { rd: X.t0, imm: SCRATCH.start }).op("lw", { rd: X.t1, rs1: X.t0, imm: 4 });
    writer.op("addi", { rd: X.t1, rs1: X.t1, imm: 3 });
    if (writer.random.chance(50)) writer.op("sb", { rs1: X.t0, rs2: X.t1, imm: 0 });
    if (writer.random.chance(20))
      writer.op("lui", { rd: X.t0, imm: ACKNOWLEDGE }).op("sw", { rs1: X.t0, rs2: 0, imm: 0 });
    this.#statements(body);
    writer.op("addi", { rd: counter, rs1: counter, imm: -1 });
    writer.jump("blt", { rs1: X.zero, rs2: counter }, again);
  }

  // ── Calls ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Four bytes follow each call: the callee may return behind them. */
  #call({ writable }: Body): void {
    const writer = this.#writer;
    const { random } = writer;
    const callee = random.oneOf(this.#around.functions);
    switch (random.below(6)) {
      case 0:
      case 1:
        writer.nearJump(X.ra, callee);
        break;
      case 2:
        writer.farJump(X.ra, X.ra, callee);
        break;
      case 3:
        writer.address(X.t0, callee).op("c.jalr", { rs1: X.t0 });
        break;
      case 4:
        writer.address(X.t1, callee).op("jalr", { rd: X.ra, rs1: X.t1, imm: random.below(2) });
        break;
      default:
        this.loadPointer(X.t1);
        writer.op("jalr", { rd: X.ra, rs1: X.t1, imm: 0 });
    }
    plainWord(writer, writable);
  }

  /** x[rd] = an entry of the function table that depends on the data. */
  loadPointer(rd: number): void {
    const writer = this.#writer;
    const { label, entries } = this.#around.functionTable;
    writer.op("andi", { rd: X.t0, rs1: writer.random.oneOf(POINTER_INDICES), imm: (entries - 1) * 4 });
    writer.address(rd, label).op("add", { rd, rs1: rd, rs2: X.t0 }).op("lw", { rd, rs1: rd, imm: 0 });
  }

  #deepCall(): void {
    const writer = this.#writer;
    const skipped = writer.fresh("shallow");
    // One time in eight, and then up to 4095 deep.
    writer.nextRandom(X.a0, CELL.seed).op("andi", { rd: X.a1, rs1: X.a0, imm: 7 });
    writer.branch("bne", X.a1, X.zero, skipped).op("srli", { rd: X.a0, rs1: X.a0, imm: 20 + writer.random.below(8) });
    writer.nearJump(X.ra, writer.random.oneOf(this.#around.deepFunctions)).op("addi", { rd: 0, rs1: 0, imm: 0 });
    writer.label(skipped);
  }

  /** Unwinds everything to the start of the iteration, now and then. */
  #longJump(): void {
    const writer = this.#writer;
    const stay = writer.fresh("stay");
    const { sp, s0, s1, pc } = CELL.longJump;
    writer.nextRandom(X.t0, CELL.seed).op("andi", { rd: X.t0, rs1: X.t0, imm: 7 }).branch("bne", X.t0, X.zero, stay);
    writer.op("lw", { rd: X.sp, rs1: X.gp, imm: sp }).op("lw", { rd: X.s0, rs1: X.gp, imm: s0 });
    writer.op("lw", { rd: X.s1, rs1: X.gp, imm: s1 }).op("lw", { rd: X.t0, rs1: X.gp, imm: pc });
    writer.op("jalr", { rd: X.zero, rs1: X.t0, imm: 0 }).label(stay);
  }

  /** The trap handler returns to ra. */
  #jumpNowhere(): void {
    const writer = this.#writer;
    const { random } = writer;
    writer.li(X.t0, random.oneOf([...NOWHERE, RAM_END, RAM_END - 2, SCRATCH.start]));
    writer.op("jalr", { rd: X.ra, rs1: X.t0, imm: random.below(2) });
  }

  /** Goes on without privilege, until an environment call here or anywhere. */
  #userMode(body: Body): void {
    const writer = this.#writer;
    enterUserMode(writer);
    this.#statements(body);
    if (writer.random.chance(60)) writer.op("ecall");
  }

  // ── Code that changes ───────────────────────────────────────────────────────────────────────────────────────────

  #changeCode(): void {
    if (this.#writer.random.chance(60)) this.#patch();
    else this.#copy();
  }

  /** Stores another instruction over one, and calls the function that it lies in, sometimes at once. */
  #patch(): void {
    const writer = this.#writer;
    const { random } = writer;
    const patch = random.oneOf(this.#around.patches);
    writer.nextRandom(X.t0, CELL.seed).op("andi", { rd: X.t0, rs1: X.t0, imm: (patch.alternatives - 1) * 4 });
    writer
      .address(X.t1, patch.table)
      .op("add", { rd: X.t1, rs1: X.t1, rs2: X.t0 })
      .op("lw", { rd: X.t1, rs1: X.t1, imm: 0 });
    writer.address(X.t0, patch.place);
    if (random.chance(60)) writer.op("sw", { rs1: X.t0, rs2: X.t1, imm: 0 });
    else {
      writer.op("srli", { rd: X.t3, rs1: X.t1, imm: 16 }).op("sh", { rs1: X.t0, rs2: X.t1, imm: 0 });
      writer.op("sh", { rs1: X.t0, rs2: X.t3, imm: 2 });
    }
    if (random.chance(40)) writer.op("fence.i");
    if (random.chance(80)) writer.nearJump(X.ra, patch.function).op("addi", { rd: 0, rs1: 0, imm: 0 });
  }

  /** Copies a function to where no code was, and calls it there. */
  #copy(): void {
    const writer = this.#writer;
    const { random } = writer;
    const { start, bytes } = random.oneOf(this.#around.templates);
    const again = writer.fresh("copy");
    const slot = COPIES.start + COPIES.slotBytes * random.below(COPIES.slots);
    writer
      .address(X.t0, start)
      .li(X.t1, slot)
      .li(X.t3, slot + bytes)
      .label(again);
    writer.op("lw", { rd: X.t4, rs1: X.t0, imm: 0 }).op("sw", { rs1: X.t1, rs2: X.t4, imm: 0 });
    writer.op("addi", { rd: X.t0, rs1: X.t0, imm: 4 }).op("addi", { rd: X.t1, rs1: X.t1, imm: 4 });
    writer.branch("bltu", X.t1, X.t3, again);
    if (random.chance(40)) writer.op("fence.i");
    writer.li(X.t0, slot).op("jalr", { rd: X.ra, rs1: X.t0, imm: 0 }).op("addi", { rd: 0, rs1: 0, imm: 0 });
  }
}
