import { describe, expect, it } from "vitest";
import { inspectImage } from "../../runtime/board/index.ts";
import { compile } from "./index.ts";

const retainedOf = (source: string) => {
  const compiled = compile(source, { file: "t.st" });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const facts = inspectImage(compiled.elf);
  if ("problem" in facts) throw new Error(facts.problem);
  return facts.manifest!.areas.retained;
};

describe("the retained data of an image", () => {
  it("are described so that another layout has other words", () => {
    const source = `
      TYPE Mode : (Off, On := 5); Limits : STRUCT low, high : REAL; END_STRUCT; END_TYPE
      FUNCTION_BLOCK Counter VAR RETAIN total : UDINT; END_VAR VAR last : BOOL; END_VAR last := last; END_FUNCTION_BLOCK
      PROGRAM Main
      VAR RETAIN mode : Mode; limits : ARRAY [1..2] OF Limits; END_VAR
      VAR counter : Counter; lost : INT; END_VAR
      counter(); lost := 1;
      END_PROGRAM`;
    expect(retainedOf(source)).toMatchObject({
      bytes: 28,
      ofThisImage: false,
      variables: [
        { name: "mode", type: "Mode(Off := 0, On := 5) INT", offset: 0 },
        { name: "limits", type: "ARRAY [1..2] OF Limits{low : REAL @ 0, high : REAL @ 4}", offset: 4 },
        { name: "counter", type: "Counter{total : UDINT @ 0, last : BOOL @ 4}", offset: 20 },
      ],
    });
  });

  it("are none when nothing is retained", () => {
    expect(retainedOf("PROGRAM Main VAR n : INT; END_VAR n := n + 1; END_PROGRAM")).toBeNull();
  });
});
