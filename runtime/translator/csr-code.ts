/**
 * Control and status registers that translated code accesses by itself, because an access does no more than it says: it makes no
 * interrupt ready and changes nothing that translated code relies on. Privileged 20211203 §3.1. Translated code runs in M mode.
 */
import { MSTATUS } from "../hart/hart.ts";
import { WORD } from "../hart/layout.ts";
import { CSRS, type Effect, type Expanded, type Term, terms } from "../isa/index.ts";
import type { RegionWriter } from "./region-writer.ts";

const { i32, local, numeric } = terms;

type CsrEffect = Extract<Effect, { kind: "csr" }>;

/** They read as they were written, in the bits of `mask`. */
const PLAIN: ReadonlyMap<number, { readonly word: number; readonly mask: number }> = new Map([
  [CSRS.mscratch, { word: WORD.mscratch, mask: ~0 }],
  [CSRS.mepc, { word: WORD.mepc, mask: ~1 }],
  [CSRS.mcause, { word: WORD.mcause, mask: ~0 }],
  [CSRS.mtval, { word: WORD.mtval, mask: ~0 }],
]);
const READ: ReadonlyMap<number, number> = new Map([
  ...Array.from(PLAIN, ([number, { word }]) => [number, word] as const),
  [CSRS.mip, WORD.mip],
  [CSRS.mie, WORD.mie],
  [CSRS.mtvec, WORD.mtvec],
  [CSRS.mstatus, WORD.mstatus],
]);

/** csrrs and csrrc of x0, or of 0, do not write (Unprivileged §9.1). */
const writes = ({ action, source }: CsrEffect, { operands }: Expanded): boolean =>
  action === "write" || (source === "imm" ? operands.imm : operands.rs1) !== 0;

/** Bits 4:0, which an immediate reaches, have one that can be written: MIE. To clear it makes no interrupt ready. */
const clearsMie = ({ action, source }: CsrEffect, { operands }: Expanded): boolean =>
  operands.csr === CSRS.mstatus && action === "clear" && source === "imm";

/** Whether translated code executes the instruction by itself. */
export const isQuickCsr = (effect: CsrEffect, expanded: Expanded): boolean => {
  const { csr } = expanded.operands;
  return writes(effect, expanded) ? PLAIN.has(csr) || clearsMie(effect, expanded) : READ.has(csr);
};

/** `csrrsi x0, mstatus, …`: quick as long as no interrupt waits to be enabled. */
export const setsMie = ({ effect }: { readonly effect: Effect }, { rd, csr }: Expanded["operands"]): boolean =>
  effect.kind === "csr" && effect.action === "set" && effect.source === "imm" && csr === CSRS.mstatus && rd === 0;

export const csrCode = (effect: CsrEffect, expanded: Expanded, writer: RegionWriter): void => {
  const { code, context } = writer;
  const { rd, rs1, imm, csr } = expanded.operands;
  const address = context.stateAddress + 4 * READ.get(csr)!;
  const before = writer.scratch("value", "i32");
  code.i32(0).memory("i32.load", address).set(before);
  if (writes(effect, expanded)) {
    const mask = csr === CSRS.mstatus ? MSTATUS.mie : PLAIN.get(csr)!.mask;
    const given = numeric("i32.and", effect.source === "imm" ? i32(imm) : writer.x(rs1), i32(mask));
    code
      .i32(0)
      .term(written(effect, local(before), given))
      .memory("i32.store", address);
  }
  if (rd === 0) return;
  code.term(csr === CSRS.mstatus ? withSummary(local(before)) : local(before));
  writer.setX(rd);
};

/** A register holds no bits but those of its mask, so that those outside stay. */
const written = ({ action }: CsrEffect, before: Term, given: Term): Term => {
  if (action === "write") return given;
  return action === "set"
    ? numeric("i32.or", before, given)
    : numeric("i32.and", before, numeric("i32.xor", given, i32(-1)));
};

/** SD sums up whether FS is dirty (§3.1.6.6). */
const withSummary = (mstatus: Term): Term => {
  const isDirty = numeric("i32.eq", numeric("i32.and", mstatus, i32(MSTATUS.fs)), i32(MSTATUS.fs));
  return numeric("i32.or", mstatus, numeric("i32.shl", isDirty, i32(31)));
};
