/** Tokens → tree: declarations of a file (IEC 61131-3 §6.4–6.8). Reports every error it can find, each once. */
import type { Problems } from "../problems.ts";
import type { Declaration, SourceFile } from "./ast.ts";
import { tokenize } from "./lexer.ts";
import { parseConfiguration, parseLocations } from "./parse-configuration.ts";
import { isTest, parseTest } from "./parse-test.ts";
import { parseActions, parseInterface, parseUnit, parseUsing } from "./parse-unit.ts";
import { parseSection, parseTypeSection } from "./parse-variables.ts";
import { lineOf, type SourceText } from "./source-text.ts";
import { describe, TokenStream } from "./token-stream.ts";

const TOP_WORDS: ReadonlySet<string> = new Set([
  "TYPE",
  "FUNCTION",
  "FUNCTION_BLOCK",
  "CLASS",
  "INTERFACE",
  "PROGRAM",
  "ACTION",
  "ACTIONS",
  "NAMESPACE",
  "USING",
  "CONFIGURATION",
  "VAR_GLOBAL",
  "VAR_CONFIG",
  "TEST",
]);
export const parse = (source: SourceText, problems: Problems): SourceFile => {
  const stream = new TokenStream(tokenize(source, problems), problems);
  const { declarations, isWhole } = parseDeclarations(stream, () => false);
  return { source, declarations, isWhole: isWhole && stream.isWhole };
};

const parseDeclarations = (
  stream: TokenStream,
  isOver: () => boolean,
): { readonly declarations: readonly Declaration[]; readonly isWhole: boolean } => {
  const declarations: Declaration[] = [];
  let isWhole = true;
  while (!stream.atEnd && !isOver()) {
    const found = stream.attempt(
      () => (stream.isWord("ACTION", "ACTIONS") ? attachActions(stream, declarations) : parseDeclaration(stream)),
      () => {
        while (!stream.atEnd && !stream.isWord(...TOP_WORDS) && !isOver()) stream.advance();
      },
    );
    if (found === null) isWhole = false;
    else declarations.push(...found);
  }
  return { declarations, isWhole };
};

/** `NAMESPACE A.B … END_NAMESPACE` */
const parseNamespace = (stream: TokenStream): Declaration => {
  const start = stream.advance().at;
  stream.takeWord("INTERNAL");
  const name = stream.expectQualifiedName("the name of the NAMESPACE");
  const { declarations, isWhole } = stream.nested(() =>
    parseDeclarations(stream, () => stream.isWord("END_NAMESPACE")),
  );
  if (!stream.takeWord("END_NAMESPACE") && isWhole)
    stream.report(
      stream.token.at,
      "syntax",
      `the NAMESPACE of line ${lineOf(start)} is not closed: expected END_NAMESPACE`,
    );
  return { kind: "namespace", at: stream.since(start), name, declarations };
};

/** Gives loose actions to the unit of this file that they belong to. */
const attachActions = (stream: TokenStream, declarations: Declaration[]): readonly Declaration[] => {
  const start = stream.token.at;
  const { owner, actions } = parseActions(stream);
  const index = declarations.findLastIndex(
    (each) => each.kind === "unit" && (owner === null || each.name.key === owner.key),
  );
  const unit = declarations[index];
  if (unit?.kind === "unit") declarations[index] = { ...unit, members: [...unit.members, ...actions] };
  else if (owner === null)
    stream.report(start, "syntax", "an ACTION stands behind the PROGRAM or FUNCTION_BLOCK that it belongs to");
  else stream.report(owner.at, "unknown-name", `there is no PROGRAM or FUNCTION_BLOCK ${owner.text} before this`);
  return [];
};

const parseDeclaration = (stream: TokenStream): readonly Declaration[] => {
  const token = stream.token;
  switch (token.kind === "name" ? token.upper : "") {
    case "TYPE":
      return parseTypeSection(stream);
    case "FUNCTION":
    case "FUNCTION_BLOCK":
    case "CLASS":
    case "PROGRAM":
      return [parseUnit(stream)];
    case "INTERFACE":
      return [parseInterface(stream)];
    case "NAMESPACE":
      return [parseNamespace(stream)];
    case "USING":
      return [{ kind: "using", at: token.at, names: parseUsing(stream) }];
    case "CONFIGURATION":
      return [parseConfiguration(stream)];
    case "VAR_GLOBAL":
      return [{ kind: "globals", at: token.at, section: parseSection(stream) }];
    case "VAR_CONFIG":
      return [{ kind: "locations", at: token.at, locations: parseLocations(stream) }];
  }
  if (isTest(stream)) return [parseTest(stream)];
  if (stream.takeSymbol(";")) return [];
  const expected =
    "expected PROGRAM, FUNCTION, FUNCTION_BLOCK, CLASS, INTERFACE, TYPE, VAR_GLOBAL, NAMESPACE or CONFIGURATION";
  throw stream.fail(token.at, "syntax", `${expected}, found ${describe(token)}`);
};
