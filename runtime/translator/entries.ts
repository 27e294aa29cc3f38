/**
 * Where a function can be entered: the guest may have been stopped anywhere, and goes on, step by step, to the next such place. A
 * loop that can be entered amid costs its every round a look at where to go on, so that few loops should be: where much of a round
 * is left behind a copied call, it is left to a region of its own, which has only what is left of the round.
 */
import { type Flow, structureFlow } from "./flow.ts";
import type { RegionGraph, RegionNode } from "./region-graph.ts";

const MOST_ENTRIES = 4096;
/** Instructions from behind a call to the header of a loop around it: so many are stepped through. */
const NEAR = 20;

export interface Entries {
  readonly entries: readonly RegionNode[];
  readonly flow: Flow;
  /** Where only the rest of a round is entered. */
  readonly restEntries: readonly RegionNode[];
}

/** The graph's own, the headers of the function's own loops, and where calls return to, unless such a header is near. */
export const findEntries = (
  { nodes, entries, returnSites, copyReturnSites }: RegionGraph,
  successors: readonly (readonly number[])[],
): Entries => {
  const own = entries.map(({ id }) => id);
  const flow = structureFlow(successors, own);
  const headers = [...flow.loopHeaders].filter((vertex) => nodes[vertex]?.copy.depth === 0);
  const rounds = new Rounds(nodes, successors, flow, new Set(headers));
  const isFar = ({ id }: RegionNode): boolean => !rounds.endWithin(NEAR, id);
  const farCopies = copyReturnSites.filter(isFar);
  const restEntries = farCopies.filter(({ id }) => rounds.endWithin(Infinity, id));
  const sites = [...returnSites.filter(isFar), ...farCopies.filter((node) => !restEntries.includes(node))];
  const all = [...new Set([...own, ...headers, ...sites.map(({ id }) => id)])].slice(0, MOST_ENTRIES);
  return {
    entries: all.map((id) => nodes[id]!),
    flow: all.length === own.length ? flow : structureFlow(successors, all),
    restEntries: restEntries.filter(({ id }) => !all.includes(id)).slice(0, MOST_ENTRIES),
  };
};

/** The graph of what is left of rounds: from `restEntries` to wherever the function's first region, of `graph`, is entered. */
export const restOf = (graph: RegionGraph, { entries, restEntries }: Entries): RegionGraph => {
  const nodes = [...graph.nodes];
  for (const { id, pc, copy } of entries)
    nodes[id] = { id, pc, copy, instructions: [], code: [], end: { kind: "goOn", pc } };
  return {
    function: graph.function,
    nodes,
    // An entry with the number 0 is the function's start.
    entries: [nodes[entries[0]!.id]!, ...restEntries],
    returnSites: [],
    copyReturnSites: [],
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

  /** Whether from a node within a loop its header is come to within so many instructions. */
  endWithin(limit: number, start: number): boolean {
    /** By vertex that was come to: instructions up to there, at least. */
    const distances = new Map([[start, 0]]);
    for (const [vertex, before] of distances) {
      const distance = before + this.#nodes[vertex]!.code.length;
      if (distance > limit) continue;
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
