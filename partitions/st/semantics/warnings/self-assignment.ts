/** A variable that is assigned to itself. */
import type { Statement } from "../../syntax/ast.ts";
import { type Span, textOf } from "../../syntax/source-text.ts";
import type { Warning, WarningRule } from "./rule.ts";

export const selfAssignment: WarningRule = {
  name: "self-assignment",
  check: ({ declaration }) => inStatements(declaration.body),
};

function* inStatements(statements: readonly Statement[]): Iterable<Warning> {
  for (const statement of statements) {
    if (statement.kind === "assign") yield* inAssignment(statement);
    else if (statement.kind === "if") {
      for (const { body } of statement.branches) yield* inStatements(body);
      yield* inStatements(statement.otherwise);
    } else if (statement.kind === "case") {
      for (const { body } of statement.arms) yield* inStatements(body);
      yield* inStatements(statement.otherwise);
    } else if ("body" in statement) yield* inStatements(statement.body);
  }
}

function* inAssignment({ at, target, value }: Extract<Statement, { kind: "assign" }>): Iterable<Warning> {
  const text = plainTextOf(target.at);
  // A call may give something else each time.
  if (text !== plainTextOf(value.at) || text.includes("(")) return;
  yield { at, message: "this assigns a variable to itself", hint: "assign something else, or remove it" };
}

const plainTextOf = (at: Span): string => textOf(at).replace(/\s/g, "").toUpperCase();
