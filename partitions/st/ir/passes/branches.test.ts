import { describe, expect, it } from "vitest";
import { afterPass } from "../testing/run-pass.ts";
import { convertBranches } from "./convert-branches.ts";
import { hoistCommon } from "./hoist-common.ts";
import { tidyBlocks } from "./tidy-blocks.ts";

const triangle = (bit: string): string => `
  b0:
    r0 = parameter 0
    r1 = and r0 ${bit}
    branch ne r1 0 b1 b2
  b1:
    r2 = xor r0 40961
    jump b2
  b2:
    r3 = phi b0 r0, b1 r2
    return integer r3`;

describe("passes over branches", () => {
  it("turn an operation that a bit decides into arithmetic", () => {
    const result = afterPass(convertBranches, triangle("1"));
    expect(result).toMatch(/(r\d+) = sub 0 r1\n(r\d+) = and \1 40961\nr2 = xor r0 \2\njump/);
    expect(result).not.toContain("branch");
  });

  it("leave other branches alone", () => {
    expect(afterPass(convertBranches, triangle("2"))).toContain("branch");
  });

  it("compute once what both ways have in common", () => {
    const text = `
      b0:
        r0 = parameter 0
        branch lt r0 0 b1 b2
      b1:
        r1 = srl r0 1
        return integer r1
      b2:
        r2 = srl r0 1
        r3 = add r2 1
        return integer r3`;
    const result = afterPass(hoistCommon, text);
    expect(result).toContain("r1 = srl r0 1\nbranch");
    expect(result).toContain("r2 = copy r1");
  });

  it("drop blocks that nothing leads to, and their part in phis", () => {
    const text = `
      b0:
        r0 = parameter 0
        jump b2
      b1:
        jump b2
      b2:
        r1 = phi b0 r0, b1 5
        return integer r1`;
    expect(afterPass(tidyBlocks, text)).toBe("b0:\nr0 = parameter 0\nr1 = copy r0\nreturn integer r1");
  });
});
