/** One function of the intermediate representation → RV32IMF instructions (RISC-V Unprivileged 20191213, chapters 2, 7, 11). */
import { X } from "../../../runtime/isa/index.ts";
import {
  type Bank,
  type Block,
  bankOfWidth,
  type Condition,
  type Fork,
  type Guard,
  type Instruction,
  type InstructionOf,
  type IrFunction,
  isConstant,
  type Operand,
  type Terminator,
} from "../ir/ir.ts";
import type { AreaOffsets } from "./addresses.ts";
import {
  type Allocation,
  ARGUMENTS,
  allocate,
  fileOf,
  indexInFile,
  type RegisterFile,
  savedBankOf,
  wordsOf,
} from "./allocate.ts";
import type { Assembler, BranchMnemonic, Ways } from "./assembler.ts";
import { Emitter, type FrameLayout, fits12, SCRATCH } from "./emitter.ts";
import { type Move, moveAll } from "./moves.ts";
import {
  callErrorRoutine,
  emitBinary,
  emitCheckIndex,
  emitCheckPointer,
  emitCopyBytes,
  emitDivide,
  emitSelect,
  emitUnary,
} from "./operations.ts";
import { ERROR_ROUTINES } from "./runtime-names.ts";
import { PositionLabels, placesOf, type VariablePlace } from "./variable-places.ts";

const BRANCHES: Readonly<Record<Condition, BranchMnemonic>> = {
  eq: "beq",
  ne: "bne",
  lt: "blt",
  ge: "bge",
  ltu: "bltu",
  geu: "bgeu",
};
const OPPOSITE: Readonly<Record<Condition, Condition>> = {
  eq: "ne",
  ne: "eq",
  lt: "ge",
  ge: "lt",
  ltu: "geu",
  geu: "ltu",
};
const STACK_ALIGNMENT = 16;

const waysOf = ({ at, then, otherwise }: Fork, jumpsToThen: boolean): Ways =>
  jumpsToThen ? { at, jumped: then, passed: otherwise } : { at, jumped: otherwise, passed: then };

/** Code that is seldom reached and stands behind the function. */
export type ColdPath = () => void;

export interface Generated {
  readonly fn: IrFunction;
  /** Of stack that a call of it takes, those of its callees not counted. */
  readonly frameBytes: number;
  readonly places: readonly VariablePlace[];
}

export const generateFunction = (asm: Assembler, fn: IrFunction, areas: AreaOffsets): Generated => {
  const allocation = allocate(fn);
  const layout = layOutFrame(fn, allocation);
  const positions = new PositionLabels(asm);
  const places = placesOf(fn, allocation, layout, positions);
  new Generator(asm, fn, allocation, layout, areas, positions).run();
  return { fn, frameBytes: layout.size, places };
};

interface Layout extends FrameLayout {
  readonly saved: readonly { readonly register: number; readonly bank: Bank; readonly offset: number }[];
}

/** Words of the arguments that find no register; a double stands at an even one. */
const stackArguments = (banks: readonly Bank[]): number =>
  banks
    .filter((bank, i) => indexInFile(banks, i) >= ARGUMENTS[fileOf(bank)].length)
    .reduce((words, bank) => alignedTo(wordsOf(bank), words) + wordsOf(bank), 0);

/** Where the argument at `position` stands on the stack, in bytes from the stack pointer at the call. */
const stackOffset = (banks: readonly Bank[], position: number): number =>
  4 * alignedTo(wordsOf(banks[position]!), stackArguments(banks.slice(0, position)));

const alignedTo = (step: number, words: number): number => Math.ceil(words / step) * step;

/** From the stack pointer up: outgoing arguments, spilled values, slots, saved registers. */
const layOutFrame = (fn: IrFunction, allocation: Allocation): Layout => {
  const calls = fn.blocks.flatMap(({ instructions }) => instructions).filter((each) => each.kind === "call");
  const spills = 4 * alignedTo(2, Math.max(0, ...calls.map(({ banks }) => stackArguments(banks))));
  let end = spills + 4 * allocation.spillSlots;
  const slots = new Map(
    fn.slots.map((slot) => {
      const offset = Math.ceil(end / slot.align) * slot.align;
      end = offset + slot.bytes;
      return [slot, offset] as const;
    }),
  );
  const registers = [
    ...(calls.length > 0 ? [{ register: X.ra as number, bank: "integer" as const }] : []),
    ...allocation.saved.integer.map((register) => ({ register, bank: "integer" as const })),
    ...allocation.saved.float.map((register) => ({ register, bank: savedBankOf(register) })),
  ];
  const saved = registers.map((each) => {
    const bytes = 4 * wordsOf(each.bank);
    const offset = alignedTo(bytes, end);
    end = offset + bytes;
    return { ...each, offset };
  });
  return { spills, slots, saved, size: alignedTo(STACK_ALIGNMENT, end) };
};

class Generator {
  readonly #asm: Assembler;
  readonly #fn: IrFunction;
  readonly #emitter: Emitter;
  readonly #layout: Layout;
  readonly #labels = new Map<Block, string>();
  readonly #cold: ColdPath[] = [];
  readonly #positions: PositionLabels;

  constructor(
    asm: Assembler,
    fn: IrFunction,
    allocation: Allocation,
    layout: Layout,
    areas: AreaOffsets,
    positions: PositionLabels,
  ) {
    this.#positions = positions;
    this.#asm = asm;
    this.#fn = fn;
    this.#layout = layout;
    this.#emitter = new Emitter(asm, allocation, this.#layout, areas);
    for (const block of fn.blocks) this.#labels.set(block, asm.newLabel());
  }

  run(): void {
    const { blocks } = this.#fn;
    this.#asm.label(this.#fn.name);
    this.#asm.source(this.#fn.at);
    this.#asm.frame({ kind: "returns", register: X.ra });
    this.#prologue();
    let position = 0;
    for (const [i, block] of blocks.entries()) {
      this.#asm.label(this.#labels.get(block)!);
      for (const instruction of block.instructions) {
        this.#positions.reach(position);
        this.#positioned(instruction);
        position += 2;
      }
      this.#positions.reach(position);
      position += 2;
      this.#asm.source(block.terminator.at);
      this.#terminator(block.terminator, blocks[i + 1] ?? null);
    }
    this.#positions.reach(position);
    for (const path of this.#cold) path();
  }

  #positioned(instruction: Instruction): void {
    const { at } = instruction;
    this.#asm.source(at);
    const before = this.#cold.length;
    this.#instruction(instruction);
    if (this.#cold.length > before) this.#cold.splice(before, 0, () => this.#asm.source(at));
  }

  #adjustStack(bytes: number): void {
    if (bytes === 0) return;
    if (fits12(bytes)) {
      this.#asm.emit("addi", { rd: X.sp, rs1: X.sp, imm: bytes });
      return;
    }
    this.#emitter.loadImmediate(SCRATCH[0], bytes);
    this.#asm.emit("add", { rd: X.sp, rs1: X.sp, rs2: SCRATCH[0] });
  }

  #prologue(): void {
    const { size, saved } = this.#layout;
    this.#adjustStack(-size);
    if (size > 0) this.#asm.frame({ kind: "depth", bytes: size });
    for (const { register, bank, offset } of saved) {
      this.#emitter.toStack(register, bank, offset);
      this.#asm.frame({ kind: "saved", file: fileOf(bank), register, below: size - offset });
    }
    this.#takeParameters();
  }

  #epilogue(): void {
    const { size, saved } = this.#layout;
    for (const { register, bank, offset } of saved) {
      this.#emitter.fromStack(register, bank, offset);
    }
    if (size > 0) this.#asm.frame({ kind: "remember" });
    this.#adjustStack(size);
    if (size > 0) this.#asm.frame({ kind: "restored" });
    this.#asm.emit("jalr", { rd: X.zero, rs1: X.ra, imm: 0 });
    if (size > 0) this.#asm.frame({ kind: "recall" });
  }

  /** First those that were passed in registers and stay spilled, then the moves, then what was passed on the stack. */
  #takeParameters(): void {
    const parameters = this.#fn.blocks[0]!.instructions.filter((each) => each.kind === "parameter");
    const moves: Record<RegisterFile, Move[]> = { integer: [], float: [] };
    const fromStack: InstructionOf<"parameter">[] = [];
    for (const parameter of parameters) {
      const { to, position } = parameter;
      const { bank } = to;
      const from = ARGUMENTS[fileOf(bank)][indexInFile(this.#fn.parameters, position)];
      const location = this.#emitter.location(to);
      if (from === undefined) fromStack.push(parameter);
      else if (location?.kind === "machine") moves[fileOf(bank)].push({ bank, from, to: location.register });
      else if (location?.kind === "spilled") {
        this.#emitter.toStack(from, bank, this.#layout.spills + 4 * location.slot);
      }
    }
    moveAll(this.#emitter, "integer", moves.integer);
    moveAll(this.#emitter, "float", moves.float);
    for (const { to, position } of fromStack) {
      const offset = this.#layout.size + stackOffset(this.#fn.parameters, position);
      this.#emitter.fromStack(this.#emitter.target(to), to.bank, offset);
      this.#emitter.finish(to);
    }
  }

  #instruction(instruction: Instruction): void {
    const emitter = this.#emitter;
    if (instruction.statement !== undefined) this.#asm.statement(instruction.statement);
    switch (instruction.kind) {
      case "parameter":
        return;
      case "nop":
        this.#asm.emit("addi", { rd: X.zero, rs1: X.zero, imm: 0 });
        return;
      case "phi":
        throw new Error("the function has left SSA form");
      case "copy":
        this.#copy(instruction);
        return;
      case "unary":
        emitUnary(emitter, instruction);
        return;
      case "binary":
        emitBinary(emitter, instruction);
        return;
      case "divide":
        emitDivide(emitter, instruction, this.#cold);
        return;
      case "raise":
        callErrorRoutine(emitter, ERROR_ROUTINES[instruction.error], instruction.report);
        return;
      case "checkPointer":
        emitCheckPointer(emitter, instruction, this.#cold);
        return;
      case "checkIndex":
        emitCheckIndex(emitter, instruction, this.#cold);
        return;
      case "select":
        emitSelect(emitter, instruction);
        return;
      case "load":
        emitter.load(instruction.width, emitter.target(instruction.to), instruction.address);
        emitter.finish(instruction.to);
        return;
      case "store":
        this.#guarded(instruction.guards, () => this.#store(instruction));
        return;
      case "address":
        emitter.address(emitter.target(instruction.to), instruction.address);
        emitter.finish(instruction.to);
        return;
      case "copyBytes":
        this.#guarded(instruction.guards, () => emitCopyBytes(emitter, instruction));
        return;
      case "call":
        this.#call(instruction);
        return;
    }
  }

  /** Jumps around `write` unless all guards hold. */
  #guarded(guards: readonly Guard[], write: () => void): void {
    const skip = this.#asm.newLabel();
    for (const { given, checked } of guards) {
      const left = this.#emitter.read(given, "integer", 0);
      this.#asm.branch("bne", left, this.#emitter.read(checked, "integer", 1), skip);
    }
    write();
    this.#asm.label(skip);
  }

  #copy({ to, from }: InstructionOf<"copy">): void {
    const emitter = this.#emitter;
    const rd = emitter.target(to);
    if (isConstant(from)) emitter.constant(from.constant, to.bank, rd);
    else emitter.move(rd, emitter.read(from, to.bank, 0), to.bank);
    emitter.finish(to);
  }

  /** A constant REAL is stored as the integer that has its bits. */
  #store({ from, width, address }: InstructionOf<"store">): void {
    const emitter = this.#emitter;
    if (width === "f32" && isConstant(from)) {
      emitter.store("w32", emitter.read(from, "integer", 0), address);
      return;
    }
    emitter.store(width, emitter.read(from, bankOfWidth(width), 0), address);
  }

  #call({ target, arguments: list, banks, result }: InstructionOf<"call">): void {
    const emitter = this.#emitter;
    const moves: Record<RegisterFile, Move[]> = { integer: [], float: [] };
    // t1: nothing that puts arguments into their places needs it.
    if (typeof target !== "string") emitter.move(X.t1, emitter.read(target.address, "integer", 1), "integer");
    const later: { readonly operand: Operand; readonly bank: Bank; readonly to: number }[] = [];
    for (const [i, operand] of list.entries()) {
      const bank = banks[i]!;
      const to = ARGUMENTS[fileOf(bank)][indexInFile(banks, i)];
      const location = isConstant(operand) ? null : emitter.location(operand);
      if (to === undefined) emitter.toStack(emitter.read(operand, bank, 0), bank, stackOffset(banks, i));
      else if (location?.kind === "machine") moves[fileOf(bank)].push({ bank, from: location.register, to });
      else later.push({ operand, bank, to });
    }
    moveAll(emitter, "integer", moves.integer);
    moveAll(emitter, "float", moves.float);
    for (const { operand, bank, to } of later) {
      if (isConstant(operand)) emitter.constant(operand.constant, bank, to);
      else emitter.move(to, emitter.read(operand, bank, 0), bank);
    }
    if (typeof target === "string") this.#asm.jump(X.ra, target);
    else this.#asm.emit("jalr", { rd: X.ra, rs1: X.t1, imm: 0 });
    if (result === null) return;
    emitter.move(emitter.target(result), ARGUMENTS[fileOf(result.bank)][0]!, result.bank);
    emitter.finish(result);
  }

  #terminator(terminator: Terminator, next: Block | null): void {
    switch (terminator.kind) {
      case "jump":
        if (terminator.target !== next) this.#asm.jump(X.zero, this.#labels.get(terminator.target)!);
        return;
      case "return":
        if (terminator.value !== null) {
          const { value, bank } = terminator;
          const into = ARGUMENTS[fileOf(bank)][0]!;
          if (isConstant(value)) this.#emitter.constant(value.constant, bank, into);
          else this.#emitter.move(into, this.#emitter.read(value, bank, 0), bank);
        }
        this.#epilogue();
        return;
      case "branch": {
        const { then, otherwise, fork } = terminator;
        const [condition, target, rest] =
          then === next ? [OPPOSITE[terminator.condition], otherwise, then] : [terminator.condition, then, otherwise];
        const left = this.#emitter.read(terminator.left, "integer", 0);
        const right = this.#emitter.read(terminator.right, "integer", 1);
        this.#asm.branch(
          BRANCHES[condition],
          left,
          right,
          this.#labels.get(target)!,
          fork && waysOf(fork, target === then),
        );
        if (rest !== next) this.#asm.jump(X.zero, this.#labels.get(rest)!);
      }
    }
  }
}
