/**
 * Where a region keeps its registers: in locals, which are loaded from the register file when it is entered and spilled when it is
 * left. `dirty`: the local may be newer than the register file. `needed`: the local must hold the register's value.
 * What is dirty where a region may be left is needed there, and nothing else is (spill-tree.ts).
 */
import { BASE_INSTRUCTIONS } from "../isa/index.ts";
import type { Flow, Route } from "./flow.ts";
import { areNested, findLoops, type Loops } from "./loops.ts";
import { LONGEST_NODE, type RegionNode } from "./region-graph.ts";
import {
  ALL_REGISTERS,
  both,
  isEmpty,
  isWithin,
  NO_REGISTERS,
  type RegisterSet,
  RegisterSets,
  union,
  without,
} from "./registers.ts";
import { SpillTree } from "./spill-tree.ts";

export interface RegisterFlow {
  /** What is dirty at the region's exits. */
  readonly spills: SpillTree;
  /** By vertex of the flow. */
  readonly dirtyAtStart: readonly RegisterSet[];
  readonly neededAtStart: readonly RegisterSet[];
  /** By vertex that is a loop's header: what is spilled when control comes to it from outside; see `spilledBefore`. */
  readonly spilledBefore: ReadonlyMap<number, RegisterSet>;
  /**
   * Returns spill what is dirty by themselves; see `spillsInPlace`. Where loops are nested, a return is rare, and the host
   * keeps more in registers in the inner ones while all that leaves the region leaves it at one place.
   */
  readonly returnsInPlace: boolean;
}

/** What the flow analyses ask of a region. */
export interface RegionFacts {
  readonly nodes: readonly RegionNode[];
  readonly flow: Flow;
  /** The registers that a call with this end may touch; of one through a pointer, all but those are as before behind it, too. */
  touchedBy(node: RegionNode): RegisterSet;
  /** The registers that the interpreter writes at the node's end. */
  writtenByRequest(node: RegionNode): RegisterSet;
}

export const analyzeRegisters = (facts: RegionFacts): RegisterFlow => {
  const loops = findLoops(facts.flow);
  const before = spilledBefore(facts, loops);
  const dirty = findDirty(facts, before);
  const returnsInPlace = !areNested(loops);
  const atExits: RegisterSet[] = [];
  const needed = findNeeded(facts, dirty, { atExits, before, returnsInPlace });
  return {
    spills: new SpillTree(atExits),
    dirtyAtStart: facts.flow.routes.map((_, vertex) => dirty.at(vertex)),
    neededAtStart: facts.flow.routes.map((_, vertex) => needed.at(vertex)),
    spilledBefore: before,
    returnsInPlace,
  };
};

const callsIn = (nodes: readonly RegionNode[], body: ReadonlySet<number>): RegionNode[] =>
  Array.from(body)
    .flatMap((vertex) => nodes[vertex] ?? [])
    .filter(isCall);

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

/**
 * By header: what calls in the loop may touch and nothing in it writes. It would be spilled in every round, and kept for that; so
 * it is once, before the first.
 */
const spilledBefore = (facts: RegionFacts, loops: Loops): ReadonlyMap<number, RegisterSet> => {
  const spilled = new Map<number, RegisterSet>();
  for (const [header, body] of loops) {
    const touched = callsIn(facts.nodes, body).reduce((set, node) => union(set, facts.touchedBy(node)), NO_REGISTERS);
    if (isEmpty(touched)) continue;
    const nodes = Array.from(body).flatMap((vertex) => facts.nodes[vertex] ?? []);
    const written = nodes.reduce(
      (set, { code }) => code.reduce((all, { writes }) => union(all, writes), set),
      NO_REGISTERS,
    );
    spilled.set(header, without(touched, written));
  }
  return spilled;
};

/** On the way from a vertex to another: what is spilled because a loop begins there. A table of targets has no room for it. */
export const spilledOnWay = (
  { end }: RegionNode,
  { via, isBack }: Route,
  before: ReadonlyMap<number, RegisterSet>,
): RegisterSet => (isBack || end.kind === "switch" ? NO_REGISTERS : (before.get(via) ?? NO_REGISTERS));

/** Forward: what is written becomes dirty, and what a call may touch is spilled before it, or before the loop around it. */
const findDirty = (facts: RegionFacts, before: ReadonlyMap<number, RegisterSet>): RegisterSets => {
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
      const node = facts.nodes[vertex];
      for (let way = 0; way < ways.length; way++) {
        const spilled = node === undefined ? NO_REGISTERS : spilledOnWay(node, ways[way]!, before);
        if (dirty.add(ways[way]!.via, x & ~spilled.x, f & ~spilled.f)) changed = true;
      }
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
    if (isCall(node) || node.end.kind === "request") {
      // The interpreter goes by the register file.
      const { x, f } = isCall(node) ? facts.touchedBy(node) : ALL_REGISTERS;
      made.keep(id, ~x, ~f);
      passed.keep(id, ~x, ~f);
    }
  }
  return transfers;
};

/** Backward. */
const findNeeded = (facts: RegionFacts, dirty: RegisterSets, spills: Spills): RegisterSets => {
  const { order, routes } = facts.flow;
  const transfers = new Transfers(routes.length);
  for (const node of facts.nodes) noteNeeds(node, facts, dirty.at(node.id), spills, transfers);
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

/** Of the node at hand: what is dirty before each of its instructions. */
const dirtyBefore = new Array<RegisterSet>(LONGEST_NODE);

interface Spills {
  /** What is dirty at exits is noted here. */
  readonly atExits: RegisterSet[];
  /** As `RegisterFlow.spilledBefore`. */
  readonly before: ReadonlyMap<number, RegisterSet>;
  readonly returnsInPlace: boolean;
}

/** What must be in locals before a node: what it makes so, and what of that behind it passes. */
const noteNeeds = (
  node: RegionNode,
  facts: RegionFacts,
  dirtyAtStart: RegisterSet,
  { atExits, before, returnsInPlace }: Spills,
  { made, passed }: Transfers,
): void => {
  const { id, code } = node;
  const need = ({ x, f }: RegisterSet): boolean => made.add(id, x, f);
  const mayLeaveWith = (dirty: RegisterSet): void => {
    if (atExits.at(-1) !== dirty) atExits.push(dirty);
    need(dirty);
  };
  let dirty = dirtyAtStart;
  for (let index = 0; index < code.length; index++) {
    dirtyBefore[index] = dirty;
    const { writes } = code[index]!;
    if (!isWithin(writes, dirty)) dirty = union(dirty, writes);
  }
  if (isCall(node) || node.end.kind === "request") {
    const { x, f } = isCall(node) ? facts.touchedBy(node) : facts.writtenByRequest(node);
    passed.keep(id, ~x, ~f);
  }
  // Calls as well: all that is dirty is spilled where one would go too deep.
  const kept = isCall(node)
    ? without(dirty, facts.touchedBy(node))
    : node.end.kind === "request"
      ? NO_REGISTERS
      : dirty;
  if (isCall(node)) atExits.push(kept);
  for (const route of facts.flow.routes[id]!) need(both(kept, spilledOnWay(node, route, before)));
  if (spillsInPlace(node, returnsInPlace)) need(dirty);
  else if (leavesAtEnd(node)) mayLeaveWith(dirty);
  for (let index = code.length - 1; index >= 0; index--) {
    const { instruction, reads, writes } = code[index]!;
    made.keep(id, ~writes.x, ~writes.f);
    passed.keep(id, ~writes.x, ~writes.f);
    need(reads);
    if (MAY_LEAVE[instruction.number] === true) mayLeaveWith(dirtyBefore[index]!);
  }
  mayLeaveWith(dirtyAtStart);
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

/** The region ends with the node, and what is dirty is spilled there. */
const spillsInPlace = ({ end }: RegionNode, returnsInPlace: boolean): boolean =>
  (returnsInPlace && end.kind === "return" && end.back === null) ||
  end.kind === "tailCall" ||
  end.kind === "indirectJump";

const leavesAtEnd = (node: RegionNode): boolean => {
  const { kind } = node.end;
  return (kind !== "goto" && kind !== "branch" && kind !== "enter") || jumpsByRegister(node);
};

/** The node's last instruction is a jump whose target is not in the instruction itself. */
export const jumpsByRegister = ({ code }: RegionNode): boolean => {
  const effect = code.at(-1)?.instruction.effect;
  return effect?.kind === "jump" && effect.target === "register";
};
