/** Turns YAML text (YAML 1.2) into plain values, remembering where each was written. What is no proper YAML comes back as findings. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLError,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Finding } from "./finding.ts";
import { type EntryPosition, joinPath, type Key, Places, type Position, TOP } from "./places.ts";

/** Beyond these a file is a mistake or an attack, not a module. */
const MOST_VALUES = 100_000;
const DEEPEST = 60;

const OPTIONS = { prettyErrors: false, strict: true, stringKeys: true, resolveKnownTags: false } as const;

export interface YamlContent {
  readonly value: unknown;
  readonly places: Places;
}

export const readYaml = (text: string): YamlContent | { readonly findings: readonly Finding[] } => {
  if (opensTooMuch(text)) return tooMuch("it is nested too deep");
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines, ...OPTIONS });
    if (document.errors.length > 0) return { findings: document.errors.map((error) => findingOf(error, lines, text)) };
    const reader = new Reader(document, lines);
    const value = reader.read(document.contents, "", TOP, 0);
    return reader.findings.length > 0 ? { findings: reader.findings } : { value, places: reader.places };
  } catch (error) {
    if (error instanceof TooMuch) return tooMuch(error.message);
    throw error;
  }
};

/**
 * The parser recurses with each open bracket and each `-`, `?` and `:` that opens a level of a block; text that would use up
 * its stack must not reach it. Brackets in texts and comments count too: that is more than any module has.
 */
const opensTooMuch = (text: string): boolean => {
  let brackets = 0;
  for (const line of text.split("\n")) {
    if (/^\s*#/.test(line)) continue;
    let levels = 0;
    for (const character of line) {
      if (character === "[" || character === "{") brackets += 1;
      else if (character === "]" || character === "}") brackets = Math.max(0, brackets - 1);
      else if (character === "-" || character === "?" || character === ":") levels += 1;
      if (brackets + levels > MOST_OPEN) return true;
    }
    if (line.search(/\S/) > MOST_OPEN) return true;
  }
  return false;
};
const MOST_OPEN = 200;

const tooMuch = (what: string): { readonly findings: readonly Finding[] } => ({
  findings: [
    { code: "yaml-syntax", at: { ...TOP, path: "" }, message: `this is no module: ${what}`, hint: "check the file" },
  ],
});

/** Stays in this file: from any depth of the document to the one place that makes it a finding. */
class TooMuch extends Error {}

const findingOf = (error: YAMLError, lines: LineCounter, text: string): Finding => {
  const { line, col } = lines.linePos(error.pos[0]);
  const at = { line: Math.max(line, 1), column: Math.max(col, 1), path: "" };
  if (error.code === "DUPLICATE_KEY") {
    const key = /^[\w-]*/.exec(text.slice(error.pos[0], error.pos[0] + 80))?.[0] ?? "";
    return { code: "duplicate-key", at, message: `the key "${key}" was given before`, hint: "keep one of the two" };
  }
  const hint = HINTS[error.code] ?? "see how configs/waterworks.yaml is written";
  const message = MESSAGES[error.code] ?? error.message;
  return { code: "yaml-syntax", at, message: `no proper YAML: ${message}`, hint };
};

const MESSAGES: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: "a second document starts here",
  NON_STRING_KEY: "a list or mapping cannot be a key",
};

const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: "indent with spaces",
  BAD_INDENT: "align it with the other keys of its mapping, with spaces",
  MULTIPLE_DOCS: "a file describes one module: remove what follows `---`",
  MISSING_CHAR: "check that brackets and quotes before it are closed",
  UNEXPECTED_TOKEN: "check that brackets, quotes and `key: value` before it are complete",
  MULTILINE_IMPLICIT_KEY: "check for a missing colon, or a missing line end",
  NON_STRING_KEY: "a key is a text; quote it",
};

class Reader {
  readonly places = new Places();
  /** Aliases of what is not there. */
  readonly findings: Finding[] = [];
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #targets = new Map<Alias, Node>();
  #values = 0;

  constructor(document: Document.Parsed, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  read(node: unknown, path: string, written: Position, depth: number): unknown {
    this.#values += 1;
    if (this.#values > MOST_VALUES) throw new TooMuch(`it has more than ${MOST_VALUES} values`);
    if (depth > DEEPEST) throw new TooMuch(`it is nested deeper than ${DEEPEST} levels`);
    if (isScalar(node)) return node.value;
    if (isAlias(node)) return this.#readAlias(node, path, written, depth);
    if (isMap(node)) return this.#readMap(node, path, written, depth);
    if (isSeq(node)) return this.#readList(node, path, written, depth);
    return null;
  }

  #readAlias(alias: Alias, path: string, written: Position, depth: number): unknown {
    // Resolving searches the whole document; an alias inside an alias would search it again and again.
    const target = this.#targets.get(alias) ?? alias.resolve(this.#document);
    if (target !== undefined) {
      this.#targets.set(alias, target);
      return this.read(target, path, written, depth + 1);
    }
    const message = `no proper YAML: nothing before this is anchored as &${alias.source}`;
    const hint = "a text that starts with * has to be quoted";
    this.findings.push({ code: "yaml-syntax", at: { ...written, path }, message, hint });
    return null;
  }

  #readMap(map: YAMLMap, path: string, written: Position, depth: number): object {
    const value: Record<string, unknown> = {};
    const entries = new Map<Key, EntryPosition>();
    for (const pair of map.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
      const keyPosition = this.#positionOf(pair.key) ?? written;
      const entry = { key: keyPosition, value: this.#positionOf(pair.value) ?? keyPosition };
      // A mapping on lines of its own is best shown by the key above it.
      const whole = isMap(pair.value) || isSeq(pair.value) ? keyPosition : entry.value;
      entries.set(key, { key: keyPosition, value: whole });
      const content = this.read(pair.value, joinPath(path, key), whole, depth + 1);
      Object.defineProperty(value, key, { value: content, enumerable: true, writable: true, configurable: true });
    }
    this.places.register(value, { ...written, path }, entries);
    return value;
  }

  #readList(list: YAMLSeq, path: string, written: Position, depth: number): unknown[] {
    const positions = list.items.map((item) => this.#positionOf(item) ?? written);
    const value = list.items.map((item, index) => this.read(item, joinPath(path, index), positions[index]!, depth + 1));
    const entries = positions.map((at, index) => [index, { key: at, value: at }] as const);
    this.places.register(value, { ...written, path }, new Map(entries));
    return value;
  }

  #positionOf(node: unknown): Position | null {
    const start = (node as Node | null)?.range?.[0];
    if (start === undefined) return null;
    const { line, col } = this.#lines.linePos(start);
    return { line, column: col };
  }
}
