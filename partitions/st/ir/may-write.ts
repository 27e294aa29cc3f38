/** Whether computing a value may change variables on the way. */
import type { CallArgument, CheckedExpression, FunctionCall } from "../semantics/checked.ts";
import { isLeaf, isNode, type Node } from "../semantics/checked-tree.ts";

/** A function of the compiler changes nothing but what is passed to it by reference. */
export const mayWrite = (tree: CheckedExpression | CallArgument): boolean => inTree(tree);

const inTree = (tree: unknown): boolean => {
  if (Array.isArray(tree)) return tree.some(inTree);
  if (!isNode(tree) || isLeaf(tree)) return false;
  if (tree.kind === "query" || isForeignCall(tree)) return true;
  for (const key in tree) if (inTree(tree[key])) return true;
  return false;
};

const isForeignCall = (node: Node): boolean =>
  isCall(node) &&
  (!node.unit.isLibrary ||
    node.arguments.some((each) => each.kind === "reference" && each.place !== null && !each.variable.readOnly));

const isCall = (node: Node): node is Node & FunctionCall => node.kind === "call" && "unit" in node;
