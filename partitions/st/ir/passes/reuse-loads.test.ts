import { describe, expect, it } from "vitest";
import { afterPass } from "../testing/run-pass.ts";
import { reuseLoads } from "./reuse-loads.ts";

const between = (instruction: string): string => `
  function test(integer)
  slot s0: 4 bytes, aligned to 4
  b0:
    r0 = parameter 0
    store w32 r0 to data+8
    store w32 r0 to s0+0
    ${instruction}
    r1 = load w32 data+8
    r2 = load w32 s0+0
    r3 = add r1 r2
    return integer r3`;

describe("reusing loads", () => {
  it("takes what was stored from its register", () => {
    expect(afterPass(reuseLoads, between(""))).toContain("r1 = copy r0\nr2 = copy r0");
  });

  it("loads again behind what may have changed it, but not behind what cannot", () => {
    expect(afterPass(reuseLoads, between("store w32 7 to r0+0"))).toContain("r1 = load w32 data+8\nr2 = copy r0");
    expect(afterPass(reuseLoads, between("call Other()"))).toContain("r1 = load w32 data+8\nr2 = copy r0");
    expect(afterPass(reuseLoads, between("store i16 7 to data+10"))).toContain("r1 = load w32 data+8");
    expect(afterPass(reuseLoads, between("store i16 7 to data+12"))).toContain("r1 = copy r0");
    expect(afterPass(reuseLoads, between("bytes 8 by 4 from constants+0 to data+4"))).toContain("r1 = load w32 data+8");
  });

  it("joins values of several ways", () => {
    const text = `
      b0:
        r0 = parameter 0
        branch eq r0 0 b1 b2
      b1:
        store w32 1 to data+0
        jump b3
      b2:
        r1 = load w32 data+0
        jump b3
      b3:
        r2 = load w32 data+0
        return integer r2`;
    expect(afterPass(reuseLoads, text)).toMatch(/b3:\n(r\d+) = phi b1 1, b2 r1\nr2 = copy \1/);
  });

  it("loads before a loop what the loop does not change, unless the pointer may lead nowhere", () => {
    const loop = (address: string) => `
      b0:
        r0 = parameter 0
        jump b1
      b1:
        r1 = phi b0 0, b3 r3
        branch lt r1 9 b2 b4
      b2:
        r2 = load w32 ${address}
        store w32 r2 to data+64
        jump b3
      b3:
        r3 = add r1 1
        jump b1
      b4:
        return`;
    expect(afterPass(reuseLoads, loop("data+4"))).toMatch(/b0:\nr0 = parameter 0\n(r\d+) = load w32 data\+4/);
    expect(afterPass(reuseLoads, loop("r0+4"))).toContain("b2:\nr2 = load w32 r0+4");
  });

  it("loads again where a register that the address starts from has moved on", () => {
    const text = `
      b0:
        r0 = address data+0
        jump b1
      b1:
        r1 = phi b0 r0, b1 r3
        r2 = load w32 r1+0
        r3 = add r1 r2
        branch ne r2 0 b1 b2
      b2:
        return`;
    expect(afterPass(reuseLoads, text)).toContain("r2 = load w32 r1+0");
  });
});
