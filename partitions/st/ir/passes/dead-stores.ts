/** Removes stores that are overwritten on every way before anything reads them, and stores to slots that nothing reads again. */
import { Aliases } from "../aliases.ts";
import { ControlFlow } from "../control-flow.ts";
import { type Block, type Instruction, type IrFunction, successorsOf } from "../ir.ts";
import { Locations } from "../locations.ts";
import { Ranges } from "../ranges.ts";

export const removeDeadStores = (fn: IrFunction): void => {
  const flow = new ControlFlow(fn);
  fn.blocks = [...flow.order];
  const locations = new Locations(fn, new Aliases(fn, new Ranges(fn, flow)));
  if (locations.all.length === 0) return;
  const idleAtEnd = new Map<Block, Uint8Array>();
  const idleAtStart = new Map<Block, Uint8Array>();
  const count = locations.all.length;
  for (const block of flow.order) idleAtStart.set(block, new Uint8Array(count).fill(1));
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = flow.order.length - 1; i >= 0; i--) {
      const block = flow.order[i]!;
      const idle = afterBlock(block, locations, idleAtStart);
      idleAtEnd.set(block, Uint8Array.from(idle));
      passBackwards(block, locations, idle);
      if (idleAtStart.get(block)!.every((value, at) => value === idle[at])) continue;
      idleAtStart.set(block, idle);
      changed = true;
    }
  }
  for (const block of flow.order) {
    const dead = new Set<Instruction>();
    passBackwards(block, locations, idleAtEnd.get(block)!, (store) => dead.add(store));
    if (dead.size > 0) block.instructions = block.instructions.filter((each) => !dead.has(each));
  }
};

/** Nobody reads the slots of a function that has returned; everything else is for others to see. */
const afterBlock = (
  { terminator }: Block,
  locations: Locations,
  idleAtStart: ReadonlyMap<Block, Uint8Array>,
): Uint8Array => {
  const successors = successorsOf(terminator);
  if (successors.length === 0)
    return Uint8Array.from(locations.all, ({ extent }) => (extent.root.kind === "frame" ? 1 : 0));
  const idle = new Uint8Array(locations.all.length).fill(1);
  for (const successor of successors) {
    const next = idleAtStart.get(successor)!;
    for (let i = 0; i < idle.length; i++) idle[i]! &= next[i]!;
  }
  return idle;
};

/** `idle`: by location, whether a store there would do nothing. */
const passBackwards = (
  block: Block,
  locations: Locations,
  idle: Uint8Array,
  onIdle: (store: Instruction) => void = () => {},
): void => {
  for (let i = block.instructions.length - 1; i >= 0; i--) {
    const instruction = block.instructions[i]!;
    const { location, reads } = locations.effectsOf(instruction);
    for (const { index } of locations.movedBy(instruction)) idle[index] = 0;
    if (instruction.kind === "store" && location !== null) {
      if (idle[location.index] === 1) onIdle(instruction);
      else if (instruction.guards.length === 0) idle[location.index] = 1;
    } else for (const { index } of reads) idle[index] = 0;
  }
};
