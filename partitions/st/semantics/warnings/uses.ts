/** What a program unit does with its variables: found in the tree without knowing its kinds of nodes, so that none is missed. */
import { type CheckedExpression, type CheckedStatement, type Place, rootOf } from "../checked.ts";
import { isLeaf, isNode, type Node } from "../checked-tree.ts";
import type { Unit, Variable } from "../symbols.ts";

export interface Uses {
  /** Their value is taken somewhere. */
  readonly read: ReadonlySet<Variable>;
  /** Assigned, called, or passed by reference. */
  readonly written: ReadonlySet<Variable>;
  /** Keys of all names in the declaration, wherever they stand. */
  readonly named: ReadonlySet<string>;
  /** Keys of those outside of the body: in declarations, and in whatever else belongs to the unit. */
  readonly namedOutside: ReadonlySet<string>;
  /** Keys of variables that are declared with an initial value, be it 0. */
  readonly initialised: ReadonlySet<string>;
}

export const usesOf = (unit: Unit): Uses => {
  const { body, ...outside } = unit.declaration;
  const namedOutside = new Set<string>();
  collectNames(outside, namedOutside);
  // What extends the class may use them.
  if (unit.hasRow) for (const { key, access } of unit.variables) if (access !== "PRIVATE") namedOutside.add(key);
  const named = new Set(namedOutside);
  collectNames(body, named);
  const read = new Set<Variable>();
  const written = new Set<Variable>();
  const values = unit.variables.map(({ start }) => start);
  eachPlace([unit.body, values], (place, isRead) => {
    const root = rootOf(place);
    if (root.kind === "variable") (isRead ? read : written).add(root.variable);
  });
  const declared = unit.declaration.sections.flatMap(({ variables }) => variables);
  const initialised = new Set(declared.flatMap(({ initial, name }) => (initial === null ? [] : name.key)));
  return { read, written, named, namedOutside, initialised };
};

/** Names in a syntax tree that stand for a value or a place. */
const collectNames = (tree: unknown, into: Set<string>): void => {
  if (Array.isArray(tree)) for (const item of tree) collectNames(item, into);
  else if (isNode(tree)) {
    const { kind, name } = tree;
    if (kind === "name" && isNode(name) && typeof name.key === "string") into.add(name.key);
    for (const key in tree) if (key !== "at" && key !== "operatorAt") collectNames(tree[key], into);
  }
};

const isPlace = (node: Node): node is Node & Place =>
  "type" in node && (node.kind === "variable" || "base" in node || node.kind === "dereference");

/** Every whole place in a checked tree, and whether only its value is taken. */
const eachPlace = (
  tree: unknown,
  visit: (place: Place, isRead: boolean) => void,
  isRead = false,
  inPlace = false,
): void => {
  if (Array.isArray(tree)) for (const item of tree) eachPlace(item, visit);
  else if (isNode(tree) && !isLeaf(tree)) {
    if (isPlace(tree) && !inPlace) visit(tree, isRead);
    const { kind } = tree;
    for (const key in tree) eachPlace(tree[key], visit, kind === "read" && key === "place", key === "base");
  }
};

type Comparison = Extract<CheckedExpression, { kind: "compare" }>;

/** Every comparison in a checked tree. */
export function* eachComparison(tree: unknown): Iterable<Comparison> {
  if (Array.isArray(tree)) for (const item of tree) yield* eachComparison(item);
  else if (isNode(tree) && !isLeaf(tree)) {
    if (isComparison(tree)) yield tree;
    for (const key in tree) yield* eachComparison(tree[key]);
  }
}

const isComparison = (node: Node): node is Node & Comparison => node.kind === "compare" && "operator" in node;

/** The statement itself and all inside of it. */
export function* eachStatement(statements: readonly CheckedStatement[]): Iterable<CheckedStatement> {
  for (const statement of statements) {
    yield statement;
    for (const body of bodiesOf(statement)) yield* eachStatement(body);
  }
}

const bodiesOf = (statement: CheckedStatement): readonly (readonly CheckedStatement[])[] => {
  switch (statement.kind) {
    case "if":
      return [...statement.branches.map(({ body }) => body), statement.otherwise];
    case "case":
      return [...statement.arms.map(({ body }) => body), statement.otherwise];
    case "for":
    case "while":
    case "repeat":
      return [statement.body];
    default:
      return [];
  }
};

/** Variables that the statement itself writes, those inside of it left aside. */
export const writtenBy = (statement: CheckedStatement): ReadonlySet<Variable> => {
  const own: Node = { ...statement };
  const written = new Set<Variable>();
  const parts = Object.keys(own).filter((key) => !["branches", "arms", "otherwise", "body"].includes(key));
  const places = parts.map((key) => own[key]);
  eachPlace(places, (place, isRead) => {
    const root = rootOf(place);
    if (!isRead && root.kind === "variable") written.add(root.variable);
  });
  return written;
};
