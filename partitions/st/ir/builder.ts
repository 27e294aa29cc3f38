/** Appends instructions to the block under construction. */
import { lineOf, type Span } from "../syntax/source-text.ts";
import {
  type Address,
  type Bank,
  type BinaryOperation,
  type Block,
  bankOfWidth,
  type Condition,
  constant,
  type Fork,
  type FrameSlot,
  type Guard,
  type Home,
  type Instruction,
  type IrFunction,
  type Operand,
  type Position,
  type Register,
  type Terminator,
  type UnaryOperation,
  type Width,
} from "./ir.ts";
import { BINARY, UNARY } from "./operations.ts";

const OPEN: Terminator = { kind: "return", value: null, bank: "integer" };

export class Builder {
  readonly #name: string;
  readonly #parameters: Bank[] = [];
  readonly #slots: FrameSlot[] = [];
  readonly #blocks: Block[] = [];
  readonly #names = new Map<number, string>();
  readonly #homes: Home[] = [];
  readonly #keepsStatements: boolean;
  #start: Position | null = null;
  /** Of the statement in hand. */
  #position: Position | undefined;
  /** A statement whose first instruction is still to come. */
  #opening: Span | undefined;
  /** Where the source decides, and how many ways it has there so far. */
  #decision: { readonly at: Span; ways: number } | null = null;
  #registers = 0;
  #block: Block;

  /** `keepsStatements`: of code that is not optimised it can be told which instruction begins which statement, and what branches decide. */
  constructor(name: string, keepsStatements = false) {
    this.#name = name;
    this.#keepsStatements = keepsStatements;
    this.#block = this.newBlock();
    this.#blocks.push(this.#block);
  }

  /** What follows belongs to the statement, or the condition, that begins there. */
  startStatement(at: Span): void {
    this.#decision = { at, ways: 0 };
    this.#position = { source: at.source, line: lineOf(at), unit: this.#name, call: null };
    this.#start ??= this.#position;
  }

  #at<T extends Instruction | Terminator>(given: T): T {
    return this.#position === undefined ? given : { ...given, at: this.#position };
  }

  newBlock(): Block {
    return { instructions: [], terminator: OPEN };
  }

  register(bank: Bank, name?: string): Register {
    const register = { id: this.#registers++, bank };
    if (name !== undefined) this.#names.set(register.id, name);
    return register;
  }

  /** Tells debuggers where a variable is. */
  variableAt(variable: Home["variable"], place: Register | Address): void {
    this.#homes.push({ variable, place });
  }

  slot(bytes: number, align: number): FrameSlot {
    const slot = { bytes, align };
    this.#slots.push(slot);
    return slot;
  }

  parameter(bank: Bank, name?: string): Register {
    const to = this.register(bank, name);
    this.emit({ kind: "parameter", to, position: this.#parameters.length });
    this.#parameters.push(bank);
    return to;
  }

  emit(instruction: Instruction): void {
    const opening = this.#opening === undefined ? {} : { statement: this.#opening };
    this.#opening = undefined;
    this.#block.instructions.push({ ...this.#at(instruction), ...opening });
  }

  /** The next instruction is the first of the statement in hand; `isJump`: it may have none but a jump. */
  markStatement(at: Span, isJump: boolean): void {
    if (!this.#keepsStatements) return;
    this.#opening = at;
    if (isJump) this.emit({ kind: "nop" });
  }

  /** The next two ways of what is decided where the statement in hand begins. */
  fork(): Fork | undefined {
    const decision = this.#decision;
    if (decision === null) return undefined;
    decision.ways += 2;
    return this.forkOf(decision.at, decision.ways - 2, decision.ways - 1);
  }

  forkOf(at: Span, then: number, otherwise: number | null): Fork | undefined {
    return this.#keepsStatements ? { at, then, otherwise } : undefined;
  }

  /** Ends the current block and goes on in `next`. */
  end(terminator: Terminator, next: Block): void {
    this.#block.terminator = this.#at(terminator);
    this.#block = next;
    this.#blocks.push(next);
  }

  jump(target: Block, next = target): void {
    this.end({ kind: "jump", target }, next);
  }

  branch(
    condition: Condition,
    left: Operand,
    right: Operand,
    then: Block,
    otherwise: Block,
    next: Block,
    fork?: Fork,
  ): void {
    this.end({ kind: "branch", condition, left, right, then, otherwise, fork }, next);
  }

  finish(terminator: Terminator): IrFunction {
    this.#block.terminator = this.#at(terminator);
    return {
      name: this.#name,
      blocks: this.#blocks,
      parameters: this.#parameters,
      slots: this.#slots,
      registerCount: this.#registers,
      names: this.#names,
      at: this.#start,
      homes: this.#homes,
    };
  }

  copy(to: Register, from: Operand): void {
    this.emit({ kind: "copy", to, from });
  }

  unary(operation: UnaryOperation, from: Operand): Register {
    const to = this.register(UNARY[operation].to);
    this.emit({ kind: "unary", operation, to, from });
    return to;
  }

  binary(operation: BinaryOperation, left: Operand, right: Operand): Register {
    const to = this.register(BINARY[operation].to);
    this.emit({ kind: "binary", operation, to, left, right });
    return to;
  }

  load(width: Width, address: Address): Register {
    const to = this.register(bankOfWidth(width));
    this.emit({ kind: "load", to, width, address });
    return to;
  }

  store(width: Width, from: Operand, address: Address, guards: readonly Guard[] = []): void {
    this.emit({ kind: "store", from, width, address, guards });
  }

  /** Between places that are the same or do not overlap. */
  copyBytes(
    to: Address,
    from: Address,
    { bytes, align }: { readonly bytes: number; readonly align: number },
    guards: readonly Guard[] = [],
  ): void {
    this.emit({ kind: "copyBytes", to, from, bytes, align, guards });
  }

  addressOf(address: Address): Register {
    if (address.base.kind === "register" && address.offset === 0) return address.base.register;
    const to = this.register("integer");
    this.emit({ kind: "address", to, address });
    return to;
  }

  offset(address: Address, bytes: number): Address {
    return bytes === 0 ? address : { ...address, offset: address.offset + bytes };
  }

  /** 64 bits: as a Constant when sign extension makes them of 32. */
  long(value: bigint): Operand {
    const low = BigInt.asIntN(32, value);
    if (BigInt.asIntN(64, value) === low) return constant(Number(low));
    return this.binary("pair", constant(Number(low)), constant(Number(BigInt.asIntN(32, value >> 32n))));
  }
}
