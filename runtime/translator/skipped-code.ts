/**
 * A branch over an instruction or two that only compute is no branch for the host: both ways are computed, and the results chosen.
 * What a guest does with such branches often goes by its data, which the host cannot predict: a wrong guess costs it more than
 * several instructions do.
 */
import { OPERATIONS, terms } from "../isa/index.ts";
import type { Flow } from "./flow.ts";
import type { RegionNode } from "./region-graph.ts";
import { LOCAL, type RegionWriter } from "./region-writer.ts";
import { type GuestInstruction, union } from "./registers.ts";

const { i32 } = terms;

/** In instructions. */
const LONGEST_SKIPPED = 2;
/** They take long, and must not be given every operand. */
const COSTLY: ReadonlySet<string> = new Set(["div", "divu", "rem", "remu"]);

/** @returns by id of a node that ends in such a branch: the node that it skips, to which nothing else leads. */
export const findSkipped = (
  nodes: readonly RegionNode[],
  { routes, loopHeaders }: Flow,
): readonly (RegionNode | undefined)[] => {
  const ways = new Uint8Array(routes.length);
  for (const list of routes) for (const { to } of list) ways[to] = Math.min(ways[to]! + 1, 2);
  return nodes.map(({ end }) => {
    if (end.kind !== "branch" || end.taken === end.next) return undefined;
    const { next, taken } = end;
    const leadsOn = next.end.kind === "goto" && next.end.to === taken;
    return leadsOn && ways[next.id] === 1 && !loopHeaders.has(next.id) && isShort(next.code) ? next : undefined;
  });
};

const isShort = (code: readonly GuestInstruction[]): boolean =>
  code.length > 0 && code.length <= LONGEST_SKIPPED && code.every(onlyComputes);

const onlyComputes = ({ instruction: { effect } }: GuestInstruction): boolean =>
  effect.kind === "constant" || (effect.kind === "compute" && !COSTLY.has(effect.operation));

/** The branch's condition, 1 when it is taken, is on the stack. */
export const writeSkipped = ({ code: skipped, instructions }: RegionNode, writer: RegionWriter): void => {
  const { code } = writer;
  const isTaken = writer.scratch("is taken", "i32");
  code.set(isTaken);
  for (const [index, instruction] of skipped.entries()) {
    const { rd } = instruction.operands;
    if (rd === 0) continue;
    const local = writer.local(rd);
    code.get(local);
    writeValue(instruction, instructions[index]!, writer);
    code.get(isTaken).select().set(local);
    writer.dirty = union(writer.dirty, instruction.writes);
  }
  code.get(LOCAL.budget).get(LOCAL.budget).i32(skipped.length).op("i32.sub").get(isTaken).select().set(LOCAL.budget);
};

const writeValue = ({ instruction, operands }: GuestInstruction, pc: number, writer: RegionWriter): void => {
  const { effect } = instruction;
  if (effect.kind === "constant") writer.code.i32(operands.imm + (effect.base === "pc" ? pc : 0));
  else if (effect.kind === "compute") {
    const second = effect.second === "rs2" ? writer.x(operands.rs2) : i32(operands.imm);
    writer.code.term(OPERATIONS[effect.operation].term(writer.x(operands.rs1), second));
  }
};
