import { describe, expect, it } from "vitest";
import { afterPass } from "../testing/run-pass.ts";
import { holdConstants } from "./hold-constants.ts";
import { moveLoopInvariants } from "./loop-invariants.ts";
import { poolConstants } from "./pool-constants.ts";

const LOOP = `
  b0:
    r0 = parameter 0
    jump b1
  b1:
    r1 = phi b0 0, b1 r5
    r2 = add r0 3
    r3 = check r0 8 report constants+0
    r4 = mul r1 r2
    r5 = add r4 r3
    branch lt r5 100 b1 b2
  b2:
    return integer r5`;

describe("passes over loops", () => {
  it("move computations before the loop that it does not change, but no reports", () => {
    const result = afterPass(moveLoopInvariants, LOOP);
    expect(result).toMatch(/b0:\nr0 = parameter 0\nr2 = add r0 3\njump b1/);
    expect(result).toMatch(/b1:\n.*\nr3 = check/);
  });

  it("hold constants in registers that the loop would load again and again", () => {
    const result = afterPass(holdConstants, LOOP);
    expect(result).toContain("b0:\nr0 = parameter 0\nr6 = copy 8\nr7 = copy 100\njump b1");
    expect(result).toContain("r3 = check r0 r6");
    expect(result).toContain("branch lt r5 r7 b1 b2");
    expect(result).toContain("r2 = add r0 3");
  });

  it("load REALs from the constants", () => {
    expect(afterPass(poolConstants, "b0:\nf0 = copy 1036831949\nf1 = copy 0\nreturn float f0")).toBe(
      "b0:\nf0 = load f32 constants+400\nf1 = copy 0\nreturn float f0",
    );
  });
});
