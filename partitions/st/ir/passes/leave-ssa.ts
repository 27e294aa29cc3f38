/**
 * Turns phis into copies at the ends of the blocks that they come from, then lets registers share a name when neither is wanted
 * while the other has a value, so that most of these copies go (Chaitin, "Register Allocation and Spilling via Graph Coloring").
 */
import { ControlFlow, splitEdge } from "../control-flow.ts";
import { interferenceOf } from "../interference.ts";
import {
  type Block,
  definitionOf,
  type Instruction,
  type InstructionOf,
  type IrFunction,
  isConstant,
  newRegister,
  type Operand,
  type Register,
  successorsOf,
} from "../ir.ts";
import { mapTerminator, mapUses, withDefinition } from "../rewrite.ts";
import { keepSureHomes } from "../sure-homes.ts";
import { hasPhis } from "./tidy-blocks.ts";

export const leaveSsa = (fn: IrFunction): void => {
  splitCriticalEdges(fn);
  for (const block of fn.blocks) if (hasPhis(block)) replacePhis(fn, block);
  joinCopies(fn);
  fn.homes = keepSureHomes(fn);
};

/** Copies for a phi must not be made on the way to another block. */
const splitCriticalEdges = (fn: IrFunction): void => {
  for (const from of [...fn.blocks]) {
    if (from.terminator.kind !== "branch") continue;
    for (const to of new Set(successorsOf(from.terminator))) if (hasPhis(to)) splitEdge(fn, from, to);
  }
};

const replacePhis = (fn: IrFunction, block: Block): void => {
  const phis = block.instructions.filter((each) => each.kind === "phi");
  block.instructions = block.instructions.slice(phis.length);
  for (const from of new Set(phis.flatMap(({ sources }) => sources.map((source) => source.from)))) {
    const copies = phis.map(({ to, sources }) => ({ to, from: sources.find((source) => source.from === from)!.value }));
    from.instructions.push(...inSequence(fn, copies));
  }
};

type Copy = Pick<InstructionOf<"copy">, "to" | "from">;

/** Copies that happen at once, one after the other; a cycle goes through a register of its own. */
const inSequence = (fn: IrFunction, copies: readonly Copy[]): readonly Instruction[] => {
  const done: Instruction[] = [];
  const isRead = ({ id }: Register, among: readonly Copy[]) =>
    among.some(({ from }) => !isConstant(from) && from.id === id);
  let open = copies.filter(({ to, from }) => isConstant(from) || from.id !== to.id);
  while (open.length > 0) {
    const free = open.find((copy) => !isRead(copy.to, open));
    if (free !== undefined) {
      done.push({ kind: "copy", ...free });
      open = open.filter((copy) => copy !== free);
      continue;
    }
    const { to } = open[0]!;
    const saved = newRegister(fn, to.bank);
    done.push({ kind: "copy", to: saved, from: to });
    open = open.map((copy) => (!isConstant(copy.from) && copy.from.id === to.id ? { to: copy.to, from: saved } : copy));
  }
  return done;
};

/** Copies in inner loops first. */
const joinCopies = (fn: IrFunction): void => {
  const flow = ControlFlow.of(fn);
  const reached = new Set(flow.order);
  fn.blocks = fn.blocks.filter((block) => reached.has(block));
  const interference = interferenceOf(fn);
  const copies = fn.blocks.flatMap((block) =>
    block.instructions.flatMap((each) =>
      each.kind === "copy" && !isConstant(each.from) && each.from.bank === each.to.bank
        ? [{ to: each.to, from: each.from, depth: flow.depthOf(block) }]
        : [],
    ),
  );
  const joined = new Map<number, Register>();
  const nameOf = (register: Register): Register => {
    let found = register;
    for (let next = joined.get(found.id); next !== undefined; next = joined.get(found.id)) found = next;
    return found;
  };
  for (const copy of copies.sort((a, b) => b.depth - a.depth)) {
    const [to, from] = [nameOf(copy.to), nameOf(copy.from)];
    if (to.id === from.id || interference.has(to.id, from.id)) continue;
    interference.join(to.id, from.id);
    joined.set(from.id, to);
    const name = fn.names.get(from.id);
    if (name !== undefined && !fn.names.has(to.id)) fn.names.set(to.id, name);
  }
  rename(fn, nameOf);
};

const rename = (fn: IrFunction, nameOf: (register: Register) => Register): void => {
  const renamed = (operand: Operand): Operand => (isConstant(operand) ? operand : nameOf(operand));
  for (const block of fn.blocks) {
    block.instructions = block.instructions
      .map((instruction) => {
        const changed = mapUses(instruction, renamed);
        const definition = definitionOf(changed);
        return definition === null ? changed : withDefinition(changed, nameOf(definition));
      })
      .filter((each) => !(each.kind === "copy" && !isConstant(each.from) && each.from.id === each.to.id));
    block.terminator = mapTerminator(block.terminator, renamed);
  }
};
