/** REAL constants other than 0 are loaded: one instruction where gp reaches them, instead of up to three that build their bits. */
import { type Instruction, type IrFunction, isConstant } from "../ir.ts";
import type { Surroundings } from "../surroundings.ts";

export const poolConstants = (fn: IrFunction, { placeConstant }: Pick<Surroundings, "placeConstant">): void => {
  for (const block of fn.blocks) {
    block.instructions = block.instructions.map((instruction): Instruction => {
      if (instruction.kind !== "copy" || instruction.to.bank !== "float" || !isConstant(instruction.from))
        return instruction;
      const { to, from, at } = instruction;
      if (from.constant === 0) return instruction;
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setInt32(0, from.constant, true);
      return { kind: "load", to, width: "f32", address: placeConstant(bytes), at };
    });
  }
};
