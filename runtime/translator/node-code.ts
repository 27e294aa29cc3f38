/** Where control goes at the end of a node: within the region, into another one, or out to the dispatcher. */

import { RAM_BASE, WORD } from "../hart/layout.ts";
import { REGION_TYPE, tableIndexOf, tableIndexOfEntry } from "./chunk.ts";
import { jumpsByRegister } from "./dataflow.ts";
import { branchCondition } from "./effect-code.ts";
import { comparison } from "./float-code.ts";
import type { RegionTranslation } from "./region.ts";
import type { NodeEnd, RegionNode } from "./region-graph.ts";
import { LOCAL } from "./region-writer.ts";
import { both, LIGHT_REGISTERS, NO_REGISTERS, type RegisterSet, without } from "./registers.ts";
import { requestCode } from "./request-code.ts";
import { writeSkipped } from "./skipped-code.ts";

type EndCode<K extends NodeEnd["kind"]> = (
  end: Extract<NodeEnd, { kind: K }>,
  node: RegionNode,
  region: RegionTranslation,
) => void;

const ENDS: { readonly [K in NodeEnd["kind"]]: EndCode<K> } = {
  goto: ({ to }, node, region) => {
    leaveWhenAstray(node, to.pc, region);
    region.goTo(node.id, to.id);
  },

  enter: ({ to, target }, node, region) => {
    leaveWhenAstray(node, target, region);
    region.goTo(node.id, to.id);
  },

  branch: (end, node, region) => {
    const { writer } = region;
    const { taken, next } = end;
    if (taken === next) {
      region.goTo(node.id, next.id);
      return;
    }
    const skipped = region.skipped[node.id];
    if (skipped === undefined && branchOnFloats(end, node, region)) return;
    writer.code.term(branchCondition(node.code.at(-1)!, writer));
    if (skipped !== undefined) {
      writeSkipped(skipped, writer);
      region.goTo(node.id, taken.id);
      return;
    }
    const depth = region.branchDepth(node.id, taken.id);
    if (depth !== null) writer.code.brIf(depth);
    else writer.when(() => region.goTo(node.id, taken.id));
    region.goTo(node.id, next.id);
  },

  switch: ({ table, landings }, node, region) => {
    const { writer } = region;
    const { code } = writer;
    // The block is left where the index lies outside of the table.
    writer.open("block");
    const depths = table.targets.map((pc) => region.branchDepth(node.id, landings.get(pc)!.id)!);
    code
      .get(LOCAL.tableEntry)
      .i32(table.table)
      .op("i32.sub")
      .i32(2)
      .op("i32.shr_u")
      .brTable([...depths, 0]);
    writer.close();
    // Not further from here: callers rely on the registers that this function touches, and it may go to another one.
    writer.leaveDynamically(writer.dirty);
  },

  landing: ({ pc, to }, node, region) => {
    const { writer } = region;
    writer.code.get(LOCAL.pc).i32(pc).op("i32.ne");
    writer.rarely(() => writer.leaveDynamically(writer.dirty));
    region.goTo(node.id, to.id);
  },

  call: (end, node, region) => {
    const { writer, context } = region;
    const { code } = writer;
    const callee = context.program.functionAt(end.target);
    const touched = region.touchedBy(node);
    if (callee === null) {
      if (!jumpsByRegister(node)) code.i32(end.target).set(LOCAL.pc);
      callThrough(end, node, region);
      return;
    }
    leaveWhenAstray(node, end.target, region);
    code.get(LOCAL.depth).op("i32.eqz");
    writer.rarely(() => {
      code.i32(end.target).set(LOCAL.pc);
      writer.leaveDynamically(writer.dirty);
    });
    writer.spill(both(writer.dirty, touched));
    writeCall(end.target, region);
    code.set(LOCAL.budget).tee(LOCAL.pc).i32(end.returnPc).op("i32.ne");
    const kept = without(writer.dirty, touched);
    writer.rarely(() => writer.leaveDynamically(kept));
    writer.dirty = kept;
    writer.reload(both(region.neededOnWay(node.id, end.to.id, kept), touched), () => writer.leave(end.returnPc, kept));
    region.goTo(node.id, end.to.id);
  },

  indirectCall: (end, node, region) => callThrough(end, node, region),

  return: ({ register, back }, node, region) => {
    const { writer } = region;
    const { code } = writer;
    code.term(writer.x(register)).i32(-2).op("i32.and").set(LOCAL.pc);
    if (back === null) {
      if (writer.registers.returnsInPlace) {
        writer.spill(writer.dirty);
        code.get(LOCAL.pc).get(LOCAL.budget).return();
      } else writer.leaveDynamically(writer.dirty);
      return;
    }
    code.get(LOCAL.pc).i32(back.pc).op("i32.ne");
    writer.rarely(() => writer.leaveDynamically(writer.dirty));
    region.goTo(node.id, back.to.id);
  },

  indirectJump: (_end, _node, region) => jumpThrough(region),

  tailCall: ({ target }, _node, region) => {
    const { writer, context } = region;
    const { code } = writer;
    code.i32(target).set(LOCAL.pc);
    if (context.program.functionAt(target) === null) {
      jumpThrough(region);
      return;
    }
    writer.spill(writer.dirty);
    code.get(LOCAL.depth).op("i32.eqz");
    writer.rarely(() => writer.leaveDynamically(NO_REGISTERS));
    writeCall(target, region);
    code.return();
  },

  request: requestCode,

  goOn: ({ pc }, _node, { writer }) => {
    writer.code.i32(pc).set(LOCAL.pc);
    writer.leaveDynamically(writer.dirty);
  },

  leave: ({ pc }, _node, region) => {
    const { writer } = region;
    writer.leave(pc, writer.dirty);
  },
};

export const writeNodeEnd = (node: RegionNode, region: RegionTranslation): void => {
  // The union ties kind and end, which TypeScript cannot follow through an index.
  (ENDS[node.end.kind] as EndCode<NodeEnd["kind"]>)(node.end as never, node, region);
};

/**
 * A branch on what the float comparison before it found goes by the floats: then the host needs no number for it, because each way
 * knows what was found. @returns whether it is one.
 */
const branchOnFloats = (
  { taken, next }: Extract<NodeEnd, { kind: "branch" }>,
  node: RegionNode,
  region: RegionTranslation,
): boolean => {
  const { writer } = region;
  const [compared, branch] = node.code.slice(-2);
  if (compared === undefined || branch?.instruction.effect.kind !== "branch") return false;
  const { condition } = branch.instruction.effect;
  const { rd } = compared.operands;
  if ((condition !== "ne" && condition !== "eq") || branch.operands.rs1 !== rd || branch.operands.rs2 !== 0)
    return false;
  const found = comparison(compared, writer);
  if (found === null || rd === 0) return false;
  const goWith = (value: number, to: RegionNode): void => {
    writer.code.i32(value);
    writer.setX(rd);
    region.goTo(node.id, to.id);
  };
  writer.code.term(found);
  if (condition === "eq") writer.code.op("i32.eqz");
  writer.when(() => goWith(condition === "ne" ? 1 : 0, taken));
  goWith(condition === "ne" ? 0 : 1, next);
  return true;
};

/** A jump through a register whose value was foreseen: leaves when it is another. */
const leaveWhenAstray = (node: RegionNode, foreseen: number, region: RegionTranslation): void => {
  if (!jumpsByRegister(node)) return;
  const { writer } = region;
  writer.code.get(LOCAL.pc).i32(foreseen).op("i32.ne");
  writer.rarely(() => writer.leaveDynamically(writer.dirty));
};

/** Calls the region of a function, which must be known; its results are on the stack: pc, budget. */
const writeCall = (target: number, { writer, context }: RegionTranslation): void => {
  const { code } = writer;
  const callee = context.program.functionAt(target)!;
  const region = context.regionOf(callee);
  if (region === null) {
    // Where it is not translated, whoever is in the table goes by the state's pc.
    code
      .i32(0)
      .i32(target)
      .memory("i32.store", context.stateAddress + 4 * WORD.pc);
  }
  code.i32(0).get(LOCAL.budget).get(LOCAL.depth).i32(1).op("i32.sub");
  if (region === null) code.i32(tableIndexOf(callee)).callIndirect(REGION_TYPE);
  else code.call(region);
};

/** On to where LOCAL.pc says, not to come back. */
const jumpThrough = ({ writer, context }: RegionTranslation): void => {
  const { code } = writer;
  writer.spill(writer.dirty);
  code.get(LOCAL.pc).get(LOCAL.budget).get(LOCAL.depth).call(context.through).return();
};

/**
 * Calls what LOCAL.pc says, and goes on behind the call when it comes back. Around a light function the other registers stay in
 * locals; around whatever else it may be they are spilled and reloaded.
 */
const callThrough = (
  end: Extract<NodeEnd, { kind: "call" | "indirectCall" }>,
  node: RegionNode,
  region: RegionTranslation,
): void => {
  const { writer, context } = region;
  const { code } = writer;
  const kept = without(writer.dirty, LIGHT_REGISTERS);
  const needed = region.neededOnWay(node.id, end.to.id, kept);
  const comeBack = (dirty: RegisterSet, loaded: RegisterSet): void => {
    code.set(LOCAL.budget).tee(LOCAL.pc).i32(end.returnPc).op("i32.ne");
    writer.rarely(() => writer.leaveDynamically(dirty));
    writer.dirty = dirty;
    writer.reload(loaded, () => writer.leave(end.returnPc, dirty));
  };
  writer.spill(both(writer.dirty, LIGHT_REGISTERS));
  writer.open("block");
  writer.open("block");
  code.get(LOCAL.depth).op("i32.eqz").brUnlikely(0);
  code
    .get(LOCAL.pc)
    .i32(RAM_BASE)
    .op("i32.sub")
    .tee(LOCAL.address)
    .i32(context.loadWindow.bytes)
    .op("i32.ge_u")
    .brUnlikely(0);
  code.get(LOCAL.address).i32(1).op("i32.shl").memory("i32.load", context.mapAddress).tee(LOCAL.address);
  code.i32(0).op("i32.ge_s").brUnlikely(0);
  code.i32(0).get(LOCAL.budget).get(LOCAL.depth).i32(1).op("i32.sub");
  tableIndexOfEntry(code.get(LOCAL.address)).callIndirect(REGION_TYPE);
  comeBack(kept, both(needed, LIGHT_REGISTERS));
  code.br(1);
  writer.close();
  writer.spill(kept);
  code.get(LOCAL.pc).get(LOCAL.budget).get(LOCAL.depth).call(context.through);
  comeBack(NO_REGISTERS, needed);
  writer.close();
  writer.dirty = kept;
  region.goTo(node.id, end.to.id);
};
