/** Statements (IEC 61131-3 §7.3.3). After an error parsing goes on behind the next `;` or at the next END_… */
import type { CaseLabel, Expression, Statement } from "./ast.ts";
import { parseExpression, parsePostfix } from "./parse-expression.ts";
import { lineOf, type Span } from "./source-text.ts";
import { describe, type TokenStream } from "./token-stream.ts";

/** Words at which a list of statements is certainly over, or a new statement starts. */
const ANCHORS: ReadonlySet<string> = new Set(
  `IF ELSIF ELSE END_IF CASE END_CASE FOR END_FOR WHILE END_WHILE REPEAT UNTIL END_REPEAT EXIT CONTINUE RETURN
   END_FUNCTION END_FUNCTION_BLOCK END_PROGRAM END_CLASS END_METHOD END_ACTION END_GET END_SET END_PROPERTY FUNCTION FUNCTION_BLOCK PROGRAM TYPE CONFIGURATION
   VAR`.split(/\s+/),
);
/** Words that end the enclosing program unit whatever is still open. */
const UNIT_ENDS = [
  "END_FUNCTION",
  "END_FUNCTION_BLOCK",
  "END_PROGRAM",
  "END_CLASS",
  "END_METHOD",
  "END_ACTION",
  "END_GET",
  "END_SET",
  "END_PROPERTY",
  "END_NAMESPACE",
  "FUNCTION",
  "FUNCTION_BLOCK",
  "PROGRAM",
  "TYPE",
  "CONFIGURATION",
];

/** Reads up to one of `ends`, or to where the unit ends. */
export const parseStatements = (stream: TokenStream, ...ends: readonly string[]): readonly Statement[] =>
  stream.inside(ends, () => parseEach(stream, () => !isOver(stream)));

const isOver = (stream: TokenStream): boolean => stream.atBlockEnd || stream.isWord(...UNIT_ENDS) || atMember(stream);

/** `METHOD Name`: no statement starts with two names, so these words may name variables as well. */
export const atMember = (stream: TokenStream): boolean =>
  stream.isWord("METHOD", "PROPERTY", "ACTION") && stream.isName(1);

const parseEach = (stream: TokenStream, goesOn: () => boolean): readonly Statement[] => {
  const statements: Statement[] = [];
  while (goesOn()) {
    const statement = stream.attempt(
      () => stream.nested(() => parseStatement(stream)),
      () => stream.skipTo(ANCHORS),
    );
    if (statement !== null && statement.kind !== "empty") statements.push(statement);
  }
  return statements;
};

const parseStatement = (stream: TokenStream): Statement => {
  const token = stream.token;
  if (stream.takeSymbol(";")) return { kind: "empty", at: token.at };
  switch (token.kind === "name" ? token.upper : "") {
    case "IF":
      return parseIf(stream);
    case "CASE":
      return parseCase(stream);
    case "FOR":
      return parseFor(stream);
    case "WHILE":
      return parseWhile(stream);
    case "REPEAT":
      return parseRepeat(stream);
    case "EXIT":
    case "CONTINUE":
    case "RETURN": {
      const kind = stream.isWord("EXIT") ? "exit" : stream.isWord("CONTINUE") ? "continue" : "return";
      stream.advance();
      stream.expectSemicolon(`after ${kind.toUpperCase()}`);
      return { kind, at: token.at };
    }
    default:
      return parseAssignmentOrCall(stream);
  }
};

/** `END_IF;` of the IF at `start`. Where it is missing, that is said, and parsing goes on as if it were there. */
const endBlock = (stream: TokenStream, start: Span): void => {
  const word = keywordAt(start);
  if (!stream.takeWord(`END_${word}`)) {
    const found = `expected END_${word}, found ${describe(stream.token)}`;
    stream.report(stream.token.at, "syntax", `the ${word} of line ${lineOf(start)} is not closed: ${found}`);
  } else stream.takeBlockSemicolon(`END_${word}`);
};

const keywordAt = ({ source, start, end }: Span): string => source.text.slice(start, end).toUpperCase();

const parseAssignmentOrCall = (stream: TokenStream): Statement => {
  const target = parsePostfix(stream);
  if (target.kind === "call") {
    stream.expectSemicolon("after the call");
    return { kind: "call", at: target.at, call: target };
  }
  const special = parseSpecialAssignment(stream, target);
  if (special !== null) return special;
  const isAttempt = stream.takeSymbol("?=");
  if (!isAttempt && !stream.takeSymbol(":=")) {
    const hint = stream.isSymbol("=") ? 'write ":=" to assign; "=" compares' : "";
    throw stream.fail(
      stream.token.at,
      "syntax",
      `expected ":=" after ${describeTarget(target.at)}, found ${describe(stream.token)}`,
      hint,
    );
  }
  const value = parseExpression(stream);
  if (!isAttempt && stream.isSymbol(":=")) return parseChain(stream, [target, value]);
  stream.expectSemicolon("after the assignment");
  return { kind: isAttempt ? "attempt" : "assign", at: stream.since(target.at), target, value };
};

/** `a := b := c := value;` of CODESYS, at the second `:=`: each takes the value of the one behind it. */
const parseChain = (stream: TokenStream, first: readonly Expression[]): Statement => {
  const operands = [...first];
  while (stream.takeSymbol(":=")) operands.push(parseExpression(stream));
  stream.expectSemicolon("after the assignment");
  const at = stream.since(operands[0]!.at);
  const assignments = operands
    .slice(1)
    .map((value, i): Statement => ({ kind: "assign", at, target: operands[i]!, value }));
  return { kind: "several", at, statements: assignments.reverse() };
};

/** `REF=`, `S=` and `R=` of CODESYS; null: something else stands there. */
const parseSpecialAssignment = (stream: TokenStream, target: Expression): Statement | null => {
  const word = ["REF", "S", "R"].find((each) => stream.takeLettered(each));
  if (word === undefined) return null;
  const value = parseExpression(stream);
  stream.expectSemicolon("after the assignment");
  const at = stream.since(target.at);
  return word === "REF"
    ? { kind: "bind", at, target, value }
    : { kind: "latch", at, target, condition: value, to: word === "S" };
};

const describeTarget = (at: { source: { text: string }; start: number; end: number }): string => {
  const text = at.source.text.slice(at.start, at.end);
  return text.length <= 40 && !text.includes("\n") ? `"${text}"` : "this";
};

const parseIf = (stream: TokenStream): Statement => {
  const start = stream.advance().at;
  const branches = [];
  do {
    const condition = parseExpression(stream);
    stream.expectWord("THEN", "after the condition");
    branches.push({ condition, body: parseStatements(stream, "ELSIF", "ELSE", "END_IF") });
  } while (stream.takeWord("ELSIF"));
  const otherwise = stream.takeWord("ELSE") ? parseStatements(stream, "END_IF") : [];
  endBlock(stream, start);
  return { kind: "if", at: stream.since(start), branches, otherwise };
};

const parseFor = (stream: TokenStream): Statement => {
  const start = stream.advance().at;
  const variable = parsePostfix(stream);
  stream.expectSymbol(":=", "after the FOR variable");
  const from = parseExpression(stream);
  stream.expectWord("TO", "after the first value");
  const to = parseExpression(stream);
  const by = stream.takeWord("BY") ? parseExpression(stream) : null;
  stream.expectWord("DO", "after the last value");
  const body = parseStatements(stream, "END_FOR");
  endBlock(stream, start);
  return { kind: "for", at: stream.since(start), variable, from, to, by, body };
};

const parseWhile = (stream: TokenStream): Statement => {
  const start = stream.advance().at;
  const condition = parseExpression(stream);
  stream.expectWord("DO", "after the condition");
  const body = parseStatements(stream, "END_WHILE");
  endBlock(stream, start);
  return { kind: "while", at: stream.since(start), condition, body };
};

const parseRepeat = (stream: TokenStream): Statement => {
  const start = stream.advance().at;
  const body = parseStatements(stream, "UNTIL", "END_REPEAT");
  if (!stream.takeWord("UNTIL")) {
    const found = `expected UNTIL, found ${describe(stream.token)}`;
    throw stream.fail(stream.token.at, "syntax", `the REPEAT of line ${lineOf(start)} is not closed: ${found}`);
  }
  const until = parseExpression(stream);
  stream.takeSymbol(";");
  endBlock(stream, start);
  return { kind: "repeat", at: stream.since(start), body, until };
};

const parseCase = (stream: TokenStream): Statement => {
  const start = stream.advance().at;
  const selector = parseExpression(stream);
  stream.expectWord("OF", "after the selector");
  const arms = stream.inside(["ELSE", "END_CASE"], () => parseArms(stream));
  const hasElse = stream.takeWord("ELSE");
  const otherwise = hasElse ? parseStatements(stream, "END_CASE") : [];
  endBlock(stream, start);
  return { kind: "case", at: stream.since(start), selector, arms, otherwise, hasElse };
};

const parseArms = (stream: TokenStream) => {
  const arms = [];
  while (!isOver(stream)) {
    const labels = stream.attempt(
      () => parseLabels(stream),
      () => stream.skipTo(ANCHORS),
    );
    // Up to the next label, which is told from a statement by the `:` that ends it.
    arms.push({ labels: labels ?? [], body: parseEach(stream, () => !isOver(stream) && !atLabel(stream)) });
  }
  return arms;
};

const parseLabels = (stream: TokenStream): readonly CaseLabel[] => {
  const labels: CaseLabel[] = [];
  do {
    const low = parseExpression(stream);
    const high = stream.takeSymbol("..") ? parseExpression(stream) : null;
    labels.push({ at: stream.since(low.at), low, high });
  } while (stream.takeSymbol(","));
  stream.expectSymbol(":", "after the case label");
  return labels;
};

const atLabel = (stream: TokenStream): boolean => {
  for (let distance = 0; ; distance++) {
    const token = stream.peek(distance);
    if (token.kind === "symbol") {
      if (token.text === ":") return distance > 0;
      if (token.text === "..") return true;
      if (!["-", "+", ",", "#", ".", "(", ")", "*"].includes(token.text)) return false;
    } else if (token.kind === "end" || token.kind === "string" || token.kind === "direct") return false;
    // A CASE in an arm, up to its own first label.
    else if (token.kind === "name" && token.upper === "OF") return false;
  }
};
