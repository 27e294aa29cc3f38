/**
 * Loads whose value is still in a register, on every way here, take it from there; loads in loops that change nothing about them
 * move before the loop (Muchnick, "Advanced Compiler Design and Implementation", §12.5).
 */
import { Aliases } from "../aliases.ts";
import { Bits } from "../bits.ts";
import { ControlFlow, type Loop } from "../control-flow.ts";
import {
  type Block,
  bankOfWidth,
  type Instruction,
  type InstructionOf,
  type IrFunction,
  newRegister,
  type Operand,
} from "../ir.ts";
import { addOthers, type Location, Locations } from "../locations.ts";
import { holdsAtStart, Transfer } from "../must-hold.ts";
import { preheaderOf } from "../preheader.ts";
import { Ranges } from "../ranges.ts";
import { dominanceFrontiers, Reaching } from "../reaching.ts";
import { nothing } from "./enter-ssa.ts";

export const reuseLoads = (fn: IrFunction): void => {
  const before = ControlFlow.of(fn);
  fn.blocks = [...before.order];
  const aliases = new Aliases(fn, new Ranges(fn, before));
  loadBeforeLoops(fn, before, new Locations(fn, aliases));
  const flow = ControlFlow.of(fn);
  fn.blocks = [...flow.order];
  const locations = new Locations(fn, aliases);
  if (locations.all.length === 0) return;
  const available = holdsAtStart(flow, locations.all.length, (block) => knownBehind(block, locations));
  replaceLoads(fn, flow, locations, available);
};

/** Whether the value of a location is known behind its load or store. */
const isCertain = (instruction: Instruction): boolean =>
  instruction.kind === "load" || (instruction.kind === "store" && instruction.guards.length === 0);

/** What a block makes of the locations whose value is known. */
const knownBehind = (block: Block, locations: Locations): Transfer => {
  const transfer = new Transfer(locations.all.length);
  for (const instruction of block.instructions) {
    const { location, changes } = locations.effectsOf(instruction);
    transfer.clearAll(changes);
    if (location !== null && isCertain(instruction)) transfer.set(location.index);
    for (const { index } of locations.movedBy(instruction)) transfer.clear(index);
  }
  return transfer;
};

type Visit = (instruction: Instruction, location: Location, isKnown: boolean) => void;

/** Goes through the loads and stores of a block. @param knownAtStart is copied. */
const visitAccesses = (block: Block, locations: Locations, knownAtStart: Bits, visit: Visit): void => {
  const known = Bits.copyOf(knownAtStart);
  for (const instruction of block.instructions) {
    const { location, changes } = locations.effectsOf(instruction);
    if (location !== null) visit(instruction, location, known.has(location.index));
    known.deleteAll(changes);
    if (location !== null && isCertain(instruction)) known.add(location.index);
    for (const { index } of locations.movedBy(instruction)) known.delete(index);
  }
};

/** The values that blocks give a location: by stores, and by loads that stay. */
const replaceLoads = (
  fn: IrFunction,
  flow: ControlFlow,
  locations: Locations,
  available: ReadonlyMap<Block, Bits>,
): void => {
  const definitions = new Map<number, Map<Block, Operand>>();
  const needless = new Map<InstructionOf<"load">, Location>();
  const wanted = new Set<number>();
  for (const block of flow.order) {
    visitAccesses(block, locations, available.get(block)!, (instruction, location, isKnown) => {
      if (instruction.kind === "load" && isKnown) {
        needless.set(instruction, location);
        wanted.add(location.index);
      } else if (instruction.kind === "load") define(definitions, location, block, instruction.to);
      else if (instruction.kind === "store") define(definitions, location, block, instruction.from);
    });
  }
  const frontiers = dominanceFrontiers(flow);
  const reaching = new Map<number, Reaching>();
  for (const { index, width } of locations.all.filter(({ index: each }) => wanted.has(each))) {
    const bank = bankOfWidth(width);
    const options = {
      definitions: definitions.get(index)!,
      undefinedValue: nothing(fn, bank),
      newRegister: () => newRegister(fn, bank),
      isWanted: (block: Block) => available.get(block)!.has(index),
    };
    reaching.set(index, new Reaching(flow, frontiers, options));
  }
  for (const block of flow.order) replaceIn(block, locations, needless, reaching);
};

const define = (
  definitions: Map<number, Map<Block, Operand>>,
  { index }: Location,
  block: Block,
  value: Operand,
): void => {
  const known = definitions.get(index) ?? new Map<Block, Operand>();
  definitions.set(index, known);
  known.set(block, value);
};

const replaceIn = (
  block: Block,
  locations: Locations,
  needless: ReadonlyMap<InstructionOf<"load">, Location>,
  reaching: ReadonlyMap<number, Reaching>,
): void => {
  const current = new Map<number, Operand>();
  block.instructions = block.instructions.map((instruction) => {
    const location = instruction.kind === "load" || instruction.kind === "store" ? locations.of(instruction) : null;
    if (instruction.kind === "load" && location !== null) {
      if (!needless.has(instruction)) {
        current.set(location.index, instruction.to);
        return instruction;
      }
      const from = current.get(location.index) ?? reaching.get(location.index)!.atStart(block);
      return { kind: "copy", to: instruction.to, from, at: instruction.at };
    }
    if (instruction.kind === "store" && location !== null) current.set(location.index, instruction.from);
    return instruction;
  });
};

/** What an outer loop does not change is not loaded again before the loops in it. */
const loadBeforeLoops = (fn: IrFunction, flow: ControlFlow, locations: Locations): void => {
  const steady = new Map<Loop, readonly Location[]>();
  for (const loop of [...flow.loops].reverse()) {
    const known = new Set<Location>();
    for (let outer = loop.outer; outer !== null; outer = outer.outer)
      for (const each of steady.get(outer)!) known.add(each);
    steady.set(
      loop,
      steadyLoads(flow, locations, loop).filter((each) => !known.has(each)),
    );
  }
  for (const [loop, loads] of steady) {
    if (loads.length === 0) continue;
    const { block } = preheaderOf(fn, flow, loop);
    for (const { address, width } of loads) {
      const to = newRegister(fn, bankOfWidth(width));
      block.instructions.push({ kind: "load", to, width, address });
    }
  }
};

/** Locations loaded in the loop that nothing in it changes but stores that leave their value in a register. */
const steadyLoads = (flow: ControlFlow, locations: Locations, loop: Loop): readonly Location[] => {
  const loaded = new Set<Location>();
  const changed = new Bits(locations.all.length);
  const moved = new Set<Location>();
  for (const block of loop.blocks) {
    for (const instruction of block.instructions) {
      const { location, changes } = locations.effectsOf(instruction);
      if (location !== null && instruction.kind === "load") loaded.add(location);
      addOthers(changed, changes, isCertain(instruction) ? location : null);
      for (const each of locations.movedBy(instruction)) moved.add(each);
    }
  }
  return [...loaded].filter(
    (location) =>
      !changed.has(location.index) &&
      !moved.has(location) &&
      (locations.isFixed(location) || isFollowedAnyway(flow, locations, loop, location)),
  );
};

/** A pointer may lead nowhere unless something is loaded or stored by it, at the same place, whenever the loop is entered. */
const isFollowedAnyway = (flow: ControlFlow, locations: Locations, loop: Loop, wanted: Location): boolean => {
  for (const block of flow.order) {
    if (!flow.dominates(block, loop.header)) continue;
    for (const instruction of block.instructions) {
      if (instruction.kind !== "load" && instruction.kind !== "store") continue;
      const location = locations.of(instruction);
      const isCertain = instruction.kind === "load" || instruction.guards.length === 0;
      if (isCertain && location !== null && startsAlike(location, wanted)) return true;
    }
  }
  return false;
};

const startsAlike = ({ address: { base: a } }: Location, { address: { base: b } }: Location): boolean =>
  a.kind === "register" && b.kind === "register" && a.register.id === b.register.id;
