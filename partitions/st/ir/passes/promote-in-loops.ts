/**
 * Keeps what a loop loads and stores again and again in a register as long as the loop runs: loaded before it, stored behind it
 * (Cooper and Lu, "Register Promotion in C Programs", 1997).
 */
import { Aliases } from "../aliases.ts";
import { Bits } from "../bits.ts";
import { ControlFlow, type Loop } from "../control-flow.ts";
import {
  type Block,
  bankOfWidth,
  type IrFunction,
  newRegister,
  type Operand,
  type Register,
  successorsOf,
} from "../ir.ts";
import { addOthers, type Location, Locations } from "../locations.ts";
import { insertBefore, preheaderOf } from "../preheader.ts";
import { Ranges } from "../ranges.ts";
import { dominanceFrontiers, Reaching } from "../reaching.ts";
import type { Surroundings } from "../surroundings.ts";
import { nothing } from "./enter-ssa.ts";

/** Inner loops first: what they load before and store behind themselves is then for the loop around. */
export const promoteInLoops = (fn: IrFunction, { isPreempted }: Pick<Surroundings, "isPreempted">): void => {
  const before = ControlFlow.of(fn);
  fn.blocks = [...before.order];
  if (before.loops.length === 0) return;
  const aliases = new Aliases(fn, new Ranges(fn, before));
  const done = new Set<Block>();
  for (;;) {
    const flow = ControlFlow.of(fn);
    const loop = flow.loops.find(({ header }) => !done.has(header));
    if (loop === undefined) return;
    done.add(loop.header);
    const found = promotableIn(new Locations(fn, aliases, loop.blocks), loop);
    const promotable = isPreempted ? found.filter((location) => isStoredAnyway(flow, loop, location)) : found;
    if (promotable.length > 0) promote(fn, loop, promotable);
  }
};

/** Stored in the loop, and touched by nothing in it but loads and stores of exactly this. */
const promotableIn = (locations: Locations, { blocks }: Loop): readonly Location[] => {
  const stored = new Set<Location>();
  const touched = new Bits(locations.all.length);
  for (const block of blocks) {
    for (const instruction of block.instructions) {
      const { location, reads, changes } = locations.effectsOf(instruction);
      if (instruction.kind === "store" && location !== null) stored.add(location);
      const isGuarded = instruction.kind === "store" && instruction.guards.length > 0;
      addOthers(touched, reads, location);
      addOthers(touched, changes, isGuarded ? null : location);
    }
  }
  return [...stored].filter((location) => locations.isFixed(location) && !touched.has(location.index));
};

/** Whether the loop is never left without a store there. */
const isStoredAnyway = (flow: ControlFlow, { blocks }: Loop, location: Location): boolean => {
  const isSame = sameLocation(location);
  const stores = [...blocks].filter(({ instructions }) =>
    instructions.some((each) => each.kind === "store" && isSame(each)),
  );
  const exits = [...blocks].filter(({ terminator }) => successorsOf(terminator).some((target) => !blocks.has(target)));
  return exits.every((exit) => stores.some((block) => flow.dominates(block, exit)));
};

const promote = (fn: IrFunction, loop: Loop, promotable: readonly Location[]): void => {
  const before = preheaderOf(fn, ControlFlow.of(fn), loop).block;
  const exits = dedicatedExits(fn, loop);
  const flow = ControlFlow.of(fn);
  const frontiers = dominanceFrontiers(flow);
  for (const { address, width } of promotable) {
    const bank = bankOfWidth(width);
    const first = newRegister(fn, bank);
    before.instructions.push({ kind: "load", to: first, width, address });
    const isSame = sameLocation({ address, width });
    const definitions = new Map<Block, Operand>([[before, first]]);
    for (const block of loop.blocks) {
      const last = block.instructions.findLast((each) => each.kind === "store" && isSame(each));
      if (last?.kind === "store") definitions.set(block, last.from);
    }
    const reaching = new Reaching(flow, frontiers, {
      definitions,
      undefinedValue: nothing(fn, bank),
      newRegister: () => newRegister(fn, bank),
      isWanted: (block) => loop.blocks.has(block) || exits.includes(block),
    });
    for (const block of loop.blocks) keepInRegister(block, isSame, reaching);
    for (const exit of exits) {
      const at = exit.instructions.findLastIndex(({ kind }) => kind === "phi") + 1;
      exit.instructions.splice(at, 0, { kind: "store", from: reaching.atStart(exit), width, address, guards: [] });
    }
  }
};

type Access = Pick<Location, "address" | "width">;

const sameLocation =
  ({ address: { base, offset }, width }: Access) =>
  ({ address, width: other }: Access): boolean => {
    if (width !== other || offset !== address.offset) return false;
    if (base.kind === "static") return address.base.kind === "static" && address.base.area === base.area;
    return base.kind === "frame" && address.base.kind === "frame" && address.base.slot === base.slot;
  };

const keepInRegister = (block: Block, isSame: (access: Access) => boolean, reaching: Reaching): void => {
  let value: Operand | null = null;
  block.instructions = block.instructions.flatMap((instruction) => {
    if (instruction.kind === "store" && isSame(instruction)) {
      value = instruction.from;
      return [];
    }
    if (instruction.kind !== "load" || !isSame(instruction)) return [instruction];
    value ??= reaching.atStart(block);
    return [{ kind: "copy", to: instruction.to satisfies Register, from: value, at: instruction.at }];
  });
};

/** Blocks that are reached from the loop only, one for each block that it is left to. */
const dedicatedExits = (fn: IrFunction, { blocks }: Loop): readonly Block[] => {
  const flow = ControlFlow.of(fn);
  const targets = new Set(
    [...blocks].flatMap(({ terminator }) => successorsOf(terminator).filter((target) => !blocks.has(target))),
  );
  return [...targets].map((target) => {
    const from = [...new Set(flow.predecessors(target))];
    const inside = from.filter((block) => blocks.has(block));
    return inside.length === from.length ? target : insertBefore(fn, target, inside);
  });
};
