/** Leaves out what the ranges of integers make needless: checks of indices, extensions, comparisons, parts of divisions. */
import { ControlFlow } from "../control-flow.ts";
import {
  type Block,
  type Condition,
  constant,
  definitionOf,
  hasEffect,
  type Instruction,
  type InstructionOf,
  type IrFunction,
  isConstant,
  type Operand,
  type Terminator,
} from "../ir.ts";
import { BINARY, UNARY } from "../operations.ts";
import { FULL, isSingle, isWithin, type Range, transfer } from "../range.ts";
import { Ranges } from "../ranges.ts";
import { mapPhiSources, removeUnreachable } from "./tidy-blocks.ts";

export const useRanges = (fn: IrFunction): void => {
  const flow = ControlFlow.of(fn);
  fn.blocks = [...flow.order];
  const ranges = new Ranges(fn, flow);
  for (const block of fn.blocks) {
    const rangeOf = (operand: Operand): Range =>
      isConstant(operand) || operand.bank === "integer" ? ranges.at(block, operand) : FULL;
    block.instructions = block.instructions.map((instruction) => simpler(instruction, rangeOf));
    block.terminator = decided(block, rangeOf);
  }
  removeUnreachable(fn);
};

type RangeOf = (operand: Operand) => Range;

const simpler = (instruction: Instruction, rangeOf: RangeOf): Instruction => {
  const to = definitionOf(instruction);
  if (to?.bank !== "integer" || instruction.kind === "copy" || instruction.kind === "phi") return instruction;
  if (!hasEffect(instruction)) {
    const range = transfer(instruction, rangeOf);
    if (range !== null && isSingle(range)) return { kind: "copy", to, from: constant(range.low), at: instruction.at };
  }
  const copy = (from: Operand): Instruction => ({ kind: "copy", to, from, at: instruction.at });
  switch (instruction.kind) {
    case "checkIndex":
      return isWithin(rangeOf(instruction.index), { low: 0, high: rangeOf(instruction.count).low - 1 })
        ? copy(instruction.index)
        : instruction;
    case "unary": {
      const { from, operation } = instruction;
      if (UNARY[operation].of !== "integer" || UNARY[operation].to !== "integer") return instruction;
      return leavesAlone(instruction, rangeOf(from)) ? copy(from) : instruction;
    }
    case "divide": {
      const { low, high } = rangeOf(instruction.right);
      const { operation, left, right, at } = instruction;
      return low > 0 || high < 0 ? { kind: "binary", operation, to, left, right, at } : instruction;
    }
    case "binary":
      return simplerBinary(instruction, rangeOf) ?? instruction;
    default:
      return instruction;
  }
};

/** Whether the operation gives back what it gets. */
const leavesAlone = ({ operation }: InstructionOf<"unary">, range: Range): boolean => {
  switch (operation) {
    case "sext8":
      return isWithin(range, { low: -0x80, high: 0x7f });
    case "zext8":
      return isWithin(range, { low: 0, high: 0xff });
    case "sext16":
      return isWithin(range, { low: -0x8000, high: 0x7fff });
    case "zext16":
      return isWithin(range, { low: 0, high: 0xffff });
    case "isNotZero":
      return isWithin(range, { low: 0, high: 1 });
    case "abs":
      return range.low >= 0;
    default:
      return false;
  }
};

const simplerBinary = (instruction: InstructionOf<"binary">, rangeOf: RangeOf): Instruction | null => {
  const { operation, left, right, to, at } = instruction;
  if (BINARY[operation].of !== "integer" || BINARY[operation].to !== "integer") return null;
  const [a, b] = [rangeOf(left), rangeOf(right)];
  const copy = (from: Operand): Instruction => ({ kind: "copy", to, from, at });
  const other = (name: InstructionOf<"binary">["operation"], value: Operand = right): Instruction => ({
    ...instruction,
    operation: name,
    right: value,
  });
  switch (operation) {
    case "min":
      return a.high <= b.low ? copy(left) : b.high <= a.low ? copy(right) : null;
    case "max":
      return a.low >= b.high ? copy(left) : b.low >= a.high ? copy(right) : null;
    case "and":
      // A mask of ones up to some bit.
      return isConstant(right) &&
        (right.constant & (right.constant + 1)) === 0 &&
        a.low >= 0 &&
        a.high <= right.constant
        ? copy(left)
        : null;
    case "rem":
      if (a.low >= 0 && b.low > a.high) return copy(left);
      return a.low >= 0 && isPowerOfTwo(right) ? other("and", constant(right.constant - 1)) : null;
    case "div":
      return a.low >= 0 && isPowerOfTwo(right) ? other("srl", constant(31 - Math.clz32(right.constant))) : null;
    case "remu":
      return a.low >= 0 && b.low > a.high ? copy(left) : null;
    case "sra":
      return a.low >= 0 ? other("srl") : null;
    default:
      return null;
  }
};

const isPowerOfTwo = (operand: Operand): operand is { readonly constant: number } =>
  isConstant(operand) && operand.constant > 0 && (operand.constant & (operand.constant - 1)) === 0;

/** A jump when the ranges leave one way only. */
const decided = (block: Block, rangeOf: RangeOf): Terminator => {
  const { terminator } = block;
  if (terminator.kind !== "branch") return terminator;
  const { condition, left, right, then, otherwise } = terminator;
  const [a, b] = [rangeOf(left), rangeOf(right)];
  const impossible = (isTrue: boolean): boolean => contradicts(a, condition, isTrue, b);
  const target = impossible(true) ? otherwise : impossible(false) ? then : null;
  if (target === null || then === otherwise) return terminator;
  mapPhiSources(target === then ? otherwise : then, (source) => (source.from === block ? [] : [source]));
  return { kind: "jump", target };
};

/** Whether no value of `a` can stand to one of `b` as said. */
const contradicts = (a: Range, condition: Condition, isTrue: boolean, b: Range): boolean => {
  switch (condition) {
    case "eq":
    case "ne":
      if ((condition === "eq") === isTrue) return a.high < b.low || b.high < a.low;
      return isSingle(a) && isSingle(b) && a.low === b.low;
    case "ltu":
    case "geu":
      if (a.low < 0 || b.low < 0) return false;
      return (condition === "ltu") === isTrue ? a.low >= b.high : a.high < b.low;
    default:
      return (condition === "lt") === isTrue ? a.low >= b.high : a.high < b.low;
  }
};
