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
  successorsOf,
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
  readonly #blocks: readonly Block[];
  readonly #flow: ControlFlow;
  readonly #ranges = new Map<number, Range>();
  readonly #definitions = new Map<number, Instruction>();
  readonly #constraints = new Map<number, Constraint[]>();
  /** Constants that values are compared with, and their neighbours; ascending. */
  #bounds: readonly number[] | null = null;
  readonly #growths = new Map<number, number>();
  #isSolved = false;

  /** Of the function as it is now; worked out when it is first asked for, and the blocks must be the same until then. */
  constructor(fn: IrFunction, flow: ControlFlow) {
    this.#blocks = fn.blocks;
    this.#flow = flow;
  }

  /** In the block, whose dominating branches are heeded. */
  at(block: Block, operand: Operand): Range {
    if (isConstant(operand)) return { low: operand.constant, high: operand.constant };
    if (!this.#isSolved) this.#solve();
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
    this.#isSolved = true;
    for (const block of this.#blocks) {
      for (const instruction of block.instructions) {
        const definition = definitionOf(instruction);
        if (definition !== null) this.#definitions.set(definition.id, instruction);
      }
      this.#collectConstraints(block);
    }
    for (const { blocks, isLoop } of stretchesOf(this.#flow)) {
      if (!isLoop) this.#settle(blocks);
      else {
        while (this.#grow(blocks));
        for (let round = 0; round < NARROWING_ROUNDS; round++) this.#narrow(blocks);
      }
    }
  }

  #settle(blocks: readonly Block[]): void {
    eachInteger(blocks, (block, instruction, id) => {
      const range = this.#evaluate(block, instruction);
      if (range !== null) this.#ranges.set(id, range);
    });
  }

  /** @returns whether any range is wider than before. */
  #grow(blocks: readonly Block[]): boolean {
    let changed = false;
    eachInteger(blocks, (block, instruction, id) => {
      const next = this.#evaluate(block, instruction);
      const before = this.#ranges.get(id);
      if (next === null || (before !== undefined && isWithin(next, before))) return;
      const grown = before === undefined ? next : union(before, next);
      const count = (this.#growths.get(id) ?? 0) + 1;
      this.#growths.set(id, count);
      const isPhi = before !== undefined && instruction.kind === "phi";
      this.#ranges.set(id, isPhi ? this.#widened(before, grown, count) : grown);
      changed = true;
    });
    return changed;
  }

  #narrow(blocks: readonly Block[]): void {
    eachInteger(blocks, (block, instruction, id) => {
      const next = this.#evaluate(block, instruction);
      const before = this.#ranges.get(id);
      if (next !== null && before !== undefined) this.#ranges.set(id, meet(before, next));
    });
  }

  #widened(before: Range, after: Range, growths: number): Range {
    if (growths <= PATIENCE.alone) return after;
    const bounds = growths <= PATIENCE.withBounds ? this.#knownBounds() : [];
    const [low, high] = [
      bounds.findLast((bound) => bound <= after.low) ?? FULL.low,
      bounds.find((bound) => bound >= after.high) ?? FULL.high,
    ];
    return { low: after.low < before.low ? low : after.low, high: after.high > before.high ? high : after.high };
  }

  /** Looked for when the first range does not come to rest by itself. */
  #knownBounds(): readonly number[] {
    this.#bounds ??= boundsIn(this.#blocks);
    return this.#bounds;
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

/** Blocks that follow one another in the order of the flow: those that some way back spans, or some that none does. */
interface Stretch {
  readonly blocks: readonly Block[];
  readonly isLoop: boolean;
}

/** What comes before a stretch is settled when the stretch is come to. */
const stretchesOf = (flow: ControlFlow): readonly Stretch[] => {
  const { order } = flow;
  if (flow.isStraight) return [{ blocks: order, isLoop: false }];
  // By position of a loop's first block: that of the last one that leads back there.
  const ends = new Map<number, number>();
  for (const [i, { terminator }] of order.entries())
    for (const target of successorsOf(terminator))
      if (flow.isBackEdge(order[i]!, target)) ends.set(flow.positionOf(target), i);
  const stretches: Stretch[] = [];
  for (let start = 0; start < order.length; ) {
    const isLoop = ends.has(start);
    let end = start + 1;
    if (isLoop) for (let i = start; i < end; i++) end = Math.max(end, (ends.get(i) ?? i) + 1);
    else while (end < order.length && !ends.has(end)) end++;
    stretches.push({ blocks: order.slice(start, end), isLoop });
    start = end;
  }
  return stretches;
};

const eachInteger = (
  blocks: readonly Block[],
  visit: (block: Block, instruction: Instruction, id: number) => void,
): void => {
  for (const block of blocks) {
    for (const instruction of block.instructions) {
      const definition = definitionOf(instruction);
      if (definition?.bank === "integer") visit(block, instruction, definition.id);
    }
  }
};

/** Worth to be looked through: extensions, and sums with a constant. */
const isTransparent = (instruction: Instruction): boolean =>
  instruction.kind === "unary" ||
  (instruction.kind === "binary" && instruction.operation === "add" && isConstant(instruction.right));

const boundsIn = (blocks: readonly Block[]): readonly number[] => {
  const found = new Set([0]);
  for (const { instructions, terminator } of blocks) {
    const add = (operand: Operand): void => {
      if (isConstant(operand)) for (const step of [-1, 0, 1]) found.add(operand.constant + step);
    };
    for (const each of instructions) if (each.kind === "checkIndex") add(each.count);
    for (const operand of terminatorUses(terminator)) add(operand);
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
