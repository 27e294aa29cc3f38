import { describe, expect, it } from "vitest";
import { numberOf, PROBLEM_PAGES } from "../../partitions/st/index.ts";
import { RULES } from "../config/index.ts";
import { partita } from "./testing/exec.ts";

const explained = async (...args: string[]) => (await partita(["explain", ...args])).output;

describe("partita explain", () => {
  it("shows the page of a number, in either case, and of a name", async () => {
    const page = await explained("ST0101");
    expect(page).toMatch(/^ST0101 unknown-name: a name that nothing declares\n\n[\s\S]+\n\nWrong:\n {4}PROGRAM Main\n/);
    expect(page).toContain("\n\nRight:\n    PROGRAM Main\n");
    expect(await explained("st0101")).toBe(page);
    expect(await explained("unknown-name")).toBe(page);
  });

  it("shows what a rule of the config asks for, and both where a program's problem has the same name", async () => {
    expect(await explained("slots-overlap")).toBe("slots-overlap (config): Slots of one hart do not overlap.\n");
    const both = await explained("duplicate-name");
    expect(both).toContain("ST0102 duplicate-name: ");
    expect(both).toContain("\nduplicate-name (config): ");
  });

  it("lists all without a code", async () => {
    const list = await explained();
    for (const page of PROBLEM_PAGES) expect(list).toContain(`${numberOf(page)}  ${page.name} `);
    for (const { code, description } of RULES)
      expect(list).toMatch(new RegExp(`  ${code} +${description.slice(0, 9)}`));
  });

  it("says which code could be meant", async () => {
    await expect(explained("unkown-name")).rejects.toThrow(
      'there is no problem code unkown-name; did you mean "unknown-name"?',
    );
    await expect(explained("ST9999")).rejects.toThrow("there is no problem code ST9999");
  });
});
