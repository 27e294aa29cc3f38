/**
 * Statements that cannot run: behind one that always leaves, or under a condition that is literally FALSE. A condition that names
 * a CONSTANT is a switch that somebody may turn, so nothing is said of it.
 */
import type { Expression, Statement } from "../../syntax/ast.ts";
import type { Warning, WarningRule } from "./rule.ts";

export const unreachable: WarningRule = {
  name: "unreachable",
  check: ({ declaration }) => inList(declaration.body),
};

function* inList(statements: readonly Statement[]): Iterable<Warning> {
  for (const [i, statement] of statements.entries()) {
    yield* inside(statement);
    const next = statements[i + 1];
    if (next === undefined || !leaves(statement)) continue;
    yield warning(next, `the ${wordOf(statement)} above always leaves before it`);
    return;
  }
}

function* inside(statement: Statement): Iterable<Warning> {
  switch (statement.kind) {
    case "if": {
      let decided = false;
      for (const { condition, body } of statement.branches) {
        const value = literalValue(condition);
        if (decided) yield* firstOf(body, "a condition above is always TRUE");
        else if (value === false) yield* firstOf(body, "its condition is always FALSE");
        else yield* inList(body);
        decided ||= value === true;
      }
      if (decided) yield* firstOf(statement.otherwise, "a condition above is always TRUE");
      else yield* inList(statement.otherwise);
      return;
    }
    case "case":
      for (const { body } of statement.arms) yield* inList(body);
      yield* inList(statement.otherwise);
      return;
    case "while":
      if (literalValue(statement.condition) === false) yield* firstOf(statement.body, "its condition is always FALSE");
      else yield* inList(statement.body);
      return;
    case "for":
    case "repeat":
      yield* inList(statement.body);
  }
}

function* firstOf([first]: readonly Statement[], why: string): Iterable<Warning> {
  if (first !== undefined) yield warning(first, why);
}

const warning = ({ at }: Statement, why: string): Warning => ({
  at,
  message: `this statement is never reached: ${why}`,
  hint: "remove it",
});

/** Whether what stands behind it in its list never runs. */
const leaves = (statement: Statement): boolean => {
  switch (statement.kind) {
    case "return":
    case "exit":
    case "continue":
      return true;
    case "if":
      return [...statement.branches.map(({ body }) => body), statement.otherwise].every(leavesAtEnd);
    case "while":
      return literalValue(statement.condition) === true && !mayExit(statement.body);
    case "repeat":
      return literalValue(statement.until) === false && !mayExit(statement.body);
    default:
      return false;
  }
};

const leavesAtEnd = (statements: readonly Statement[]): boolean => statements.some(leaves);

/** Whether an EXIT in there leaves the loop around it. */
const mayExit = (statements: readonly Statement[]): boolean =>
  statements.some((statement) => {
    switch (statement.kind) {
      case "exit":
        return true;
      case "if":
        return statement.branches.some(({ body }) => mayExit(body)) || mayExit(statement.otherwise);
      case "case":
        return statement.arms.some(({ body }) => mayExit(body)) || mayExit(statement.otherwise);
      default:
        return false;
    }
  });

const literalValue = (expression: Expression): boolean | null => {
  if (expression.kind === "boolean") return expression.value;
  if (expression.kind !== "unary" || expression.operator !== "NOT") return null;
  const value = literalValue(expression.operand);
  return value === null ? null : !value;
};

const wordOf = ({ kind }: Statement): string =>
  kind === "repeat" || kind === "while" ? `${kind.toUpperCase()} loop` : kind.toUpperCase();
