/** Removes instructions in SSA form whose result nobody reads and that do nothing else. */
import {
  definitionOf,
  hasEffect,
  type Instruction,
  type IrFunction,
  isConstant,
  type Operand,
  terminatorUses,
  usesOf,
} from "../ir.ts";

export const removeDeadCode = (fn: IrFunction): void => {
  const definitions = new Map<number, Instruction>();
  const wanted = new Set<Instruction>();
  const open: Instruction[] = [];
  const want = (instruction: Instruction): void => {
    if (wanted.has(instruction)) return;
    wanted.add(instruction);
    open.push(instruction);
  };
  for (const instruction of fn.blocks.flatMap(({ instructions }) => instructions)) {
    const definition = definitionOf(instruction);
    if (definition !== null) definitions.set(definition.id, instruction);
    // What is passed to a function is there, wanted or not.
    if (hasEffect(instruction) || instruction.kind === "parameter") want(instruction);
  }
  const use = (operands: readonly Operand[]): void => {
    for (const operand of operands) {
      const definition = isConstant(operand) ? undefined : definitions.get(operand.id);
      if (definition !== undefined) want(definition);
    }
  };
  for (const { terminator } of fn.blocks) use(terminatorUses(terminator));
  for (let instruction = open.pop(); instruction !== undefined; instruction = open.pop()) use(usesOf(instruction));
  for (const block of fn.blocks) block.instructions = block.instructions.filter((each) => wanted.has(each));
};
