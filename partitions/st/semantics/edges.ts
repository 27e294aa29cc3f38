/**
 * R_EDGE and F_EDGE: a BOOL input that the body finds TRUE only in the call in which it has risen, or fallen (IEC 61131-3 §6.6.3.2,
 * table 40: as if an R_TRIG or F_TRIG stood before it).
 */
import type { UnitDeclaration, VariableDeclaration } from "../syntax/ast.ts";
import type { CheckedExpression, CheckedStatement, Place } from "./checked.ts";
import type { Scope } from "./scope.ts";
import type { Section, Unit, Variable } from "./symbols.ts";
import { BOOL, nameOf, type Type } from "./types.ts";
import { eachStatement } from "./warnings/uses.ts";

/** What the declaration says of edges, where it may say it. */
export const checkEdge = (
  scope: Scope,
  { edge, name }: VariableDeclaration,
  type: Type,
  section: Section,
  unit: UnitDeclaration["unit"] | null,
): Variable["edge"] => {
  if (edge === null || type.kind === "unknown") return null;
  const { problems } = scope.world;
  const keepsState = unit === "FUNCTION_BLOCK" || unit === "PROGRAM";
  if (section !== "input" || !keepsState) {
    const hint = `use ${edge === "R_EDGE" ? "R_TRIG" : "F_TRIG"}`;
    problems.error(name.at, "edge-place", `${edge} is for a VAR_INPUT of a FUNCTION_BLOCK or PROGRAM`, hint);
    return null;
  }
  if (type === BOOL) return edge;
  problems.error(name.at, "type-mismatch", `${edge} is of a BOOL, ${name.text} is ${nameOf(type)}`);
  return null;
};

/** What an input with an edge is accompanied by. The names have two underscores, which no name of a program has (§6.1.2). */
export interface EdgeVariables {
  /** What the body reads under the input's name. */
  readonly edge: Variable;
  /** The input at the call before. */
  readonly before: Variable;
}

const EDGE = "__EDGE";
const BEFORE = "__BEFORE";

export const edgeVariables = (input: Variable): EdgeVariables => {
  const hidden = (suffix: string): Variable => ({
    ...input,
    name: `${input.name}${suffix.toLowerCase()}`,
    key: `${input.key}${suffix}`,
    section: "local",
    access: null,
    initial: null,
    storage: { kind: "local" },
  });
  return { edge: hidden(EDGE), before: hidden(BEFORE) };
};

/**
 * What runs before the body. The edges of inherited inputs are found by the body of the base, where this one calls it through SUPER,
 * else here.
 */
export const detectEdges = (unit: Unit, body: readonly CheckedStatement[]): readonly CheckedStatement[] => {
  const inherited = unit.base === null || callsBase(body) ? [] : detectEdges(unit.base, unit.base.body);
  const own = unit.variables.filter(({ section, edge }) => section === "input" && edge !== null);
  return [...inherited, ...own.flatMap((input) => detect(unit, input))];
};

const callsBase = (body: readonly CheckedStatement[]): boolean => {
  for (const statement of eachStatement(body)) {
    const place = statement.kind === "block" ? statement.receiver.place : null;
    if (place?.kind === "dereference" && place.pointer.kind === "this") return true;
  }
  return false;
};

const detect = (unit: Unit, input: Variable): readonly CheckedStatement[] => {
  const find = (suffix: string): Variable => unit.variables.find(({ key }) => key === `${input.key}${suffix}`)!;
  const [edge, before] = [find(EDGE), find(BEFORE)];
  const [now, past] = [read(input), read(before)];
  const found = input.edge === "R_EDGE" ? both(now, not(past)) : both(not(now), past);
  const { at } = input;
  return [
    { kind: "assign", at, place: placeOf(edge), value: found },
    { kind: "assign", at, place: placeOf(before), value: now },
  ];
};

export const placeOf = (variable: Variable): Place => ({ kind: "variable", type: BOOL, variable });
export const read = (variable: Variable): CheckedExpression => ({ kind: "read", type: BOOL, place: placeOf(variable) });
export const not = (operand: CheckedExpression): CheckedExpression => ({
  kind: "unary",
  type: BOOL,
  operator: "not",
  operand,
});
export const both = (left: CheckedExpression, right: CheckedExpression): CheckedExpression => ({
  ...{ kind: "logic", type: BOOL, operator: "and" },
  ...{ left, right },
});
