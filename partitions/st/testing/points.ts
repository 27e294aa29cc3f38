/** The points that a compiled program declares, as words that a test compares. */
import { inspectImage } from "../../../runtime/board/index.ts";
import { compile } from "../index.ts";

/** `name TYPE direction offset[.bit] initial`, the offset in bytes from the start of the area. */
export const pointsOf = (source: string) => {
  const compiled = compile(source, { file: "t.st" });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const facts = inspectImage(compiled.elf);
  if ("problem" in facts) throw new Error(facts.problem);
  const { points, areas } = facts.manifest!;
  return points.map(({ name, type, length, direction, address, bit, initial }) => {
    const base = (direction === "input" ? areas.input : areas.output)!.base;
    const kind = length === undefined ? type : `${type}(${length})`;
    return `${name} ${kind} ${direction} ${address - base}${bit === null ? "" : `.${bit}`} ${initial}`;
  });
};
