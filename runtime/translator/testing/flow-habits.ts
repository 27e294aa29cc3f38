/** What kinds of random programs there are: from those that a compiler might have written to those that nobody would. */

export interface Habits {
  /** In percent: statements of the kinds that compilers emit most. The others are of any row of the table, each as likely. */
  readonly common: number;
  /** In percent of what chance gives: traps, waits, control registers. */
  readonly rare: number;
  /** In percent: a rounding mode that is not the one in fcsr. */
  readonly ownRounding: number;
  /** Weight of loops that access a device, where other loops have 8. */
  readonly polling: number;
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
  steady: {
    common: 95,
    rare: 5,
    ownRounding: 5,
    polling: 0,
    astray: 1,
    misaligned: 5,
    changesCode: 0,
    mayHaveUsers: false,
  },
  lively: {
    common: 0,
    rare: 60,
    ownRounding: 60,
    polling: 3,
    astray: 10,
    misaligned: 15,
    changesCode: 0,
    mayHaveUsers: true,
  },
  /** Code is not static. */
  changing: {
    common: 50,
    rare: 40,
    ownRounding: 30,
    polling: 1,
    astray: 5,
    misaligned: 15,
    changesCode: 2,
    mayHaveUsers: true,
  },
} as const satisfies Record<string, Habits>;
export type Temper = keyof typeof HABITS;

const TEMPERS: readonly Temper[] = ["steady", "lively", "steady", "changing"];

/** Half of all programs are steady. */
export const temperOf = (seed: number): Temper => TEMPERS[seed % TEMPERS.length]!;
