/** `TEST 'name' VAR … END_VAR … END_TEST`: a test in the language itself, at file level. */
import { PLAIN_UNIT, type UnitDeclaration } from "./ast.ts";
import { parseStatements } from "./parse-statement.ts";
import { parseSections } from "./parse-variables.ts";
import { describe, type TokenStream } from "./token-stream.ts";

/** TEST is a word of its own only here: elsewhere it names what it likes. */
export const isTest = (stream: TokenStream): boolean => stream.isWord("TEST") && stream.peek(1).kind === "string";

/** Its name is in quotes, so that it clashes with nothing. */
export const parseTest = (stream: TokenStream): UnitDeclaration => {
  const start = stream.advance().at;
  const title = stream.advance();
  const text = title.kind === "string" ? `'${title.value}'` : "''";
  const sections = parseSections(stream);
  const body = parseStatements(stream, "END_TEST");
  if (!stream.takeWord("END_TEST")) {
    const hint = `TEST ${text} starts at line ${start.source.position(start.start).line}`;
    throw stream.fail(stream.token.at, "syntax", `expected END_TEST, found ${describe(stream.token)}`, hint);
  }
  const name = { at: title.at, text, key: text };
  const at = stream.since(start);
  return { ...PLAIN_UNIT, at, unit: "TEST", name, sections, body };
};
