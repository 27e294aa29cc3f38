/** Program organization units, classes and interfaces with their members (IEC 61131-3 §6.6; PROPERTY as in CODESYS). */
import {
  type Access,
  type InterfaceDeclaration,
  type MemberDeclaration,
  type Modifiers,
  type Name,
  PLAIN_UNIT,
  type PropertyDeclaration,
  type UnitDeclaration,
  type VariableSection,
} from "./ast.ts";
import { atMember, parseStatements } from "./parse-statement.ts";
import { parseSection, parseType, SECTION_WORDS } from "./parse-variables.ts";
import { lineOf, type Span } from "./source-text.ts";
import { behind, describe, type TokenStream } from "./token-stream.ts";

type UnitKind = UnitDeclaration["unit"];

const ACCESS: readonly Access[] = ["PUBLIC", "PRIVATE", "PROTECTED", "INTERNAL"];
const PLAIN: Modifiers = PLAIN_UNIT.modifiers;

/** At FUNCTION, FUNCTION_BLOCK, CLASS or PROGRAM. */
export const parseUnit = (stream: TokenStream): UnitDeclaration => {
  const start = stream.token;
  const unit = (start.kind === "name" ? start.upper : "PROGRAM") as UnitKind;
  stream.advance();
  const modifiers = parseModifiers(stream);
  const name = stream.expectName(`the name of the ${unit}`);
  return parseRest(stream, start.at, unit, name, modifiers, unit === "FUNCTION");
};

/** From behind the name to the END_ word. */
const parseRest = (
  stream: TokenStream,
  start: Span,
  unit: UnitKind,
  name: Name,
  modifiers: Modifiers,
  mayReturn: boolean,
  end = `END_${unit}`,
): UnitDeclaration => {
  const first = stream.position;
  const result = mayReturn && stream.takeSymbol(":") ? parseType(stream) : null;
  const base = stream.takeWord("EXTENDS") ? stream.expectQualifiedName("the name of what it extends") : null;
  const interfaces = stream.takeWord("IMPLEMENTS") ? parseNames(stream, "the name of an INTERFACE") : [];
  stream.takeSymbol(";");
  const usings = stream.isWord("USING") && stream.isName(1) ? parseUsing(stream) : [];
  const sections: VariableSection[] = [];
  const members: MemberDeclaration[] = [];
  const body = [];
  for (;;) {
    while (stream.isWord(...SECTION_WORDS)) {
      const section = stream.attempt(
        () => parseSection(stream),
        () => {},
      );
      if (section !== null) sections.push(section);
    }
    if (atMember(stream)) members.push(...attemptMember(stream, name));
    else if (stream.atBlockEnd || stream.isWord(end)) break;
    else {
      const before = stream.position;
      body.push(...parseStatements(stream, end));
      if (!atMember(stream) || stream.position === before) break;
    }
  }
  if (!stream.takeWord(end)) {
    const hint = `${unit} ${name.text} starts at line ${lineOf(start)}`;
    throw stream.fail(stream.token.at, "syntax", `expected ${end}, found ${describe(stream.token)}`, hint);
  }
  const at = stream.since(start);
  const setsEno = stream.mentions("ENO", first);
  return {
    kind: "unit",
    at,
    unit,
    name,
    modifiers,
    base,
    interfaces,
    usings,
    result,
    sections,
    members,
    body,
    setsEno,
  };
};

const parseNames = (stream: TokenStream, what: string): readonly Name[] => {
  const names = [stream.expectQualifiedName(what)];
  while (stream.takeSymbol(",")) names.push(stream.expectQualifiedName(what));
  return names;
};

/** At USING; there may be several. */
export const parseUsing = (stream: TokenStream): readonly Name[] => {
  const names: Name[] = [];
  while (stream.takeWord("USING")) {
    names.push(...parseNames(stream, "the name of a NAMESPACE"));
    stream.expectSemicolon("after USING");
  }
  return names;
};

const parseModifiers = (stream: TokenStream): Modifiers => {
  let modifiers = PLAIN;
  for (;;) {
    const access = ACCESS.find((word) => stream.isWord(word) && stream.isName(1));
    if (access !== undefined) modifiers = { ...modifiers, access };
    else if (stream.isWord("ABSTRACT") && stream.isName(1)) modifiers = { ...modifiers, abstract: true };
    else if (stream.isWord("FINAL") && stream.isName(1)) modifiers = { ...modifiers, final: true };
    else if (stream.isWord("OVERRIDE") && stream.isName(1)) modifiers = { ...modifiers, override: true };
    else return modifiers;
    stream.advance();
  }
};

const attemptMember = (stream: TokenStream, owner: Name): readonly MemberDeclaration[] => {
  const member = stream.attempt(
    () => parseMember(stream, owner),
    () => skipMember(stream),
  );
  return member === null ? [] : [member];
};

const skipMember = (stream: TokenStream): void => {
  const isOver = () => atMember(stream) || stream.atBlockEnd || stream.isWord(...MEMBER_ENDS);
  while (!stream.atEnd && !isOver()) stream.advance();
  if (stream.takeWord(...MEMBER_ENDS)) stream.takeSymbol(";");
};

const MEMBER_ENDS = ["END_METHOD", "END_ACTION", "END_PROPERTY"];

/** At METHOD, PROPERTY or ACTION. */
const parseMember = (stream: TokenStream, owner: Name): MemberDeclaration => {
  const start = stream.token.at;
  if (stream.isWord("PROPERTY")) return parseProperty(stream, owner);
  const unit = stream.isWord("METHOD") ? "METHOD" : "ACTION";
  stream.advance();
  const modifiers = unit === "METHOD" ? parseModifiers(stream) : PLAIN;
  const first = stream.expectName(`the name of the ${unit}`);
  const name = unit === "ACTION" && stream.takeSymbol(".") ? stream.expectName("the name of the ACTION") : first;
  if (unit === "ACTION") stream.takeSymbol(":");
  const member = parseRest(stream, start, unit, name, modifiers, unit === "METHOD");
  stream.takeSymbol(";");
  return member;
};

/** `PROPERTY Level : REAL GET … END_GET SET … END_SET END_PROPERTY` */
const parseProperty = (stream: TokenStream, owner: Name): PropertyDeclaration => {
  const start = stream.advance().at;
  const modifiers = parseModifiers(stream);
  const name = stream.expectName("the name of the PROPERTY");
  stream.expectSymbol(":", `and the type of ${name.text}`);
  const type = parseType(stream);
  stream.takeSymbol(";");
  const accessors: { GET: UnitDeclaration | null; SET: UnitDeclaration | null } = { GET: null, SET: null };
  while (!stream.atEnd && !stream.isWord("END_PROPERTY")) {
    const word = stream.isWord("GET") ? "GET" : stream.isWord("SET") ? "SET" : null;
    if (word === null) {
      const hint = `PROPERTY ${name.text} of ${owner.text} starts at line ${lineOf(start)}`;
      throw stream.fail(
        stream.token.at,
        "syntax",
        `expected GET, SET or END_PROPERTY, found ${describe(stream.token)}`,
        hint,
      );
    }
    accessors[word] = parseAccessor(stream, word, name, type, modifiers);
  }
  stream.expectWord("END_PROPERTY", `to close ${name.text}`);
  stream.takeSymbol(";");
  return { kind: "property", at: stream.since(start), name, modifiers, type, get: accessors.GET, set: accessors.SET };
};

/** GET is a method that returns the property's type; SET one that takes it as its only input, under the property's name. */
const parseAccessor = (
  stream: TokenStream,
  word: "GET" | "SET",
  { text, key, at }: Name,
  type: PropertyDeclaration["type"],
  modifiers: Modifiers,
): UnitDeclaration => {
  const start = stream.advance().at;
  stream.takeSymbol(";");
  const isEmpty = stream.isWord("GET", "SET", "END_PROPERTY");
  const parsed = isEmpty
    ? null
    : parseRest(stream, start, "METHOD", { text, key, at }, modifiers, false, `END_${word}`);
  stream.takeSymbol(";");
  const input: VariableSection = {
    at: start,
    kind: "VAR_INPUT",
    constant: false,
    retain: false,
    access: null,
    variables: [{ at, name: { text, key, at }, type, initial: null, address: null, edge: null }],
  };
  return {
    ...PLAIN_UNIT,
    at: start,
    unit: "METHOD",
    name: { text, key, at },
    modifiers,
    result: word === "GET" ? type : null,
    sections: [...(word === "SET" ? [input] : []), ...(parsed?.sections ?? [])],
    body: parsed?.body ?? [],
  };
};

/** IEC 61131-3 §6.6.6; methods and properties without bodies. */
export const parseInterface = (stream: TokenStream): InterfaceDeclaration => {
  const start = stream.advance().at;
  parseModifiers(stream);
  const name = stream.expectName("the name of the INTERFACE");
  const bases = stream.takeWord("EXTENDS") ? parseNames(stream, "the name of an INTERFACE") : [];
  stream.takeSymbol(";");
  const members: MemberDeclaration[] = [];
  stream.inside(["END_INTERFACE"], () => {
    while (atMember(stream)) members.push(...attemptMember(stream, name));
  });
  if (!stream.takeWord("END_INTERFACE")) {
    const message = `expected METHOD, PROPERTY or END_INTERFACE, found ${describe(stream.token)}`;
    throw stream.fail(
      behind(stream.previous.at),
      "syntax",
      message,
      `INTERFACE ${name.text} starts at line ${lineOf(start)}`,
    );
  }
  return { kind: "interface", at: stream.since(start), name, bases, members };
};

/** Actions that stand behind their unit: `ACTION Name: … END_ACTION`, `ACTION Unit.Name: …`, `ACTIONS Unit … END_ACTIONS`. */
export interface LooseActions {
  /** null: the unit before them. */
  readonly owner: Name | null;
  readonly actions: readonly MemberDeclaration[];
}

export const parseActions = (stream: TokenStream): LooseActions => {
  const start = stream.token.at;
  const nobody = { at: start, text: "its unit", key: "" };
  if (stream.isWord("ACTION")) {
    const token = stream.peek(1);
    const isQualified = token.kind === "name" && stream.isSymbol(".", 2);
    const owner = isQualified ? { at: token.at, text: token.text, key: token.upper } : null;
    return { owner, actions: attemptMember(stream, owner ?? nobody) };
  }
  stream.advance();
  const owner = stream.isWord("ACTION") ? null : stream.expectName("the name of the unit that they belong to");
  const actions: MemberDeclaration[] = [];
  while (stream.isWord("ACTION")) actions.push(...attemptMember(stream, owner ?? nobody));
  stream.expectWord("END_ACTIONS", `to close the ACTIONS of line ${lineOf(start)}`);
  return { owner, actions };
};
