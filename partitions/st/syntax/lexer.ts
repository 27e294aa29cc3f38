/** Text → tokens (IEC 61131-3 §6.1–6.3). Every byte of any input ends in a token, a comment or a problem. */
import type { Problems } from "../problems.ts";
import type { SourceText, Span } from "./source-text.ts";
import { DATE_PREFIXES, DURATION_PREFIXES, SYMBOLS, type Token } from "./tokens.ts";

const SPACE = /[\s\uFEFF]+/y;
const NAME = /[A-Za-z_\u00C0-\u024F][\w\u00C0-\u024F]*/y;
const NUMBER =
  /(?<base>2|8|10|16)#(?<digits>[0-9A-Fa-f](?:_?[0-9A-Fa-f])*)|(?<real>\d(?:_?\d)*(?:\.\d(?:_?\d)*(?:[eE][+-]?\d+)?|[eE][+-]?\d+))|(?<decimal>\d(?:_?\d)*)/y;
const DURATION = /-?(?:\d[\d_]*(?:\.\d[\d_]*)?(?:ms|us|ns|d|h|m|s)_?)+/iy;
const DURATION_PART = /(\d[\d_]*)(?:\.(\d[\d_]*))?(ms|us|ns|d|h|m|s)_?/giy;
const DATE = /\d+[-:]\d+(?:[-:]\d+(?:\.\d+)?)*(?:-\d+:\d+(?::\d+(?:\.\d+)?)?)?/y;
/** What somebody may have meant for a duration or a date. */
const NO_LITERAL = /[\w.:]*/y;
const DIRECT = /%(?:[IQMiqm](?:\*|[XBWDLxbwdl]?\d+(?:\.\d+)*)|[XBWDLxbwdl]\d+)/y;
const COMMENT_EDGE = /\(\*|\*\)|\/\*|\*\//g;

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  d: 86_400_000_000_000n,
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1_000n,
  ns: 1n,
};

/** The value of digits that the base allows, when a type holds it; else what is wrong with it. */
const integerOf = (base: number, digits: string): bigint | string => {
  let value = 0n;
  for (const digit of digits.replaceAll("_", "")) {
    const weight = Number.parseInt(digit, 16);
    if (weight >= base) return `the digits of base ${base} are 0 to ${base - 1}`;
    value = value * BigInt(base) + BigInt(weight);
    if (value >> 64n !== 0n) return "it needs more than 64 bits";
  }
  return value;
};

const durationOf = (text: string): bigint => {
  let total = 0n;
  for (const [, whole, fraction = "", unit] of text.replace("-", "").matchAll(DURATION_PART)) {
    const scale = NANOSECONDS[unit!.toLowerCase()]!;
    const decimals = fraction.replaceAll("_", "").slice(0, 18);
    total += BigInt(whole!.replaceAll("_", "")) * scale;
    if (decimals !== "") total += (BigInt(decimals) * scale) / 10n ** BigInt(decimals.length);
  }
  return text.startsWith("-") ? -total : total;
};

const ESCAPES: Readonly<Record<string, string>> = {
  L: "\n",
  N: "\n",
  P: "\f",
  R: "\r",
  T: "\t",
  $: "$",
  "'": "'",
  '"': '"',
};

/** `$N`, `$27`: IEC 61131-3 table 7. @returns null at an escape that does not exist. */
const decodeEscapes = (body: string, wide: boolean): string | null => {
  let text = "";
  for (let i = 0; i < body.length; i++) {
    if (body[i] !== "$") {
      text += body[i];
      continue;
    }
    const hex = body.slice(i + 1, i + (wide ? 5 : 3));
    const letter = ESCAPES[body[i + 1]?.toUpperCase() ?? ""];
    if (letter !== undefined) {
      text += letter;
      i += 1;
    } else if (hex.length === (wide ? 4 : 2) && /^[0-9A-Fa-f]+$/.test(hex)) {
      text += String.fromCharCode(Number.parseInt(hex, 16));
      i += hex.length;
    } else return null;
  }
  return text;
};

/** A string that is not closed leaves the `;` at the end of its line to the statement. */
const beforeSemicolon = (text: string, start: number, end: number): number => {
  const [semicolon = ""] = /;\s*$/.exec(text.slice(start, end)) ?? [];
  return end - semicolon.length;
};

class Lexer {
  readonly #source: SourceText;
  readonly #text: string;
  readonly #problems: Problems;
  readonly #tokens: Token[] = [];
  #at = 0;
  #cutShort = false;

  constructor(source: SourceText, problems: Problems) {
    this.#source = source;
    this.#text = source.text;
    this.#problems = problems;
  }

  all(): readonly Token[] {
    while (this.#at < this.#text.length) {
      if (this.#match(SPACE) !== null || this.#comment() || this.#pragma()) continue;
      this.#token();
    }
    this.#tokens.push({ kind: "end", at: this.#span(this.#at), text: "", cutShort: this.#cutShort });
    return this.#tokens;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }

  #span(start: number): Span {
    return { source: this.#source, start, end: this.#at };
  }

  #comment(): boolean {
    const start = this.#at;
    const opening = this.#text.slice(start, start + 2);
    if (opening === "//") {
      const end = this.#text.indexOf("\n", start);
      this.#at = end < 0 ? this.#text.length : end;
      return true;
    }
    if (opening !== "(*" && opening !== "/*") return false;
    const closing = opening === "(*" ? "*)" : "*/";
    let depth = 0;
    for (COMMENT_EDGE.lastIndex = start; ; ) {
      const edge = COMMENT_EDGE.exec(this.#text);
      if (edge === null) break;
      if (edge[0] === opening) depth += 1;
      else if (edge[0] === closing) depth -= 1;
      if (depth === 0) {
        this.#at = COMMENT_EDGE.lastIndex;
        return true;
      }
    }
    this.#at = this.#text.length;
    this.#cutShort = true;
    const at = { source: this.#source, start, end: start + 2 };
    this.#problems.error(
      at,
      "comment-not-closed",
      "this comment is never closed",
      `comments nest: each ${opening} needs its own ${closing}`,
    );
    return true;
  }

  #pragma(): boolean {
    const start = this.#at;
    if (this.#text[start] !== "{") return false;
    const end = this.#text.indexOf("}", start);
    this.#at = end < 0 ? this.#text.length : end + 1;
    if (end < 0) {
      this.#cutShort = true;
      const at = { source: this.#source, start, end: start + 1 };
      this.#problems.error(at, "pragma-not-closed", "this pragma is never closed", "close it with }");
    }
    return true;
  }

  #token(): void {
    const start = this.#at;
    const name = this.#match(NAME);
    if (name !== null) {
      const text = name[0];
      this.#tokens.push({ kind: "name", at: this.#span(start), text, upper: text.toUpperCase() });
      if (this.#text[this.#at] === "#") this.#prefixed(text.toUpperCase());
      return;
    }
    if (this.#number(start) || this.#string(start)) return;
    const direct = this.#match(DIRECT);
    if (direct !== null) {
      this.#tokens.push({ kind: "direct", at: this.#span(start), text: direct[0].toUpperCase() });
      return;
    }
    const symbol = SYMBOLS.find((candidate) => this.#text.startsWith(candidate, start));
    this.#at += symbol?.length ?? (this.#text.codePointAt(start)! > 0xffff ? 2 : 1);
    if (symbol !== undefined) this.#tokens.push({ kind: "symbol", at: this.#span(start), text: symbol });
    else
      this.#problems.error(
        this.#span(start),
        "stray-character",
        `${JSON.stringify(this.#text.slice(start, this.#at))} means nothing here`,
      );
  }

  /** Behind `T` or `D`: the literal that only such a prefix can introduce. */
  #prefixed(prefix: string): void {
    const isDuration = DURATION_PREFIXES.has(prefix);
    if (!isDuration && !DATE_PREFIXES.has(prefix)) return;
    const hash = this.#at;
    this.#at += 1;
    this.#tokens.push({ kind: "symbol", at: this.#span(hash), text: "#" });
    const start = this.#at;
    const match = this.#match(isDuration ? DURATION : DATE);
    if (match === null) {
      const what = isDuration ? "a duration like 1h30m or 1.5s" : "a date like 2024-01-31 or a time like 12:30:00";
      this.#match(NO_LITERAL);
      this.#problems.error(this.#span(hash), "bad-literal", `${prefix}# must be followed by ${what}`);
      if (isDuration) this.#tokens.push({ kind: "duration", at: this.#span(start), text: "", nanoseconds: 0n });
      else this.#tokens.push({ kind: "date", at: this.#span(start), text: "" });
    } else if (isDuration) {
      this.#tokens.push({ kind: "duration", at: this.#span(start), text: match[0], nanoseconds: durationOf(match[0]) });
    } else this.#tokens.push({ kind: "date", at: this.#span(start), text: match[0] });
  }

  #number(start: number): boolean {
    const groups = this.#match(NUMBER)?.groups;
    if (groups === undefined) return false;
    const at = this.#span(start);
    const text = this.#text.slice(start, this.#at);
    if (groups.real !== undefined) {
      const value = Number(groups.real.replaceAll("_", ""));
      const range = "LREAL, the largest type, holds up to 1.7976931348623157E308";
      if (!Number.isFinite(value)) this.#problems.error(at, "bad-literal", `${text} is too large`, range);
      this.#tokens.push({ kind: "real", at, text, value });
      return true;
    }
    const value = integerOf(Number(groups.base ?? 10), groups.digits ?? groups.decimal ?? "");
    if (typeof value === "string") this.#problems.error(at, "bad-literal", `${text} is no number`, value);
    this.#tokens.push({ kind: "integer", at, text, value: typeof value === "string" ? 0n : value });
    return true;
  }

  #string(start: number): boolean {
    const quote = this.#text[start];
    if (quote !== "'" && quote !== '"') return false;
    let end = start + 1;
    while (end < this.#text.length && this.#text[end] !== quote && this.#text[end] !== "\n") {
      end += this.#text[end] === "$" && this.#text[end + 1] !== "\n" ? 2 : 1;
    }
    end = Math.min(end, this.#text.length);
    const closed = this.#text[end] === quote;
    this.#at = closed ? end + 1 : beforeSemicolon(this.#text, start, end);
    const at = this.#span(start);
    const wide = quote === '"';
    const value = decodeEscapes(this.#text.slice(start + 1, end), wide);
    if (!closed)
      this.#problems.error(at, "string-not-closed", "this string is not closed on its line", `end it with ${quote}`);
    else if (value === null) {
      this.#problems.error(
        at,
        "bad-literal",
        "this string has an escape that does not exist",
        "write $$ for a dollar, $N for a new line, $27 for a code",
      );
    }
    this.#tokens.push({
      kind: "string",
      at,
      text: this.#text.slice(start, this.#at),
      value: value ?? "",
      wide,
      closed,
    });
    return true;
  }
}

/** Ends with an "end" token. Problems of single characters and literals go to `problems`; lexing goes on. */
export const tokenize = (source: SourceText, problems: Problems): readonly Token[] => new Lexer(source, problems).all();
