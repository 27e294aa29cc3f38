/** Which registers hold a value that is still wanted, at the ends of every block. */
import {
  type Block,
  definitionOf,
  type IrFunction,
  isConstant,
  type Operand,
  successorsOf,
  terminatorUses,
  usesOf,
} from "./ir.ts";

export interface Liveness {
  readonly liveIn: ReadonlySet<number>;
  readonly liveOut: ReadonlySet<number>;
}

export const computeLiveness = ({ blocks }: IrFunction): ReadonlyMap<Block, Liveness> => {
  const states = new Map(
    blocks.map((block) => [block, { ...localSets(block), liveIn: new Set<number>(), liveOut: new Set<number>() }]),
  );
  const leadsBack = hasWayBack(blocks);
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = blocks.length - 1; i >= 0; i--) {
      const state = states.get(blocks[i]!)!;
      const before = state.liveIn.size + state.liveOut.size;
      for (const successor of successorsOf(blocks[i]!.terminator))
        for (const id of states.get(successor)!.liveIn) state.liveOut.add(id);
      for (const id of state.used) state.liveIn.add(id);
      for (const id of state.liveOut) if (!state.defined.has(id)) state.liveIn.add(id);
      // Where no block leads back, all that follow are settled.
      changed ||= leadsBack && state.liveIn.size + state.liveOut.size !== before;
    }
  }
  return states;
};

/** Whether any block leads to one that does not stand behind it. */
const hasWayBack = (blocks: readonly Block[]): boolean => {
  const positions = new Map(blocks.map((block, i) => [block, i]));
  return blocks.some(({ terminator }, i) => successorsOf(terminator).some((target) => positions.get(target)! <= i));
};

/** Registers read before they are written in the block, and those written in it. */
const localSets = (block: Block): { readonly used: ReadonlySet<number>; readonly defined: ReadonlySet<number> } => {
  const used = new Set<number>();
  const defined = new Set<number>();
  const use = (operands: readonly Operand[]): void => {
    for (const operand of operands) if (!isConstant(operand) && !defined.has(operand.id)) used.add(operand.id);
  };
  for (const instruction of block.instructions) {
    use(usesOf(instruction));
    const definition = definitionOf(instruction);
    if (definition !== null) defined.add(definition.id);
  }
  use(terminatorUses(block.terminator));
  return { used, defined };
};
