import { describe, expect, it } from "vitest";
import { afterPass } from "../testing/run-pass.ts";
import { useRanges } from "./use-ranges.ts";

const loop = (last: number): string => `
  b0:
    jump b1
  b1:
    r0 = phi b0 0, b1 r5
    r1 = check r0 8 report constants+0
    r2 = sll r1 2
    r3 = address data+0
    r4 = add r3 r2
    store w32 0 to r4+0 if r0 = r1
    r6 = add r0 1
    r5 = sext16 r6
    branch ge ${last} r6 b1 b2
  b2:
    return integer r5`;

describe("using ranges", () => {
  it("leaves out the check of a counter that stays within the array, and its extension", () => {
    const result = afterPass(useRanges, loop(7));
    expect(result).toContain("r1 = copy r0");
    expect(result).toContain("r5 = copy r6");
  });

  it("keeps the check of a counter that goes one too far", () => {
    expect(afterPass(useRanges, loop(8))).toContain("r1 = check r0 8");
  });

  it("knows an index that a branch has looked at", () => {
    const text = `
      b0:
        r0 = parameter 0
        branch ltu r0 4 b1 b2
      b1:
        r1 = check r0 4 report constants+0
        return integer r1
      b2:
        r2 = check r0 4 report constants+0
        return integer r2`;
    const result = afterPass(useRanges, text);
    expect(result).toContain("r1 = copy r0");
    expect(result).toContain("r2 = check r0 4");
  });

  it("divides by what is not 0 without a report, and by powers of two by shifting when nothing is negative", () => {
    const text = `
      b0:
        r0 = load u8 data+0
        r1 = add r0 1
        r2 = divide div r0 r1 report constants+0
        r3 = div r0 4
        r4 = rem r0 4
        r5 = load i8 data+1
        r6 = div r5 4
        return integer r6`;
    const result = afterPass(useRanges, text);
    expect(result).toContain("r2 = div r0 r1");
    expect(result).toContain("r3 = srl r0 2");
    expect(result).toContain("r4 = and r0 3");
    expect(result).toContain("r6 = div r5 4");
  });

  it("does not take a sum that wraps for a large one", () => {
    const text = `
      b0:
        r0 = load w32 data+0
        branch ge r0 0 b1 b2
      b1:
        r1 = add r0 1
        branch lt r1 0 b2 b3
      b2:
        return integer 1
      b3:
        return integer 0`;
    expect(afterPass(useRanges, text)).toContain("branch lt r1 0");
  });
});
