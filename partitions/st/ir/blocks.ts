/** Tidies the control flow: unreachable blocks go, jumps to jumps are shortened, straight runs become one block. */
import { type Block, type IrFunction, successorsOf, type Terminator } from "./ir.ts";

export const tidyBlocks = (fn: IrFunction): void => {
  for (const block of fn.blocks) block.terminator = shortened(block.terminator);
  fn.blocks = reachable(fn.blocks);
  mergeRuns(fn);
};

const reachable = (blocks: readonly Block[]): Block[] => {
  const seen = new Set<Block>([blocks[0]!]);
  const open = [blocks[0]!];
  for (let block = open.pop(); block !== undefined; block = open.pop()) {
    for (const successor of successorsOf(block.terminator)) {
      if (seen.has(successor)) continue;
      seen.add(successor);
      open.push(successor);
    }
  }
  return blocks.filter((block) => seen.has(block));
};

/** Where a jump to `block` ends up; an endless loop of empty blocks stays what it is. */
const destination = (block: Block): Block => {
  const seen = new Set<Block>();
  let end = block;
  while (end.instructions.length === 0 && end.terminator.kind === "jump" && !seen.has(end)) {
    seen.add(end);
    end = end.terminator.target;
  }
  return end;
};

const shortened = (terminator: Terminator): Terminator => {
  if (terminator.kind === "jump") return { kind: "jump", target: destination(terminator.target) };
  if (terminator.kind !== "branch") return terminator;
  const then = destination(terminator.then);
  const otherwise = destination(terminator.otherwise);
  return then === otherwise ? { kind: "jump", target: then } : { ...terminator, then, otherwise };
};

/** A block that only one jump leads to is appended to where that comes from. */
const mergeRuns = (fn: IrFunction): void => {
  const incoming = new Map<Block, number>();
  for (const { terminator } of fn.blocks) {
    for (const successor of successorsOf(terminator)) incoming.set(successor, (incoming.get(successor) ?? 0) + 1);
  }
  const merged = new Set<Block>();
  for (const block of fn.blocks) {
    if (merged.has(block)) continue;
    while (block.terminator.kind === "jump") {
      const { target } = block.terminator;
      if (target === block || target === fn.blocks[0] || incoming.get(target) !== 1) break;
      block.instructions.push(...target.instructions);
      block.terminator = target.terminator;
      merged.add(target);
    }
  }
  fn.blocks = fn.blocks.filter((block) => !merged.has(block));
};
