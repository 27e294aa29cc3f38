import { describe, expect, it } from "vitest";
import { afterPass } from "../testing/run-pass.ts";
import { chooseOperations } from "./choose-operations.ts";

const last = (lines: string): string =>
  afterPass(chooseOperations, `b0:\nr0 = parameter 0\nr1 = parameter 1\n${lines}\nreturn integer r9`)
    .split("\n")
    .at(-2)!;

describe("choosing operations", () => {
  it("takes those of Zba, Zbb and Zbs", () => {
    expect(last("r2 = sll r0 2\nr9 = add r1 r2")).toBe("r9 = sh2add r0 r1");
    expect(last("r2 = srl r0 5\nr9 = and r2 1")).toBe("r9 = bext r0 5");
    expect(last("r2 = xor r0 -1\nr9 = and r1 r2")).toBe("r9 = andn r1 r0");
    expect(last("r2 = sll r0 3\nr3 = srl r0 29\nr9 = or r2 r3")).toBe("r9 = ror r0 29");
  });

  it("leaves alone what they cannot say", () => {
    expect(last("r2 = sll r0 4\nr9 = add r1 r2")).toBe("r9 = add r1 r2");
    expect(last("r2 = srl r0 5\nr9 = and r2 3")).toBe("r9 = and r2 3");
    expect(last("r2 = sll r0 3\nr3 = srl r1 29\nr9 = or r2 r3")).toBe("r9 = or r2 r3");
  });
});
