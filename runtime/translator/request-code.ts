/**
 * Instructions at which a region asks the interpreter: devices, control registers, `wfi`, `mret`. The interpreter finds all
 * registers in the register file: also those that callers of the region would keep in their locals, which devices might look at.
 */
import { MSTATUS } from "../hart/hart.ts";
import { LEAVE_WORD, RESUME_WORD, WORD } from "../hart/layout.ts";
import { DEEPEST } from "./chunk.ts";
import { setsMie } from "./csr-code.ts";
import { LEAVE, STOP } from "./exits.ts";
import type { RegionTranslation } from "./region.ts";
import type { NodeEnd, RegionNode } from "./region-graph.ts";
import { LOCAL, type RegionWriter } from "./region-writer.ts";
import { both, type GuestInstruction, NO_REGISTERS } from "./registers.ts";

export const requestCode = (
  { pc, to }: Extract<NodeEnd, { kind: "request" }>,
  node: RegionNode,
  region: RegionTranslation,
): void => {
  const { writer, context } = region;
  const { code } = writer;
  const expanded = context.program.image.at(pc)!;
  leaveBefore(pc, expanded, writer);
  writer.spill(writer.dirty);
  writer.dirty = NO_REGISTERS;
  if (to === null) {
    ask(pc, writer);
    code.drop();
    leaveBehind(writer);
    return;
  }
  writer.open("block");
  writer.open("block");
  quickCode(expanded, to.pc, writer);
  writer.close();
  ask(pc, writer);
  code.i32(0).op("i32.lt_s");
  writer.rarely(() => leaveBehind(writer));
  const needed = both(region.neededOnWay(node.id, to.id, NO_REGISTERS), expanded.writes);
  writer.reload(needed, () => writer.leave(to.pc, NO_REGISTERS));
  writer.close();
  region.goTo(node.id, to.id);
};

/** When no cycle is left for the instruction, or a device might look at registers that callers hold. */
const leaveBefore = (pc: number, { instruction: { effect } }: GuestInstruction, writer: RegionWriter): void => {
  const { code } = writer;
  code.get(LOCAL.budget).i32(1).op("i32.lt_s");
  if (effect.kind === "load" || effect.kind === "store") code.get(LOCAL.depth).i32(DEEPEST).op("i32.ne").op("i32.or");
  writer.rarely(() => writer.leave(pc, writer.dirty));
};

/** What is left behind the instruction is on the stack, and in `LOCAL.budget`; or its complement where the region is to be left. */
const ask = (pc: number, { code, context }: RegionWriter): void => {
  code.i32(context.requestOf(pc)).get(LOCAL.budget).call(context.request).tee(LOCAL.budget);
};

const leaveBehind = (writer: RegionWriter): void => {
  const { code, context } = writer;
  code.get(LOCAL.budget).i32(-1).op("i32.xor").set(LOCAL.budget);
  code
    .i32(0)
    .memory("i32.load", context.stateAddress + 4 * RESUME_WORD)
    .set(LOCAL.pc);
  writer.leaveDynamically(NO_REGISTERS);
};

/** Goes on behind the outer block where nobody need be asked. */
const quickCode = ({ instruction, operands }: GuestInstruction, behind: number, writer: RegionWriter): void => {
  const { code } = writer;
  const word = (index: number): number => writer.context.stateAddress + 4 * index;
  const load = (index: number) => code.i32(0).memory("i32.load", word(index));
  const findPending = () => {
    load(WORD.mip);
    return load(WORD.mie).op("i32.and");
  };
  const passCycle = () => code.get(LOCAL.budget).i32(1).op("i32.sub").set(LOCAL.budget);
  if (setsMie(instruction, operands)) {
    findPending().brUnlikely(0);
    code.i32(0);
    load(WORD.mstatus)
      .i32(operands.imm & MSTATUS.mie)
      .op("i32.or")
      .memory("i32.store", word(WORD.mstatus));
    passCycle().br(1);
  }
  if (instruction.effect.kind === "wait") {
    findPending().op("i32.eqz");
    writer.when(() => {
      passCycle();
      code.i32(0).i32(LEAVE.waiting).memory("i32.store", word(LEAVE_WORD));
      code.i32(behind | STOP).set(LOCAL.pc);
      writer.leaveDynamically(NO_REGISTERS);
    });
    load(WORD.mstatus).i32(MSTATUS.mie).op("i32.and").brUnlikely(0);
    passCycle().br(1);
  }
};
