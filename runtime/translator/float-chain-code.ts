/**
 * The code of a chain of float arithmetic (float-chains.ts): whatever leaves it puts the registers back to what they were before
 * it, and the interpreter executes it.
 */
import { terms } from "../isa/index.ts";
import type { FloatChain } from "./float-chains.ts";
import { isBounded, isFarFromInfinity, not } from "./float-checks.ts";
import type { FloatClass } from "./float-classes.ts";
import type { RegionWriter } from "./region-writer.ts";
import { both, forEachRegister, type RegisterSet } from "./registers.ts";

const { local, numeric } = terms;

export interface OpenChain {
  readonly plan: FloatChain;
  /** Where the guest is when it is undone, what is dirty there, and what is not used of the node's cost. */
  readonly pc: number;
  readonly dirty: RegisterSet;
  readonly refund: number;
  /** Registers that it writes and that are spilled when it is undone, with locals for what they held before. */
  readonly kept: readonly { readonly register: number; readonly before: number }[];
  /** Blocks and loops that were open where the code went on behind it, and where it was undone. */
  readonly behind: number;
  readonly undoing: number;
  /** Locals with the results to look at. */
  readonly results: { readonly [type in FloatClass]: number[] };
}

/** Between two instructions, and behind a node's last: chains that end or begin there do. @param pc of the next instruction. */
export const followChains = (writer: RegionWriter, pc: number): void => {
  if (writer.chain?.plan.end === writer.position) endChain(writer.chain, writer);
  const next = writer.floats.chains.get(writer.position);
  if (next !== undefined && writer.variant === "inexact") writer.chain = beginChain(next, pc, writer);
};

const beginChain = (plan: FloatChain, pc: number, writer: RegionWriter): OpenChain => {
  const { code, dirty, refund } = writer;
  const kept: OpenChain["kept"][number][] = [];
  forEachRegister(both(plan.written, dirty), (register) => {
    const before = writer.scratch(`before ${register}`, writer.typeOf(register));
    code.get(writer.local(register)).set(before);
    kept.push({ register, before });
  });
  const behind = writer.nesting;
  writer.open("block");
  const undoing = writer.nesting;
  writer.open("block");
  return { plan, pc, dirty, refund, kept, behind, undoing, results: { f32: [], f64: [] } };
};

const endChain = (chain: OpenChain, writer: RegionWriter): void => {
  const { code } = writer;
  for (const type of ["f32", "f64"] as const) checkResults(type, chain.results[type], chain.pc, writer);
  code.br(writer.nesting - 1 - chain.behind);
  writer.close();
  writer.chain = null;
  for (const { register, before } of chain.kept) code.get(before).set(writer.local(register));
  writer.leave(chain.pc, chain.dirty, chain.refund);
  writer.close();
};

/** All at once by their sum; where that is not finite, or nearly so, each by itself. */
const checkResults = (type: FloatClass, results: readonly number[], pc: number, writer: RegionWriter): void => {
  const [first, ...others] = results.map(local);
  if (first === undefined) return;
  const { code } = writer;
  const sum = writer.scratch(`${type} sum`, type);
  code.term(others.reduce((total, result) => numeric(`${type}.add`, total, result), first)).set(sum);
  code.term(not(isFarFromInfinity(type, local(sum), writer)));
  writer.rarely(() => {
    for (const result of [first, ...others]) {
      code.term(not(isBounded(type, result, writer)));
      writer.leaveIf(pc);
    }
  });
};
