/**
 * How the blocks of a function hang together: order, predecessors, dominators and loops (Cooper, Harvey and Kennedy, "A Simple,
 * Fast Dominance Algorithm", 2001).
 */
import { type Block, type IrFunction, successorsOf } from "./ir.ts";
import { mapTargets } from "./rewrite.ts";

export interface Loop {
  readonly header: Block;
  /** The header among them. */
  readonly blocks: ReadonlySet<Block>;
  /** The loop around this one. */
  readonly outer: Loop | null;
  readonly depth: number;
}

const KNOWN = new WeakMap<Pick<IrFunction, "blocks">, ControlFlow>();

export class ControlFlow {
  /** Reverse post-order; blocks that nothing leads to are not among them. */
  readonly order: readonly Block[];
  readonly #predecessors = new Map<Block, Block[]>();
  readonly #positions: ReadonlyMap<Block, number>;
  readonly #dominators = new Map<Block, Block>();
  readonly #children = new Map<Block, Block[]>();
  readonly #spans = new Map<Block, readonly [number, number]>();
  #loops: ReadonlyMap<Block, Loop> | null = null;
  #innermostFirst: readonly Loop[] | null = null;
  /** Where each block of `order` led to. */
  readonly #targets: readonly (readonly Block[])[];
  /** No block leads back. */
  readonly isStraight: boolean;

  /** That of the function as it is now. */
  static of(fn: Pick<IrFunction, "blocks">): ControlFlow {
    let flow = KNOWN.get(fn);
    if (flow === undefined || !flow.#isOf(fn)) {
      flow = new ControlFlow(fn);
      KNOWN.set(fn, flow);
    }
    return flow;
  }

  private constructor({ blocks }: Pick<IrFunction, "blocks">) {
    this.order = reversePostOrder(blocks[0]!);
    this.#positions = new Map(this.order.map((block, i) => [block, i]));
    for (const block of this.order) this.#predecessors.set(block, []);
    this.#targets = this.order.map(({ terminator }) => successorsOf(terminator));
    for (const [i, block] of this.order.entries())
      for (const successor of this.#targets[i]!) this.#predecessors.get(successor)!.push(block);
    this.isStraight = this.order.every((block, i) =>
      this.#targets[i]!.every((target) => !this.isBackEdge(block, target)),
    );
    this.#findDominators();
    this.#numberTree();
  }

  #isOf({ blocks }: Pick<IrFunction, "blocks">): boolean {
    return (
      blocks[0] === this.entry &&
      this.order.every(({ terminator }, i) => {
        const targets = this.#targets[i]!;
        const [first, second] = targets;
        if (terminator.kind === "jump") return targets.length === 1 && first === terminator.target;
        if (terminator.kind === "return") return targets.length === 0;
        return targets.length === 2 && first === terminator.then && second === terminator.otherwise;
      })
    );
  }

  get entry(): Block {
    return this.order[0]!;
  }

  /** One entry for each edge: a branch with equal targets counts twice. */
  predecessors(block: Block): readonly Block[] {
    return this.#predecessors.get(block) ?? [];
  }

  /** Null: of the entry. */
  immediateDominator(block: Block): Block | null {
    return block === this.entry ? null : this.#dominators.get(block)!;
  }

  dominatedBy(block: Block): readonly Block[] {
    return this.#children.get(block) ?? [];
  }

  /** Whether every way to `block` leads through `dominator`, which may be the same. */
  dominates(dominator: Block, block: Block): boolean {
    const [from, to] = this.#spans.get(dominator)!;
    const [at] = this.#spans.get(block)!;
    return from <= at && at <= to;
  }

  /** In `order`. */
  positionOf(block: Block): number {
    return this.#positions.get(block)!;
  }

  isBackEdge(from: Block, to: Block): boolean {
    return this.#positions.get(to)! <= this.#positions.get(from)!;
  }

  /** Inner loops before those around them. Only loops entered at their header alone are found. */
  get loops(): readonly Loop[] {
    this.#innermostFirst ??= [...new Set(this.#loopMap().values())].sort((a, b) => b.depth - a.depth);
    return this.#innermostFirst;
  }

  /** The innermost loop that the block is in. */
  loopOf(block: Block): Loop | null {
    return this.#loopMap().get(block) ?? null;
  }

  depthOf(block: Block): number {
    return this.loopOf(block)?.depth ?? 0;
  }

  #findDominators(): void {
    const { order } = this;
    const dominators = this.#dominators;
    dominators.set(this.entry, this.entry);
    const meet = (a: Block, b: Block): Block => {
      let [one, other] = [a, b];
      while (one !== other) {
        while (this.#positions.get(one)! > this.#positions.get(other)!) one = dominators.get(one)!;
        while (this.#positions.get(other)! > this.#positions.get(one)!) other = dominators.get(other)!;
      }
      return one;
    };
    for (let changed = true; changed; ) {
      changed = false;
      for (const block of order) {
        if (block === this.entry) continue;
        const found = this.#knownPredecessors(block).reduce(meet);
        if (dominators.get(block) === found) continue;
        dominators.set(block, found);
        // Where nothing leads back all that comes before is settled.
        changed = !this.isStraight;
      }
    }
    for (const block of order) this.#children.set(block, []);
    for (const block of order) if (block !== this.entry) this.#children.get(dominators.get(block)!)!.push(block);
  }

  #knownPredecessors(block: Block): readonly Block[] {
    const predecessors = this.predecessors(block);
    return this.isStraight ? predecessors : predecessors.filter((each) => this.#dominators.has(each));
  }

  /** A block dominates those whose number lies in its span. */
  #numberTree(): void {
    const sizes = new Map<Block, number>();
    const inTreeOrder: Block[] = [];
    const open = [this.entry];
    for (let block = open.pop(); block !== undefined; block = open.pop()) {
      inTreeOrder.push(block);
      open.push(...this.dominatedBy(block));
    }
    for (let i = inTreeOrder.length - 1; i >= 0; i--) {
      const block = inTreeOrder[i]!;
      const size = this.dominatedBy(block).reduce((sum, child) => sum + sizes.get(child)!, 1);
      sizes.set(block, size);
      this.#spans.set(block, [i, i + size - 1]);
    }
  }

  #loopMap(): ReadonlyMap<Block, Loop> {
    this.#loops ??= this.#findLoops();
    return this.#loops;
  }

  #findLoops(): ReadonlyMap<Block, Loop> {
    const bodies = new Map<Block, Set<Block>>();
    for (const block of this.order) {
      for (const header of successorsOf(block.terminator)) {
        if (!this.dominates(header, block)) continue;
        const body = bodies.get(header) ?? new Set([header]);
        bodies.set(header, body);
        this.#addBody(body, block);
      }
    }
    const innermost = new Map<Block, Loop>();
    // Headers in order: an outer loop's comes before those of the loops in it.
    for (const header of this.order) {
      const body = bodies.get(header);
      if (body === undefined) continue;
      const outer = innermost.get(header) ?? null;
      const loop: Loop = { header, blocks: body, outer, depth: (outer?.depth ?? 0) + 1 };
      for (const block of body) innermost.set(block, loop);
    }
    return innermost;
  }

  #addBody(body: Set<Block>, latch: Block): void {
    const open = [latch];
    for (let block = open.pop(); block !== undefined; block = open.pop()) {
      if (body.has(block)) continue;
      body.add(block);
      open.push(...this.predecessors(block));
    }
  }
}

const reversePostOrder = (entry: Block): Block[] => {
  const seen = new Set<Block>([entry]);
  const order: Block[] = [];
  const open: { readonly block: Block; readonly left: Block[] }[] = [
    { block: entry, left: [...successorsOf(entry.terminator)] },
  ];
  while (open.length > 0) {
    const { block, left } = open.at(-1)!;
    // The last successor first, so that the first one follows its block in reverse.
    const next = left.pop();
    if (next === undefined) {
      order.push(block);
      open.pop();
    } else if (!seen.has(next)) {
      seen.add(next);
      open.push({ block: next, left: [...successorsOf(next.terminator)] });
    }
  }
  return order.reverse();
};

/** Puts a block on the edge from one to the other; sources of phis follow. */
export const splitEdge = (fn: IrFunction, from: Block, to: Block): Block => {
  const between: Block = { instructions: [], terminator: { kind: "jump", target: to } };
  from.terminator = mapTargets(from.terminator, (target) => (target === to ? between : target));
  to.instructions = to.instructions.map((instruction) =>
    instruction.kind === "phi"
      ? {
          ...instruction,
          sources: instruction.sources.map((source) => (source.from === from ? { ...source, from: between } : source)),
        }
      : instruction,
  );
  fn.blocks.splice(fn.blocks.indexOf(to), 0, between);
  return between;
};
