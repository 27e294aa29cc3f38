/** Walking a checked tree without knowing its kinds of nodes, so that none is missed. */

export type Node = Readonly<Record<string, unknown>>;

export const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;

/** Types, variables, units and spans: what the nodes of a checked tree point to, and not a part of it. */
export const isLeaf = (node: Node): boolean =>
  "align" in node || "storage" in node || "declaration" in node || "source" in node;
