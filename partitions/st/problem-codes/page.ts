/** What a problem code is: the number that it is printed with, its name in our sources, and the page that explains it. */

export interface ProblemPage {
  /** For good: a number is never given to anything else. Each area has a hundred of its own. */
  readonly number: number;
  /** As call sites name it: kebab-case. */
  readonly name: string;
  readonly title: string;
  /** For a control engineer: what the compiler noticed, why it matters, what to do. */
  readonly explanation: string;
  /** A whole program with this problem and no other. */
  readonly failing: string;
  /** The same program put right: it compiles without a problem. */
  readonly corrected: string;
}

/** Template literals of several lines without the indentation that they have in our source. */
export const lines = (strings: TemplateStringsArray): string => {
  const all = (strings.raw[0] ?? "").replace(/^\n|\n\s*$/g, "").split("\n");
  const indents = all.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length);
  const indent = Math.min(...indents);
  return all.map((line) => line.slice(indent)).join("\n");
};
