/** Moves computations whose operands a loop does not change before the loop. Nothing that is moved can fail. */
import { ControlFlow, type Loop } from "../control-flow.ts";
import { definitionOf, type Instruction, type IrFunction, isConstant, usesOf } from "../ir.ts";
import { preheaderOf } from "../preheader.ts";

export const moveLoopInvariants = (fn: IrFunction): void => {
  fn.blocks = [...ControlFlow.of(fn).order];
  const done = new Set<Loop["header"]>();
  for (;;) {
    const flow = ControlFlow.of(fn);
    const loop = flow.loops.find(({ header }) => !done.has(header));
    if (loop === undefined) return;
    done.add(loop.header);
    const moved = takeInvariants(flow, loop);
    if (moved.length > 0) preheaderOf(fn, flow, loop).block.instructions.push(...moved);
  }
};

const takeInvariants = (flow: ControlFlow, { blocks }: Loop): readonly Instruction[] => {
  const changing = new Set<number>();
  for (const block of blocks) {
    for (const instruction of block.instructions) {
      const definition = definitionOf(instruction);
      if (definition !== null) changing.add(definition.id);
    }
  }
  const moved: Instruction[] = [];
  for (const block of flow.order.filter((each) => blocks.has(each))) {
    block.instructions = block.instructions.filter((instruction) => {
      const isSteady = usesOf(instruction).every((operand) => isConstant(operand) || !changing.has(operand.id));
      if (!isMovable(instruction) || !isSteady) return true;
      // It runs before the loop, where its statement has not begun.
      moved.push({ ...instruction, at: undefined });
      changing.delete(definitionOf(instruction)!.id);
      return false;
    });
  }
  return moved;
};

/** Gives the same wherever it stands. */
const isMovable = (instruction: Instruction): boolean => {
  switch (instruction.kind) {
    case "copy":
    case "unary":
    case "binary":
    case "address":
    case "select":
      return true;
    case "load":
      return instruction.address.base.kind === "static" && instruction.address.base.area === "constants";
    default:
      return false;
  }
};
