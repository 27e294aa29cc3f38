/** Which registers an instruction reads and writes, as sets of x and f registers. */
import { BASE_INSTRUCTIONS, type Expanded } from "../isa/index.ts";

/** Register n of a file is bit n; x0 is never in a set. */
export interface RegisterSet {
  readonly x: number;
  readonly f: number;
}

export const NO_REGISTERS: RegisterSet = { x: 0, f: 0 };
export const ALL_REGISTERS: RegisterSet = { x: ~1, f: ~0 };
/**
 * What a function may change without saving it: ra, sp, which it gives back as it was, the temporaries and the arguments (psABI
 * §1.1, §1.2). One that touches nothing else is light, as most are that call nobody: a call of it leaves the others in locals.
 */
export const LIGHT_REGISTERS: RegisterSet = { x: 0xf003_fce6 | 0, f: 0xf003_fcff | 0 };

export const union = (a: RegisterSet, b: RegisterSet): RegisterSet => ({ x: a.x | b.x, f: a.f | b.f });

export const without = (a: RegisterSet, b: RegisterSet): RegisterSet => ({ x: a.x & ~b.x, f: a.f & ~b.f });
export const isEmpty = ({ x, f }: RegisterSet): boolean => (x | f) === 0;
export const isWithin = (a: RegisterSet, b: RegisterSet): boolean => ((a.x & ~b.x) | (a.f & ~b.f)) === 0;
export const both = (a: RegisterSet, b: RegisterSet): RegisterSet => ({ x: a.x & b.x, f: a.f & b.f });

/** x as 0 … 31, f as 32 … 63. */
export const setOf = (register: number): RegisterSet =>
  register < 32 ? { x: 1 << register, f: 0 } : { x: 0, f: 1 << (register - 32) };

/** Visits x as 0 … 31 and f as 32 … 63. */
export const forEachRegister = ({ x, f }: RegisterSet, visit: (register: number) => void): void => {
  for (let rest = x; rest !== 0; rest &= rest - 1) visit(31 - Math.clz32(rest & -rest));
  for (let rest = f; rest !== 0; rest &= rest - 1) visit(63 - Math.clz32(rest & -rest));
};

/** A set for each vertex of a graph, to grow until nothing changes. */
export class RegisterSets {
  readonly x: Int32Array;
  readonly f: Int32Array;

  constructor(length: number) {
    this.x = new Int32Array(length);
    this.f = new Int32Array(length);
  }

  /** @returns whether any of these was not there. */
  add(index: number, x: number, f: number): boolean {
    const newX = x & ~this.x[index]!;
    const newF = f & ~this.f[index]!;
    if ((newX | newF) === 0) return false;
    this.x[index]! |= newX;
    this.f[index]! |= newF;
    return true;
  }

  /** Only those of these stay. */
  keep(index: number, x: number, f: number): void {
    this.x[index]! &= x;
    this.f[index]! &= f;
  }

  at(index: number): RegisterSet {
    return { x: this.x[index]!, f: this.f[index]! };
  }
}

/** An instruction with the registers that it reads and writes, which is asked again and again. */
export interface GuestInstruction extends Expanded {
  readonly reads: RegisterSet;
  readonly writes: RegisterSet;
}

export const guestInstruction = ({ instruction, operands, bytes }: Expanded): GuestInstruction => {
  const { rd, rs1, rs2, rs3 } = OPERAND_FILES[instruction.number]!;
  const read = (file: File): number =>
    (rs1 === file ? 1 << operands.rs1 : 0) |
    (rs2 === file ? 1 << operands.rs2 : 0) |
    (rs3 === file ? 1 << operands.rs3 : 0);
  const written = (file: File): number => (rd === file ? 1 << operands.rd : 0);
  return {
    instruction,
    operands,
    bytes,
    reads: { x: read("x") & ~1, f: read("f") },
    writes: { x: written("x") & ~1, f: written("f") },
  };
};

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
