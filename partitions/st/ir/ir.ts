/**
 * The intermediate representation: three-address code over virtual registers in basic blocks. Integers of up to 32 bits are
 * held in 32, extended as their type says; a BOOL is 0 or 1. Registers of bank "long" hold 64 bits until `splitLongs` has
 * turned each into two.
 */
import type { StaticArea, Variable } from "../semantics/symbols.ts";
import type { SourceText, Span } from "../syntax/source-text.ts";
import type { Bank, BinaryOperation, UnaryOperation } from "./operations.ts";

export type { Bank, BinaryOperation, UnaryOperation } from "./operations.ts";

export interface Register {
  readonly id: number;
  readonly bank: Bank;
}

/** 32 bits; of a float its bit pattern; where a long is wanted they are sign-extended. No double is a Constant. */
export interface Constant {
  readonly constant: number;
}

export type Operand = Register | Constant;

export const isConstant = (operand: Operand): operand is Constant => "constant" in operand;
export const constant = (value: number): Constant => ({ constant: value | 0 });

/** A stretch of a function's stack frame. */
export interface FrameSlot {
  readonly bytes: number;
  readonly align: number;
}

/** Of a place to write to: it is there when the index or address given is the one that `checkIndex` or `checkPointer` made of it. */
export interface Guard {
  readonly given: Operand;
  readonly checked: Operand;
}

/** What an address starts from. */
export type Base =
  | { readonly kind: "register"; readonly register: Register }
  | { readonly kind: "static"; readonly area: StaticArea | "constants" | "runtime" | "zeros" }
  | { readonly kind: "frame"; readonly slot: FrameSlot }
  /** The page of registers of the partita device: every access counts. */
  | { readonly kind: "device" };

export interface Address {
  readonly base: Base;
  readonly offset: number;
}

/** How a value lies in RAM. */
export type Width = "i8" | "u8" | "i16" | "u16" | "w32" | "w64" | "f32" | "f64";
export const WIDTH_BYTES: Readonly<Record<Width, number>> = {
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  w32: 4,
  w64: 8,
  f32: 4,
  f64: 8,
};
export const bankOfWidth = (width: Width): Bank =>
  width === "f32" ? "float" : width === "f64" ? "double" : width === "w64" ? "long" : "integer";

export type Condition = "eq" | "ne" | "lt" | "ge" | "ltu" | "geu";

/** A routine whose address is only known when it is called. */
export interface IndirectTarget {
  readonly address: Operand;
  /** All that it can be. */
  readonly names: readonly string[];
}

/** `report`: what is told of an error before going on; see `ConstantPool.placeReport`. */
export type Instruction = Kinds &
  Positioned & {
    /** It is the first of this statement; only in code that is not optimised. */
    readonly statement?: Span | undefined;
  };

/** A statement of the source: one object for each, and a new one for each place that its function is put into. */
export interface Position {
  readonly source: SourceText;
  readonly line: number;
  /** The symbol of the function that it was written in. */
  readonly unit: string;
  /** The call that the function was put in place of. */
  readonly call: Position | null;
}

interface Positioned {
  /** Nothing for what belongs to no statement more than to another. */
  readonly at?: Position | undefined;
}

/** What a branch decides in the source: the ways that begin there are numbered; null: neither is a way of the source. */
export interface Fork {
  readonly at: Span;
  readonly then: number | null;
  readonly otherwise: number | null;
}

/** What a register is worth when the block is entered from `from`. */
export interface PhiSource {
  readonly from: Block;
  readonly value: Operand;
}

type Kinds =
  | { readonly kind: "copy"; readonly to: Register; readonly from: Operand }
  /** Nothing: a statement that comes down to a jump has it, so that code that is not optimised knows where it is. */
  | { readonly kind: "nop" }
  /** First in a block, one source for each block that leads there; only between `enterSsa` and `leaveSsa`. */
  | { readonly kind: "phi"; readonly to: Register; readonly sources: readonly PhiSource[] }
  | { readonly kind: "unary"; readonly operation: UnaryOperation; readonly to: Register; readonly from: Operand }
  | {
      readonly kind: "binary";
      readonly operation: BinaryOperation;
      readonly to: Register;
      readonly left: Operand;
      readonly right: Operand;
    }
  /** div and divu by what may be 0: then NUMERIC_ERROR, and 0. */
  | {
      readonly kind: "divide";
      readonly operation: "div" | "divu";
      readonly to: Register;
      readonly left: Operand;
      readonly right: Operand;
      readonly report: Address;
    }
  /** Tells of an error, and goes on. */
  | { readonly kind: "raise"; readonly error: "divisionByZero" | "outOfRange"; readonly report: Address }
  /** `index` when 0 <= index < count; else APPLICATION_ERROR, and the nearest of these. */
  | {
      readonly kind: "checkIndex";
      readonly to: Register;
      readonly index: Operand;
      /** More than 0. */
      readonly count: Operand;
      readonly report: Address;
    }
  /** `address` unless `pointer` is 0; then APPLICATION_ERROR, and the address of `zeros`. */
  | {
      readonly kind: "checkPointer";
      readonly to: Register;
      readonly pointer: Operand;
      readonly address: Operand;
      readonly zeros: Address;
      readonly report: Address;
    }
  /** condition ? left : right */
  | {
      readonly kind: "select";
      readonly to: Register;
      readonly condition: Operand;
      readonly left: Operand;
      readonly right: Operand;
    }
  | { readonly kind: "load"; readonly to: Register; readonly width: Width; readonly address: Address }
  /** Nothing is written unless all guards hold. */
  | {
      readonly kind: "store";
      readonly from: Operand;
      readonly width: Width;
      readonly address: Address;
      readonly guards: readonly Guard[];
    }
  | { readonly kind: "address"; readonly to: Register; readonly address: Address }
  /** Between places that are the same or do not overlap; nothing is written unless all guards hold. */
  | {
      readonly kind: "copyBytes";
      readonly to: Address;
      readonly from: Address;
      readonly bytes: number;
      readonly align: number;
      readonly guards: readonly Guard[];
    }
  /** Parameters as they stand in the registers and on the stack of the calling convention. */
  | { readonly kind: "parameter"; readonly to: Register; readonly position: number }
  | {
      readonly kind: "call";
      readonly target: string | IndirectTarget;
      readonly arguments: readonly Operand[];
      /** The bank of each argument, for constants have none. */
      readonly banks: readonly Bank[];
      readonly result: Register | null;
    };

export type Terminator = Ends & Positioned;

type Ends =
  | { readonly kind: "jump"; readonly target: Block }
  | {
      readonly kind: "branch";
      readonly condition: Condition;
      readonly left: Operand;
      readonly right: Operand;
      readonly then: Block;
      readonly otherwise: Block;
      readonly fork?: Fork | undefined;
    }
  | { readonly kind: "return"; readonly value: Operand | null; readonly bank: Bank };

export interface Block {
  instructions: Instruction[];
  terminator: Terminator;
}

export interface IrFunction {
  /** Its symbol. */
  readonly name: string;
  /** Reverse post-order; the first is the entry. */
  blocks: Block[];
  /** Banks of its parameters, in order. */
  parameters: readonly Bank[];
  slots: FrameSlot[];
  registerCount: number;
  /** What the source calls a register, by its id. */
  readonly names: Map<number, string>;
  /** Where it begins in the source; nothing for one that is not in Structured Text. */
  readonly at: Position | null;
  /** Where its variables are, as it is written down. */
  homes: readonly Home[];
}

/** A variable of a call, with the register that holds its value, or the place where it lies. */
export interface Home {
  /** null: the instance that a body works on. */
  readonly variable: Variable | null;
  readonly place: Register | Address;
}

export const newRegister = (fn: IrFunction, bank: Bank, name?: string): Register => {
  const register = { id: fn.registerCount++, bank };
  if (name !== undefined) fn.names.set(register.id, name);
  return register;
};

export type InstructionOf<Kind extends Instruction["kind"]> = Extract<Instruction, { kind: Kind }>;

/** The registers that an instruction reads and the one that it writes. */
export const usesOf = (instruction: Instruction): readonly Operand[] => {
  switch (instruction.kind) {
    case "copy":
    case "unary":
      return [instruction.from];
    case "phi":
      return instruction.sources.map(({ value }) => value);
    case "binary":
    case "divide":
      return [instruction.left, instruction.right];
    case "checkIndex":
      return [instruction.index, instruction.count];
    case "checkPointer":
      return [instruction.pointer, instruction.address];
    case "select":
      return [instruction.condition, instruction.left, instruction.right];
    case "load":
    case "address":
      return addressUses(instruction.address);
    case "store":
      return [instruction.from, ...addressUses(instruction.address), ...guardUses(instruction.guards)];
    case "copyBytes":
      return [...addressUses(instruction.to), ...addressUses(instruction.from), ...guardUses(instruction.guards)];
    case "nop":
    case "parameter":
    case "raise":
      return [];
    case "call":
      return typeof instruction.target === "string"
        ? instruction.arguments
        : [instruction.target.address, ...instruction.arguments];
  }
};

const addressUses = ({ base }: Address): readonly Operand[] => (base.kind === "register" ? [base.register] : []);

const guardUses = (guards: readonly Guard[]): readonly Operand[] =>
  guards.flatMap(({ given, checked }) => [given, checked]);

export const definitionOf = (instruction: Instruction): Register | null => {
  switch (instruction.kind) {
    case "nop":
    case "store":
    case "copyBytes":
    case "raise":
      return null;
    case "call":
      return instruction.result;
    default:
      return instruction.to;
  }
};

export const terminatorUses = (terminator: Terminator): readonly Operand[] => {
  switch (terminator.kind) {
    case "jump":
      return [];
    case "branch":
      return [terminator.left, terminator.right];
    case "return":
      return terminator.value === null ? [] : [terminator.value];
  }
};

export const successorsOf = (terminator: Terminator): readonly Block[] =>
  terminator.kind === "jump"
    ? [terminator.target]
    : terminator.kind === "branch"
      ? [terminator.then, terminator.otherwise]
      : [];

/** The routines that a call may run. */
export const targetsOf = ({ target }: Extract<Instruction, { kind: "call" }>): readonly string[] =>
  typeof target === "string" ? [target] : target.names;

/** Whether an instruction may go when nobody reads what it gives. */
export const hasEffect = (instruction: Instruction): boolean =>
  ["store", "copyBytes", "call", "raise", "divide", "checkIndex", "checkPointer"].includes(instruction.kind) ||
  (instruction.kind === "load" && instruction.address.base.kind === "device");
