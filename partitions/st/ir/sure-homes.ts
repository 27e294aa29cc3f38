/** What can still be said of where variables are, once code is optimised: debuggers must not be told of a wrong place. */
import { definitionOf, type FrameSlot, type Home, type IrFunction } from "./ir.ts";

/**
 * A register that is written once holds the one value that its variable ever has; a slot whose address was taken is written as the
 * program says. Variables that are assigned again have got other registers (`enterSsa`).
 */
export const keepSureHomes = (fn: IrFunction): readonly Home[] => {
  const definitions = new Map<number, number>();
  const addressed = new Set<FrameSlot>();
  for (const instruction of fn.blocks.flatMap(({ instructions }) => instructions)) {
    const definition = definitionOf(instruction);
    if (definition !== null) definitions.set(definition.id, (definitions.get(definition.id) ?? 0) + 1);
    if (instruction.kind === "address" && instruction.address.base.kind === "frame")
      addressed.add(instruction.address.base.slot);
  }
  return fn.homes.filter(({ place }) => {
    if ("id" in place) return definitions.get(place.id) === 1;
    const { base } = place;
    if (base.kind === "register") return definitions.get(base.register.id) === 1;
    return base.kind === "frame" && addressed.has(base.slot);
  });
};
