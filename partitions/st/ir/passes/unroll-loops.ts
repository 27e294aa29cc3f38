/**
 * Writes small loops out whose number of laps is known, so that their counters become constants. In SSA form; a loop that is
 * left at its end only.
 */
import { ControlFlow, type Loop } from "../control-flow.ts";
import { copyBlocks } from "../copy-blocks.ts";
import { foldBinary, holds } from "../fold.ts";
import {
  type Block,
  definitionOf,
  type Instruction,
  type InstructionOf,
  type IrFunction,
  isConstant,
  type Operand,
  successorsOf,
  type Terminator,
} from "../ir.ts";
import { mapTerminator, mapUses } from "../rewrite.ts";
import { mapPhiSources } from "./tidy-blocks.ts";

const MOST_LAPS = 8;
/** Instructions of all laps together. */
const LARGEST = 200;
/** Of a function that is to grow. */
const LARGEST_FUNCTION = 3000;

/** Innermost loops only: those around them would be large then. */
export const unrollLoops = (fn: IrFunction): void => {
  const flow = ControlFlow.of(fn);
  fn.blocks = [...flow.order];
  let size = fn.blocks.reduce((sum, { instructions }) => sum + instructions.length, 0);
  const outer = new Set(flow.loops.map((loop) => loop.outer));
  for (const loop of flow.loops) {
    if (outer.has(loop)) continue;
    const latch = onlyLatch(flow, loop);
    const laps = latch === null ? null : lapsOf(loop, latch);
    if (latch === null || laps === null || laps > MOST_LAPS) continue;
    const body = [...loop.blocks].reduce((sum, { instructions }) => sum + instructions.length, 0);
    if (body * laps > LARGEST || size + body * laps > LARGEST_FUNCTION) continue;
    size += body * (laps - 1);
    writeOut(fn, loop, latch, laps);
  }
};

/** The one block that goes back to the header, when it is also the only one that leaves the loop. */
const onlyLatch = (flow: ControlFlow, { header, blocks }: Loop): Block | null => {
  const [latch, ...others] = flow.predecessors(header).filter((block) => blocks.has(block));
  if (latch === undefined || others.length > 0 || latch.terminator.kind !== "branch") return null;
  const leaving = [...blocks].filter(
    ({ terminator }) => terminator.kind === "return" || successorsOf(terminator).some((block) => !blocks.has(block)),
  );
  return leaving.length === 1 && leaving[0] === latch ? latch : null;
};

/** Follows the counter from its first value on; null when it is not known or takes too long. */
const lapsOf = ({ header, blocks }: Loop, latch: Block): number | null => {
  const { terminator } = latch;
  if (terminator.kind !== "branch") return null;
  const definitions = new Map<number, Instruction>();
  for (const instruction of [...blocks].flatMap(({ instructions }) => instructions)) {
    const definition = definitionOf(instruction);
    if (definition !== null) definitions.set(definition.id, instruction);
  }
  const phis = header.instructions.filter((each) => each.kind === "phi");
  const values = new Map<number, number>();
  for (const { to, sources } of phis) {
    const [first, ...others] = sources.filter(({ from }) => from !== latch);
    if (first !== undefined && others.length === 0 && isConstant(first.value)) values.set(to.id, first.value.constant);
  }
  for (let laps = 1; laps <= MOST_LAPS; laps++) {
    const [left, right] = [terminator.left, terminator.right].map((side) => countOf(side, values, definitions));
    if (left === null || left === undefined || right === null || right === undefined) return null;
    const goesBack = holds(terminator.condition, left, right) === (terminator.then === header);
    if (!goesBack) return laps;
    const next = phis.map(({ to, sources }) => {
      const source = sources.find(({ from }) => from === latch)!;
      return [to.id, countOf(source.value, values, definitions)] as const;
    });
    for (const [id, value] of next) {
      if (value === null) values.delete(id);
      else values.set(id, value);
    }
  }
  return null;
};

/** Of a counter, or what an operation by a constant makes of it. */
const countOf = (
  operand: Operand,
  values: ReadonlyMap<number, number>,
  definitions: ReadonlyMap<number, Instruction>,
): number | null => {
  if (isConstant(operand)) return operand.constant;
  const known = values.get(operand.id);
  const definition = definitions.get(operand.id);
  if (known !== undefined || definition?.kind !== "binary" || operand.bank !== "integer") return known ?? null;
  const left = isConstant(definition.left) ? definition.left.constant : values.get(definition.left.id);
  if (left === undefined || !isConstant(definition.right)) return null;
  return foldBinary(definition.operation, left, definition.right.constant);
};

const exitOf = (terminator: Terminator, header: Block): Block =>
  successorsOf(terminator).find((block) => block !== header)!;

/** The first lap is the loop itself; each further one is a copy behind the last, and what follows reads from the last. */
const writeOut = (fn: IrFunction, { header, blocks }: Loop, latch: Block, laps: number): void => {
  const exit = exitOf(latch.terminator, header);
  const originals = [...blocks];
  const phis = header.instructions.filter((each): each is InstructionOf<"phi"> => each.kind === "phi");
  const valueAtEnd = (phi: InstructionOf<"phi">): Operand => phi.sources.find(({ from }) => from === latch)!.value;
  const copies = Array.from({ length: laps - 1 }, () => copyBlocks(fn, originals));
  let end = latch;
  let last = (operand: Operand): Operand => operand;
  for (const { blocks: copied, operand } of copies) {
    const start = copied.get(header)!;
    const before = last;
    start.instructions = start.instructions.map((instruction, i) =>
      instruction.kind === "phi"
        ? { kind: "copy", to: instruction.to, from: before(valueAtEnd(phis[i]!)) }
        : instruction,
    );
    end.terminator = { kind: "jump", target: start };
    end = copied.get(latch)!;
    last = operand;
  }
  end.terminator = { kind: "jump", target: exit };
  const inside = new Set([...blocks, ...copies.flatMap((copy) => [...copy.blocks.values()])]);
  for (const block of fn.blocks.filter((each) => !inside.has(each))) {
    block.instructions = block.instructions.map((each) => mapUses(each, last));
    block.terminator = mapTerminator(block.terminator, last);
  }
  mapPhiSources(exit, (source) => [source.from === latch ? { ...source, from: end } : source]);
  mapPhiSources(header, (source) => (source.from === latch ? [] : [source]));
  const at = fn.blocks.indexOf(latch) + 1;
  fn.blocks.splice(at, 0, ...copies.flatMap((copy) => [...copy.blocks.values()]));
};
