/** Structured flow, held against what it promises, on random graphs: reducible or not, entered at several places. */
import { describe, expect, test } from "vitest";
import { Random } from "../hart/testing/random.ts";
import { type Flow, structureFlow } from "./flow.ts";

interface Graph {
  readonly successors: readonly (readonly number[])[];
  readonly entries: readonly number[];
}

/** @param edges for each vertex, on average. */
const randomGraph = (random: Random, size: number, edges: number, entries: number): Graph => {
  const successors = Array.from({ length: size }, (_, vertex) => {
    const targets = new Set<number>();
    // Mostly on to what comes next, as code does.
    if (vertex + 1 < size && random.chance(80)) targets.add(vertex + 1);
    while (random.chance(100 - 100 / (1 + edges))) targets.add(random.below(size));
    return [...targets];
  });
  return {
    successors,
    entries: [...new Set(Array.from({ length: entries }, (_, i) => (i === 0 ? 0 : random.below(size))))],
  };
};

/** The vertices that control passes through when it leaves `from` for `to`. */
const wayOf = (flow: Flow, from: number, to: number): readonly number[] => {
  const way: number[] = [];
  for (let at = from; way.at(-1) !== to; ) {
    const route = flow.routes[at]!.find((each) => each.to === to);
    if (route === undefined || way.length > flow.routes.length) return [];
    way.push(route.via);
    at = route.via;
  }
  return way;
};

/** All that can be reached from the root, without passing `avoided`. */
const reachable = ({ routes, root }: Flow, avoided = -1): ReadonlySet<number> => {
  const seen = new Set<number>(root === avoided ? [] : [root]);
  for (const vertex of seen) for (const { via } of routes[vertex]!) if (via !== avoided) seen.add(via);
  return seen;
};

const problemsOf = ({ successors, entries }: Graph): readonly string[] => {
  const flow = structureFlow(successors, entries);
  const { routes, root, loopHeaders, order, position, dominator } = flow;
  const problems: string[] = [];
  const size = successors.length;
  const check = (isRight: boolean, problem: string): void => {
    if (!isRight) problems.push(problem);
  };
  const leads = (from: number, to: number): void => {
    const way = wayOf(flow, from, to);
    check(way.at(-1) === to, `${from} does not lead to ${to}`);
    check(
      way.slice(0, -1).every((via) => via > root),
      `${from} leads to ${to} through ${way}`,
    );
  };
  const seen = reachable(flow);
  for (const [vertex, list] of successors.entries()) if (seen.has(vertex)) for (const to of list) leads(vertex, to);
  for (const entry of entries) leads(root, entry);
  for (const vertex of seen) {
    if (vertex < size) check(routes[vertex]!.length === successors[vertex]!.length, `${vertex} has other ways`);
  }
  check(order.length === seen.size && order.every((vertex) => seen.has(vertex)), "order is not what can be reached");
  check(order[0] === root, "order does not begin at the root");
  for (const [index, vertex] of order.entries()) check(position[vertex] === index, `position of ${vertex}`);
  const dominated = new Map(order.map((vertex) => [vertex, reachable(flow, vertex)]));
  const dominates = (a: number, b: number): boolean => !dominated.get(a)!.has(b);
  for (const vertex of order) {
    for (const { via } of routes[vertex]!) {
      if (position[via]! > position[vertex]!) continue;
      check(loopHeaders.has(via), `${via} is reached backwards from ${vertex}, and no header`);
      check(dominates(via, vertex), `${via} is a header, and does not dominate ${vertex}`);
    }
    if (vertex === root) continue;
    const direct = dominator[vertex]!;
    check(dominates(direct, vertex), `${direct} does not dominate ${vertex}`);
    const others = order.filter((other) => other !== vertex && other !== direct && dominates(other, vertex));
    check(
      others.every((other) => dominates(other, direct)),
      `${direct} is not the last that dominates ${vertex}`,
    );
  }
  for (const header of loopHeaders) {
    const isReached = order.some((from) =>
      routes[from]!.some(({ via }) => via === header && position[header]! <= position[from]!),
    );
    check(isReached || !seen.has(header), `${header} is a header that nothing goes back to`);
  }
  return problems;
};

describe("what is structured leads everywhere, and loops have one header, which dominates them:", () => {
  for (const { size, edges, entries, count } of [
    { size: 1, edges: 1, entries: 1, count: 20 },
    { size: 3, edges: 1.5, entries: 3, count: 2000 },
    { size: 6, edges: 1, entries: 2, count: 1500 },
    { size: 12, edges: 0.5, entries: 4, count: 500 },
    { size: 30, edges: 0.4, entries: 6, count: 100 },
    { size: 60, edges: 1.5, entries: 1, count: 10 },
  ]) {
    test(`${count} graphs of up to ${size} vertices, ${edges} ways more from each, ${entries} entries`, () => {
      const random = new Random(size);
      for (let each = 0; each < count; each++) {
        const graph = randomGraph(random, 1 + random.below(size), edges, entries);
        const problems = problemsOf(graph);
        if (problems.length > 0) throw new Error(`${JSON.stringify(graph)}: ${problems.join("; ")}`);
      }
    });
  }
});

test("a loop with one way in keeps its header; one with two gets another vertex", () => {
  const simple = structureFlow([[1], [2], [1, 3], []], [0]);
  expect([...simple.loopHeaders]).toEqual([1]);
  const irreducible = structureFlow([[1, 2], [2], [1, 3], []], [0]);
  expect([...irreducible.loopHeaders]).toEqual([5]);
});
