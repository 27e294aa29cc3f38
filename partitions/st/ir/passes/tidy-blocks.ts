/** Tidies the control flow: unreachable blocks go, jumps to jumps are shortened, straight runs become one block. */
import { type Block, type IrFunction, type PhiSource, successorsOf } from "../ir.ts";
import { mapTargets } from "../rewrite.ts";

export const tidyBlocks = (fn: IrFunction): void => {
  removeUnreachable(fn);
  shortenJumps(fn);
  removeUnreachable(fn);
  mergeRuns(fn);
};

const predecessorsOf = (fn: IrFunction): ReadonlyMap<Block, readonly Block[]> => {
  const predecessors = new Map<Block, Block[]>(fn.blocks.map((block) => [block, []]));
  for (const block of fn.blocks)
    for (const successor of new Set(successorsOf(block.terminator))) predecessors.get(successor)!.push(block);
  return predecessors;
};

export const hasPhis = ({ instructions }: Block): boolean => instructions[0]?.kind === "phi";

/** The phis of a block with other sources. */
export const mapPhiSources = (block: Block, change: (source: PhiSource) => readonly PhiSource[]): void => {
  if (!hasPhis(block)) return;
  block.instructions = block.instructions.map((instruction) =>
    instruction.kind === "phi" ? { ...instruction, sources: instruction.sources.flatMap(change) } : instruction,
  );
};

export const removeUnreachable = (fn: IrFunction): void => {
  const entry = fn.blocks[0]!;
  const seen = new Set<Block>([entry]);
  const open = [entry];
  for (let block = open.pop(); block !== undefined; block = open.pop()) {
    for (const successor of successorsOf(block.terminator)) {
      if (seen.has(successor)) continue;
      seen.add(successor);
      open.push(successor);
    }
  }
  if (seen.size === fn.blocks.length) return;
  fn.blocks = fn.blocks.filter((block) => seen.has(block));
  for (const block of fn.blocks) mapPhiSources(block, (source) => (seen.has(source.from) ? [source] : []));
};

/** What leads to an empty block goes where that leads; an endless loop of empty blocks stays what it is. */
const shortenJumps = (fn: IrFunction): void => {
  const predecessors = new Map([...predecessorsOf(fn)].map(([block, list]) => [block, new Set(list)]));
  for (const block of fn.blocks.slice(1)) {
    const { instructions, terminator } = block;
    if (instructions.length > 0 || terminator.kind !== "jump" || terminator.target === block) continue;
    const { target } = terminator;
    const moved = [...predecessors.get(block)!].filter(
      (from) => from !== block && !(hasPhis(target) && predecessors.get(target)!.has(from)),
    );
    for (const from of moved) {
      from.terminator = mapTargets(from.terminator, (each) => (each === block ? target : each));
      predecessors.get(block)!.delete(from);
      predecessors.get(target)!.add(from);
    }
    const stays = predecessors.get(block)!.size > 0;
    if (!stays) predecessors.get(target)!.delete(block);
    mapPhiSources(target, (source) =>
      source.from === block ? [...moved.map((from) => ({ ...source, from })), ...(stays ? [source] : [])] : [source],
    );
  }
  for (const block of fn.blocks) {
    const { terminator } = block;
    if (terminator.kind === "branch" && terminator.then === terminator.otherwise)
      block.terminator = { kind: "jump", target: terminator.then, at: terminator.at };
  }
};

/** A block that only one jump leads to is appended to where that comes from. */
const mergeRuns = (fn: IrFunction): void => {
  const predecessors = predecessorsOf(fn);
  const merged = new Set<Block>();
  for (const block of fn.blocks) {
    if (merged.has(block)) continue;
    while (block.terminator.kind === "jump") {
      const { target } = block.terminator;
      if (target === block || target === fn.blocks[0] || predecessors.get(target)!.length !== 1) break;
      append(block, target);
      merged.add(target);
    }
  }
  fn.blocks = fn.blocks.filter((block) => !merged.has(block));
};

const append = (block: Block, next: Block): void => {
  for (const instruction of next.instructions) {
    if (instruction.kind !== "phi") block.instructions.push(instruction);
    else block.instructions.push({ kind: "copy", to: instruction.to, from: instruction.sources[0]!.value });
  }
  block.terminator = next.terminator;
  for (const successor of successorsOf(next.terminator))
    mapPhiSources(successor, (source) => [source.from === next ? { ...source, from: block } : source]);
};
