import { describe, expect, it } from "vitest";
import { afterPass, plain } from "../testing/run-pass.ts";
import { shareValues } from "./share-values.ts";

describe("sharing values", () => {
  it("computes nothing twice on one way, whatever the order of operands", () => {
    const text = `
      b0:
        r0 = parameter 0
        r1 = parameter 1
        r2 = add r0 r1
        branch lt r0 r1 b1 b2
      b1:
        r3 = add r1 r0
        return integer r3
      b2:
        return integer r2`;
    expect(afterPass(shareValues, text)).toContain("b1:\nreturn integer r2");
  });

  it("does not take a value from another way", () => {
    const text = `
      b0:
        r0 = parameter 0
        branch lt r0 0 b1 b2
      b1:
        r1 = add r0 1
        jump b3
      b2:
        jump b3
      b3:
        r2 = add r0 1
        return integer r2`;
    expect(afterPass(shareValues, text)).toContain("r2 = add r0 1");
  });

  it("folds constants, and decides branches by them and by what a branch found before", () => {
    const text = `
      b0:
        r0 = parameter 0
        r1 = copy 20
        r2 = mul r1 2
        r3 = slt r2 r0
        branch ne r3 0 b1 b2
      b1:
        branch ge r2 r0 b2 b3
      b2:
        return integer 0
      b3:
        return integer r2`;
    const result = afterPass(shareValues, text);
    expect(result).toContain("branch lt 40 r0 b1 b3");
    expect(result).toContain("b1:\njump b2\nb2:\nreturn integer 40");
  });

  it("keeps reports of indices, each of which is told", () => {
    const text = `
      b0:
        r0 = parameter 0
        r1 = check r0 8 report constants+0
        r2 = check r0 8 report constants+0
        r3 = add r1 r2
        return integer r3`;
    expect(afterPass(shareValues, text)).toBe(plain(text));
  });

  it("starts addresses from as far back as is known", () => {
    const text = `
      b0:
        r0 = address data+16
        r1 = add r0 8
        r2 = load w32 r1+4
        return integer r2`;
    expect(afterPass(shareValues, text)).toContain("r2 = load w32 data+28");
  });

  it("ends with a loop that it finds nothing to enter", () => {
    const text = `
      b0:
        r0 = parameter 0
        branch eq 0 1 b1 b3
      b1:
        r1 = phi b0 r0, b2 r3
        branch lt r1 10 b2 b3
      b2:
        r2 = copy r1
        r3 = add r2 0
        jump b1
      b3:
        return integer r0`;
    expect(afterPass(shareValues, text)).toBe("b0:\nr0 = parameter 0\njump b1\nb1:\nreturn integer r0");
  });

  it("keeps phis first when one of them is a constant", () => {
    const text = `
      b0:
        r0 = parameter 0
        branch lt r0 0 b1 b2
      b1:
        jump b3
      b2:
        jump b3
      b3:
        r1 = phi b1 7, b2 7
        r2 = phi b1 r0, b2 3
        r3 = load w32 r2+0
        r4 = add r1 r3
        return integer r4`;
    expect(afterPass(shareValues, text)).toContain("b3:\nr2 = phi b1 r0, b2 3\nr1 = copy 7\n");
  });
});
