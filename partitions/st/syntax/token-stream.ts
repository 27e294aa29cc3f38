/** What all parts of the parser share: looking at tokens, expecting them, and finding the way back after an error. */
import type { ProblemName } from "../problem-codes.ts";
import type { Problems } from "../problems.ts";
import type { Name } from "./ast.ts";
import { type Span, spanning } from "./source-text.ts";
import { RESERVED, type Token } from "./tokens.ts";

/** Unwinds the parser to the nearest place that can go on; the problem is already reported. Never leaves the parser. */
export class SyntaxFailure extends Error {}

/** Nesting of expressions and statements: deeper than people write, shallower than our stack. */
const MAX_DEPTH = 100;

export class TokenStream {
  readonly problems: Problems;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  /** Words that end the blocks around the token in hand, outermost first. */
  readonly #ends: (readonly string[])[] = [];
  /** It was said that something is nested too deep. */
  #tooDeep = false;
  /** It was said that a block has no `;` behind it: whoever leaves it out does so everywhere. */
  #looseBlock = false;

  constructor(tokens: readonly Token[], problems: Problems) {
    this.#tokens = tokens;
    this.problems = problems;
  }

  get token(): Token {
    return this.#tokens[this.#next]!;
  }

  get previous(): Token {
    return this.#tokens[Math.max(0, this.#next - 1)]!;
  }

  get atEnd(): boolean {
    return this.token.kind === "end";
  }

  /** False when a comment swallowed the rest of the file. */
  get isWhole(): boolean {
    const last = this.#tokens.at(-1);
    return last?.kind !== "end" || !last.cutShort;
  }

  /** Of the token in hand, counted in tokens. */
  get position(): number {
    return this.#next;
  }

  /** Whether this word was read since `from`, other than to name an output of a call. */
  mentions(word: string, from: number): boolean {
    for (let i = from; i < this.#next; i++) {
      const token = this.#tokens[i]!;
      if (token.kind === "name" && token.upper === word && this.#tokens[i + 1]?.text !== "=>") return true;
    }
    return false;
  }

  peek(distance: number): Token {
    return this.#tokens[Math.min(this.#next + distance, this.#tokens.length - 1)]!;
  }

  advance(): Token {
    const token = this.token;
    if (token.kind !== "end") this.#next += 1;
    return token;
  }

  /** From the start of `first` to the end of what was read last. */
  since(first: Span): Span {
    return spanning(first, this.previous.at);
  }

  isSymbol(text: string, distance = 0): boolean {
    const token = this.peek(distance);
    return token.kind === "symbol" && token.text === text;
  }

  isWord(...words: readonly string[]): boolean {
    const token = this.token;
    return token.kind === "name" && words.includes(token.upper);
  }

  takeSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.advance();
    return true;
  }

  takeWord(...words: readonly string[]): boolean {
    if (!this.isWord(...words)) return false;
    this.advance();
    return true;
  }

  /** `REF=`, `S=`, `R=`: a word with `=` right behind it. */
  takeLettered(word: string): boolean {
    if (!this.isWord(word) || !this.isSymbol("=", 1) || this.token.at.end !== this.peek(1).at.start) return false;
    this.advance();
    this.advance();
    return true;
  }

  /** A missing `;` or `)` is best shown behind what came before it. */
  expectSymbol(text: string, after: string): void {
    if (this.takeSymbol(text)) return;
    const at = this.#next === 0 ? this.token.at : behind(this.previous.at);
    throw this.fail(at, "syntax", `expected ${quoted(text)} ${after}, found ${describe(this.token)}`);
  }

  /** A `;` that is missing at the end of a line is reported, and parsing goes on as if it were there. */
  expectSemicolon(after: string): void {
    const { source, end } = this.previous.at;
    const isOnNextLine = source.text.slice(end, this.token.at.start).includes("\n");
    if (!isOnNextLine || this.atEnd) {
      this.expectSymbol(";", after);
      return;
    }
    if (!this.takeSymbol(";")) {
      this.problems.error(behind(this.previous.at), "syntax", `expected ";" ${after}, found ${describe(this.token)}`);
    }
  }

  /** The `;` behind `word`, the end of a block; that it is missing is said once a file. */
  takeBlockSemicolon(word: string): void {
    if (this.takeSymbol(";") || this.#looseBlock) return;
    this.#looseBlock = true;
    const message = `expected ";" after ${word}, found ${describe(this.token)}`;
    this.problems.warning(behind(this.previous.at), "missing-semicolon", message);
  }

  expectWord(word: string, purpose: string): void {
    if (this.takeWord(word)) return;
    throw this.fail(this.token.at, "syntax", `expected ${word} ${purpose}, found ${describe(this.token)}`);
  }

  isName(distance = 0): boolean {
    const token = this.peek(distance);
    return token.kind === "name" && !RESERVED.has(token.upper);
  }

  expectName(what: string): Name {
    const token = this.token;
    if (token.kind === "name" && !RESERVED.has(token.upper)) {
      this.advance();
      return { at: token.at, text: token.text, key: token.upper };
    }
    if (token.kind === "name") {
      const hint = "choose another name: this word structures programs and cannot name anything";
      throw this.fail(token.at, "reserved-word", `expected ${what}, found the keyword ${token.upper}`, hint);
    }
    throw this.fail(token.at, "syntax", `expected ${what}, found ${describe(token)}`);
  }

  /** `Name`, or `Space.Name`. */
  expectQualifiedName(what: string): Name {
    let { at, text, key } = this.expectName(what);
    while (this.isSymbol(".") && this.isName(1)) {
      this.advance();
      const part = this.expectName(what);
      at = spanning(at, part.at);
      text = `${text}.${part.text}`;
      key = `${key}.${part.key}`;
    }
    return { at, text, key };
  }

  /** What is missing because a comment swallowed it is not worth a word: the comment is what is wrong. */
  report(at: Span, code: ProblemName, message: string, hint = ""): void {
    if (this.token.kind !== "end" || !this.token.cutShort) this.problems.error(at, code, message, hint);
  }

  fail(at: Span, code: ProblemName, message: string, hint = ""): SyntaxFailure {
    this.report(at, code, message, hint);
    return new SyntaxFailure();
  }

  /** Runs `parse` on the inside of a block that one of `ends` ends. */
  inside<T>(ends: readonly string[], parse: () => T): T {
    this.#ends.push(ends);
    try {
      return parse();
    } finally {
      this.#ends.pop();
    }
  }

  /** At a word that ends the block in hand, or one around it: then that in hand was not closed. */
  get atBlockEnd(): boolean {
    return this.atEnd || this.#ends.some((ends) => this.isWord(...ends));
  }

  /** Runs `parse` one level deeper. */
  nested<T>(parse: () => T): T {
    if (this.#depth >= MAX_DEPTH) {
      if (this.#tooDeep) throw new SyntaxFailure();
      this.#tooDeep = true;
      throw this.fail(this.token.at, "nested-too-deep", `this is nested more than ${MAX_DEPTH} levels deep`);
    }
    this.#depth += 1;
    try {
      return parse();
    } finally {
      this.#depth -= 1;
    }
  }

  /** @returns null, with the tokens skipped by `recover`, when `parse` failed. Always consumes something. */
  attempt<T>(parse: () => T, recover: () => void): T | null {
    const start = this.#next;
    try {
      return parse();
    } catch (failure) {
      if (!(failure instanceof SyntaxFailure)) throw failure;
      if (this.#next === start) this.advance();
      recover();
      return null;
    }
  }

  /** Skips to just behind the next `;`, or to one of `words`. */
  skipTo(words: ReadonlySet<string>): void {
    while (!this.atEnd) {
      const token = this.token;
      if (token.kind === "name" && words.has(token.upper)) return;
      this.advance();
      if (token.kind === "symbol" && token.text === ";") return;
    }
  }
}

export const behind = (at: Span): Span => ({ source: at.source, start: at.end, end: at.end });
const quoted = (text: string): string => `"${text}"`;

export const describe = (token: Token): string => {
  if (token.kind === "end") return "the end of the file";
  if (token.kind === "name" && RESERVED.has(token.upper)) return `the keyword ${token.upper}`;
  return quoted(token.text);
};
