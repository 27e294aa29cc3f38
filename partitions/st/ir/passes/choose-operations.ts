/** Two or three operations become one where the board has it: Zba, Zbb and Zbs (RISC-V Bit-Manipulation 1.0). In SSA form. */
import {
  definitionOf,
  type Instruction,
  type InstructionOf,
  type IrFunction,
  isConstant,
  type Operand,
} from "../ir.ts";
import { type Definitions, sameOperand } from "../simplify.ts";

export const chooseOperations = (fn: IrFunction): void => {
  const definitions = new Map<number, Instruction>();
  for (const instruction of fn.blocks.flatMap(({ instructions }) => instructions)) {
    const definition = definitionOf(instruction);
    if (definition !== null) definitions.set(definition.id, instruction);
  }
  const find: Definitions = (operand) => (isConstant(operand) ? null : (definitions.get(operand.id) ?? null));
  for (const block of fn.blocks)
    block.instructions = block.instructions.map((each) => (each.kind === "binary" ? chosen(each, find) : each));
};

type Binary = InstructionOf<"binary">;

const chosen = (instruction: Binary, definitions: Definitions): Instruction => {
  const { left, right } = instruction;
  switch (instruction.operation) {
    case "add":
      return (
        shiftedSum(instruction, left, right, definitions) ??
        shiftedSum(instruction, right, left, definitions) ??
        instruction
      );
    case "and":
      return bitOf(instruction, definitions) ?? withoutBits(instruction, definitions) ?? instruction;
    case "or":
      return (
        rotation(instruction, left, right, definitions) ??
        rotation(instruction, right, left, definitions) ??
        instruction
      );
    default:
      return instruction;
  }
};

const SHIFTED_SUMS = [null, "sh1add", "sh2add", "sh3add"] as const;

/** The operation by a constant that gives the operand. */
const byConstant = (
  operand: Operand,
  operation: Binary["operation"],
  definitions: Definitions,
): { readonly left: Operand; readonly constant: number } | null => {
  const definition = definitions(operand);
  return definition?.kind === "binary" && definition.operation === operation && isConstant(definition.right)
    ? { left: definition.left, constant: definition.right.constant }
    : null;
};

/** (x << n) + y */
const shiftedSum = (sum: Binary, shifted: Operand, other: Operand, definitions: Definitions): Binary | null => {
  const shift = byConstant(shifted, "sll", definitions);
  const operation = shift === null ? null : SHIFTED_SUMS[shift.constant];
  if (isConstant(other) || operation === null || operation === undefined) return null;
  return { ...sum, operation, left: shift!.left, right: other };
};

/** (x >> n) AND 1 */
const bitOf = (instruction: Binary, definitions: Definitions): Binary | null => {
  const { left, right } = instruction;
  if (!isConstant(right) || right.constant !== 1) return null;
  const shift = byConstant(left, "srl", definitions);
  return shift === null
    ? null
    : { ...instruction, operation: "bext", left: shift.left, right: { constant: shift.constant } };
};

/** x AND NOT y */
const withoutBits = (instruction: Binary, definitions: Definitions): Binary | null => {
  for (const [kept, inverted] of [
    [instruction.left, instruction.right],
    [instruction.right, instruction.left],
  ] as const) {
    const inversion = byConstant(inverted, "xor", definitions);
    if (inversion?.constant === -1 && !isConstant(kept))
      return { ...instruction, operation: "andn", left: kept, right: inversion.left };
  }
  return null;
};

/** (x << n) OR (x >> 32 - n) */
const rotation = (instruction: Binary, up: Operand, down: Operand, definitions: Definitions): Binary | null => {
  const [left, right] = [byConstant(up, "sll", definitions), byConstant(down, "srl", definitions)];
  if (left === null || right === null || !sameOperand(left.left, right.left)) return null;
  if (left.constant + right.constant !== 32) return null;
  return { ...instruction, operation: "ror", left: left.left, right: { constant: right.constant } };
};
