/** What both ways from a branch compute first is computed before the branch, once (Muchnick, §13.5). In SSA form. */
import { ControlFlow } from "../control-flow.ts";
import {
  type Block,
  definitionOf,
  type Instruction,
  type IrFunction,
  isConstant,
  type Operand,
  usesOf,
} from "../ir.ts";

export const hoistCommon = (fn: IrFunction): void => {
  const flow = ControlFlow.of(fn);
  for (const block of flow.order) {
    const { terminator } = block;
    if (terminator.kind !== "branch") continue;
    const { then, otherwise } = terminator;
    if (flow.predecessors(then).length === 1 && flow.predecessors(otherwise).length === 1)
      hoist(block, then, otherwise);
  }
};

const hoist = (block: Block, then: Block, otherwise: Block): void => {
  const others = new Map(computations(otherwise).map((each) => [expressionOf(each), each]));
  const replaced = new Map<Instruction, Instruction>();
  const moved = new Set<Instruction>();
  for (const instruction of computations(then)) {
    const other = others.get(expressionOf(instruction));
    if (other === undefined || replaced.has(other)) continue;
    moved.add(instruction);
    replaced.set(other, { kind: "copy", to: definitionOf(other)!, from: definitionOf(instruction)! });
  }
  if (moved.size === 0) return;
  // Which of both statements is reached is not decided there.
  block.instructions.push(...[...moved].map((each) => ({ ...each, at: undefined })));
  then.instructions = then.instructions.filter((each) => !moved.has(each));
  otherwise.instructions = otherwise.instructions.map((each) => replaced.get(each) ?? each);
};

/** Those that only need what was there before the block. */
const computations = (block: Block): readonly (Instruction & { kind: "unary" | "binary" })[] => {
  const own = new Set(block.instructions.flatMap((each) => definitionOf(each)?.id ?? []));
  const isOlder = (operand: Operand): boolean => isConstant(operand) || !own.has(operand.id);
  return block.instructions.filter(
    (each): each is Instruction & { kind: "unary" | "binary" } =>
      (each.kind === "unary" || each.kind === "binary") && usesOf(each).every(isOlder),
  );
};

const expressionOf = (instruction: Instruction & { kind: "unary" | "binary" }): string => {
  const operands = usesOf(instruction).map((operand) =>
    isConstant(operand) ? `#${operand.constant}` : `r${operand.id}`,
  );
  return `${instruction.operation} ${instruction.to.bank} ${operands.join(" ")}`;
};
