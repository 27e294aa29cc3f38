import { describe, expect, it } from "vitest";
import { compile, PROBLEM_PAGES } from "./index.ts";
import { numberOf } from "./problem-codes.ts";

const namesIn = (source: string): readonly string[] => {
  const result = compile(source, { file: "example.st" });
  return [...new Set((result.ok ? result.warnings : result.problems).map(({ code }) => code))];
};

describe("the problem codes", () => {
  it("have a number each, in their order, and names of their own", () => {
    const numbers = PROBLEM_PAGES.map(({ number }) => number);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(new Set(PROBLEM_PAGES.map(({ name }) => name)).size).toBe(numbers.length);
  });

  it("keep the number that they were given: a new one is added below, none is changed or reused", async () => {
    const given = PROBLEM_PAGES.map((page) => `${numberOf(page)} ${page.name}\n`).join("");
    await expect(given).toMatchFileSnapshot("problem-codes/given-numbers.txt");
  });

  it.each(PROBLEM_PAGES)("$name: its failing example has this problem and no other", ({ name, failing }) => {
    expect(namesIn(failing)).toEqual([name]);
  });

  it.each(PROBLEM_PAGES)("$name: its corrected example has no problem", ({ corrected }) => {
    expect(namesIn(corrected)).toEqual([]);
  });
});
