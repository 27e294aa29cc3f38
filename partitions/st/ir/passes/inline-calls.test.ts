import { describe, expect, it } from "vitest";
import { parseFunction } from "../testing/parse-ir.ts";
import { afterPass } from "../testing/run-pass.ts";
import { inlineCalls } from "./inline-calls.ts";

const CALLEE = parseFunction(`
  function Half(integer)
  slot s0: 4 bytes, aligned to 4
  b0:
    r0 = parameter 0
    store w32 r0 to s0+0
    branch lt r0 0 b1 b2
  b1:
    return integer 0
  b2:
    r1 = srl r0 1
    return integer r1`);

const CALLER = `
  b0:
    r0 = parameter 0
    branch eq r0 5 b1 b2
  b1:
    r1 = call Half(r0)
    jump b2
  b2:
    r2 = phi b0 7, b1 r1
    return integer r2`;

describe("inlining", () => {
  it("puts a small function where it is called, with registers and slots of its own", () => {
    const result = afterPass(inlineCalls, CALLER, {
      callees: new Map([["Half", { fn: CALLEE, size: 4, isCalledOnce: false }]]),
    });
    expect(result).not.toContain("call");
    expect(result).toMatch(/^slot s0/);
    expect(result).toMatch(/(r\d+) = copy r0\nstore w32 \1 to s0\+0\nbranch lt \1 0 b3 b4/);
    // The phi behind the call now hears from where the call's result is joined.
    expect(result).toMatch(/b5:\nr1 = phi b3 0, b4 r\d+\njump b6\nb6:\nr2 = phi b0 7, b5 r1/);
  });

  it("leaves calls of others", () => {
    expect(afterPass(inlineCalls, CALLER)).toContain("r1 = call Half(r0)");
  });
});
