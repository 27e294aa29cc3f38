/** CONFIGURATION: which programs run, and when (IEC 61131-3 §6.8). */
import type {
  ConfigurationDeclaration,
  InstanceDeclaration,
  LocationDeclaration,
  TaskDeclaration,
  VariableSection,
} from "./ast.ts";
import { parseArguments, parseExpression, parsePostfix } from "./parse-expression.ts";
import { parseInitialValue } from "./parse-initializer.ts";
import { parseAddress, parseSection, parseType } from "./parse-variables.ts";
import { describe, type TokenStream } from "./token-stream.ts";

const CONFIGURATION_WORDS: ReadonlySet<string> = new Set([
  "TASK",
  "PROGRAM",
  "RESOURCE",
  "END_RESOURCE",
  "VAR_GLOBAL",
  "VAR_CONFIG",
  "END_CONFIGURATION",
  "FUNCTION",
  "FUNCTION_BLOCK",
  "TYPE",
]);

export const parseConfiguration = (stream: TokenStream): ConfigurationDeclaration => {
  const start = stream.advance().at;
  const name = stream.expectName("the name of the configuration");
  const globals: VariableSection[] = [];
  const tasks: TaskDeclaration[] = [];
  const instances: InstanceDeclaration[] = [];
  const locations: LocationDeclaration[] = [];
  while (!stream.atEnd && !stream.isWord("END_CONFIGURATION")) {
    stream.attempt(
      () => {
        if (stream.isWord("VAR_GLOBAL")) globals.push(parseSection(stream));
        else if (stream.isWord("VAR_CONFIG")) locations.push(...parseLocations(stream));
        else if (stream.takeWord("RESOURCE")) parseResourceHead(stream);
        else if (stream.takeWord("END_RESOURCE")) stream.takeSymbol(";");
        else if (stream.isWord("TASK")) tasks.push(parseTask(stream));
        else if (stream.isWord("PROGRAM")) instances.push(parseInstance(stream));
        else if (!stream.takeSymbol(";")) {
          throw stream.fail(
            stream.token.at,
            "syntax",
            `expected TASK, PROGRAM, RESOURCE, VAR_GLOBAL or VAR_CONFIG, found ${describe(stream.token)}`,
          );
        }
      },
      () => stream.skipTo(CONFIGURATION_WORDS),
    );
    if (stream.isWord("FUNCTION", "FUNCTION_BLOCK", "TYPE")) break;
  }
  stream.expectWord("END_CONFIGURATION", `to close ${name.text}`);
  return { kind: "configuration", at: stream.since(start), name, globals, tasks, instances, locations };
};

/** At VAR_CONFIG: `p1.pump.run AT %QX0.3 : BOOL := TRUE;` */
export const parseLocations = (stream: TokenStream): readonly LocationDeclaration[] => {
  stream.advance();
  const locations: LocationDeclaration[] = [];
  while (!stream.atEnd && !stream.isWord("END_VAR", ...CONFIGURATION_WORDS)) {
    const found = stream.attempt(
      () => parseLocation(stream),
      () => stream.skipTo(new Set(["END_VAR", ...CONFIGURATION_WORDS])),
    );
    if (found !== null) locations.push(found);
  }
  stream.expectWord("END_VAR", "to close VAR_CONFIG");
  stream.takeSymbol(";");
  return locations;
};

const parseLocation = (stream: TokenStream): LocationDeclaration => {
  const target = parsePostfix(stream);
  const address = stream.takeWord("AT") ? parseAddress(stream) : null;
  stream.expectSymbol(":", "and the type of the variable");
  const type = parseType(stream);
  const initial = stream.takeSymbol(":=") ? parseInitialValue(stream) : null;
  stream.expectSemicolon("after the declaration");
  return { at: stream.since(target.at), target, address, type, initial };
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
  const connections = stream.isSymbol("(") ? parseArguments(stream) : [];
  stream.expectSemicolon("after the program instance");
  return { at: stream.since(start), name, task, program, connections };
};
