/**
 * A branch over an instruction or two that only change a register by computing is no branch for the host: both ways are computed,
 * and the results chosen. What a guest does with such branches often goes by its data, which the host cannot predict: a wrong guess
 * costs it more than several instructions do. Where a register is not changed but replaced, as by an index that was found, it would
 * have to wait for the condition and for what it was before, which the host guesses better.
 */
import { OPERATIONS, terms } from "../isa/index.ts";
import type { Flow } from "./flow.ts";
import type { RegionNode } from "./region-graph.ts";
import { LOCAL, type RegionWriter } from "./region-writer.ts";
import { type GuestInstruction, isWithin, union } from "./registers.ts";

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

const onlyComputes = ({ instruction: { effect }, reads, writes }: GuestInstruction): boolean =>
  effect.kind === "compute" && !COSTLY.has(effect.operation) && isWithin(writes, reads);

/** The branch's condition, 1 when it is taken, is on the stack. */
export const writeSkipped = (skipped: RegionNode, writer: RegionWriter): void => {
  const { code } = writer;
  const isTaken = writer.scratch("is taken", "i32");
  code.set(isTaken);
  for (const { instruction, operands, writes } of skipped.code) {
    const { effect } = instruction;
    if (effect.kind !== "compute" || operands.rd === 0) continue;
    const second = effect.second === "rs2" ? writer.x(operands.rs2) : i32(operands.imm);
    const result = writer.local(operands.rd);
    code.get(result).term(OPERATIONS[effect.operation].term(writer.x(operands.rs1), second));
    code.get(isTaken).select().set(result);
    writer.dirty = union(writer.dirty, writes);
  }
  code.get(LOCAL.budget).get(LOCAL.budget).i32(skipped.code.length).op("i32.sub");
  code.get(isTaken).select().set(LOCAL.budget);
};
