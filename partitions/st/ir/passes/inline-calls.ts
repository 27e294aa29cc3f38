/** Puts the bodies of small functions, and of those that are called at one place only, where they are called. All in SSA form. */
import { copyBlocks } from "../copy-blocks.ts";
import {
  type Block,
  type Instruction,
  type InstructionOf,
  type IrFunction,
  type PhiSource,
  type Register,
  successorsOf,
} from "../ir.ts";
import type { Callee, Surroundings } from "../surroundings.ts";
import { mapPhiSources } from "./tidy-blocks.ts";

const SMALL = 40;
/** Larger functions take the passes, and registers, more than calls cost. */
const LARGEST_ONLY_CALL = 500;
const LARGEST_CALLER = 2000;

export const sizeOf = ({ blocks }: IrFunction): number =>
  blocks.reduce((sum, { instructions }) => sum + instructions.length + 1, 0);

export const inlineCalls = (fn: IrFunction, { callees }: Pick<Surroundings, "callees">): void => {
  let size = sizeOf(fn);
  const open = [...fn.blocks];
  for (let block = open.pop(); block !== undefined; block = open.pop()) {
    const at = block.instructions.findIndex((each) => each.kind === "call" && isWorthIt(calleeOf(callees, each), size));
    const call = block.instructions[at];
    const callee = call?.kind === "call" ? calleeOf(callees, call) : undefined;
    if (call?.kind !== "call" || callee === undefined) continue;
    size += callee.size;
    open.push(inline(fn, block, at, call, callee.fn));
  }
};

/** Of a call that goes to one function only. */
const calleeOf = (callees: Surroundings["callees"], { target }: InstructionOf<"call">): Callee | undefined =>
  typeof target === "string" ? callees.get(target) : undefined;

const isWorthIt = (callee: Callee | undefined, callerSize: number): boolean => {
  if (callee === undefined) return false;
  const { size, isCalledOnce } = callee;
  return callerSize + size <= LARGEST_CALLER && size <= (isCalledOnce ? LARGEST_ONLY_CALL : SMALL);
};

/** @returns the block with what followed the call. */
const inline = (fn: IrFunction, block: Block, at: number, call: InstructionOf<"call">, callee: IrFunction): Block => {
  const rest: Block = { instructions: block.instructions.slice(at + 1), terminator: block.terminator };
  block.instructions.length = at;
  for (const successor of successorsOf(rest.terminator))
    mapPhiSources(successor, (source) => [source.from === block ? { ...source, from: rest } : source]);
  const results = putBody(fn, block, call, callee, rest);
  if (call.result !== null) rest.instructions.unshift(resultOf(call.result, results));
  return rest;
};

/** Ends the block with a jump to a copy of the body. @returns what each of its ends gives. */
const putBody = (
  fn: IrFunction,
  block: Block,
  call: InstructionOf<"call">,
  callee: IrFunction,
  rest: Block,
): readonly PhiSource[] => {
  const slots = new Map(callee.slots.map((slot) => [slot, { ...slot }]));
  fn.slots = [...fn.slots, ...slots.values()];
  const { blocks, operand } = copyBlocks(fn, callee.blocks, {
    names: callee.names,
    call: call.at,
    address: ({ base, offset }) =>
      base.kind === "frame" ? { base: { kind: "frame", slot: slots.get(base.slot)! }, offset } : { base, offset },
  });
  const results: PhiSource[] = [];
  for (const [original, copy] of blocks) {
    copy.instructions = copy.instructions.map((each) =>
      each.kind === "parameter"
        ? { kind: "copy", to: each.to, from: call.arguments[each.position]!, at: call.at }
        : each,
    );
    if (original.terminator.kind !== "return") continue;
    if (original.terminator.value !== null) results.push({ from: copy, value: operand(original.terminator.value) });
    copy.terminator = { kind: "jump", target: rest, at: copy.terminator.at };
  }
  block.terminator = { kind: "jump", target: blocks.get(callee.blocks[0]!)!, at: call.at };
  fn.blocks.splice(fn.blocks.indexOf(block) + 1, 0, ...blocks.values(), rest);
  return results;
};

const resultOf = (to: Register, sources: readonly PhiSource[]): Instruction =>
  sources.length === 1 ? { kind: "copy", to, from: sources[0]!.value } : { kind: "phi", to, sources };
