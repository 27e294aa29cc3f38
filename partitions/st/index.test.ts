import { describe, expect, it } from "vitest";
import { compile } from "./index.ts";

describe("an image", () => {
  it("is the same wherever its source lies", () => {
    const source = "PROGRAM p VAR n : DINT; END_VAR n := 10 / n; END_PROGRAM";
    const [here, there, other] = ["p.st", "/somewhere/else/p.st", "q.st"].map((file) => {
      const compiled = compile(source, { file });
      return compiled.ok ? compiled.elf : null;
    });
    expect(here).not.toBeNull();
    expect(there).toEqual(here);
    expect(other).not.toEqual(here);
  });
});
