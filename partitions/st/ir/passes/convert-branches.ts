/**
 * A branch around one operation by a constant, decided by a bit that nobody can predict, becomes arithmetic on that bit:
 * IF x.0 THEN y := y XOR c becomes y := y XOR (c AND -x.0). In SSA form.
 */
import { ControlFlow } from "../control-flow.ts";
import {
  type Block,
  constant,
  definitionOf,
  type Instruction,
  type InstructionOf,
  type IrFunction,
  isConstant,
  newRegister,
  type Operand,
} from "../ir.ts";
import { sameOperand } from "../simplify.ts";
import { removeUnreachable } from "./tidy-blocks.ts";

export const convertBranches = (fn: IrFunction): void => {
  const flow = ControlFlow.of(fn);
  const bits = bitTests(fn);
  for (const block of flow.order) {
    const found = triangleAt(flow, block, bits);
    if (found !== null) convert(fn, block, found);
  }
  removeUnreachable(fn);
};

/** Registers that hold one bit of another value. */
const bitTests = (fn: IrFunction): ReadonlySet<number> => {
  const bits = new Set<number>();
  for (const instruction of fn.blocks.flatMap(({ instructions }) => instructions)) {
    if (instruction.kind !== "binary" || instruction.operation !== "and") continue;
    if (isConstant(instruction.right) && instruction.right.constant === 1) bits.add(instruction.to.id);
  }
  return bits;
};

interface Triangle {
  readonly bit: Operand;
  /** Whether the operation is done when the bit is 1. */
  readonly isSet: boolean;
  readonly operation: InstructionOf<"binary">;
  readonly side: Block;
  readonly join: Block;
}

/** With 0 for their right operand these do nothing. */
const NEUTRAL = ["xor", "or", "add"];

const triangleAt = (flow: ControlFlow, block: Block, bits: ReadonlySet<number>): Triangle | null => {
  const { terminator } = block;
  if (terminator.kind !== "branch" || (terminator.condition !== "eq" && terminator.condition !== "ne")) return null;
  const { left: bit, right, then, otherwise, condition } = terminator;
  if (isConstant(bit) || !bits.has(bit.id) || !isConstant(right) || right.constant !== 0) return null;
  for (const [side, join] of [
    [then, otherwise],
    [otherwise, then],
  ] as const) {
    const [operation, ...more] = side.instructions;
    if (operation?.kind !== "binary" || more.length > 0 || flow.predecessors(side).length !== 1) continue;
    if (side.terminator.kind !== "jump" || side.terminator.target !== join) continue;
    if (!NEUTRAL.includes(operation.operation) || !isConstant(operation.right)) continue;
    if (!givesBack(join, block, side, operation)) continue;
    return { bit, isSet: (condition === "ne") === (side === then), operation, side, join };
  }
  return null;
};

/** Whether where both ways meet the operation's operand stands for its result on the way around it, and all else is alike. */
const givesBack = (join: Block, around: Block, side: Block, operation: InstructionOf<"binary">): boolean =>
  join.instructions
    .filter((each) => each.kind === "phi")
    .every(({ sources }) => {
      const [a, b] = [around, side].map((from) => sources.find((source) => source.from === from)?.value);
      if (a === undefined || b === undefined) return false;
      return sameOperand(a, b) || (sameOperand(b, operation.to) && sameOperand(a, operation.left));
    });

const convert = (fn: IrFunction, block: Block, { bit, isSet, operation, side, join }: Triangle): void => {
  const [mask, part] = [newRegister(fn, "integer"), newRegister(fn, "integer")];
  const spread: Instruction = isSet
    ? { kind: "binary", operation: "sub", to: mask, left: constant(0), right: bit }
    : { kind: "binary", operation: "add", to: mask, left: bit, right: constant(-1) };
  block.instructions.push(
    spread,
    { kind: "binary", operation: "and", to: part, left: mask, right: operation.right },
    { ...operation, right: part },
  );
  block.terminator = { kind: "jump", target: join };
  const result = definitionOf(operation)!;
  join.instructions = join.instructions.map((each) => {
    if (each.kind !== "phi") return each;
    const isResult = sameOperand(each.sources.find(({ from }) => from === side)!.value, result);
    const sources = each.sources.filter(({ from }) => from !== side);
    return {
      ...each,
      sources: sources.map((source) => (source.from === block && isResult ? { ...source, value: result } : source)),
    };
  });
};
