/** What kinds of random programs there are: from those that a compiler might have written to those that nobody would. */

/** What a program's floats are: of one precision, as in most real programs, of both, each in registers of its own or not, or none. */
export type Floats = "none" | "single" | "double" | "apart" | "mixed";

/** How often things happen, in percent. */
export interface Habits {
  /** Statements of the kinds that compilers emit most. The others are of any row of the table, each as likely. */
  readonly common: number;
  /** Of those of any row, traps, waits and accesses to control registers that are kept. */
  readonly rare: number;
  readonly floats: readonly Floats[];
  /** Floats with a rounding mode of their own. */
  readonly ownRounding: number;
  /** Addresses of devices, of nothing, and at the edges of RAM. */
  readonly astray: number;
  /** Loads and stores that may be misaligned. */
  readonly misaligned: number;
  /** Constructs of a function that overwrite code, or copy and call it. */
  readonly changesCode: number;
  /** Weight of loops that access a device; that of others is 8. */
  readonly polling: number;
  /** Some of it may run in user mode, under memory protection. */
  readonly mayHaveUsers: boolean;
  /**
   * What no compiler makes but is right nevertheless, and costs an engine much: long jumps, returns behind where a call came from,
   * jumps that look like calls, functions that no symbol names.
   */
  readonly oddities: number;
}

export const HABITS = {
  /** Long stretches of what an engine may do without looking up from it. */
  plain: {
    ...{ common: 80, rare: 0, floats: ["none", "single", "double", "apart"], ownRounding: 3 },
    ...{ astray: 0, misaligned: 2, changesCode: 0, polling: 0, mayHaveUsers: false, oddities: 2 },
  },
  steady: {
    ...{ common: 95, rare: 5, floats: ["none", "single", "double"], ownRounding: 5 },
    ...{ astray: 1, misaligned: 5, changesCode: 0, polling: 0, mayHaveUsers: false, oddities: 100 },
  },
  lively: {
    ...{ common: 0, rare: 60, floats: ["mixed"], ownRounding: 60 },
    ...{ astray: 10, misaligned: 15, changesCode: 0, polling: 3, mayHaveUsers: true, oddities: 100 },
  },
  /** Code is not static. */
  changing: {
    ...{ common: 50, rare: 40, floats: ["single", "mixed"], ownRounding: 30 },
    ...{ astray: 5, misaligned: 15, changesCode: 2, polling: 1, mayHaveUsers: true, oddities: 100 },
  },
} as const satisfies Record<string, Habits>;
export type Temper = keyof typeof HABITS;

const TEMPERS: readonly Temper[] = ["steady", "lively", "steady", "changing"];

/** Half of all programs that are not asked to be plain are steady. */
export const temperOf = (seed: number): Temper => TEMPERS[seed % TEMPERS.length]!;
