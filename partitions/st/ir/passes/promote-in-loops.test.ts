import { describe, expect, it } from "vitest";
import { afterPass } from "../testing/run-pass.ts";
import { promoteInLoops } from "./promote-in-loops.ts";

const loop = (body: string): string => `
  b0:
    r0 = parameter 0
    jump b1
  b1:
    r1 = phi b0 0, b2 r4
    branch lt r1 9 b2 b3
  b2:
    r2 = load w32 data+0
    r3 = add r2 r1
    store w32 r3 to data+0
    ${body}
    r4 = add r1 1
    jump b1
  b3:
    return`;

const isKept = (text: string, isPreempted = false): boolean =>
  !/b2:[^b]*store w32 r3 to data\+0/.test(afterPass(promoteInLoops, text, { isPreempted }).replace(/load|sub/g, ""));

describe("promotion in loops", () => {
  it("keeps a variable in a register and stores it behind the loop", () => {
    const result = afterPass(promoteInLoops, loop(""));
    expect(result).toMatch(/b0:\nr0 = parameter 0\n(r\d+) = load w32 data\+0\njump b1/);
    expect(result).toMatch(/b3:\nstore w32 r\d+ to data\+0\nreturn/);
    expect(isKept(loop(""))).toBe(true);
  });

  it("does not when something in the loop may see it", () => {
    for (const body of [
      "call Other()",
      "store w32 1 to r0+0",
      "r9 = check r1 4 report constants+0",
      "store i8 1 to data+3",
    ])
      expect(isKept(loop(body)), body).toBe(false);
  });

  it("does not in a program that may be preempted when the loop may not store at all", () => {
    expect(isKept(loop(""), true)).toBe(false);
  });
});
