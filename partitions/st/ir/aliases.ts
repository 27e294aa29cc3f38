/** Which bytes an address may mean: its root, and between which offsets from it. For functions in SSA form. */
import {
  type Address,
  type Base,
  type Block,
  definitionOf,
  type FrameSlot,
  type Instruction,
  type IrFunction,
  isConstant,
  type Operand,
  terminatorUses,
  usesOf,
} from "./ir.ts";
import { FULL } from "./range.ts";
import type { Ranges } from "./ranges.ts";

/** From `low` up to `high`, which is not one of them. */
export interface Extent {
  /** A register as the root may point anywhere. */
  readonly root: Base;
  readonly low: number;
  readonly high: number;
}

interface Pointer {
  readonly root: Base;
  readonly low: number;
  readonly high: number;
}

export class Aliases {
  readonly #definitions = new Map<number, { readonly instruction: Instruction; readonly block: Block }>();
  readonly #pointers = new Map<number, Pointer>();
  readonly #ranges: Ranges;
  /** Slots that a pointer from elsewhere may lead to. */
  readonly #escaped: ReadonlySet<FrameSlot>;

  /** The ranges may be those of an earlier state of the function, as registers keep their values. */
  constructor(fn: IrFunction, ranges: Ranges) {
    this.#ranges = ranges;
    for (const block of fn.blocks) {
      for (const instruction of block.instructions) {
        const definition = definitionOf(instruction);
        if (definition !== null) this.#definitions.set(definition.id, { instruction, block });
      }
    }
    this.#escaped = this.#findEscaped(fn);
    // All that the ranges have to say, as long as they are those of the function.
    for (const { instructions } of fn.blocks)
      for (const instruction of instructions)
        for (const { base } of addressesOf(instruction)) if (base.kind === "register") this.#pointer(base.register.id);
  }

  extentOf({ base, offset }: Address, bytes: number): Extent {
    const { root, low, high } = base.kind === "register" ? this.#pointer(base.register.id) : pointerTo(base);
    return { root, low: low + offset, high: high + offset + bytes };
  }

  overlap(a: Extent, b: Extent): boolean {
    if (sameBase(a.root, b.root)) return a.low < b.high && b.low < a.high;
    if (a.root.kind === "device" || b.root.kind === "device") return false;
    if (a.root.kind === "register") return this.isVisible(b);
    return b.root.kind === "register" && this.isVisible(a);
  }

  /** Whether others, by pointers of theirs, may write there. */
  isVisible({ root }: Extent): boolean {
    if (root.kind === "frame") return this.#escaped.has(root.slot);
    return root.kind !== "static" || root.area !== "constants";
  }

  /** Constants are never written, whatever a pointer may say. */
  isReadOnly({ root }: Extent): boolean {
    return root.kind === "static" && root.area === "constants";
  }

  #pointer(id: number): Pointer {
    const known = this.#pointers.get(id);
    if (known !== undefined) return known;
    const found = this.#follow(id);
    this.#pointers.set(id, found);
    return found;
  }

  #follow(id: number): Pointer {
    const definition = this.#definitions.get(id);
    const self = pointerTo({ kind: "register", register: { id, bank: "integer" } });
    if (definition === undefined) return self;
    const { instruction, block } = definition;
    if (instruction.kind === "address") {
      const { root, low, high } = this.extentOf(instruction.address, 0);
      return { root, low, high };
    }
    if (instruction.kind !== "binary" || instruction.operation !== "add" || isConstant(instruction.left)) return self;
    const start = this.#pointer(instruction.left.id);
    const distance = this.#ranges.at(block, instruction.right);
    const [low, high] = [start.low + distance.low, start.high + distance.high];
    return low < FULL.low || high > FULL.high
      ? { root: start.root, low: -Infinity, high: Infinity }
      : { root: start.root, low, high };
  }

  /** What a register that is computed from an address points into; null: anything. */
  #rootOf(id: number): Base | null {
    for (let at = id; ; ) {
      const instruction = this.#definitions.get(at)?.instruction;
      let next: Base | null = null;
      if (instruction?.kind === "address") next = instruction.address.base;
      else if (instruction?.kind === "binary" && instruction.operation === "add" && !isConstant(instruction.left))
        next = { kind: "register", register: instruction.left };
      if (next?.kind !== "register") return next;
      at = next.register.id;
    }
  }

  #findEscaped(fn: IrFunction): ReadonlySet<FrameSlot> {
    const escaped = new Set<FrameSlot>();
    if (fn.slots.length === 0) return escaped;
    const pass = (operand: Operand): void => {
      if (isConstant(operand)) return;
      const root = this.#rootOf(operand.id);
      if (root?.kind === "frame") escaped.add(root.slot);
    };
    for (const { instructions, terminator } of fn.blocks) {
      for (const instruction of instructions) for (const operand of givenAway(instruction)) pass(operand);
      for (const operand of terminator.kind === "return" ? terminatorUses(terminator) : []) pass(operand);
    }
    return escaped;
  }
}

const NO_ADDRESSES: readonly Address[] = [];

const addressesOf = (instruction: Instruction): readonly Address[] => {
  switch (instruction.kind) {
    case "load":
    case "store":
    case "address":
      return [instruction.address];
    case "copyBytes":
      return [instruction.to, instruction.from];
    default:
      return NO_ADDRESSES;
  }
};

/** What an instruction reads other than to go where it points, or to compute an address that is followed itself. */
const givenAway = (instruction: Instruction): readonly Operand[] => {
  switch (instruction.kind) {
    case "load":
    case "copyBytes":
    case "address":
      return [];
    case "store":
      return [instruction.from];
    case "binary":
      return instruction.operation === "add" ? [instruction.right] : usesOf(instruction);
    default:
      return usesOf(instruction);
  }
};

const pointerTo = (root: Base): Pointer => ({ root, low: 0, high: 0 });

const sameBase = (a: Base, b: Base): boolean => {
  switch (a.kind) {
    case "static":
      return b.kind === "static" && a.area === b.area;
    case "frame":
      return b.kind === "frame" && a.slot === b.slot;
    case "register":
      return b.kind === "register" && a.register.id === b.register.id;
    case "device":
      return b.kind === "device";
  }
};
