/**
 * Where a region keeps its registers: in locals, which are loaded from the register file when it is entered and spilled when it is
 * left. `dirty`: the local may be newer than the register file. `needed`: the local must hold the register's value.
 *
 * Spills at exits are written once, as a chain over all registers in the order of their first write: an exit spills the first so
 * many of them. What it spills without need must hold the right value, so it counts as needed there.
 */
import type { Expanded } from "../isa/index.ts";
import type { Flow } from "./flow.ts";
import type { RegionNode } from "./region-graph.ts";
import {
  ALL_REGISTERS,
  both,
  forEachRegister,
  type RegisterSet,
  readBy,
  setOf,
  union,
  without,
  writtenBits,
  writtenBy,
} from "./registers.ts";

export interface RegisterFlow {
  /** In the order of their first write: x as 0 … 31, f as 32 … 63. */
  readonly spillOrder: readonly number[];
  /** By vertex of the flow. */
  readonly dirtyAtStart: readonly RegisterSet[];
  readonly neededAtStart: readonly RegisterSet[];
  /** How much of `spillOrder` an exit must spill at which these registers are dirty. */
  chainLength(dirty: RegisterSet): number;
}

/** What the flow analyses ask of a region. */
export interface RegionFacts {
  readonly nodes: readonly RegionNode[];
  readonly flow: Flow;
  instruction(pc: number): Expanded;
  /** The registers that a call with this end may touch; it may be any. */
  touchedBy(node: RegionNode): RegisterSet;
}

const isCall = ({ end }: RegionNode): boolean => end.kind === "call" || end.kind === "indirectCall";

const mayLeave = ({ instruction: { effect } }: Expanded): boolean =>
  effect.kind === "load" ||
  effect.kind === "store" ||
  effect.kind === "amo" ||
  effect.kind === "loadReserved" ||
  effect.kind === "storeConditional" ||
  effect.kind === "float";

export const analyzeRegisters = (facts: RegionFacts): RegisterFlow => {
  const { nodes, flow } = facts;
  const written = nodes.map((node) => writtenIn(node, facts));
  const dirtyAtStart = findDirty(facts, written);
  const spillOrder: number[] = [];
  const place = new Int32Array(64).fill(-1);
  const note = (register: number): void => {
    if (place[register] === -1) place[register] = spillOrder.push(register) - 1;
  };
  for (const vertex of flow.order) {
    const node = nodes[vertex];
    if (node === undefined) continue;
    for (const pc of node.instructions) forEachRegister(writtenBy(facts.instruction(pc)), note);
  }
  const chainLength = (dirty: RegisterSet): number => {
    let length = 0;
    forEachRegister(dirty, (register) => {
      length = Math.max(length, place[register]! + 1);
    });
    return length;
  };
  /** The sets that chains of each length spill. */
  const chains: RegisterSet[] = [{ x: 0, f: 0 }];
  for (const register of spillOrder) chains.push(union(chains.at(-1)!, setOf(register)));
  const neededAtStart = findNeeded(facts, dirtyAtStart, (dirty) => chains[chainLength(dirty)]!);
  return { spillOrder, chainLength, dirtyAtStart, neededAtStart };
};

const writtenIn = ({ instructions }: RegionNode, facts: RegionFacts): RegisterSet => {
  let x = 0;
  let f = 0;
  for (const pc of instructions) {
    const expanded = facts.instruction(pc);
    x |= writtenBits(expanded, "x");
    f |= writtenBits(expanded, "f");
  }
  return { x, f };
};

/** Forward: what is written becomes dirty, and what a call may touch is spilled before it. */
const findDirty = (facts: RegionFacts, written: readonly RegisterSet[]): RegisterSet[] => {
  const { nodes, flow } = facts;
  const none: RegisterSet = { x: 0, f: 0 };
  const dirtyIn = flow.routes.map(() => none);
  for (let changed = true; changed; ) {
    changed = false;
    for (const vertex of flow.order) {
      const node = nodes[vertex];
      let out = dirtyIn[vertex]!;
      if (node !== undefined) {
        out = union(out, written[vertex]!);
        if (isCall(node)) out = without(out, facts.touchedBy(node));
      }
      for (const { via } of flow.routes[vertex]!) {
        const before = dirtyIn[via]!;
        const after = union(before, out);
        if (after.x === before.x && after.f === before.f) continue;
        dirtyIn[via] = after;
        changed = true;
      }
    }
  }
  return dirtyIn;
};

/** Backward. @param spilled what an exit spills at which these registers are dirty. */
const findNeeded = (
  facts: RegionFacts,
  dirtyIn: readonly RegisterSet[],
  spilled: (dirty: RegisterSet) => RegisterSet,
): RegisterSet[] => {
  const { nodes, flow } = facts;
  const none: RegisterSet = { x: 0, f: 0 };
  const neededIn = flow.routes.map(() => none);
  // What a node does to a set is "those that pass, and some more": found by handing it nothing and everything.
  const made = nodes.map((node, id) => neededBefore(node, none, facts, dirtyIn[id]!, spilled));
  const passed = nodes.map((node, id) => neededBefore(node, ALL_REGISTERS, facts, dirtyIn[id]!, spilled));
  const backwards = [...flow.order].reverse();
  for (let changed = true; changed; ) {
    changed = false;
    for (const vertex of backwards) {
      let needed = none;
      for (const { via } of flow.routes[vertex]!) needed = union(needed, neededIn[via]!);
      if (vertex < nodes.length) needed = union(made[vertex]!, both(needed, passed[vertex]!));
      const before = neededIn[vertex]!;
      if (needed.x === before.x && needed.f === before.f) continue;
      neededIn[vertex] = needed;
      changed = true;
    }
  }
  return neededIn;
};

const neededBefore = (
  node: RegionNode,
  neededAfter: RegisterSet,
  facts: RegionFacts,
  dirtyAtStart: RegisterSet,
  spilled: (dirty: RegisterSet) => RegisterSet,
): RegisterSet => {
  const { instructions } = node;
  /** Dirty before each instruction. */
  const dirty: RegisterSet[] = [dirtyAtStart];
  for (const pc of instructions) dirty.push(union(dirty.at(-1)!, writtenBy(facts.instruction(pc))));
  const dirtyAtEnd = dirty.at(-1)!;
  let needed = neededAfter;
  if (isCall(node)) {
    const touched = facts.touchedBy(node);
    const kept = without(union(needed, spilled(without(dirtyAtEnd, touched))), touched);
    // All that is dirty is spilled where the call would go too deep.
    needed = union(kept, spilled(dirtyAtEnd));
  } else if (leavesAtEnd(node, facts)) needed = union(needed, spilled(dirtyAtEnd));
  for (let index = instructions.length - 1; index >= 0; index--) {
    const expanded = facts.instruction(instructions[index]!);
    needed = union(without(needed, writtenBy(expanded)), readBy(expanded));
    if (mayLeave(expanded)) needed = union(needed, spilled(dirty[index]!));
  }
  return union(needed, spilled(dirtyAtStart));
};

const leavesAtEnd = (node: RegionNode, facts: RegionFacts): boolean => {
  const { kind } = node.end;
  return (kind !== "goto" && kind !== "branch" && kind !== "enter") || jumpsByRegister(node, facts);
};

/** The node's last instruction is a jump whose target is not in the instruction itself. */
export const jumpsByRegister = (
  { instructions }: RegionNode,
  facts: { instruction(pc: number): Expanded },
): boolean => {
  const last = instructions.at(-1);
  if (last === undefined) return false;
  const { effect } = facts.instruction(last).instruction;
  return effect.kind === "jump" && effect.target === "register";
};
