/** Whatever a text says, the compiler answers: it neither throws nor hangs. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createContext, Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { stLibrary } from "../../hil-tests/bench/st-library.ts";
import { uniform } from "../../hil-tests/plants/random.ts";
import { Compiler, PROBLEM_PAGES } from "./index.ts";
import { STANDARD_LIBRARY } from "./library/index.ts";

const SEED = 2026;
const TEXTS = 10_000;
/** Far beyond what any text of this size takes: only a hang takes longer. */
const HANG_MS = 20_000;

/** A machine that has other things to do takes long over so many texts. */
const TIMEOUT_MS = 600_000;

/** All programs that ship, and their tests. */
const SHIPPED = ["..", "../../hil-tests/bench/st"].flatMap((folder) => {
  const room = fileURLToPath(new URL(folder, import.meta.url));
  const names = readdirSync(room, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".st")).map((name) => join(room, name));
});
const PROGRAMS: readonly string[] = [
  ...SHIPPED.map((file) => readFileSync(file, "utf8")),
  ...stLibrary(300).files.map(({ text }) => text),
  ...STANDARD_LIBRARY.split(/(?<=END_FUNCTION\n|END_FUNCTION_BLOCK\n)/),
  ...PROBLEM_PAGES.flatMap(({ failing, corrected }) => [failing, corrected]),
];

/** Words, numbers, symbols and what stands between them. */
const TOKENS = /\w+|\s+|[^\w\s]/g;
const INSERTED = [
  ";",
  "(",
  ")",
  "[",
  "]",
  ":=",
  "^",
  ".",
  "..",
  "#",
  "'",
  '"',
  "(*",
  "*)",
  "{",
  "\u0000",
  "\ud800",
  "é",
  "16#",
  "T#",
];
const WORDS = [
  "IF",
  "END_IF",
  "VAR",
  "END_VAR",
  "CASE",
  "OF",
  "FOR",
  "ARRAY",
  "STRUCT",
  "FUNCTION",
  "END_FUNCTION",
  "TYPE",
  "-1",
  "99999999999999999999",
  "1.0E999",
  "%IX0.8",
  "REF_TO",
  "STRING",
  "METHOD",
  "END_METHOD",
  "PROPERTY",
  "INTERFACE",
  "EXTENDS",
  "SUPER^",
  "THIS",
  "NULL",
  "REFERENCE TO",
  "POINTER TO",
  "VAR_IN_OUT",
  "VAR_GLOBAL",
  "CONFIGURATION",
  "UNION",
  "NAMESPACE",
  "TEST",
  "ENO =>",
  "RETURN",
  "EXIT",
  "REPEAT",
  "UNTIL",
  "MOD",
  "**",
  "L#",
];

class Vandal {
  readonly #even = uniform(SEED);
  #below = (limit: number): number => Math.floor(this.#even() * limit);
  #one = <T>(items: readonly T[]): T => items[this.#below(items.length)]!;

  /** One of the programs with one to four edits: of bytes, or of whole tokens. */
  text(): string {
    let text = this.#one(PROGRAMS);
    for (let edits = 1 + this.#below(4); edits > 0; edits--)
      text = this.#below(2) === 0 ? this.#bytes(text) : this.#tokens(text);
    return text;
  }

  #bytes(text: string): string {
    const at = this.#below(text.length + 1);
    const inserted = this.#one(["", this.#one(INSERTED), this.#one(WORDS), text.slice(at, at + this.#below(80))]);
    return text.slice(0, at) + inserted + text.slice(at + this.#below(12));
  }

  #tokens(text: string): string {
    const tokens = text.match(TOKENS) ?? [];
    const [a, b] = [this.#below(tokens.length), this.#below(tokens.length)];
    switch (this.#below(4)) {
      case 0:
        tokens.splice(a, 1 + this.#below(3));
        break;
      case 1:
        tokens.splice(a, 0, ...tokens.slice(b, b + 1 + this.#below(8)));
        break;
      case 2:
        [tokens[a], tokens[b]] = [tokens[b] ?? "", tokens[a] ?? ""];
        break;
      default:
        tokens[a] = this.#one(WORDS);
    }
    return tokens.join("");
  }
}

/** Compiles in a context that ends it when it hangs. */
const guarded = () => {
  const context = createContext({ run: () => {} });
  const script = new Script("run()");
  return <T>(run: () => T): T => {
    context.run = run;
    return script.runInContext(context, { timeout: HANG_MS }) as T;
  };
};

describe("the compiler", () => {
  it(
    `answers to each of ${TEXTS} damaged programs`,
    () => {
      const vandal = new Vandal();
      const guard = guarded();
      let refused = 0;
      for (let i = 0; i < TEXTS; i++) {
        const text = vandal.text();
        const compiler = new Compiler();
        try {
          const asLibrary = i % 2 === 0;
          const source = [{ file: "damaged.st", text }];
          const result = guard(() => (asLibrary ? compiler.checkLibrary(source) : compiler.compile(source)));
          if (!result.ok && result.problems.length > 0) refused += 1;
          else expect(result.ok).toBe(true);
          for (const { line, column, message } of result.ok ? result.warnings : result.problems)
            expect(line > 0 && column > 0 && message !== "", message).toBe(true);
        } catch (error) {
          throw new Error(`text ${i}: ${error instanceof Error ? error.stack : error}\n${text}`);
        }
      }
      expect(refused).toBeGreaterThan(TEXTS / 2);
    },
    TIMEOUT_MS,
  );
});
