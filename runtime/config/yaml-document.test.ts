import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readYaml, type YamlContent } from "./yaml-document.ts";

const read = (text: string): YamlContent => {
  const content = readYaml(text);
  if ("findings" in content) throw new Error(content.findings.map(({ message }) => message).join("; "));
  return content;
};

const findings = (text: string) => {
  const content = readYaml(text);
  return "findings" in content ? content.findings : [];
};

describe("reading YAML", () => {
  it("remembers where every value was written", () => {
    const { value, places } = read("a:\n  - x: 1\n    y: [ 2, { z: 3 } ]\nb: 4\n");
    const root = value as { a: [{ x: number; y: [number, { z: number }] }]; b: number };
    expect(places.of(root, "b")).toEqual({ line: 4, column: 4, path: "b" });
    expect(places.of(root, "a")).toEqual({ line: 1, column: 1, path: "a" });
    expect(places.of(root.a, 0)).toEqual({ line: 2, column: 5, path: "a[0]" });
    expect(places.of(root.a[0].y[1], "z")).toEqual({ line: 3, column: 18, path: "a[0].y[1].z" });
    expect(places.ofKey(root.a[0].y[1], "z")).toEqual({ line: 3, column: 15, path: "a[0].y[1].z" });
    expect(places.of(root.a[0], "missing")).toEqual({ line: 2, column: 5, path: "a[0].missing" });
  });

  it("gives an alias the value of its anchor, at a place of its own", () => {
    const { value, places } = read("a: &slot { start: 1 }\nb: *slot\n");
    const root = value as { a: object; b: object };
    expect(root.b).toEqual({ start: 1 });
    expect(root.b).not.toBe(root.a);
    expect(places.of(root.b)).toEqual({ line: 2, column: 4, path: "b" });
  });

  it.each([
    ["a: 1\na: 2\n", "duplicate-key", 2, 1],
    ["a: [1, 2\nb: 3\n", "yaml-syntax", 2, 1],
    ["a:\n\t- 1\n", "yaml-syntax", 2, 1],
    ["a: *nothing\n", "yaml-syntax", 1, 4],
    ["a: 1\n---\nb: 2\n", "yaml-syntax", 2, 1],
    ["? [x]\n: 1\n", "yaml-syntax", 1, 3],
  ])("says where %j is no proper YAML", (text, code, line, column) => {
    expect(findings(text)[0]).toMatchObject({ code, at: { line, column } });
  });

  it.each([
    ["brackets", "[".repeat(100_000)],
    ["mappings in brackets", "{a: ".repeat(100_000)],
    ["dashes", `${"- ".repeat(100_000)}1`],
    ["indents", Array.from({ length: 400 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join("")],
    ["an anchor in itself", "a: &a [*a]"],
    [
      "aliases that multiply",
      `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, k) => `a${k + 1}: &a${k + 1} [${`*a${k}, `.repeat(9)}]\n`).join("")}`,
    ],
  ])("refuses %s without end, quickly", (_, text) => {
    expect(findings(text)[0]?.code).toBe("yaml-syntax");
  });

  it("never throws, whatever the text", () => {
    const pieces = fc.constantFrom(
      "a",
      ": ",
      "- ",
      "\n",
      "  ",
      "{",
      "}",
      "[",
      "]",
      ",",
      "&x ",
      "*x",
      "!t ",
      "'",
      '"',
      "|\n",
      "#",
      "? ",
      "---\n",
      "%",
      "\t",
      "\0",
      "<<",
      "é",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        readYaml(parts.join(""));
      }),
      { numRuns: 1000 },
    );
  });
});
