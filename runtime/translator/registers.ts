/** Which registers an instruction reads and writes, as sets of x and f registers. */
import { BASE_INSTRUCTIONS, type Expanded } from "../isa/index.ts";

/** Register n of a file is bit n; x0 is never in a set. */
export interface RegisterSet {
  readonly x: number;
  readonly f: number;
}

export const NO_REGISTERS: RegisterSet = { x: 0, f: 0 };
export const ALL_REGISTERS: RegisterSet = { x: ~1, f: ~0 };

export const union = (a: RegisterSet, b: RegisterSet): RegisterSet => ({ x: a.x | b.x, f: a.f | b.f });

export const without = (a: RegisterSet, b: RegisterSet): RegisterSet => ({ x: a.x & ~b.x, f: a.f & ~b.f });
export const both = (a: RegisterSet, b: RegisterSet): RegisterSet => ({ x: a.x & b.x, f: a.f & b.f });

type File = "x" | "f" | null;

/** Of the operands of an instruction, which file they name; by its number. */
interface OperandFiles {
  readonly rd: File;
  readonly rs1: File;
  readonly rs2: File;
  readonly rs3: File;
}

const OPERAND_FILES: readonly OperandFiles[] = BASE_INSTRUCTIONS.map(({ format }) => {
  const fileOf = (name: keyof OperandFiles): File => {
    const kind = format.operands[name]?.kind;
    return kind === "x" || kind === "f" ? kind : null;
  };
  return { rd: fileOf("rd"), rs1: fileOf("rs1"), rs2: fileOf("rs2"), rs3: fileOf("rs3") };
});

/** Bits of the file that the instruction reads. */
export const readBits = ({ instruction, operands }: Expanded, file: "x" | "f"): number => {
  const { rs1, rs2, rs3 } = OPERAND_FILES[instruction.number]!;
  let bits = 0;
  if (rs1 === file) bits |= 1 << operands.rs1;
  if (rs2 === file) bits |= 1 << operands.rs2;
  if (rs3 === file) bits |= 1 << operands.rs3;
  return file === "x" ? bits & ~1 : bits;
};

export const writtenBits = ({ instruction, operands }: Expanded, file: "x" | "f"): number => {
  if (OPERAND_FILES[instruction.number]!.rd !== file) return 0;
  const bit = 1 << operands.rd;
  return file === "x" ? bit & ~1 : bit;
};

export const writtenBy = (expanded: Expanded): RegisterSet => ({
  x: writtenBits(expanded, "x"),
  f: writtenBits(expanded, "f"),
});
export const readBy = (expanded: Expanded): RegisterSet => ({ x: readBits(expanded, "x"), f: readBits(expanded, "f") });

/** x as 0 … 31, f as 32 … 63. */
export const setOf = (register: number): RegisterSet =>
  register < 32 ? { x: 1 << register, f: 0 } : { x: 0, f: 1 << (register - 32) };

/** Visits x as 0 … 31 and f as 32 … 63. */
export const forEachRegister = ({ x, f }: RegisterSet, visit: (register: number) => void): void => {
  for (let rest = x; rest !== 0; rest &= rest - 1) visit(31 - Math.clz32(rest & -rest));
  for (let rest = f; rest !== 0; rest &= rest - 1) visit(63 - Math.clz32(rest & -rest));
};
