import { describe, expect, it } from "vitest";
import { definitionOf } from "../ir.ts";
import { parseFunction } from "../testing/parse-ir.ts";
import { afterPass, bodyOf } from "../testing/run-pass.ts";
import { enterSsa } from "./enter-ssa.ts";
import { leaveSsa } from "./leave-ssa.ts";

const LOOP = `
  b0:
    r0 = parameter 0
    r1 = copy 0
    r2 = copy 1
    jump b1
  b1:
    r3 = copy r1
    r1 = copy r2
    r2 = add r3 r2
    r0 = sub r0 1
    branch lt 0 r0 b1 b2
  b2:
    return integer r1`;

describe("SSA form", () => {
  it("gives every assignment a register of its own, and phis where ways meet", () => {
    const fn = parseFunction(LOOP);
    enterSsa(fn);
    const written = fn.blocks.flatMap(({ instructions }) => instructions.map((each) => definitionOf(each)!.id));
    expect(new Set(written).size).toBe(written.length);
    expect(bodyOf(fn).match(/phi/g)).toHaveLength(3);
  });

  it("is left with values that change places still changing places", () => {
    const text = `
      b0:
        r0 = parameter 0
        jump b1
      b1:
        r1 = phi b0 1, b1 r2
        r2 = phi b0 2, b1 r1
        r3 = phi b0 r0, b1 r4
        r4 = sub r3 1
        branch lt 0 r4 b1 b2
      b2:
        return integer r1`;
    const result = afterPass(leaveSsa, text);
    expect(result).not.toContain("phi");
    expect(result).toMatch(/(r\d+) = copy (r[12])\n\2 = copy (r[12])\n\3 = copy \1/);
  });

  it("is left without copies where a value lives on under another name", () => {
    const fn = parseFunction(LOOP);
    enterSsa(fn);
    leaveSsa(fn);
    expect(bodyOf(fn)).not.toContain("phi");
    expect(bodyOf(fn)).toMatch(/(r\d+) = sub \1 1/);
  });
});
