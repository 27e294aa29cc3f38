/** Where things lie in a random program, and which registers keep a meaning throughout it. */
import { RAM_BASE } from "../../hart/index.ts";
import { X } from "../../isa/index.ts";

export const RAM_BYTES = 0x4_0000;
export const RAM_END = RAM_BASE + RAM_BYTES;

/** Code and tables lie below it. */
export const CODE_LIMIT = 0x1_8000;
/** What gp holds. */
export const DATA = RAM_BASE + 0x1_9000;
/** Loads and stores of the program go up to `reach` bytes to both sides of gp. */
export const REACH = 1024;
/** What else gp reaches, as offsets: nothing random is stored there. */
export const CELL = {
  /** t5 and t4 while the trap handler runs, and how many traps it has seen. */
  saved: { t5: -2048, t4: -2044, traps: -2040 },
  /** The state of the program's own random numbers. */
  seed: -2032,
  /** sp, s0, s1 and pc: where a long jump ends. */
  longJump: { sp: -2016, s0: -2012, s1: -2008, pc: -2004 },
} as const;
/** Where the program copies code to: `slots` places of `slotBytes` bytes. */
export const COPIES = { start: RAM_BASE + 0x1_a000, slots: 8, slotBytes: 0x200 } as const;
export const STACK_TOP = RAM_BASE + 0x3_f000;

/** Words that read as what was last written to any of them. */
export const SCRATCH = { start: 0x1000_0000, bytes: 16 } as const;
/** A write lowers all interrupt lines. */
export const ACKNOWLEDGE = 0x0200_0000;
/** Nothing answers here. */
export const NOWHERE = [0x0600_0000, 0x4000_0000, 0x9000_0000];

/** Calls of functions that may still begin in this iteration: what bounds recursion. */
export const FUEL = X.tp;
/** Hold the rest of a counted loop, the outer and the inner one, and nothing else: whoever jumps into a loop ends soon. */
export const COUNTERS = [X.s0, X.s1] as const;
/** The same in functions that save nothing. */
export const LEAF_COUNTER = X.t2;

const ARGUMENTS = [X.a0, X.a1, X.a2, X.a3, X.a4, X.a5, X.a6, X.a7];
/** May be written anywhere. */
export const SCRATCH_REGISTERS = [X.t0, X.t1, ...ARGUMENTS, X.t3, X.t4, X.t5, X.t6];
/** May be written by functions that save them. */
export const SAVED_REGISTERS = [X.s2, X.s3, X.s4, X.s5, X.s6, X.s7, X.s8, X.s9, X.s10, X.s11];
