/** Initial values, and the same as literals of arrays and structs (IEC 61131-3 §6.4.4.5.2, §6.4.4.6.2). */
import type { Initializer, Name } from "./ast.ts";
import { parseExpression } from "./parse-expression.ts";
import type { TokenStream } from "./token-stream.ts";

/** `1`, `[1, 2, 3(0)]`, `(a := 1, b := 2)`. */
export const parseInitializer = (stream: TokenStream): Initializer =>
  stream.nested(() => {
    const start = stream.token.at;
    if (stream.takeSymbol("[")) return parseList(stream, start);
    if (stream.isSymbol("(") && stream.isName(1) && stream.isSymbol(":=", 2)) return parseFields(stream, start);
    const value = parseExpression(stream);
    return { kind: "value", at: value.at, value };
  });

/** As `parseInitializer`; a list may stand there without its brackets, as CODESYS 2 writes it: `:= 1, 2, 3(0)`. */
export const parseInitialValue = (stream: TokenStream): Initializer => {
  const first = parseItem(stream);
  if (first.repeat === null && !stream.isSymbol(",")) return first.value;
  const items = [first];
  while (stream.takeSymbol(",")) items.push(parseItem(stream));
  return { kind: "list", at: stream.since(first.value.at), items };
};

type Item = Extract<Initializer, { kind: "list" }>["items"][number];

const parseList = (stream: TokenStream, start: Initializer["at"]): Initializer => {
  const items: Item[] = [];
  while (!stream.isSymbol("]")) {
    items.push(parseItem(stream));
    if (!stream.takeSymbol(",")) break;
  }
  stream.expectSymbol("]", "after the values");
  return { kind: "list", at: stream.since(start), items };
};

/** `5`, or `3(5)` for three of them. */
const parseItem = (stream: TokenStream): Item => {
  const { token } = stream;
  if (token.kind !== "integer" || !stream.isSymbol("(", 1)) return { repeat: null, value: parseInitializer(stream) };
  const repeat = { kind: "integer", at: token.at, value: token.value } as const;
  stream.advance();
  stream.advance();
  if (stream.isSymbol(")")) throw stream.fail(stream.token.at, "syntax", "expected the value to repeat");
  const value = parseInitializer(stream);
  stream.expectSymbol(")", "after the repeated value");
  return { repeat, value };
};

const parseFields = (stream: TokenStream, start: Initializer["at"]): Initializer => {
  const fields: { name: Name; value: Initializer }[] = [];
  stream.expectSymbol("(", "before the fields");
  do {
    const name = stream.expectName("the name of a field");
    stream.expectSymbol(":=", `after ${name.text}`);
    fields.push({ name, value: parseInitializer(stream) });
  } while (stream.takeSymbol(","));
  stream.expectSymbol(")", "after the fields");
  return { kind: "fields", at: stream.since(start), fields };
};
