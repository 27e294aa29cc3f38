/** Copies of blocks, with registers of their own for what is defined in them. In SSA form. */
import {
  type Address,
  type Block,
  definitionOf,
  type Instruction,
  type IrFunction,
  isConstant,
  newRegister,
  type Operand,
  type Position,
  type Register,
} from "./ir.ts";
import { mapAddresses, mapTargets, mapTerminator, mapUses, withDefinition } from "./rewrite.ts";

export interface BlockCopies {
  readonly blocks: ReadonlyMap<Block, Block>;
  /** What stands for an operand in the copy; what is not defined in the blocks stands for itself. */
  readonly operand: (operand: Operand) => Operand;
}

export interface CopyOptions {
  /** What the originals' registers are called. */
  readonly names?: ReadonlyMap<number, string>;
  /** Where addresses move. */
  readonly address?: (address: Address) => Address;
  /** Through which call the originals are reached, when they are of another function. */
  readonly call?: Position | undefined;
}

/** Edges and sources of phis that lead out of the blocks, or into them, stay as they are. */
export const copyBlocks = (
  fn: IrFunction,
  originals: Iterable<Block>,
  { names = fn.names, address = (same) => same, call }: CopyOptions = {},
): BlockCopies => {
  const blocks = new Map<Block, Block>([...originals].map((block) => [block, { ...block }]));
  const registers = new Map<number, Register>();
  for (const instruction of [...blocks.keys()].flatMap(({ instructions }) => instructions)) {
    const definition = definitionOf(instruction);
    if (definition !== null) registers.set(definition.id, newRegister(fn, definition.bank, names.get(definition.id)));
  }
  const operand = (original: Operand): Operand =>
    isConstant(original) ? original : (registers.get(original.id) ?? original);
  const positions = copyPositions(call);
  const blockOf = (block: Block): Block => blocks.get(block) ?? block;
  const copyOf = (original: Instruction): Instruction => {
    const used = mapAddresses(mapUses(original, operand), address);
    const definition = definitionOf(used);
    const defined = definition === null ? used : withDefinition(used, registers.get(definition.id)!);
    const copy = { ...defined, at: positions(defined.at) };
    if (copy.kind !== "phi") return copy;
    return { ...copy, sources: copy.sources.map(({ from, value }) => ({ from: blockOf(from), value })) };
  };
  for (const [original, copy] of blocks) {
    copy.instructions = original.instructions.map(copyOf);
    const terminator = mapTargets(mapTerminator(original.terminator, operand), blockOf);
    copy.terminator = { ...terminator, at: positions(terminator.at) };
  }
  return { blocks, operand };
};

/** The same function once more, which can be changed without changing this one. */
export const copyFunction = (fn: IrFunction): IrFunction => {
  const copies = new Map<Block, Block>(fn.blocks.map((block) => [block, { ...block }]));
  const copyOf = (block: Block): Block => copies.get(block) ?? block;
  for (const copy of copies.values()) {
    copy.instructions = copy.instructions.map((each) =>
      each.kind === "phi"
        ? { ...each, sources: each.sources.map(({ from, value }) => ({ from: copyOf(from), value })) }
        : each,
    );
    copy.terminator = mapTargets(copy.terminator, copyOf);
  }
  return { ...fn, blocks: [...copies.values()], slots: [...fn.slots], names: new Map(fn.names) };
};

/** A copy of a statement is one of its own. */
const copyPositions = (call: Position | undefined) => {
  const copies = new Map<Position, Position>();
  const copyOf = (original: Position | undefined): Position | undefined => {
    if (original === undefined) return undefined;
    const outer = original.call === null ? (call ?? null) : copyOf(original.call)!;
    const copy = copies.get(original) ?? { ...original, call: outer };
    copies.set(original, copy);
    return copy;
  };
  return copyOf;
};
