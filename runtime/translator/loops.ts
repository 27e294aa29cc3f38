/** The loops of a region: natural loops, from their headers and the ways that lead back there (Aho, Lam, Sethi and Ullman §9.6). */
import type { Flow } from "./flow.ts";

/** By header: the vertices of its loop, itself among them. */
export type Loops = ReadonlyMap<number, ReadonlySet<number>>;

export const findLoops = ({ routes, loopHeaders }: Flow): Loops => {
  const loops = new Map<number, Set<number>>();
  if (loopHeaders.size === 0) return loops;
  const predecessors: number[][] = routes.map(() => []);
  const lastVertices = new Map<number, number[]>(Array.from(loopHeaders, (header) => [header, []]));
  for (let vertex = 0; vertex < routes.length; vertex++) {
    const ways = routes[vertex]!;
    for (let way = 0; way < ways.length; way++) {
      const { via, isBack } = ways[way]!;
      predecessors[via]!.push(vertex);
      if (isBack) lastVertices.get(via)!.push(vertex);
    }
  }
  for (const [header, pending] of lastVertices) {
    const body = new Set([header]);
    for (let vertex = pending.pop(); vertex !== undefined; vertex = pending.pop()) {
      if (body.has(vertex)) continue;
      body.add(vertex);
      pending.push(...predecessors[vertex]!);
    }
    loops.set(header, body);
  }
  return loops;
};

/** Whether one of them lies in another. */
export const areNested = (loops: Loops): boolean =>
  Array.from(loops).some(([header, body]) =>
    Array.from(loops.keys()).some((other) => other !== header && body.has(other)),
  );
