/** What kinds of random programs there are: from those that a compiler might have written to those that nobody would. */

export interface Habits {
  /** In percent of what chance gives: traps, waits, control registers. */
  readonly rare: number;
  /** In percent: addresses of devices, of nothing, and at the edges of RAM. */
  readonly astray: number;
  /** In percent: loads and stores that may be misaligned. */
  readonly misaligned: number;
  /** In percent of the constructs of a function: code is overwritten, or copied and called. */
  readonly changesCode: number;
  /** Whether some of it may run in user mode, under memory protection. */
  readonly mayHaveUsers: boolean;
}

export const HABITS = {
  steady: { rare: 2, astray: 1, misaligned: 5, changesCode: 0, mayHaveUsers: false },
  lively: { rare: 30, astray: 10, misaligned: 15, changesCode: 0, mayHaveUsers: true },
  /** Code is not static. */
  changing: { rare: 20, astray: 5, misaligned: 15, changesCode: 2, mayHaveUsers: true },
} as const satisfies Record<string, Habits>;
export type Temper = keyof typeof HABITS;

const TEMPERS: readonly Temper[] = ["steady", "lively", "steady", "changing"];

/** Half of all programs are steady. */
export const temperOf = (seed: number): Temper => TEMPERS[seed % TEMPERS.length]!;
