/** A block before a loop that runs once each time the loop is entered: where to put what the loop need not do again. */
import type { ControlFlow, Loop } from "./control-flow.ts";
import { type Block, type IrFunction, newRegister, type PhiSource } from "./ir.ts";
import { mapTargets } from "./rewrite.ts";

/** @returns the loop's preheader; when it has to be made, `flow` is out of date. */
export const preheaderOf = (
  fn: IrFunction,
  flow: ControlFlow,
  { header, blocks }: Pick<Loop, "header" | "blocks">,
): { readonly block: Block; readonly isNew: boolean } => {
  const outside = [...new Set(flow.predecessors(header))].filter((block) => !blocks.has(block));
  const [only, ...others] = outside;
  if (only !== undefined && others.length === 0 && only.terminator.kind === "jump")
    return { block: only, isNew: false };
  return { block: insertBefore(fn, header, outside), isNew: true };
};

/** A block through which all `from` go to `to`; phis are split between the two. */
export const insertBefore = (fn: IrFunction, to: Block, from: readonly Block[]): Block => {
  const between: Block = { instructions: [], terminator: { kind: "jump", target: to } };
  for (const block of from)
    block.terminator = mapTargets(block.terminator, (target) => (target === to ? between : target));
  to.instructions = to.instructions.map((instruction) => {
    if (instruction.kind !== "phi") return instruction;
    const moved = instruction.sources.filter((source) => from.includes(source.from));
    const rest = instruction.sources.filter((source) => !from.includes(source.from));
    return {
      ...instruction,
      sources: [...rest, { from: between, value: joined(fn, between, instruction.to.bank, moved) }],
    };
  });
  fn.blocks.splice(fn.blocks.indexOf(to), 0, between);
  return between;
};

const joined = (
  fn: IrFunction,
  block: Block,
  bank: Parameters<typeof newRegister>[1],
  sources: readonly PhiSource[],
): PhiSource["value"] => {
  if (sources.length === 1) return sources[0]!.value;
  const to = newRegister(fn, bank);
  block.instructions.push({ kind: "phi", to, sources });
  return to;
};
