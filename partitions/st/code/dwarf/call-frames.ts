/** How to find the caller of each routine and its registers → .debug_frame (DWARF 4 §6.4; RISC-V ELF psABI "DWARF Register Numbers"). */
import { X } from "../../../../runtime/isa/index.ts";
import type { RegisterFile } from "../allocate.ts";
import type { FrameRow } from "../assembler.ts";
import { SectionBytes } from "./section-bytes.ts";

const VERSION = 4;
const CODE_ALIGNMENT = 2;
const DATA_ALIGNMENT = -4;
const ADDRESS_BYTES = 4;

/** Opcodes with a low part, and whole ones (§7.23). */
const CFA = {
  advance: 0x40,
  offset: 0x80,
  restore: 0xc0,
  advance2: 0x03,
  undefined: 0x07,
  remember: 0x0a,
  recall: 0x0b,
  define: 0x0c,
  defineOffset: 0x0e,
} as const;

export const dwarfRegister = (file: RegisterFile, register: number): number =>
  file === "integer" ? register : 32 + register;

export interface Routine {
  readonly start: number;
  readonly end: number;
}

/** `base` is the address of offset 0. */
export const writeCallFrames = (routines: readonly Routine[], rows: readonly FrameRow[], base: number): Uint8Array => {
  const to = new SectionBytes();
  const common = new Map([X.ra, X.t2].map((register) => [register as number, writeCommon(to, register)]));
  let next = 0;
  for (const { start, end } of routines) {
    const own: FrameRow[] = [];
    for (; next < rows.length && rows[next]!.offset < end; next++) own.push(rows[next]!);
    const caller = own.find(({ change }) => change.kind === "returns")?.change;
    to.lengthPrefixed(() => {
      to.u32(common.get(caller?.kind === "returns" ? caller.register : X.ra)!);
      to.u32(base + start);
      to.u32(end - start);
      // Nobody called what starts by itself.
      if (caller === undefined) to.put([CFA.undefined, X.ra]);
      writeChanges(to, own, start);
      while (to.length % ADDRESS_BYTES !== 0) to.u8(0);
    });
  }
  return to.bytes;
};

/** What is true at the start of every routine that returns through this register (§6.4.1). @returns its offset. */
const writeCommon = (to: SectionBytes, returns: number): number => {
  const offset = to.length;
  to.lengthPrefixed(() => {
    to.u32(0xffff_ffff);
    to.u8(VERSION);
    to.put([0, ADDRESS_BYTES, 0]);
    to.unsigned(CODE_ALIGNMENT);
    to.signed(DATA_ALIGNMENT);
    to.unsigned(returns);
    to.put([CFA.define, X.sp, 0]);
    while (to.length % ADDRESS_BYTES !== 0) to.u8(0);
  });
  return offset;
};

const writeChanges = (to: SectionBytes, rows: readonly FrameRow[], start: number): void => {
  const saved: number[] = [];
  let offset = start;
  for (const { offset: at, change } of rows) {
    const steps = (at - offset) / CODE_ALIGNMENT;
    if (steps > 0 && steps < 0x40) to.u8(CFA.advance | steps);
    else if (steps > 0) {
      to.u8(CFA.advance2);
      to.u16(steps);
    }
    offset = at;
    switch (change.kind) {
      case "returns":
        break;
      case "depth":
        to.u8(CFA.defineOffset);
        to.unsigned(change.bytes);
        break;
      case "saved": {
        const register = dwarfRegister(change.file, change.register);
        saved.push(register);
        to.u8(CFA.offset | register);
        to.unsigned(change.below / -DATA_ALIGNMENT);
        break;
      }
      case "restored":
        for (const register of saved) to.u8(CFA.restore | register);
        to.put([CFA.defineOffset, 0]);
        break;
      case "remember":
      case "recall":
        to.u8(CFA[change.kind]);
        break;
    }
  }
};
