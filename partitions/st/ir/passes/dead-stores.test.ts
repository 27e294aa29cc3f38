import { describe, expect, it } from "vitest";
import { afterPass } from "../testing/run-pass.ts";
import { removeDeadStores } from "./dead-stores.ts";

const twice = (between: string): string => `
  b0:
    r0 = parameter 0
    store w32 1 to data+0
    ${between}
    store w32 2 to data+0
    return`;

describe("removing dead stores", () => {
  it("removes a store that another one covers", () => {
    expect(afterPass(removeDeadStores, twice(""))).not.toContain("store w32 1");
  });

  it("keeps it when something may read it, or may end the program, in between", () => {
    for (const between of [
      "r1 = load w32 data+0",
      "r1 = load w32 r0+0",
      "r1 = load u8 data+2",
      "call Other()",
      "r1 = check r0 8 report constants+0",
      "raise divisionByZero report constants+0",
      "bytes 4 by 4 from data+0 to data+32",
    ])
      expect(afterPass(removeDeadStores, twice(between)), between).toContain("store w32 1");
  });

  it("keeps it when the second store may not happen", () => {
    const guarded = twice("").replace("store w32 2 to data+0", "store w32 2 to data+0 if r0 = 3");
    expect(afterPass(removeDeadStores, guarded)).toContain("store w32 1");
  });

  it("removes stores to a slot that nobody reads again", () => {
    const text = `
      function test()
      slot s0: 4 bytes, aligned to 4
      b0:
        store w32 1 to s0+0
        store w32 1 to data+0
        return`;
    const result = afterPass(removeDeadStores, text);
    expect(result).not.toContain("to s0+0");
    expect(result).toContain("to data+0");
  });
});
