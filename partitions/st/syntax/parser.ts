/** Tokens → tree: declarations of a file (IEC 61131-3 §6.4–6.8). Reports every error it can find, each once. */
import type { Problems } from "../problems.ts";
import type {
  ConfigurationDeclaration,
  Declaration,
  InstanceDeclaration,
  SourceFile,
  TaskDeclaration,
  UnitDeclaration,
  VariableSection,
} from "./ast.ts";
import { tokenize } from "./lexer.ts";
import { parseExpression } from "./parse-expression.ts";
import { parseStatements } from "./parse-statement.ts";
import { isTest, parseTest } from "./parse-test.ts";
import { parseSection, parseSections, parseType, parseTypeSection } from "./parse-variables.ts";
import type { SourceText } from "./source-text.ts";
import { describe, TokenStream } from "./token-stream.ts";

const TOP_WORDS: ReadonlySet<string> = new Set([
  "TYPE",
  "FUNCTION",
  "FUNCTION_BLOCK",
  "PROGRAM",
  "CONFIGURATION",
  "VAR_GLOBAL",
  "TEST",
]);
const CONFIGURATION_WORDS: ReadonlySet<string> = new Set([
  "TASK",
  "PROGRAM",
  "RESOURCE",
  "END_RESOURCE",
  "VAR_GLOBAL",
  "END_CONFIGURATION",
  "FUNCTION",
  "FUNCTION_BLOCK",
  "TYPE",
]);

export const parse = (source: SourceText, problems: Problems): SourceFile => {
  const stream = new TokenStream(tokenize(source, problems), problems);
  const declarations: Declaration[] = [];
  let isWhole = true;
  while (!stream.atEnd) {
    const found = stream.attempt(
      () => parseDeclaration(stream),
      () => {
        while (!stream.atEnd && !stream.isWord(...TOP_WORDS)) stream.advance();
      },
    );
    if (found === null) isWhole = false;
    else declarations.push(...found);
  }
  return { source, declarations, isWhole: isWhole && stream.isWhole };
};

const parseDeclaration = (stream: TokenStream): readonly Declaration[] => {
  const token = stream.token;
  switch (token.kind === "name" ? token.upper : "") {
    case "TYPE":
      return parseTypeSection(stream);
    case "FUNCTION":
    case "FUNCTION_BLOCK":
    case "PROGRAM":
      return [parseUnit(stream)];
    case "CONFIGURATION":
      return [parseConfiguration(stream)];
    case "VAR_GLOBAL":
      return [{ kind: "globals", at: token.at, section: parseSection(stream) }];
  }
  if (isTest(stream)) return [parseTest(stream)];
  if (stream.takeSymbol(";")) return [];
  const expected = "expected PROGRAM, FUNCTION, FUNCTION_BLOCK, TYPE, VAR_GLOBAL or CONFIGURATION";
  throw stream.fail(token.at, "syntax", `${expected}, found ${describe(token)}`);
};

const parseUnit = (stream: TokenStream): UnitDeclaration => {
  const start = stream.token;
  const unit = stream.isWord("PROGRAM") ? "PROGRAM" : stream.isWord("FUNCTION") ? "FUNCTION" : "FUNCTION_BLOCK";
  stream.advance();
  const name = stream.expectName(`the name of the ${unit}`);
  const result = unit === "FUNCTION" && stream.takeSymbol(":") ? parseType(stream) : null;
  stream.takeSymbol(";");
  const sections = parseSections(stream);
  const body = parseStatements(stream, `END_${unit}`);
  if (!stream.takeWord(`END_${unit}`)) {
    const hint = `${unit} ${name.text} starts at line ${start.at.source.position(start.at.start).line}`;
    throw stream.fail(stream.token.at, "syntax", `expected END_${unit}, found ${describe(stream.token)}`, hint);
  }
  return { kind: "unit", at: stream.since(start.at), unit, name, result, sections, body };
};

const parseConfiguration = (stream: TokenStream): ConfigurationDeclaration => {
  const start = stream.advance().at;
  const name = stream.expectName("the name of the configuration");
  const globals: VariableSection[] = [];
  const tasks: TaskDeclaration[] = [];
  const instances: InstanceDeclaration[] = [];
  while (!stream.atEnd && !stream.isWord("END_CONFIGURATION")) {
    stream.attempt(
      () => {
        if (stream.isWord("VAR_GLOBAL")) globals.push(parseSection(stream));
        else if (stream.takeWord("RESOURCE")) parseResourceHead(stream);
        else if (stream.takeWord("END_RESOURCE")) stream.takeSymbol(";");
        else if (stream.isWord("TASK")) tasks.push(parseTask(stream));
        else if (stream.isWord("PROGRAM")) instances.push(parseInstance(stream));
        else if (!stream.takeSymbol(";")) {
          throw stream.fail(
            stream.token.at,
            "syntax",
            `expected TASK, PROGRAM, RESOURCE or VAR_GLOBAL, found ${describe(stream.token)}`,
          );
        }
      },
      () => stream.skipTo(CONFIGURATION_WORDS),
    );
    if (stream.isWord("FUNCTION", "FUNCTION_BLOCK", "TYPE")) break;
  }
  stream.expectWord("END_CONFIGURATION", `to close ${name.text}`);
  return { kind: "configuration", at: stream.since(start), name, globals, tasks, instances };
};

const parseResourceHead = (stream: TokenStream): void => {
  stream.expectName("the name of the resource");
  if (stream.takeWord("ON")) stream.expectName("the kind of the resource");
};

const parseTask = (stream: TokenStream): TaskDeclaration => {
  const start = stream.advance().at;
  const name = stream.expectName("the name of the task");
  const properties = [];
  stream.expectSymbol("(", "before the task's properties");
  while (!stream.isSymbol(")")) {
    const property = stream.expectName("INTERVAL, PRIORITY or SINGLE");
    stream.expectSymbol(":=", `after ${property.text}`);
    properties.push({ name: property, value: parseExpression(stream) });
    if (!stream.takeSymbol(",")) break;
  }
  stream.expectSymbol(")", "after the task's properties");
  stream.expectSemicolon("after the task");
  return { at: stream.since(start), name, properties };
};

const parseInstance = (stream: TokenStream): InstanceDeclaration => {
  const start = stream.advance().at;
  stream.takeWord("RETAIN", "NON_RETAIN");
  const name = stream.expectName("the name of the program instance");
  const task = stream.takeWord("WITH") ? stream.expectName("the name of a task") : null;
  stream.expectSymbol(":", "before the program's type");
  const program = stream.expectName("the name of a PROGRAM");
  if (stream.isSymbol("(")) {
    const hint = "connect the variables inside the program, for example through VAR_GLOBAL or AT";
    throw stream.fail(
      stream.token.at,
      "not-supported",
      "connections of a program instance are not supported yet",
      hint,
    );
  }
  stream.expectSemicolon("after the program instance");
  return { at: stream.since(start), name, task, program };
};
