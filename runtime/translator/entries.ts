/**
 * Where a region can be entered: the guest may have been stopped anywhere, and goes on, step by step, to the next such place. A
 * loop that can be entered amid costs its every round a look at where to go on, so that few loops should be.
 */
import { type Flow, structureFlow } from "./flow.ts";
import type { RegionGraph, RegionNode } from "./region-graph.ts";

const MOST_ENTRIES = 4096;
/** Instructions from behind a call to the header of a loop around it: so many are stepped through. */
const NEAR = 20;

export interface Entries {
  readonly entries: readonly RegionNode[];
  readonly flow: Flow;
}

/** The graph's own, the headers of the function's own loops, and where calls return to, unless such a header is near. */
export const findEntries = (
  { nodes, entries, returnSites }: RegionGraph,
  successors: readonly (readonly number[])[],
): Entries => {
  const own = entries.map(({ id }) => id);
  const flow = structureFlow(successors, own);
  const headers = [...flow.loopHeaders].filter((vertex) => nodes[vertex]?.copy.depth === 0);
  const rounds = new Rounds(nodes, successors, flow, new Set(headers));
  const sites = returnSites.map(({ id }) => id).filter((id) => !rounds.endSoon(id));
  const all = [...new Set([...own, ...headers, ...sites])].slice(0, MOST_ENTRIES);
  return {
    entries: all.map((id) => nodes[id]!),
    flow: all.length === own.length ? flow : structureFlow(successors, all),
  };
};

class Rounds {
  readonly #nodes: readonly RegionNode[];
  readonly #successors: readonly (readonly number[])[];
  readonly #flow: Flow;
  readonly #headers: ReadonlySet<number>;

  constructor(
    nodes: readonly RegionNode[],
    successors: readonly (readonly number[])[],
    flow: Flow,
    headers: ReadonlySet<number>,
  ) {
    this.#nodes = nodes;
    this.#successors = successors;
    this.#flow = flow;
    this.#headers = headers;
  }

  /** Whether from a node within a loop its header is near. */
  endSoon(start: number): boolean {
    /** By vertex that was come to: instructions up to there, at least. */
    const distances = new Map([[start, 0]]);
    for (const [vertex, before] of distances) {
      const distance = before + this.#nodes[vertex]!.code.length;
      if (distance > NEAR) continue;
      for (const next of this.#successors[vertex]!) {
        if (this.#headers.has(next) && this.#dominates(next, start)) return true;
        if (!distances.has(next)) distances.set(next, distance);
      }
    }
    return false;
  }

  #dominates(header: number, vertex: number): boolean {
    const { dominator, position } = this.#flow;
    let above = vertex;
    while (position[above]! > position[header]!) above = dominator[above]!;
    return above === header;
  }
}
