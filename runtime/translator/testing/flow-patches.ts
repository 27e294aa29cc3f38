/** Functions of a random program whose code changes: an instruction of theirs has several forms, or they are copied elsewhere. */
import { PAGE_BYTES } from "../../hart/layout.ts";
import { CSRS, encode, X } from "../../isa/index.ts";
import { COPIES, LEAF_COUNTER, SCRATCH_REGISTERS } from "./flow-layout.ts";
import { overlapping, plainWord, statement } from "./flow-statements.ts";
import type { FlowWriter } from "./flow-writer.ts";

/** An instruction that may be overwritten, by label. */
export interface Patch {
  readonly function: string;
  readonly place: string;
  /** Words that may stand there. */
  readonly table: string;
  /** How many: a power of two. */
  readonly alternatives: number;
}

const pair = (low: number, high: number): number => (low | (high << 16)) >>> 0;
const C_NOP = encode("c.nop");

/** What may stand in the place of an instruction that computes, with another one behind it. */
export const ALTERNATIVES: readonly number[] = [
  encode("addi", { rd: X.a0, rs1: X.a0, imm: 77 }),
  encode("xor", { rd: X.a1, rs1: X.a2, rs2: X.a0 }),
  encode("mul", { rd: X.a3, rs1: X.a3, rs2: X.t3 }),
  encode("lw", { rd: X.a4, rs1: X.gp, imm: 8 }),
  encode("sw", { rs1: X.gp, rs2: X.a4, imm: 12 }),
  encode("jal", { rd: X.zero, imm: 8 }),
  encode("beq", { rs1: X.a0, rs2: X.a1, imm: 8 }),
  encode("bltu", { rs1: X.a0, rs2: X.a1, imm: 8 }),
  encode("csrrs", { rd: X.a5, csr: CSRS.mcycle, rs1: 0 }),
  encode("ebreak"),
  encode("fadd.s", { rd: 1, rs1: 2, rs2: 3 }),
  encode("jalr", { rd: X.zero, rs1: X.ra, imm: 0 }),
  pair(encode("c.addi", { rd: X.a0, imm: 5 }), C_NOP),
  pair(C_NOP, encode("c.jr", { rs1: X.ra })),
  pair(encode("c.xor", { rd: X.a0, rs2: X.a1 }), encode("c.ebreak")),
  // Two instructions that there are not.
  0,
];

/** Of those, the first ones: what stands there for good. */
const PLAIN_ALTERNATIVES = 8;

const leafWritable = SCRATCH_REGISTERS;

/** A leaf with one instruction to be overwritten, in a loop. @param across where a page ends amid that instruction. */
export const patchedFunction = (writer: FlowWriter, across: boolean): Patch => {
  const { random } = writer;
  const patch = {
    ...{ function: writer.fresh("patched"), place: writer.fresh("place"), table: writer.fresh("forms") },
    alternatives: ALTERNATIVES.length,
  };
  const again = writer.fresh("again");
  if (across) while (writer.size % PAGE_BYTES !== PAGE_BYTES - 14) writer.word(C_NOP, 2);
  else if (random.chance(50)) writer.word(C_NOP, 2);
  writer.label(patch.function).op("addi", { rd: LEAF_COUNTER, rs1: 0, imm: random.below(4) });
  writer.label(again);
  for (let count = 0; count < 2; count++) plainWord(writer, leafWritable);
  const first = writer.habits.changesCode === 0 ? PLAIN_ALTERNATIVES : ALTERNATIVES.length;
  writer.label(patch.place).word(ALTERNATIVES[random.below(first)]!);
  plainWord(writer, leafWritable);
  writer.op("addi", { rd: LEAF_COUNTER, rs1: LEAF_COUNTER, imm: -1 });
  writer.jump("blt", { rs1: 0, rs2: LEAF_COUNTER }, again).op("jalr", { rd: 0, rs1: X.ra, imm: 0 });
  writer.later(() => {
    writer.align(4).label(patch.table);
    for (const word of ALTERNATIVES) writer.word(word);
  });
  return patch;
};

/** A leaf that works wherever it is copied to. */
export const template = (writer: FlowWriter): { readonly start: string; readonly bytes: number } => {
  const start = writer.fresh("template");
  const again = writer.fresh("again");
  writer.align(4).label(start);
  const from = writer.size;
  writer.op("addi", { rd: LEAF_COUNTER, rs1: 0, imm: writer.random.below(6) }).label(again);
  while (writer.size - from < COPIES.slotBytes / 2) {
    statement(writer, leafWritable);
    if (writer.random.chance(10)) overlapping(writer, leafWritable);
  }
  writer.op("addi", { rd: LEAF_COUNTER, rs1: LEAF_COUNTER, imm: -1 }).jump("blt", { rs1: 0, rs2: LEAF_COUNTER }, again);
  writer.op("c.jr", { rs1: X.ra }).align(4);
  return { start, bytes: writer.size - from };
};
