/** Variable sections and types (IEC 61131-3 §6.4.4, §6.5). */
import type {
  Access,
  Declaration,
  Name,
  PointerFlavour,
  SectionKind,
  TypeExpression,
  VariableDeclaration,
  VariableSection,
} from "./ast.ts";
import { parseExpression } from "./parse-expression.ts";
import { parseInitialValue } from "./parse-initializer.ts";
import { describe, type TokenStream } from "./token-stream.ts";

export const SECTION_WORDS: readonly SectionKind[] = [
  "VAR",
  "VAR_INPUT",
  "VAR_OUTPUT",
  "VAR_IN_OUT",
  "VAR_TEMP",
  "VAR_STAT",
  "VAR_INST",
  "VAR_GLOBAL",
  "VAR_EXTERNAL",
];
const ENDS: ReadonlySet<string> = new Set([
  "END_VAR",
  "END_TYPE",
  "END_STRUCT",
  "END_UNION",
  "END_FUNCTION",
  "END_FUNCTION_BLOCK",
  "END_PROGRAM",
  "END_CLASS",
  "END_METHOD",
  "END_ACTION",
  "END_PROPERTY",
  "END_CONFIGURATION",
  "VAR_INPUT",
  "VAR_OUTPUT",
  "PROGRAM",
  "FUNCTION",
  "FUNCTION_BLOCK",
  "TYPE",
  "CONFIGURATION",
]);

/** All sections of a unit; one that cannot be read is left out. */
export const parseSections = (stream: TokenStream): readonly VariableSection[] => {
  const sections: VariableSection[] = [];
  while (stream.isWord(...SECTION_WORDS)) {
    const section = stream.attempt(
      () => parseSection(stream),
      () => {},
    );
    if (section !== null) sections.push(section);
  }
  return sections;
};

export const parseSection = (stream: TokenStream): VariableSection => {
  const start = stream.advance();
  const kind = SECTION_WORDS.find((word) => start.kind === "name" && start.upper === word)!;
  let constant = false;
  let retain = false;
  let access: Access | null = null;
  while (stream.isWord("CONSTANT", "RETAIN", "NON_RETAIN", "PERSISTENT", ...ACCESS) && !isFirstVariable(stream)) {
    constant ||= stream.isWord("CONSTANT");
    retain ||= stream.isWord("RETAIN", "PERSISTENT");
    access = ACCESS.find((word) => stream.isWord(word)) ?? access;
    stream.advance();
  }
  const variables = parseVariables(stream, "END_VAR");
  stream.expectWord("END_VAR", `to close ${kind}`);
  stream.takeSymbol(";");
  return { at: start.at, kind, constant, retain, access, variables };
};

const ACCESS: readonly Access[] = ["PUBLIC", "PRIVATE", "PROTECTED", "INTERNAL"];

/** A variable may have the name of a qualifier. */
const isFirstVariable = (stream: TokenStream): boolean =>
  stream.isSymbol(":", 1) ||
  stream.isSymbol(",", 1) ||
  (stream.isName(1) && stream.peek(1).text.toUpperCase() === "AT");

const parseVariables = (stream: TokenStream, end: string): readonly VariableDeclaration[] => {
  const variables: VariableDeclaration[] = [];
  while (!stream.atEnd && !stream.isWord(...ENDS)) {
    const found = stream.attempt(
      () => parseVariable(stream),
      () => stream.skipTo(ENDS),
    );
    variables.push(...(found ?? []));
    if (stream.isWord(end)) break;
  }
  return variables;
};

/** `A, B AT %IX0.0 : TYPE := initial;` */
const parseVariable = (stream: TokenStream): readonly VariableDeclaration[] => {
  const names = [stream.expectName("the name of a variable")];
  while (stream.takeSymbol(",")) names.push(stream.expectName("the name of a variable"));
  const address = stream.takeWord("AT") ? parseAddress(stream) : null;
  stream.expectSymbol(":", `after ${names.at(-1)!.text}`);
  const type = parseType(stream);
  const edge = stream.isWord("R_EDGE") ? "R_EDGE" : stream.isWord("F_EDGE") ? "F_EDGE" : null;
  if (edge !== null) stream.advance();
  const initial = takeAssignment(stream) ? parseInitialValue(stream) : null;
  stream.expectSemicolon("after the declaration");
  return names.map((name) => ({ at: name.at, name, type, initial, address, edge }));
};

/** `:=`, or `REF=` of a REFERENCE TO. */
const takeAssignment = (stream: TokenStream): boolean => stream.takeSymbol(":=") || stream.takeLettered("REF");

export const parseAddress = (stream: TokenStream): VariableDeclaration["address"] => {
  const token = stream.token;
  if (token.kind !== "direct") {
    throw stream.fail(token.at, "syntax", `expected an address like %IX0.3 after AT, found ${describe(token)}`);
  }
  stream.advance();
  return { at: token.at, text: token.text };
};

export const parseTypeSection = (stream: TokenStream): readonly Declaration[] => {
  stream.advance();
  const declarations: Declaration[] = [];
  while (!stream.atEnd && !stream.isWord(...ENDS)) {
    const found = stream.attempt(
      () => parseNamedType(stream),
      () => stream.skipTo(ENDS),
    );
    if (found !== null) declarations.push(found);
    while (stream.isWord("END_STRUCT", "END_UNION")) {
      stream.advance();
      stream.takeSymbol(";");
    }
  }
  stream.expectWord("END_TYPE", "to close TYPE");
  stream.takeSymbol(";");
  return declarations;
};

const parseNamedType = (stream: TokenStream): Declaration => {
  const name = stream.expectName("the name of a type");
  const base = stream.takeWord("EXTENDS") ? stream.expectName("the name of a STRUCT") : null;
  stream.expectSymbol(":", `after ${name.text}`);
  const type = base === null ? parseType(stream) : parseExtended(stream, base);
  const initial = stream.takeSymbol(":=") ? parseInitialValue(stream) : null;
  if (type.kind !== "struct") stream.expectSemicolon("after the type");
  else stream.takeSymbol(";");
  return { kind: "type", at: name.at, name, type, initial };
};

const parseExtended = (stream: TokenStream, base: Name): TypeExpression => {
  const start = stream.token.at;
  stream.expectWord("STRUCT", "with the members that are added");
  return parseStruct(stream, start, "STRUCT", base);
};

export const parseType = (stream: TokenStream): TypeExpression => stream.nested(() => parseTypeInside(stream));

const parseTypeInside = (stream: TokenStream): TypeExpression => {
  const start = stream.token.at;
  if (stream.takeWord("ARRAY")) return parseArray(stream, start);
  if (stream.takeWord("STRUCT")) return parseStruct(stream, start, "STRUCT", null);
  if (stream.isWord("UNION") && !stream.isSymbol(";", 1)) {
    stream.advance();
    return parseStruct(stream, start, "UNION", null);
  }
  if (stream.isSymbol("(")) return parseEnum(stream, null);
  const flavour = takePointerWords(stream);
  if (flavour !== null) {
    const target = parseType(stream);
    return { kind: "pointer", at: stream.since(start), flavour, target };
  }
  const name = stream.expectQualifiedName("a type");
  if (name.key === "STRING" || name.key === "WSTRING") return parseString(stream, name);
  if (!stream.isSymbol("(")) return { kind: "name", at: name.at, name };
  if (stream.isName(1) && (stream.isSymbol(",", 2) || stream.isSymbol(")", 2) || stream.isSymbol(":=", 2))) {
    return parseEnum(stream, name);
  }
  stream.advance();
  const low = parseExpression(stream);
  stream.expectSymbol("..", "between the bounds of the subrange");
  const high = parseExpression(stream);
  stream.expectSymbol(")", "after the subrange");
  return { kind: "subrange", at: stream.since(start), base: name, low, high };
};

const parseStruct = (
  stream: TokenStream,
  start: TypeExpression["at"],
  word: "STRUCT" | "UNION",
  base: Name | null,
): TypeExpression => {
  const overlap = word === "UNION" || stream.takeWord("OVERLAP");
  stream.takeSymbol(";");
  const fields = parseVariables(stream, `END_${word}`);
  stream.expectWord(`END_${word}`, `to close ${word}`);
  return { kind: "struct", at: stream.since(start), base, overlap, fields };
};

/** `POINTER TO`, `REFERENCE TO`, `REF_TO`; null: the type is none of these. */
const takePointerWords = (stream: TokenStream): PointerFlavour | null => {
  if (stream.takeWord("REF_TO")) return "REF_TO";
  const flavour = stream.isWord("POINTER") ? "POINTER TO" : stream.isWord("REFERENCE") ? "REFERENCE TO" : null;
  if (flavour === null) return null;
  stream.advance();
  stream.expectWord("TO", `after ${flavour.slice(0, -3)}`);
  return flavour;
};

const parseArray = (stream: TokenStream, start: TypeExpression["at"]): TypeExpression => {
  stream.expectSymbol("[", "after ARRAY");
  if (stream.isSymbol("*")) return parseOpenArray(stream, start);
  const dimensions = [];
  do {
    const low = parseExpression(stream);
    stream.expectSymbol("..", "between the bounds of the array");
    const high = parseExpression(stream);
    dimensions.push({ at: stream.since(low.at), low, high });
  } while (stream.takeSymbol(","));
  stream.expectSymbol("]", "after the bounds");
  stream.expectWord("OF", "after the bounds");
  const element = parseType(stream);
  return { kind: "array", at: stream.since(start), dimensions, element };
};

/** `*, *] OF INT` */
const parseOpenArray = (stream: TokenStream, start: TypeExpression["at"]): TypeExpression => {
  let rank = 0;
  do {
    stream.expectSymbol("*", "for each dimension");
    rank += 1;
  } while (stream.takeSymbol(","));
  stream.expectSymbol("]", "after the dimensions");
  stream.expectWord("OF", "after the dimensions");
  const element = parseType(stream);
  return { kind: "open array", at: stream.since(start), rank, element };
};

const parseEnum = (stream: TokenStream, prefixBase: Name | null): TypeExpression => {
  const start = prefixBase?.at ?? stream.token.at;
  stream.expectSymbol("(", "before the values");
  const values = [];
  do {
    const name = stream.expectName("the name of a value");
    values.push({ name, value: stream.takeSymbol(":=") ? parseExpression(stream) : null });
  } while (stream.takeSymbol(","));
  stream.expectSymbol(")", "after the values");
  const isTyped = prefixBase === null && stream.isName() && !stream.isWord("R_EDGE", "F_EDGE");
  const base = isTyped ? stream.expectName("the base type") : prefixBase;
  return { kind: "enum", at: stream.since(start), values, base };
};

const parseString = (stream: TokenStream, name: Name): TypeExpression => {
  const closing = stream.takeSymbol("[") ? "]" : stream.takeSymbol("(") ? ")" : null;
  const length = closing === null ? null : parseExpression(stream);
  if (closing !== null) stream.expectSymbol(closing, "after the length");
  return { kind: "string", at: stream.since(name.at), wide: name.key === "WSTRING", length };
};
