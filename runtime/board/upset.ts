/**
 * Upsets: what radiation, a worn cell or a wild jump makes of a hart and its RAM between two instructions. They come from outside, and
 * neither the guest nor its engine has a part in them.
 */
import type { Hart } from "../hart/index.ts";
import { fWord, RAM_BASE, WORD, xWord } from "../hart/layout.ts";
import type { StateReader, StateWriter } from "../state.ts";
import { type GuestAddress, guestAddress } from "../units.ts";

/** x1 … x31 and pc have bits 0 … 31, f0 … f31 have 0 … 63; bit 0 of pc does not exist (RISC-V Unprivileged §2.2). */
export type HartRegister = `x${number}` | `f${number}` | "pc";

export type Upset =
  /** A bit, 0 … 7, of a byte of RAM becomes its opposite. */
  | { readonly kind: "ram"; readonly address: GuestAddress; readonly bit: number }
  | { readonly kind: "register"; readonly register: HartRegister; readonly bit: number }
  /** The hart goes on elsewhere, also when it waited. */
  | { readonly kind: "jump"; readonly to: GuestAddress };

const numbered = <Letter extends "x" | "f">(letter: Letter): readonly `${Letter}${number}`[] =>
  Array.from({ length: 32 }, (_, number) => `${letter}${number}` as const);

/** All that can be upset: x0 is none. */
export const HART_REGISTERS: readonly HartRegister[] = [...numbered("x").slice(1), ...numbered("f"), "pc"];

/** What is wrong with an upset of a board with so much RAM, as the end of a sentence; null: nothing. */
export const objectionToUpset = (upset: Upset, memoryBytes: number): string | null => {
  if (upset.kind === "jump") return null;
  const { bit } = upset;
  const bits = upset.kind === "ram" ? 8 : upset.register.startsWith("f") ? 64 : 32;
  if (!Number.isInteger(bit) || bit < 0 || bit >= bits) return `it has the bits 0 … ${bits - 1}, and no ${bit}`;
  if (upset.kind === "ram") {
    const offset = upset.address - RAM_BASE;
    return Number.isInteger(offset) && offset >= 0 && offset < memoryBytes ? null : "there is no RAM at that address";
  }
  if (upset.register === "pc" && bit === 0) return "bit 0 of pc does not exist";
  return HART_REGISTERS.includes(upset.register)
    ? null
    : `the hart has no register ${upset.register} that could change`;
};

/** What a trace tells of it: an address in RAM or the index of a word of the hart, and the bit, or what pc becomes. */
export const placeOfUpset = (upset: Upset): readonly [where: number, what: number] => {
  if (upset.kind === "jump") return [WORD.pc, upset.to];
  return [upset.kind === "ram" ? upset.address : wordOf(upset.register, upset.bit), upset.bit];
};

/** Between two instructions; whoever derives something from RAM is to be told. */
export const upsetHart = (hart: Hart, upset: Upset): void => {
  const { words, ram } = hart;
  if (upset.kind === "jump") words[WORD.pc] = upset.to;
  else if (upset.kind === "ram") ram[upset.address - RAM_BASE]! ^= 1 << upset.bit;
  else words[wordOf(upset.register, upset.bit)]! ^= 1 << (upset.bit & 31);
};

const wordOf = (register: HartRegister, bit: number): number => {
  if (register === "pc") return WORD.pc;
  const number = Number(register.slice(1));
  return register.startsWith("x") ? xWord(number) : fWord(number) + (bit >> 5);
};

const KINDS = ["ram", "register", "jump"] as const;

export const saveUpset = (writer: StateWriter, upset: Upset): void => {
  writer.u32(KINDS.indexOf(upset.kind));
  if (upset.kind === "jump") {
    writer.u32(upset.to);
    return;
  }
  writer.u32(upset.kind === "ram" ? upset.address : HART_REGISTERS.indexOf(upset.register));
  writer.u8(upset.bit);
};

export const restoreUpset = (reader: StateReader): Upset => {
  const kind = reader.oneOf(KINDS);
  if (kind === "jump") return { kind, to: guestAddress(reader.u32()) };
  if (kind === "ram") return { kind, address: guestAddress(reader.u32()), bit: reader.u8() };
  return { kind, register: reader.oneOf(HART_REGISTERS), bit: reader.u8() };
};
