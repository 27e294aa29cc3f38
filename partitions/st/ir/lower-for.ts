/** FOR → blocks of three-address code (IEC 61131-3 §7.3.3.4.2). */
import type { CheckedStatement } from "../semantics/checked.ts";
import { wrap } from "../semantics/constants.ts";
import { DINT, type ElementaryType, LINT, rangeOf } from "../semantics/types.ts";
import { bankOf, type Frame } from "./frame.ts";
import { type Block, constant, type Fork, isConstant, type Operand } from "./ir.ts";
import { branchOn } from "./lower-comparison.ts";
import { lowerExpression } from "./lower-expression.ts";
import { lowerPlace, normalize, readTarget, writePlace } from "./lower-place.ts";

type For = Extract<CheckedStatement, { kind: "for" }>;

/**
 * `to` and `by` are evaluated once. Afterwards the variable is one step beyond the last value, as control engineers expect;
 * when that step leaves the type's range, the loop ends all the same.
 */
export const lowerFor = (frame: Frame, statement: For, lowerBody: () => void): void => {
  const { builder } = frame;
  const { type, variable } = statement;
  const write = (value: Operand): void => writePlace(frame, variable, value);
  const from = lowerExpression(frame, statement.from);
  const last = held(frame, type, lowerExpression(frame, statement.to));
  const step = held(frame, type, lowerExpression(frame, statement.by));
  const [body, next, exit] = [builder.newBlock(), builder.newBlock(), builder.newBlock()];
  write(from);
  const fork = builder.forkOf(statement.at, 0, 1);
  endUnlessWithin(frame, statement, from, last, step, { body, exit, next: body, fork });
  frame.loops.push({ exit, next });
  lowerBody();
  frame.loops.pop();
  builder.jump(next);
  builder.startStatement(statement.at);
  const before = held(frame, type, readTarget(frame, lowerPlace(frame, variable), type));
  const after = builder.binary(type.bytes === 8 ? "ladd" : "add", before, step);
  write(normalize(frame, type, after));
  endIfWrapped(frame, statement, before, after, step, last, exit);
  endUnlessWithin(frame, statement, after, last, step, { body, exit, next: exit, fork });
};

/** A value in a register of its own, which no assignment in the loop changes. */
const held = (frame: Frame, type: ElementaryType, value: Operand): Operand => {
  if (isConstant(value)) return value;
  const register = frame.builder.register(bankOf(type));
  frame.builder.copy(register, value);
  return register;
};

interface LoopWays {
  readonly body: Block;
  readonly exit: Block;
  readonly next: Block;
  readonly fork: Fork | undefined;
}

/** Jumps to `body` while the counter has not passed `last`, else to `exit`; goes on in `next`. */
const endUnlessWithin = (
  frame: Frame,
  { type }: For,
  counter: Operand,
  last: Operand,
  step: Operand,
  { body, exit, next, fork }: LoopWays,
): void => {
  // Narrow counters are compared in 32 bits before they wrap, so even unsigned ones compare as signed.
  const compared = type.bytes < 4 ? DINT : type;
  const atLeast = (larger: Operand, smaller: Operand, after: Block): void =>
    branchOn(frame, compared, "greaterEqual", larger, smaller, { yes: body, no: exit, next: after, fork });
  if (isConstant(step)) {
    if (step.constant > 0) atLeast(last, counter, next);
    else atLeast(counter, last, next);
    return;
  }
  const down = branchOnDirection(frame, type, step);
  atLeast(last, counter, down);
  atLeast(counter, last, next);
};

/** Goes on where the step counts up; @returns the block where it counts down. */
const branchOnDirection = (frame: Frame, type: ElementaryType, step: Operand): Block => {
  const [up, down] = [frame.builder.newBlock(), frame.builder.newBlock()];
  const ways = { yes: up, no: down, next: up };
  branchOn(frame, type.bytes === 8 ? LINT : DINT, "greaterEqual", step, constant(0), ways);
  return down;
};

/** Counters as wide as their registers can wrap: then the loop is over. */
const endIfWrapped = (
  frame: Frame,
  { type }: For,
  before: Operand,
  after: Operand,
  step: Operand,
  last: Operand,
  exit: Block,
): void => {
  if (type.bytes < 4 || (isConstant(step) && isConstant(last) && !canWrap(type, step.constant, last.constant))) return;
  const onward = frame.builder.newBlock();
  const endIfLess = (left: Operand, right: Operand, next: Block): void =>
    branchOn(frame, type, "less", left, right, { yes: exit, no: onward, next });
  if (isConstant(step)) {
    if (step.constant > 0) endIfLess(after, before, onward);
    else endIfLess(before, after, onward);
    return;
  }
  const down = branchOnDirection(frame, type, step);
  endIfLess(after, before, down);
  endIfLess(before, after, onward);
};

const canWrap = (type: ElementaryType, step: number, last: number): boolean => {
  const { low, high } = rangeOf(type);
  const end = wrap(BigInt(last), type) + BigInt(step);
  return step > 0 ? end > high : end < low;
};
