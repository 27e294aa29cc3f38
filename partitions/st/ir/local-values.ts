/**
 * Value numbering along straight runs of blocks: what was computed, loaded or stored before is not computed or loaded again,
 * copies and constants are used directly (Muchnick, "Advanced Compiler Design and Implementation", §12.4).
 */
import { simplify } from "./fold.ts";
import {
  type Address,
  type Block,
  definitionOf,
  type Instruction,
  type IrFunction,
  isConstant,
  mapTerminator,
  mapUses,
  type Operand,
  type Register,
  successorsOf,
  WIDTH_BYTES,
  type Width,
} from "./ir.ts";
import { BINARY } from "./operations.ts";

interface Stored {
  readonly address: Address;
  /** The value number of the register that the address starts from. */
  readonly base: number | null;
  readonly width: Width;
  readonly value: number;
}

/** What is known at one place of the program. Numbers stand for values; two places with the same number hold the same value. */
class Values {
  readonly #numbers: Map<number, number>;
  readonly #expressions: Map<string, number>;
  readonly #holders: Map<number, Operand>;
  #memory: readonly Stored[];
  readonly #counter: { next: number };

  constructor(counter: { next: number }, from: Values | null) {
    this.#counter = counter;
    this.#numbers = new Map(from === null ? [] : from.#numbers);
    this.#expressions = new Map(from === null ? [] : from.#expressions);
    this.#holders = new Map(from === null ? [] : from.#holders);
    this.#memory = from === null ? [] : from.#memory;
  }

  number(operand: Operand): number {
    if (isConstant(operand)) return this.numberOf(`constant ${operand.constant}`, operand);
    const known = this.#numbers.get(operand.id);
    if (known !== undefined) return known;
    return this.define(operand, this.#counter.next++);
  }

  /** The number of an expression; a new one, held by `holder`, when it is new. */
  numberOf(expression: string, holder: Operand): number {
    const known = this.#expressions.get(expression);
    if (known !== undefined) return known;
    const number = this.#counter.next++;
    this.#expressions.set(expression, number);
    this.#holders.set(number, holder);
    return number;
  }

  known(expression: string): number | null {
    return this.#expressions.get(expression) ?? null;
  }

  remember(expression: string, number: number): void {
    this.#expressions.set(expression, number);
  }

  define(register: Register, number: number): number {
    this.#numbers.set(register.id, number);
    const holder = this.#holder(number);
    if (holder === null) this.#holders.set(number, register);
    return number;
  }

  defineNew(register: Register): number {
    return this.define(register, this.#counter.next++);
  }

  /** Where the value is to be had; null when the register that held it holds another one now. */
  #holder(number: number): Operand | null {
    const holder = this.#holders.get(number);
    if (holder === undefined || isConstant(holder)) return holder ?? null;
    return this.#numbers.get(holder.id) === number ? holder : null;
  }

  /** A register or constant with the value of this number, of the wanted bank. */
  find(number: number, bank: Register["bank"]): Operand | null {
    const holder = this.#holder(number);
    return holder !== null && (isConstant(holder) || holder.bank === bank) ? holder : null;
  }

  load(address: Address, width: Width): number | null {
    const base = this.#baseNumber(address);
    const found = this.#memory.find((entry) => entry.width === width && sameAddress(entry, address, base));
    return found?.value ?? null;
  }

  remembersAt(address: Address, width: Width, value: number): void {
    if (address.base.kind === "device") return;
    this.#memory = [...this.#memory, { address, base: this.#baseNumber(address), width, value }];
  }

  /** What a store there may change. */
  forget(address: Address, width: Width): void {
    const base = this.#baseNumber(address);
    this.#memory = this.#memory.filter((entry) => isApart(entry, address, base, WIDTH_BYTES[width]));
  }

  forgetMemory(): void {
    this.#memory = this.#memory.filter(
      ({ address }) => address.base.kind === "static" && address.base.area === "constants",
    );
  }

  #baseNumber({ base }: Address): number | null {
    return base.kind === "register" ? this.number(base.register) : null;
  }
}

const sameBase = ({ address: { base }, base: number }: Stored, other: Address, otherNumber: number | null): boolean => {
  if (base.kind === "static") return other.base.kind === "static" && other.base.area === base.area;
  if (base.kind === "frame") return other.base.kind === "frame" && other.base.slot === base.slot;
  return base.kind === "register" && other.base.kind === "register" && number === otherNumber;
};

const sameAddress = (entry: Stored, address: Address, number: number | null): boolean =>
  sameBase(entry, address, number) && entry.address.offset === address.offset;

/** Whether a store of `bytes` at `address` certainly leaves the entry as it is. */
const isApart = (entry: Stored, address: Address, number: number | null, bytes: number): boolean => {
  if (sameBase(entry, address, number)) {
    const { offset } = entry.address;
    return offset + WIDTH_BYTES[entry.width] <= address.offset || address.offset + bytes <= offset;
  }
  // A register may point anywhere; areas and slots do not overlap.
  return entry.address.base.kind !== "register" && address.base.kind !== "register";
};

export const shareValues = (fn: IrFunction): void => {
  const predecessors = new Map<Block, Block[]>();
  for (const block of fn.blocks) {
    for (const successor of successorsOf(block.terminator))
      predecessors.set(successor, [...(predecessors.get(successor) ?? []), block]);
  }
  const atEnd = new Map<Block, Values>();
  const counter = { next: 0 };
  for (const block of fn.blocks) {
    const [before, ...others] = predecessors.get(block) ?? [];
    const inherited = before !== undefined && others.length === 0 ? (atEnd.get(before) ?? null) : null;
    const values = new Values(counter, inherited);
    block.instructions = block.instructions.map((instruction) => rewrite(values, instruction));
    block.terminator = mapTerminator(block.terminator, (operand) => best(values, operand));
    atEnd.set(block, values);
  }
};

/** The simplest operand with the same value. A constant REAL or LREAL stays in the register that it was put into. */
const best = (values: Values, operand: Operand): Operand => {
  if (isConstant(operand)) return operand;
  const found = values.find(values.number(operand), operand.bank);
  const isFloat = operand.bank === "float" || operand.bank === "double";
  return found === null || (isConstant(found) && isFloat) ? operand : found;
};

const rewrite = (values: Values, original: Instruction): Instruction => {
  const instruction = mapUses(original, (operand) => best(values, operand));
  switch (instruction.kind) {
    case "copy":
      return copied(values, instruction.to, instruction.from);
    case "binary":
      return rewriteBinary(values, instruction);
    case "unary":
      return computed(values, instruction, `${instruction.operation} ${values.number(instruction.from)}`);
    case "checkIndex":
      return computed(
        values,
        instruction,
        `check ${values.number(instruction.index)} below ${values.number(instruction.count)}`,
      );
    case "checkPointer":
      return computed(
        values,
        instruction,
        `check ${values.number(instruction.pointer)} at ${values.number(instruction.address)}`,
      );
    case "load":
      return rewriteLoad(values, instruction);
    case "store":
      values.forget(instruction.address, instruction.width);
      if (instruction.guards.length === 0)
        values.remembersAt(instruction.address, instruction.width, values.number(instruction.from));
      return instruction;
    case "copyBytes":
      values.forgetMemory();
      return instruction;
    case "call":
      values.forgetMemory();
      if (instruction.result !== null) values.defineNew(instruction.result);
      return instruction;
    default: {
      const definition = definitionOf(instruction);
      if (definition !== null) values.defineNew(definition);
      return instruction;
    }
  }
};

const copied = (values: Values, to: Register, from: Operand): Instruction => {
  values.define(to, values.number(from));
  return { kind: "copy", to, from };
};

type Computing = Extract<Instruction, { kind: "binary" | "unary" | "checkIndex" | "checkPointer" }>;

/** The value, if it is still to be had; else the instruction, remembered. */
const computed = (values: Values, instruction: Computing, expression: string): Instruction => {
  const { to } = instruction;
  const number = values.known(expression);
  const held = number === null ? null : values.find(number, to.bank);
  if (held !== null) return copied(values, to, held);
  values.remember(expression, values.defineNew(to));
  return instruction;
};

const rewriteBinary = (values: Values, instruction: Extract<Instruction, { kind: "binary" }>): Instruction => {
  const { of, to } = BINARY[instruction.operation];
  const simple =
    of === "integer" && to === "integer" ? simplify(instruction.operation, instruction.left, instruction.right) : null;
  if (simple !== null && !("operation" in simple)) return copied(values, instruction.to, simple);
  const { operation, left, right } = simple ?? instruction;
  const expression = `${operation} ${values.number(left)} ${values.number(right)}`;
  return computed(values, { ...instruction, operation, left, right }, expression);
};

const rewriteLoad = (values: Values, instruction: Extract<Instruction, { kind: "load" }>): Instruction => {
  const { to, address, width } = instruction;
  const number = values.load(address, width);
  const held = number === null ? null : values.find(number, to.bank);
  if (held !== null) return copied(values, to, held);
  const loaded = values.defineNew(to);
  values.remembersAt(address, width, loaded);
  return instruction;
};
