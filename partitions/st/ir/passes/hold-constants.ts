/**
 * Constants that no instruction can hold, and that a loop would load again and again, are put into registers before the
 * outermost loop. In SSA form, and after all passes that would use the constant itself again.
 */
import { ControlFlow, type Loop } from "../control-flow.ts";
import {
  type Instruction,
  type IrFunction,
  isConstant,
  newRegister,
  type Operand,
  type Register,
  type Terminator,
} from "../ir.ts";
import { preheaderOf } from "../preheader.ts";
import { mapTerminator, mapUses } from "../rewrite.ts";

/** So many at most for each loop: registers are for variables first. */
const MOST = 6;

export const holdConstants = (fn: IrFunction): void => {
  const done = new Set<Loop["header"]>();
  for (;;) {
    const flow = ControlFlow.of(fn);
    const loop = flow.loops.findLast(({ header, outer }) => outer === null && !done.has(header));
    if (loop === undefined) return;
    done.add(loop.header);
    const wanted = mostWanted(flow, loop);
    if (wanted.length === 0) continue;
    const { block } = preheaderOf(fn, flow, loop);
    const held = new Map<number, Register>();
    for (const constant of wanted) {
      const to = newRegister(fn, "integer");
      held.set(constant, to);
      block.instructions.push({ kind: "copy", to, from: { constant } });
    }
    for (const each of loop.blocks) {
      each.instructions = each.instructions.map((instruction) => withHeld(instruction, held));
      each.terminator = mapTerminator(each.terminator, (operand) => replaced(each.terminator, operand, held));
    }
  }
};

const mostWanted = (flow: ControlFlow, loop: Loop): readonly number[] => {
  const weights = new Map<number, number>();
  for (const block of loop.blocks) {
    const weight = 10 ** Math.min(flow.depthOf(block), 6);
    const want = (operand: Operand): Operand => {
      if (isConstant(operand)) weights.set(operand.constant, (weights.get(operand.constant) ?? 0) + weight);
      return operand;
    };
    for (const instruction of block.instructions) if (needsRegister(instruction)) mapUses(instruction, want);
    mapTerminator(block.terminator, (operand) => (isLoaded(block.terminator, operand) ? want(operand) : operand));
  }
  weights.delete(0);
  return [...weights]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST)
    .map(([constant]) => constant);
};

const fits12 = (value: number): boolean => value >= -2048 && value <= 2047;

/** Whether the machine instruction takes no constant where this one has one. */
const needsRegister = (instruction: Instruction): boolean => {
  switch (instruction.kind) {
    case "binary": {
      const { operation, left, right } = instruction;
      if (isConstant(left) || !isConstant(right)) return operation === "sub" && isConstant(left) && left.constant !== 0;
      if (["add", "sub", "and", "or", "xor", "slt", "sltu"].includes(operation)) return !fits12(right.constant);
      return ["mul", "mulhu", "div", "divu", "rem", "remu", "min", "max", "minu", "maxu"].includes(operation);
    }
    case "store":
      return instruction.guards.length === 0 && instruction.width !== "f32" && isConstant(instruction.from);
    case "checkIndex":
      return isConstant(instruction.count) && !isConstant(instruction.index);
    default:
      return false;
  }
};

const isLoaded = ({ kind }: Terminator, operand: Operand): boolean =>
  kind === "branch" && isConstant(operand) && operand.constant !== 0;

const replaced = (terminator: Terminator, operand: Operand, held: ReadonlyMap<number, Register>): Operand =>
  isLoaded(terminator, operand) && isConstant(operand) ? (held.get(operand.constant) ?? operand) : operand;

const withHeld = (instruction: Instruction, held: ReadonlyMap<number, Register>): Instruction =>
  needsRegister(instruction)
    ? mapUses(instruction, (operand) => (isConstant(operand) ? (held.get(operand.constant) ?? operand) : operand))
    : instruction;
