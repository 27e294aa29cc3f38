/**
 * Between which bounds each integer lies: interval analysis in SSA form with widening and narrowing (Cousot and Cousot, 1977),
 * sharpened by the branches that lead to a block.
 */
import type { ControlFlow } from "./control-flow.ts";
import {
  type Block,
  type Condition,
  definitionOf,
  type Instruction,
  type IrFunction,
  isConstant,
  type Operand,
  terminatorUses,
} from "./ir.ts";
import { FULL, isWithin, meet, type Range, transfer, union } from "./range.ts";

/** So often a range may grow by itself, then to the next bound that the function speaks of, before it is taken to have no end. */
const PATIENCE = { alone: 2, withBounds: 16 } as const;
const NARROWING_ROUNDS = 2;

/** What an edge says of a register: `register condition other` holds, or `other condition register` when it is swapped. */
interface Constraint {
  readonly target: Block;
  readonly condition: Condition;
  readonly isSwapped: boolean;
  readonly isTrue: boolean;
  readonly other: Operand;
}

export class Ranges {
  readonly #flow: ControlFlow;
  readonly #ranges = new Map<number, Range>();
  readonly #definitions = new Map<number, Instruction>();
  readonly #constraints = new Map<number, Constraint[]>();
  /** Constants that values are compared with, and their neighbours; ascending. */
  readonly #bounds: readonly number[];

  constructor(fn: IrFunction, flow: ControlFlow) {
    this.#flow = flow;
    for (const block of fn.blocks) {
      for (const instruction of block.instructions) {
        const definition = definitionOf(instruction);
        if (definition !== null) this.#definitions.set(definition.id, instruction);
      }
      this.#collectConstraints(block);
    }
    this.#bounds = boundsIn(fn);
    this.#solve();
  }

  /** In the block, whose dominating branches are heeded. */
  at(block: Block, operand: Operand): Range {
    return this.#at(block, operand) ?? FULL;
  }

  /** Null: no value has come so far. */
  #at(block: Block, operand: Operand): Range | null {
    if (isConstant(operand)) return { low: operand.constant, high: operand.constant };
    const found = this.#constrained(block, operand.id);
    const definition = this.#definitions.get(operand.id);
    if (found === null || definition === undefined || !isTransparent(definition)) return found;
    // What is known here of what it was computed from may say more than what was known there.
    const again = transfer(definition, (inner) => (isConstant(inner) ? null : this.#constrained(block, inner.id)));
    return again === null ? found : meet(found, again);
  }

  #constrained(block: Block, id: number): Range | null {
    let range = this.#ranges.get(id);
    if (range === undefined) return null;
    for (const constraint of this.#constraints.get(id) ?? [])
      if (this.#flow.dominates(constraint.target, block)) range = this.#refined(range, constraint);
    return range;
  }

  #refined(range: Range, { condition, isSwapped, isTrue, other }: Constraint): Range {
    const bound = isConstant(other)
      ? { low: other.constant, high: other.constant }
      : (this.#ranges.get(other.id) ?? FULL);
    return refine(range, condition, isSwapped, isTrue, bound);
  }

  #onEdge(from: Block, to: Block, operand: Operand): Range | null {
    const range = this.#at(from, operand);
    const { terminator } = from;
    if (
      range === null ||
      isConstant(operand) ||
      terminator.kind !== "branch" ||
      terminator.then === terminator.otherwise
    )
      return range;
    const { condition, left, right, then } = terminator;
    const isTrue = then === to;
    const known = (side: Operand): Range | null => {
      if (isConstant(side)) return null;
      const before = this.#constrained(from, side.id);
      if (before === null) return null;
      const other = side === left ? right : left;
      return this.#refined(before, { target: to, condition, isSwapped: side !== left, isTrue, other });
    };
    for (const side of [left, right]) {
      if (isConstant(side)) continue;
      const sharper = known(side);
      if (sharper === null) continue;
      if (side.id === operand.id) return meet(range, sharper);
      const definition = this.#definitions.get(operand.id);
      if (definition === undefined || !isTransparent(definition)) continue;
      const again = transfer(definition, (inner) =>
        isConstant(inner) ? null : inner.id === side.id ? sharper : this.#constrained(from, inner.id),
      );
      if (again !== null) return meet(range, again);
    }
    return range;
  }

  #collectConstraints(block: Block): void {
    const { terminator } = block;
    if (terminator.kind !== "branch" || terminator.then === terminator.otherwise) return;
    const { condition, left, right, then, otherwise } = terminator;
    for (const target of [then, otherwise]) {
      if (this.#flow.predecessors(target).length !== 1) continue;
      for (const [register, other] of [
        [left, right],
        [right, left],
      ] as const) {
        if (isConstant(register)) continue;
        const list = this.#constraints.get(register.id) ?? [];
        this.#constraints.set(register.id, list);
        list.push({ target, condition, isSwapped: register !== left, isTrue: target === then, other });
      }
    }
  }

  #solve(): void {
    const growths = new Map<number, number>();
    for (let changed = true; changed; ) {
      changed = false;
      this.#eachInteger((block, instruction, id) => {
        const next = this.#evaluate(block, instruction);
        const before = this.#ranges.get(id);
        if (next === null || (before !== undefined && isWithin(next, before))) return;
        const grown = before === undefined ? next : union(before, next);
        const count = (growths.get(id) ?? 0) + 1;
        growths.set(id, count);
        const isPhi = before !== undefined && instruction.kind === "phi";
        this.#ranges.set(id, isPhi ? this.#widened(before, grown, count) : grown);
        changed = true;
      });
    }
    for (let round = 0; round < NARROWING_ROUNDS; round++) {
      this.#eachInteger((block, instruction, id) => {
        const next = this.#evaluate(block, instruction);
        const before = this.#ranges.get(id);
        if (next !== null && before !== undefined) this.#ranges.set(id, meet(before, next));
      });
    }
  }

  #widened(before: Range, after: Range, growths: number): Range {
    if (growths <= PATIENCE.alone) return after;
    const bounds = growths <= PATIENCE.withBounds ? this.#bounds : [];
    const [low, high] = [
      bounds.findLast((bound) => bound <= after.low) ?? FULL.low,
      bounds.find((bound) => bound >= after.high) ?? FULL.high,
    ];
    return { low: after.low < before.low ? low : after.low, high: after.high > before.high ? high : after.high };
  }

  #eachInteger(visit: (block: Block, instruction: Instruction, id: number) => void): void {
    for (const block of this.#flow.order) {
      for (const instruction of block.instructions) {
        const definition = definitionOf(instruction);
        if (definition?.bank === "integer") visit(block, instruction, definition.id);
      }
    }
  }

  #evaluate(block: Block, instruction: Instruction): Range | null {
    if (instruction.kind !== "phi") return transfer(instruction, (operand) => this.#at(block, operand));
    let all: Range | null = null;
    for (const { from, value } of instruction.sources) {
      const range = this.#onEdge(from, block, value);
      if (range !== null) all = all === null ? range : union(all, range);
    }
    return all;
  }
}

/** Worth to be looked through: extensions, and sums with a constant. */
const isTransparent = (instruction: Instruction): boolean =>
  instruction.kind === "unary" ||
  (instruction.kind === "binary" && instruction.operation === "add" && isConstant(instruction.right));

const boundsIn = ({ blocks }: IrFunction): readonly number[] => {
  const found = new Set([0]);
  for (const { instructions, terminator } of blocks) {
    const counts = instructions.flatMap((each) => (each.kind === "checkIndex" ? [each.count] : []));
    for (const operand of [...counts, ...terminatorUses(terminator)])
      if (isConstant(operand)) for (const step of [-1, 0, 1]) found.add(operand.constant + step);
  }
  return [...found].sort((a, b) => a - b);
};

/** The part of the range for which the condition is as it is said to be; the whole range when nothing would be left. */
const refine = (range: Range, condition: Condition, isSwapped: boolean, isTrue: boolean, other: Range): Range => {
  const [low, high] = boundsOf(range, condition, isSwapped, isTrue, other);
  return meet(range, { low, high });
};

const boundsOf = (
  range: Range,
  condition: Condition,
  isSwapped: boolean,
  isTrue: boolean,
  other: Range,
): readonly [number, number] => {
  switch (condition) {
    case "eq":
    case "ne":
      if ((condition === "eq") === isTrue) return [other.low, other.high];
      return other.low === other.high ? without(range, other.low) : [range.low, range.high];
    case "lt":
    case "ge": {
      const isLess = (condition === "lt") === isTrue;
      if (isSwapped) return isLess ? [other.low + 1, range.high] : [range.low, other.high];
      return isLess ? [range.low, other.high - 1] : [other.low, range.high];
    }
    case "ltu":
    case "geu": {
      const isLess = (condition === "ltu") === isTrue;
      // Below something that is not negative: between 0 and that.
      if (isLess !== isSwapped) return other.low >= 0 ? [0, other.high - (isSwapped ? 0 : 1)] : [range.low, range.high];
      if (range.low < 0 || other.low < 0) return [range.low, range.high];
      return [other.low + (isSwapped ? 1 : 0), range.high];
    }
  }
};

const without = ({ low, high }: Range, value: number): readonly [number, number] => [
  low === value ? low + 1 : low,
  high === value ? high - 1 : high,
];
