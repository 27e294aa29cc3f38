/** Expressions by operator precedence (IEC 61131-3 §7.3.2, table 71). */
import type { Argument, BinaryOperator, Expression, UnaryOperator } from "./ast.ts";
import { parseInitializer } from "./parse-initializer.ts";
import { spanning } from "./source-text.ts";
import { describe, SyntaxFailure, type TokenStream } from "./token-stream.ts";
import { DATE_PREFIXES, DURATION_PREFIXES, RESERVED } from "./tokens.ts";

const BINDING: Readonly<Record<string, { readonly operator: BinaryOperator; readonly power: number }>> = {
  OR: { operator: "OR", power: 1 },
  OR_ELSE: { operator: "OR_ELSE", power: 1 },
  XOR: { operator: "XOR", power: 2 },
  AND: { operator: "AND", power: 3 },
  "&": { operator: "AND", power: 3 },
  AND_THEN: { operator: "AND_THEN", power: 3 },
  "=": { operator: "=", power: 4 },
  "<>": { operator: "<>", power: 4 },
  "<": { operator: "<", power: 5 },
  ">": { operator: ">", power: 5 },
  "<=": { operator: "<=", power: 5 },
  ">=": { operator: ">=", power: 5 },
  "+": { operator: "+", power: 6 },
  "-": { operator: "-", power: 6 },
  "*": { operator: "*", power: 7 },
  "/": { operator: "/", power: 7 },
  MOD: { operator: "MOD", power: 7 },
  "**": { operator: "**", power: 8 },
};

/** Operators that may also be called: `AND(a, b, c)`. */
const OPERATOR_FUNCTIONS: ReadonlySet<string> = new Set(["AND", "OR", "XOR", "MOD"]);

/** Operators in one chain: left-leaning trees are walked recursively. */
const MAX_CHAIN = 500;

export const parseExpression = (stream: TokenStream, power = 0): Expression =>
  stream.nested(() => {
    let left = parseUnary(stream);
    for (let length = 0; ; length++) {
      const token = stream.token;
      const binding =
        token.kind === "name" ? BINDING[token.upper] : token.kind === "symbol" ? BINDING[token.text] : undefined;
      if (binding === undefined || binding.power <= power) return left;
      if (length > MAX_CHAIN)
        throw stream.fail(token.at, "nested-too-deep", `more than ${MAX_CHAIN} operators in one expression`);
      stream.advance();
      const right = parseExpression(stream, binding.power);
      const at = spanning(left.at, right.at);
      left = { kind: "binary", at, operator: binding.operator, operatorAt: token.at, left, right };
    }
  });

const parseUnary = (stream: TokenStream): Expression => {
  const token = stream.token;
  const operator: UnaryOperator | null =
    stream.isWord("NOT") && !stream.isSymbol("#", 1)
      ? "NOT"
      : stream.isSymbol("-")
        ? "-"
        : stream.isSymbol("+")
          ? "+"
          : null;
  if (operator === null) return parsePostfix(stream);
  stream.advance();
  const operand = stream.nested(() => parseUnary(stream));
  return { kind: "unary", at: spanning(token.at, operand.at), operator, operand };
};

/** A variable, a call, a member, an element: everything that hangs behind a name. */
export const parsePostfix = (stream: TokenStream): Expression => {
  let base = parsePrimary(stream);
  for (;;) {
    if (stream.isSymbol("(") && canBeCalled(base)) base = parseCall(stream, base);
    else if (stream.takeSymbol("[")) {
      const indices = [parseExpression(stream)];
      while (stream.takeSymbol(",")) indices.push(parseExpression(stream));
      stream.expectSymbol("]", "after the index");
      base = { kind: "index", at: stream.since(base.at), base, indices };
    } else if (stream.takeSymbol("^")) base = { kind: "dereference", at: stream.since(base.at), base };
    else if (stream.takeSymbol(".")) base = parseMember(stream, base);
    else return base;
  }
};

const canBeCalled = (base: Expression): boolean =>
  base.kind === "name" || base.kind === "member" || base.kind === "index" || base.kind === "dereference";

const parseMember = (stream: TokenStream, base: Expression): Expression => {
  const token = stream.token;
  if (token.kind === "integer") {
    stream.advance();
    return { kind: "bit", at: stream.since(base.at), base, bit: Number(token.value) };
  }
  const [, size, number] = (token.kind === "direct" && /^%([XBWD])(\d+)$/.exec(token.text)) || [];
  if (number !== undefined) {
    stream.advance();
    const at = stream.since(base.at);
    if (size === "X") return { kind: "bit", at, base, bit: Number(number) };
    return { kind: "part", at, base, size: size as "B" | "W" | "D", number: Number(number) };
  }
  const member = stream.expectName("the name of a member");
  return { kind: "member", at: stream.since(base.at), base, member };
};

const parseCall = (stream: TokenStream, callee: Expression): Expression => {
  const list = parseArguments(stream);
  return { kind: "call", at: stream.since(callee.at), callee, arguments: list };
};

export const parseArguments = (stream: TokenStream): readonly Argument[] => {
  stream.expectSymbol("(", "before the arguments");
  const list: Argument[] = [];
  while (!stream.isSymbol(")")) {
    list.push(parseArgument(stream));
    if (!stream.takeSymbol(",")) break;
  }
  stream.expectSymbol(")", "after the arguments");
  return list;
};

const parseArgument = (stream: TokenStream): Argument => {
  const start = stream.token.at;
  const negated = stream.isWord("NOT") && stream.isName(1) && stream.isSymbol("=>", 2);
  if (negated) stream.advance();
  const isInput = stream.isSymbol(":=", 1);
  const isOutput = stream.isSymbol("=>", 1);
  if (!isInput && !isOutput) {
    const value = parseExpression(stream);
    return { at: value.at, name: null, direction: "in", negated: false, value };
  }
  const name = stream.expectName("the name of a parameter");
  stream.advance();
  const omitted = stream.isSymbol(",") || stream.isSymbol(")");
  const value = omitted ? null : parseExpression(stream);
  return { at: stream.since(start), name, direction: isInput ? "in" : "out", negated, value };
};

const parsePrimary = (stream: TokenStream): Expression => {
  const token = stream.token;
  switch (token.kind) {
    case "integer":
      stream.advance();
      return { kind: "integer", at: token.at, value: token.value };
    case "real":
      stream.advance();
      return { kind: "real", at: token.at, value: token.value };
    case "string":
      stream.advance();
      if (!token.closed) throw new SyntaxFailure();
      return { kind: "string", at: token.at, value: token.value, wide: token.wide };
    case "direct":
      stream.advance();
      return { kind: "direct", at: token.at, address: token.text };
    case "symbol":
      if (stream.isSymbol("[") || (stream.isSymbol("(") && stream.isName(1) && stream.isSymbol(":=", 2)))
        return { kind: "aggregate", at: token.at, initializer: parseInitializer(stream) };
      if (stream.takeSymbol("(")) {
        const inner = parseExpression(stream);
        stream.expectSymbol(")", "to close the parenthesis");
        return inner;
      }
      break;
    case "name":
      if (isTyped(stream)) return parseTyped(stream);
      if (stream.takeWord("TRUE", "FALSE")) return { kind: "boolean", at: token.at, value: token.upper === "TRUE" };
      if (stream.takeWord("NULL")) return { kind: "null", at: token.at };
      if (OPERATOR_FUNCTIONS.has(token.upper) && stream.isSymbol("(", 1)) {
        stream.advance();
        return { kind: "name", at: token.at, name: { at: token.at, text: token.text, key: token.upper } };
      }
      if (!RESERVED.has(token.upper)) return { kind: "name", at: token.at, name: stream.expectName("a name") };
      break;
  }
  throw stream.fail(token.at, "syntax", `expected an expression, found ${describe(token)}`);
};

/** At a name with a # behind it, `Space.Color#Red` too. */
const isTyped = (stream: TokenStream): boolean => {
  let distance = 1;
  while (stream.isSymbol(".", distance) && stream.isName(distance + 1)) distance += 2;
  return stream.isSymbol("#", distance);
};

/** `INT#16#FF`, `T#5s`, `Color#Red`, `REAL#-1.5`. */
const parseTyped = (stream: TokenStream): Expression => {
  const prefix = stream.token;
  const type = stream.expectQualifiedName("a type");
  stream.advance();
  const token = stream.token;
  if (token.kind === "duration" && DURATION_PREFIXES.has(type.key)) {
    stream.advance();
    return { kind: "duration", at: stream.since(prefix.at), nanoseconds: token.nanoseconds, prefix: type.key };
  }
  if (token.kind === "date" && DATE_PREFIXES.has(type.key)) {
    stream.advance();
    return { kind: "date", at: stream.since(prefix.at), prefix: type.key, text: token.text };
  }
  const negative = stream.takeSymbol("-") || (stream.takeSymbol("+") && false);
  const literal = parsePrimary(stream);
  const value: Expression = negative ? { kind: "unary", at: literal.at, operator: "-", operand: literal } : literal;
  return { kind: "typed", at: stream.since(prefix.at), type, value };
};
