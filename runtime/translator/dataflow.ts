/**
 * Where a region keeps its registers: in locals, which are loaded from the register file when it is entered and spilled when it is
 * left. `dirty`: the local may be newer than the register file. `needed`: the local must hold the register's value.
 *
 * Spills at exits are written once, as a chain over all registers in the order of their first write: an exit spills the first so
 * many of them. What it spills without need must hold the right value, so it counts as needed there.
 */
import { BASE_INSTRUCTIONS } from "../isa/index.ts";
import type { Flow } from "./flow.ts";
import { LONGEST_NODE, type RegionNode } from "./region-graph.ts";
import { forEachRegister, type RegisterSet, RegisterSets, setOf, union, without } from "./registers.ts";

export interface RegisterFlow {
  /** In the order of their first write: x as 0 … 31, f as 32 … 63. */
  readonly spillOrder: readonly number[];
  /** By vertex of the flow. */
  readonly dirtyAtStart: readonly RegisterSet[];
  readonly neededAtStart: readonly RegisterSet[];
  /** How much of `spillOrder` an exit must spill at which these registers are dirty. */
  chainLength(dirty: RegisterSet): number;
  /** What an exit spills at which these registers are dirty. */
  spilledAt(dirty: RegisterSet): RegisterSet;
}

/** What the flow analyses ask of a region. */
export interface RegionFacts {
  readonly nodes: readonly RegionNode[];
  readonly flow: Flow;
  /** The registers that a call with this end may touch; of one through a pointer, all but those are as before behind it, too. */
  touchedBy(node: RegionNode): RegisterSet;
}

export const analyzeRegisters = (facts: RegionFacts): RegisterFlow => {
  const chain = new SpillChain(facts);
  const dirty = findDirty(facts);
  const needed = findNeeded(facts, dirty, chain);
  return {
    spillOrder: chain.order,
    dirtyAtStart: facts.flow.routes.map((_, vertex) => dirty.at(vertex)),
    neededAtStart: facts.flow.routes.map((_, vertex) => needed.at(vertex)),
    chainLength: (registers) => chain.lengthFor(registers),
    spilledAt: (registers) => chain.spilled[chain.lengthFor(registers)]!,
  };
};

class SpillChain {
  readonly order: number[] = [];
  /** What chains of each length spill. */
  readonly spilled: RegisterSet[] = [{ x: 0, f: 0 }];
  /** By register; −1: it is never written. */
  readonly #place = new Int8Array(64).fill(-1);

  constructor({ nodes, flow }: RegionFacts) {
    for (const vertex of flow.order) {
      const code = nodes[vertex]?.code ?? [];
      for (let index = 0; index < code.length; index++) forEachRegister(code[index]!.writes, this.#append);
    }
  }

  readonly #append = (register: number): void => {
    if (this.#place[register] !== -1) return;
    this.spilled.push(union(this.spilled[this.order.length]!, setOf(register)));
    this.#place[register] = this.order.push(register) - 1;
  };

  /** How long a chain must be to spill these. */
  lengthFor({ x, f }: RegisterSet): number {
    const place = this.#place;
    let last = -1;
    for (let rest = x; rest !== 0; rest &= rest - 1) last = Math.max(last, place[31 - Math.clz32(rest & -rest)]!);
    for (let rest = f; rest !== 0; rest &= rest - 1) last = Math.max(last, place[63 - Math.clz32(rest & -rest)]!);
    return last + 1;
  }
}

const isCall = ({ end }: RegionNode): boolean => end.kind === "call" || end.kind === "indirectCall";

/** What a node does to a set of registers is always "those that pass, and some more". By vertex; all pass a dispatch. */
class Transfers {
  readonly made: RegisterSets;
  readonly passed: RegisterSets;

  constructor(vertices: number) {
    this.made = new RegisterSets(vertices);
    this.passed = new RegisterSets(vertices);
    this.passed.x.fill(~0);
    this.passed.f.fill(~0);
  }

  x(vertex: number, before: number): number {
    return (before & this.passed.x[vertex]!) | this.made.x[vertex]!;
  }

  f(vertex: number, before: number): number {
    return (before & this.passed.f[vertex]!) | this.made.f[vertex]!;
  }
}

/** Forward: what is written becomes dirty, and what a call may touch is spilled before it. */
const findDirty = (facts: RegionFacts): RegisterSets => {
  const { order, routes } = facts.flow;
  const transfers = dirtyTransfers(facts);
  const dirty = new RegisterSets(routes.length);
  for (let changed = true; changed; ) {
    changed = false;
    for (let place = 0; place < order.length; place++) {
      const vertex = order[place]!;
      const x = transfers.x(vertex, dirty.x[vertex]!);
      const f = transfers.f(vertex, dirty.f[vertex]!);
      const ways = routes[vertex]!;
      for (let way = 0; way < ways.length; way++) if (dirty.add(ways[way]!.via, x, f)) changed = true;
    }
  }
  return dirty;
};

const dirtyTransfers = (facts: RegionFacts): Transfers => {
  const transfers = new Transfers(facts.flow.routes.length);
  const { made, passed } = transfers;
  for (const node of facts.nodes) {
    const { id, code } = node;
    for (let index = 0; index < code.length; index++) {
      const { x, f } = code[index]!.writes;
      made.add(id, x, f);
    }
    if (isCall(node)) {
      const { x, f } = facts.touchedBy(node);
      made.keep(id, ~x, ~f);
      passed.keep(id, ~x, ~f);
    }
  }
  return transfers;
};

/** Backward. */
const findNeeded = (facts: RegionFacts, dirty: RegisterSets, chain: SpillChain): RegisterSets => {
  const { order, routes } = facts.flow;
  const transfers = new Transfers(routes.length);
  for (const node of facts.nodes) noteNeeds(node, facts, dirty.at(node.id), chain, transfers);
  const needed = new RegisterSets(routes.length);
  for (let changed = true; changed; ) {
    changed = false;
    for (let place = order.length - 1; place >= 0; place--) {
      const vertex = order[place]!;
      const ways = routes[vertex]!;
      let x = 0;
      let f = 0;
      for (let way = 0; way < ways.length; way++) {
        const { via } = ways[way]!;
        x |= needed.x[via]!;
        f |= needed.f[via]!;
      }
      if (needed.add(vertex, transfers.x(vertex, x), transfers.f(vertex, f))) changed = true;
    }
  }
  return needed;
};

/** Of the node at hand: how long a chain an exit before each of its instructions needs. */
const chainLengths = new Uint8Array(LONGEST_NODE);

/** What must be in locals before a node: what it makes so, and what of that behind it passes. */
const noteNeeds = (
  node: RegionNode,
  facts: RegionFacts,
  dirtyAtStart: RegisterSet,
  chain: SpillChain,
  { made, passed }: Transfers,
): void => {
  const { id, code } = node;
  const { spilled } = chain;
  const need = ({ x, f }: RegisterSet): boolean => made.add(id, x, f);
  let dirty = dirtyAtStart;
  let length = chain.lengthFor(dirty);
  const atStart = spilled[length]!;
  for (let index = 0; index < code.length; index++) {
    chainLengths[index] = length;
    const { writes } = code[index]!;
    dirty = union(dirty, writes);
    length = Math.max(length, chain.lengthFor(writes));
  }
  if (isCall(node)) {
    const touched = facts.touchedBy(node);
    need(without(spilled[chain.lengthFor(without(dirty, touched))]!, touched));
    passed.keep(id, ~touched.x, ~touched.f);
  }
  // Calls as well: all that is dirty is spilled where one would go too deep.
  if (leavesAtEnd(node)) need(spilled[length]!);
  for (let index = code.length - 1; index >= 0; index--) {
    const { instruction, reads, writes } = code[index]!;
    made.keep(id, ~writes.x, ~writes.f);
    passed.keep(id, ~writes.x, ~writes.f);
    need(reads);
    if (MAY_LEAVE[instruction.number] === true) need(spilled[chainLengths[index]!]!);
  }
  need(atStart);
};

/** By number of the instruction: whether a region may be left before it. */
const MAY_LEAVE = BASE_INSTRUCTIONS.map(
  ({ effect: { kind } }) =>
    kind === "load" ||
    kind === "store" ||
    kind === "amo" ||
    kind === "loadReserved" ||
    kind === "storeConditional" ||
    kind === "float",
);

const leavesAtEnd = (node: RegionNode): boolean => {
  const { kind } = node.end;
  return (kind !== "goto" && kind !== "branch" && kind !== "enter") || jumpsByRegister(node);
};

/** The node's last instruction is a jump whose target is not in the instruction itself. */
export const jumpsByRegister = ({ code }: RegionNode): boolean => {
  const effect = code.at(-1)?.instruction.effect;
  return effect?.kind === "jump" && effect.target === "register";
};
