/**
 * One variable with several definitions in SSA form: which value reaches a block. Phis stand where definitions meet, on the
 * iterated dominance frontier (Cytron et al., "Efficiently Computing Static Single Assignment Form", 1991).
 */
import type { ControlFlow } from "./control-flow.ts";
import type { Block, Operand, PhiSource, Register } from "./ir.ts";

export interface ReachingOptions {
  /** The variable's last value in each block that gives it one. */
  readonly definitions: ReadonlyMap<Block, Operand>;
  /** Where nothing was defined before. */
  readonly undefinedValue: Operand;
  readonly newRegister: () => Register;
  /** A phi where nobody wants the value may be left out. */
  readonly isWanted?: (block: Block) => boolean;
}

/** Places the phis at once. */
export class Reaching {
  readonly #flow: ControlFlow;
  readonly #options: ReachingOptions;
  readonly #phis = new Map<Block, Register>();
  readonly #atEnd: Map<Block, Operand>;

  constructor(flow: ControlFlow, frontiers: Frontiers, options: ReachingOptions) {
    this.#flow = flow;
    this.#options = options;
    this.#atEnd = new Map(options.definitions);
    const { isWanted = () => true } = options;
    for (const block of iterated(frontiers, options.definitions.keys()))
      if (isWanted(block)) this.#phis.set(block, options.newRegister());
    for (const [block, to] of this.#phis) {
      const sources: PhiSource[] = flow.predecessors(block).map((from) => ({ from, value: this.atEnd(from) }));
      block.instructions.unshift({ kind: "phi", to, sources });
    }
  }

  atStart(block: Block): Operand {
    const phi = this.#phis.get(block);
    if (phi !== undefined) return phi;
    const dominator = this.#flow.immediateDominator(block);
    return dominator === null ? this.#options.undefinedValue : this.atEnd(dominator);
  }

  atEnd(block: Block): Operand {
    const passed: Block[] = [];
    let value = this.#known(block);
    for (let at: Block | null = block; value === undefined && at !== null; ) {
      passed.push(at);
      at = this.#flow.immediateDominator(at);
      value = at === null ? this.#options.undefinedValue : this.#known(at);
    }
    for (const each of passed) this.#atEnd.set(each, value!);
    return value!;
  }

  #known(block: Block): Operand | undefined {
    return this.#atEnd.get(block) ?? this.#phis.get(block);
  }
}

export type Frontiers = ReadonlyMap<Block, ReadonlySet<Block>>;

/** Of each block the blocks where its dominance ends. */
export const dominanceFrontiers = (flow: ControlFlow): Frontiers => {
  const frontiers = new Map<Block, Set<Block>>(flow.order.map((block) => [block, new Set()]));
  for (const block of flow.order) {
    const predecessors = flow.predecessors(block);
    if (predecessors.length < 2) continue;
    const end = flow.immediateDominator(block);
    for (const predecessor of predecessors)
      for (let at: Block | null = predecessor; at !== null && at !== end; at = flow.immediateDominator(at))
        frontiers.get(at)!.add(block);
  }
  return frontiers;
};

const iterated = (frontiers: Frontiers, definitions: Iterable<Block>): ReadonlySet<Block> => {
  const found = new Set<Block>();
  const open = [...definitions];
  for (let block = open.pop(); block !== undefined; block = open.pop()) {
    for (const each of frontiers.get(block) ?? []) {
      if (found.has(each)) continue;
      found.add(each);
      open.push(each);
    }
  }
  return found;
};
