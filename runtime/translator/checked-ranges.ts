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
  const changed = changedByNodes(facts);
  const wanted = findWanted(facts, stretches, changed);
  check(facts, stretches, { wanted, changed });
  return stretches;
};

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

/** The first stretch by each register as the node found it. */
const firstByRegister = (stretches: readonly Stretch[]): readonly (Stretch | undefined)[] => {
  const first: (Stretch | undefined)[] = [];
  for (const stretch of stretches) if (stretch.root < 32) first[stretch.root] ??= stretch;
  return first;
};

/** Backward, by vertex: what is accessed from there on by each register as it is then; loops are not gone round. */
const findWanted = (
  { flow }: RegionFacts,
  stretches: readonly (readonly Stretch[])[],
  changed: Int32Array,
): readonly Ranges[] => {
  const { order, routes, position } = flow;
  const wanted = new Array<Ranges>(routes.length).fill(NONE);
  for (let place = order.length - 1; place >= 0; place--) {
    const vertex = order[place]!;
    const ranges: (Range | undefined)[] = [];
    const want = (register: number, range: Range | undefined): void => {
      const known = ranges[register];
      if (range === undefined) return;
      if (known === undefined) ranges[register] = range;
      else if (areTogether(known, range)) ranges[register] = hull(known, range);
    };
    for (const stretch of firstByRegister(stretches[vertex] ?? [])) {
      if (stretch !== undefined) want(stretch.root, stretch.range);
    }
    for (const { via } of routes[vertex]!) {
      if (position[via]! <= place) continue;
      wanted[via]!.forEach((range, register) => {
        if (!isIn(changed[vertex] ?? 0, register)) want(register, range);
      });
    }
    wanted[vertex] = ranges;
  }
  return wanted;
};

interface Checks {
  readonly wanted: readonly Ranges[];
  readonly changed: Int32Array;
}

/** Forward: decides what every stretch's check asks for, and what is known behind it. */
const check = (facts: CheckedRegion, stretches: readonly (readonly Stretch[])[], { wanted, changed }: Checks): void => {
  const { order, routes, position } = facts.flow;
  const changedInLoop = changedInLoops(facts, changed);
  /** By vertex: what is known when control comes to it, from those before it; undefined: from none so far. */
  const known = new Array<Ranges | undefined>(routes.length);
  for (const [place, vertex] of order.entries()) {
    const behind = [...(known[vertex] ?? NONE)];
    for (const stretch of firstByRegister(stretches[vertex] ?? [])) {
      if (stretch === undefined) continue;
      const { root, range } = stretch;
      const before = behind[root];
      if (before !== undefined && contains(before, range)) stretch.checked = null;
      else {
        const more = wanted[vertex]![root]!;
        stretch.checked = more;
        behind[root] = more;
      }
    }
    const mask = changed[vertex] ?? 0;
    for (let register = 0; register < behind.length; register++) {
      if (isIn(mask, register)) behind[register] = undefined;
    }
    for (const { via } of routes[vertex]!) {
      if (position[via]! <= place) continue;
      const lost = changedInLoop.get(via) ?? 0;
      const arriving = behind.map((range, register) => (isIn(lost, register) ? undefined : range));
      const others = known[via];
      known[via] = others === undefined ? arriving : others.map((range, register) => common(range, arriving[register]));
    }
  }
};

const contains = (outer: Range, inner: Range): boolean =>
  outer.low <= inner.low && outer.high >= inner.high && (outer.stores || !inner.stores);

const common = (a: Range | undefined, b: Range | undefined): Range | undefined => {
  if (a === undefined || b === undefined) return undefined;
  const [low, high] = [Math.max(a.low, b.low), Math.min(a.high, b.high)];
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
