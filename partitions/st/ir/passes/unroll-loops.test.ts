import { describe, expect, it } from "vitest";
import { afterPass } from "../testing/run-pass.ts";
import { unrollLoops } from "./unroll-loops.ts";

const loop = (first: string, condition: string): string => `
  b0:
    r0 = parameter 0
    jump b1
  b1:
    r1 = phi b0 ${first}, b1 r3
    r2 = phi b0 0, b1 r4
    r4 = add r2 r1
    r3 = add r1 2
    branch ${condition} b1 b2
  b2:
    return integer r4`;

describe("unrolling", () => {
  it("writes a loop out whose laps are known", () => {
    const result = afterPass(unrollLoops, loop("0", "ge 5 r3"));
    expect(result).not.toContain("branch");
    expect(result.match(/= add r\d+ 2/g)).toHaveLength(3);
    expect(result).toMatch(/return integer r(?!4\b)\d+/);
  });

  it("leaves loops alone that run too long or for nobody knows how long", () => {
    expect(afterPass(unrollLoops, loop("0", "ge 1000 r3"))).toContain("branch");
    expect(afterPass(unrollLoops, loop("r0", "ge 5 r3"))).toContain("branch");
    expect(afterPass(unrollLoops, loop("0", "ge r0 r3"))).toContain("branch");
  });
});
