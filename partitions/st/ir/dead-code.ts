/** Removes instructions whose result nobody reads and that do nothing else. */
import { definitionOf, hasEffect, type IrFunction, isConstant, type Operand, terminatorUses, usesOf } from "./ir.ts";
import { computeLiveness } from "./liveness.ts";

export const removeDeadCode = (fn: IrFunction): void => {
  const liveness = computeLiveness(fn);
  for (const block of fn.blocks) {
    const live = new Set(liveness.get(block)!.liveOut);
    const use = (operands: readonly Operand[]): void => {
      for (const operand of operands) if (!isConstant(operand)) live.add(operand.id);
    };
    use(terminatorUses(block.terminator));
    const kept = [];
    for (let i = block.instructions.length - 1; i >= 0; i--) {
      const instruction = block.instructions[i]!;
      const definition = definitionOf(instruction);
      if (!hasEffect(instruction) && definition !== null && !live.has(definition.id)) continue;
      if (definition !== null) live.delete(definition.id);
      use(usesOf(instruction));
      kept.push(instruction);
    }
    block.instructions = kept.reverse();
  }
};
