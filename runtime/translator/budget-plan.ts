/**
 * Where a region looks whether its budget lasts: not in every node, but for a few that follow each other at once, before the first
 * of them. Where it might not last, the guest is stepped; the budget itself is counted in every node, to the cycle.
 */
import { FEW } from "../hart/dispatch.ts";
import type { Flow } from "./flow.ts";
import type { NodeEnd, RegionNode } from "./region-graph.ts";

/** @returns by node: how much must be left when it begins, its own cost included; 0: one before it has seen to that. */
export const planBudget = (
  nodes: readonly RegionNode[],
  { routes, order, position, loopHeaders }: Flow,
  skipped: readonly (RegionNode | undefined)[],
): Int32Array => {
  const asked = new Int32Array(routes.length);
  /** By vertex: 1 when it looks for itself, as what control comes to from elsewhere must. */
  const looks = new Uint8Array(routes.length);
  for (const header of loopHeaders) looks[header] = 1;
  for (let vertex = 0; vertex < routes.length; vertex++) {
    if (!leadsOn(nodes[vertex])) for (const { via } of routes[vertex]!) looks[via] = 1;
  }
  for (let place = order.length - 1; place >= 0; place--) {
    const vertex = order[place]!;
    const cost = nodes[vertex]?.code.length ?? 0;
    const within = skipped[vertex];
    // What is skipped cannot look: then what follows it does.
    if (within !== undefined && cost + asked[within.id]! > FEW) {
      looks[routes[within.id]![0]!.via] = 1;
      asked[within.id] = within.code.length;
    }
    let behind = 0;
    const ways = routes[vertex]!;
    for (let way = 0; way < ways.length; way++) {
      const { via } = ways[way]!;
      if (looks[via] === 1 || position[via]! < position[vertex]!) continue;
      if (cost + asked[via]! > FEW && via !== within?.id) looks[via] = 1;
      else behind = Math.max(behind, asked[via]!);
    }
    asked[vertex] = cost + behind;
  }
  for (let vertex = 0; vertex < asked.length; vertex++) if (looks[vertex] === 0) asked[vertex] = 0;
  return asked;
};

/** Whether nothing but the node's own instructions is counted between its start and what follows it. */
const leadsOn = (node: RegionNode | undefined): boolean =>
  node !== undefined && node.code.length > 0 && !TAKES_TIME.has(node.end.kind);

const TAKES_TIME: ReadonlySet<NodeEnd["kind"]> = new Set(["call", "indirectCall", "request"]);
