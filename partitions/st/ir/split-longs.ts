/**
 * Turns every register of 64 bits into two of 32, as RV32 has none: afterwards nothing is of bank "long". A long argument becomes
 * two, low half first; the upper half of a long result travels in a word of the runtime's.
 */
import {
  type Address,
  type Bank,
  constant,
  definitionOf,
  type FrameSlot,
  type Instruction,
  type IrFunction,
  isConstant,
  type Operand,
  type Register,
  type Terminator,
} from "./ir.ts";
import { type HalfBuilder, LONG_ARITHMETIC, LONG_COMPARISONS, LONG_SHIFTS, type Pair } from "./long-arithmetic.ts";
import { BINARY, type MachineBinary, type MachineUnary, UNARY } from "./operations.ts";

/** Where a function leaves the upper half of a long result, from the start of the runtime's variables. */
export const UPPER_RESULT_OFFSET = 28;
const UPPER_RESULT: Address = { base: { kind: "static", area: "runtime" }, offset: UPPER_RESULT_OFFSET };

type Of<Kind extends Instruction["kind"]> = Extract<Instruction, { kind: Kind }>;

export const usesLongs = ({ parameters, blocks }: IrFunction): boolean =>
  parameters.includes("long") ||
  blocks.some(({ instructions, terminator }) => instructions.some(concernsLongs) || returnsLong(terminator));

export const splitLongs = (fn: IrFunction): void => {
  const splitter = new Splitter(fn);
  for (const block of fn.blocks) {
    block.instructions = splitter.split(block.instructions);
    const { terminator } = block;
    if (!returnsLong(terminator)) continue;
    const { low, high } = splitter.halves(terminator.value);
    const { at } = terminator;
    block.instructions.push({ kind: "store", from: high, width: "w32", address: UPPER_RESULT, guards: [], at });
    block.terminator = { kind: "return", value: low, bank: "integer", at };
  }
  fn.parameters = asIntegers(fn.parameters);
};

const asIntegers = (banks: readonly Bank[]): readonly Bank[] =>
  banks.flatMap((bank) => (bank === "long" ? (["integer", "integer"] as const) : [bank]));

const returnsLong = (terminator: Terminator): terminator is Returned =>
  terminator.kind === "return" && terminator.bank === "long" && terminator.value !== null;
type Returned = Extract<Terminator, { kind: "return" }> & { readonly value: Operand };

const isLong = (operand: Operand | null): boolean =>
  operand !== null && !isConstant(operand) && operand.bank === "long";

/** Operands may all be constants, which have no bank. */
const concernsLongs = (instruction: Instruction): boolean => {
  switch (instruction.kind) {
    case "unary":
      return UNARY[instruction.operation].of === "long" || UNARY[instruction.operation].to === "long";
    case "binary":
      return BINARY[instruction.operation].of === "long" || BINARY[instruction.operation].to === "long";
    case "store":
      return instruction.width === "w64";
    case "call":
      return instruction.banks.includes("long") || isLong(instruction.result);
    default:
      return isLong(definitionOf(instruction));
  }
};

const upperHalf = (address: Address): Address => ({ ...address, offset: address.offset + 4 });

class Splitter implements HalfBuilder {
  readonly #fn: IrFunction;
  readonly #pairs = new Map<number, Pair<Register>>();
  #out: Instruction[] = [];
  #passage: FrameSlot | null = null;
  #at: Instruction["at"];

  constructor(fn: IrFunction) {
    this.#fn = fn;
  }

  split(instructions: readonly Instruction[]): Instruction[] {
    this.#out = [];
    for (const instruction of instructions) {
      this.#at = instruction.at;
      const first = this.#out.length;
      if (instruction.kind === "parameter") this.#parameter(instruction);
      else if (concernsLongs(instruction)) this.#split(instruction);
      else this.#out.push(instruction);
      const { statement } = instruction;
      if (statement !== undefined) this.#out[first] = { ...(this.#out[first] ?? { kind: "nop" }), statement };
    }
    return this.#out;
  }

  #emit(instruction: Instruction): void {
    this.#out.push({ ...instruction, at: this.#at });
  }

  halves(operand: Operand): Pair {
    if (isConstant(operand)) return { low: operand, high: constant(operand.constant < 0 ? -1 : 0) };
    return this.#pairOf(operand);
  }

  unary(operation: MachineUnary, from: Operand): Register {
    const to = this.#register();
    this.#emit({ kind: "unary", operation, to, from });
    return to;
  }

  binary(operation: MachineBinary, left: Operand, right: Operand): Register {
    const to = this.#register();
    this.#emit({ kind: "binary", operation, to, left, right });
    return to;
  }

  select(condition: Operand, left: Operand, right: Operand): Register {
    const to = this.#register();
    this.#emit({ kind: "select", to, condition, left, right });
    return to;
  }

  #register(): Register {
    return { id: this.#fn.registerCount++, bank: "integer" };
  }

  #pairOf({ id }: Register): Pair<Register> {
    const known = this.#pairs.get(id);
    if (known !== undefined) return known;
    const pair = { low: this.#register(), high: this.#register() };
    this.#pairs.set(id, pair);
    return pair;
  }

  #copy(to: Register, from: Operand): void {
    this.#emit({ kind: "copy", to, from });
  }

  #define(to: Register, { low, high }: Pair): void {
    const pair = this.#pairOf(to);
    this.#copy(pair.low, low);
    this.#copy(pair.high, high);
  }

  #split(instruction: Exclude<Instruction, { kind: "parameter" }>): void {
    switch (instruction.kind) {
      case "copy":
        this.#define(instruction.to, this.halves(instruction.from));
        return;
      case "phi":
        this.#phi(instruction);
        return;
      case "unary":
        this.#unary(instruction);
        return;
      case "binary":
        this.#binary(instruction);
        return;
      case "select":
        this.#select(instruction);
        return;
      case "load":
        this.#load(instruction.to, instruction.address);
        return;
      case "store":
        this.#store(instruction);
        return;
      case "call":
        this.#call(instruction);
        return;
      default:
        throw new Error(`${instruction.kind} takes no 64 bits`);
    }
  }

  #phi({ to, sources }: Of<"phi">): void {
    for (const half of ["low", "high"] as const) {
      const halves = sources.map(({ from, value }) => ({ from, value: this.halves(value)[half] }));
      this.#emit({ kind: "phi", to: this.#pairOf(to)[half], sources: halves });
    }
  }

  #unary({ operation, to, from }: Of<"unary">): void {
    switch (operation) {
      case "low":
      case "high":
        this.#copy(to, this.halves(from)[operation]);
        return;
      case "signExtend":
        this.#define(to, { low: from, high: this.binary("sra", from, constant(31)) });
        return;
      case "zeroExtend":
        this.#define(to, { low: from, high: constant(0) });
        return;
      case "bitsToDouble": {
        const address = this.#passageAddress();
        this.#store({ from, address, guards: [] });
        this.#emit({ kind: "load", to, width: "f64", address });
        return;
      }
      case "doubleToBits": {
        const address = this.#passageAddress();
        this.#emit({ kind: "store", from, width: "f64", address, guards: [] });
        this.#load(to, address);
        return;
      }
      default:
        throw new Error(`${operation} takes no 64 bits`);
    }
  }

  #binary({ operation, to, left, right }: Of<"binary">): void {
    switch (operation) {
      case "pair":
        this.#define(to, { low: left, high: right });
        return;
      case "ladd":
      case "lsub":
      case "lmul":
      case "land":
      case "lor":
      case "lxor":
        this.#define(to, LONG_ARITHMETIC[operation](this, this.halves(left), this.halves(right)));
        return;
      case "lsll":
      case "lsrl":
      case "lsra":
        this.#define(to, LONG_SHIFTS[operation](this, this.halves(left), right));
        return;
      case "leq":
      case "lslt":
      case "lsltu":
        this.#copy(to, LONG_COMPARISONS[operation](this, this.halves(left), this.halves(right)));
        return;
      default:
        throw new Error(`${operation} takes no 64 bits`);
    }
  }

  #select({ to, condition, left: a, right: b }: Of<"select">): void {
    const [left, right] = [this.halves(a), this.halves(b)];
    const low = this.select(condition, left.low, right.low);
    this.#define(to, { low, high: this.select(condition, left.high, right.high) });
  }

  #load(to: Register, address: Address): void {
    const { low, high } = this.#pairOf(to);
    this.#emit({ kind: "load", to: low, width: "w32", address });
    this.#emit({ kind: "load", to: high, width: "w32", address: upperHalf(address) });
  }

  #store({ from, address, guards }: Pick<Of<"store">, "from" | "address" | "guards">): void {
    const { low, high } = this.halves(from);
    this.#emit({ kind: "store", from: low, width: "w32", address, guards });
    this.#emit({ kind: "store", from: high, width: "w32", address: upperHalf(address), guards });
  }

  /** Eight bytes of the frame, through which bits pass between the integer and the float registers. */
  #passageAddress(): Address {
    if (this.#passage === null) {
      this.#passage = { bytes: 8, align: 8 };
      this.#fn.slots.push(this.#passage);
    }
    return { base: { kind: "frame", slot: this.#passage }, offset: 0 };
  }

  #parameter({ to, position }: Of<"parameter">): void {
    const before = asIntegers(this.#fn.parameters.slice(0, position)).length;
    if (to.bank !== "long") this.#emit({ kind: "parameter", to, position: before });
    else {
      const { low, high } = this.#pairOf(to);
      this.#emit({ kind: "parameter", to: low, position: before });
      this.#emit({ kind: "parameter", to: high, position: before + 1 });
    }
  }

  #call(call: Of<"call">): void {
    const list = call.arguments.flatMap((operand, i) => {
      if (call.banks[i] !== "long") return [operand];
      const { low, high } = this.halves(operand);
      return [low, high];
    });
    const banks = asIntegers(call.banks);
    const result = isLong(call.result) ? this.#pairOf(call.result!) : null;
    this.#emit({ ...call, arguments: list, banks, result: result?.low ?? call.result });
    if (result !== null) this.#emit({ kind: "load", to: result.high, width: "w32", address: UPPER_RESULT });
  }
}
