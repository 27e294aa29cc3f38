/** Removes stores that are overwritten on every way before anything reads them, and stores to slots that nothing reads again. */
import { Aliases } from "../aliases.ts";
import { Bits } from "../bits.ts";
import { ControlFlow } from "../control-flow.ts";
import type { Block, Instruction, IrFunction } from "../ir.ts";
import { Locations } from "../locations.ts";
import { holdsAtEnd, Transfer } from "../must-hold.ts";
import { Ranges } from "../ranges.ts";

export const removeDeadStores = (fn: IrFunction): void => {
  const flow = ControlFlow.of(fn);
  fn.blocks = [...flow.order];
  const locations = new Locations(fn, new Aliases(fn, new Ranges(fn, flow)));
  if (locations.all.length === 0) return;
  const count = locations.all.length;
  // Nobody reads the slots of a function that has returned; everything else is for others to see.
  const atExit = new Bits(count);
  for (const { index, extent } of locations.all) if (extent.root.kind === "frame") atExit.add(index);
  const idleAtEnd = holdsAtEnd(flow, count, (block) => idleBefore(block, locations), atExit);
  for (const block of flow.order) {
    const dead = deadStoresIn(block, locations, idleAtEnd.get(block)!);
    if (dead.size > 0) block.instructions = block.instructions.filter((each) => !dead.has(each));
  }
};

/** What a block makes, from its end to its start, of the locations where a store would do nothing. */
const idleBefore = (block: Block, locations: Locations): Transfer => {
  const transfer = new Transfer(locations.all.length);
  for (let i = block.instructions.length - 1; i >= 0; i--) {
    const instruction = block.instructions[i]!;
    const { location, reads } = locations.effectsOf(instruction);
    for (const { index } of locations.movedBy(instruction)) transfer.clear(index);
    if (instruction.kind !== "store") transfer.clearAll(reads);
    else if (location !== null && instruction.guards.length === 0) transfer.set(location.index);
  }
  return transfer;
};

/** @param idleAtEnd is copied. */
const deadStoresIn = (block: Block, locations: Locations, idleAtEnd: Bits): ReadonlySet<Instruction> => {
  const idle = Bits.copyOf(idleAtEnd);
  const dead = new Set<Instruction>();
  for (let i = block.instructions.length - 1; i >= 0; i--) {
    const instruction = block.instructions[i]!;
    const { location, reads } = locations.effectsOf(instruction);
    for (const { index } of locations.movedBy(instruction)) idle.delete(index);
    if (instruction.kind !== "store") idle.deleteAll(reads);
    else if (location !== null && idle.has(location.index)) dead.add(instruction);
    else if (location !== null && instruction.guards.length === 0) idle.add(location.index);
  }
  return dead;
};
