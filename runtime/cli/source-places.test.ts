import { describe, expect, it } from "vitest";
import { systemOf } from "../../hil-tests/laws/systems.ts";
import { compile } from "../../partitions/st/index.ts";
import { parseImage } from "../board/index.ts";
import { guestAddress } from "../units.ts";
import { SourcePlaces } from "./source-places.ts";

/** A program whose only statement is in that line, and where its body begins. */
const program = (file: string, line: number) => {
  const compiled = compile(`PROGRAM Main VAR n : INT; END_VAR${"\n".repeat(line - 1)}n := n + 1; END_PROGRAM`, {
    file,
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const image = parseImage(compiled.elf);
  if ("problem" in image) throw new Error(image.problem);
  const pc = image.symbols.find(({ name }) => name.toUpperCase() === "MAIN")!.address;
  return { elf: compiled.elf, pc };
};

describe("the places in a source", () => {
  it("are those of the image that ran in the record's frame", () => {
    const [first, second] = [program("first.st", 3), program("second.st", 7)];
    const system = systemOf({ partitions: { a: { image: first.elf } }, majorFrame: 1000, slots: [["a", 0, 500]] });
    const places = new SourcePlaces(system);
    const at = (frame: number, pc: number) =>
      places.of({ partition: 0, frame, pc: guestAddress(pc), registers: new Int32Array(32) })?.replace(/^.*\//, "");
    expect(at(99, first.pc)).toBe("first.st:3");
    places.replaced(0, second.elf, 50);
    expect([at(49, first.pc), at(50, second.pc)]).toEqual(["first.st:3", "second.st:7"]);
    places.replaced(0, first.elf, 80);
    expect([at(79, second.pc), at(80, first.pc)]).toEqual(["second.st:7", "first.st:3"]);
  });
});
