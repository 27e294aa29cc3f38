import { describe, expect, it } from "vitest";
import type { IrFunction } from "./ir.ts";
import { OPTIMIZING, PassMemory, runPasses } from "./optimize.ts";
import { printFunction } from "./print.ts";
import { parseFunction } from "./testing/parse-ir.ts";

const SMALL = (factor: number) =>
  parseFunction(`
  function Small(integer)
  b0:
    r0 = parameter 0
    r1 = mul r0 ${factor}
    return integer r1`);

/** Too large to be put where it is called. */
const large = (factor: number) =>
  parseFunction(`
  function Large(integer)
  b0:
    r0 = parameter 0
    ${Array.from({ length: 50 }, (_, i) => `r${i + 1} = ${i % 2 === 0 ? "mul" : "xor"} r${i} ${factor + i}`).join("\n    ")}
    return integer r50`);

const callerOf = (name: string, callee: string) =>
  parseFunction(`
  function ${name}(integer)
  b0:
    r0 = parameter 0
    r1 = call ${callee}(r0)
    r2 = call ${callee}(r1)
    return integer r2`);

const OPTIONS = {
  roots: ["UsesSmall", "UsesLarge"],
  isPreempted: false,
  placeConstant: () => ({ base: { kind: "static", area: "constants" }, offset: 0 }) as const,
};

const passed = (functions: readonly IrFunction[], memory?: PassMemory): ReadonlyMap<string, IrFunction> =>
  new Map(runPasses(OPTIMIZING, functions, OPTIONS, memory).map((fn) => [fn.name, fn]));

describe("passing functions again that came before", () => {
  const [usesSmall, usesLarge] = [callerOf("UsesSmall", "Small"), callerOf("UsesLarge", "Large")];

  it("takes over what depends on nothing that changed, and gives what a first time would give", () => {
    const memory = new PassMemory();
    const [small, first] = [SMALL(3), large(100)];
    const before = passed([small, first, usesSmall, usesLarge], memory);
    const second = large(200);
    const after = passed([small, second, usesSmall, usesLarge], memory);
    expect(after.get("UsesSmall")).toBe(before.get("UsesSmall"));
    expect(after.get("UsesLarge"), "the body of what is only called does not matter").toBe(before.get("UsesLarge"));
    expect(after.get("Large")).not.toBe(before.get("Large"));
    const anew = passed([small, second, usesSmall, usesLarge]);
    expect([...after.values()].map((fn) => printFunction(fn))).toEqual(
      [...anew.values()].map((fn) => printFunction(fn)),
    );
  });

  it("works again on what a changed function was put into", () => {
    const memory = new PassMemory();
    const first = large(100);
    const before = passed([SMALL(3), first, usesSmall, usesLarge], memory);
    const after = passed([SMALL(5), first, usesSmall, usesLarge], memory);
    expect(after.get("UsesSmall")).not.toBe(before.get("UsesSmall"));
    expect(printFunction(after.get("UsesSmall")!)).toContain("25");
    expect(after.get("UsesLarge")).toBe(before.get("UsesLarge"));
  });

  it("leaves the functions that it is given as they are", () => {
    const text = printFunction(usesSmall);
    passed([SMALL(3), large(100), usesSmall, usesLarge]);
    expect(printFunction(usesSmall)).toBe(text);
  });
});
