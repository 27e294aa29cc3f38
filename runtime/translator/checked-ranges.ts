/**
 * Accesses of different nodes by the same register: what was checked on every way to a node, the register being as it was then, is
 * not checked there again; and the first check asks for what the nodes behind it are going to access as well. It may ask for too
 * much, where they are not come to: then the guest is sent to the interpreter without need.
 */
import type { RegionFacts } from "./dataflow.ts";
import { findLoops } from "./loops.ts";
import { areTogether, findStretches, hull, type Range, type Stretch } from "./memory-plan.ts";
import type { RegionNode } from "./region-graph.ts";
import type { RegisterSet } from "./registers.ts";

/** By x register. */
type Ranges = readonly (Range | undefined)[];
const NONE: Ranges = [];

export interface CheckedRegion extends RegionFacts {
  /** The registers that may be others behind the node's call or request; none, when it is neither. */
  changedByCall(node: RegionNode): RegisterSet;
}

/** @returns by node its stretches, `checked` as it is to be. */
export const findChecks = (facts: CheckedRegion): readonly (readonly Stretch[])[] => {
  const stretches = facts.nodes.map(({ code }) => findStretches(code));
  const accesses = { firsts: stretches.map(firstByRegister), changed: changedByNodes(facts) };
  check(facts, accesses, findWanted(facts, accesses));
  return stretches;
};

/** By node. */
interface NodeAccesses {
  /** As `firstByRegister`. */
  readonly firsts: readonly (readonly Stretch[])[];
  /** x registers that are others behind it. */
  readonly changed: Int32Array;
}

/** By node: x registers that are others behind it. */
const changedByNodes = (facts: CheckedRegion): Int32Array => {
  const changed = new Int32Array(facts.nodes.length);
  for (const node of facts.nodes) {
    let x = 0;
    for (let index = 0; index < node.code.length; index++) x |= node.code[index]!.writes.x;
    changed[node.id] = x | facts.changedByCall(node).x;
  }
  return changed;
};

const isIn = (mask: number, register: number): boolean => ((mask >> register) & 1) !== 0;

/** Those that are the first by a register as the node found it. */
const firstByRegister = (stretches: readonly Stretch[]): readonly Stretch[] => {
  let seen = 0;
  return stretches.filter(({ root }) => {
    if (root >= 32 || isIn(seen, root)) return false;
    seen |= 1 << root;
    return true;
  });
};

/** Backward, by vertex: what is accessed from there on by each register as it is then; loops are not gone round. */
const findWanted = ({ flow }: RegionFacts, { firsts, changed }: NodeAccesses): readonly Ranges[] => {
  const { order, routes, position } = flow;
  const wanted = new Array<Ranges>(routes.length).fill(NONE);
  for (let place = order.length - 1; place >= 0; place--) {
    const vertex = order[place]!;
    const mask = changed[vertex] ?? 0;
    const ranges: (Range | undefined)[] = [];
    for (const { root, range } of firsts[vertex] ?? []) ranges[root] = range;
    for (const { via } of routes[vertex]!) {
      if (position[via]! <= place) continue;
      const behind = wanted[via]!;
      for (let register = 0; register < behind.length; register++) {
        const range = behind[register];
        if (range !== undefined && !isIn(mask, register)) ranges[register] = extended(ranges[register], range);
      }
    }
    wanted[vertex] = ranges;
  }
  return wanted;
};

/** With what is wanted as well, unless that is far away. */
const extended = (known: Range | undefined, range: Range): Range => {
  if (known === undefined) return range;
  return areTogether(known, range) ? hull(known, range) : known;
};

/** Forward: decides what every stretch's check asks for, and what is known behind it. */
const check = (facts: CheckedRegion, { firsts, changed }: NodeAccesses, wanted: readonly Ranges[]): void => {
  const { order, routes, position } = facts.flow;
  const changedInLoop = changedInLoops(facts, changed);
  /** By vertex: what is known when control comes to it, from those before it; undefined: from none so far. */
  const known = new Array<Ranges | undefined>(routes.length);
  for (let place = 0; place < order.length; place++) {
    const vertex = order[place]!;
    const behind = (known[vertex] ?? NONE).slice();
    for (const stretch of firsts[vertex] ?? []) {
      const { root, range } = stretch;
      const before = behind[root];
      if (before !== undefined && contains(before, range)) stretch.checked = null;
      else behind[root] = stretch.checked = wanted[vertex]![root]!;
    }
    forget(behind, changed[vertex] ?? 0);
    for (const { via } of routes[vertex]!) {
      if (position[via]! <= place) continue;
      const arriving = behind.slice();
      forget(arriving, changedInLoop.get(via) ?? 0);
      const others = known[via];
      known[via] = others === undefined ? arriving : commonOf(others, arriving);
    }
  }
};

const forget = (ranges: (Range | undefined)[], mask: number): void => {
  for (let register = 0; register < ranges.length; register++) {
    if (isIn(mask, register)) ranges[register] = undefined;
  }
};

const commonOf = (a: Ranges, b: Ranges): Ranges => {
  const ranges: (Range | undefined)[] = [];
  for (let register = 0; register < a.length; register++) ranges.push(common(a[register], b[register]));
  return ranges;
};

const contains = (outer: Range, inner: Range): boolean =>
  outer.low <= inner.low && outer.high >= inner.high && (outer.stores || !inner.stores);

const common = (a: Range | undefined, b: Range | undefined): Range | undefined => {
  if (a === undefined || b === undefined) return undefined;
  const low = Math.max(a.low, b.low);
  const high = Math.min(a.high, b.high);
  return low < high ? { low, high, stores: a.stores && b.stores } : undefined;
};

/** By header of a loop. */
const changedInLoops = ({ flow }: RegionFacts, changed: Int32Array): ReadonlyMap<number, number> =>
  new Map(
    Array.from(findLoops(flow), ([header, body]) => [
      header,
      Array.from(body).reduce((mask, vertex) => mask | (changed[vertex] ?? 0), 0),
    ]),
  );
