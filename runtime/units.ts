/** Branded quantities: a number that says what it counts, so that a cycle is never added to a nanosecond. */

declare const unit: unique symbol;
type Branded<Name extends string> = number & { readonly [unit]: Name };

/** Whole cycles of the board clock; one attempted instruction costs one cycle. Exact up to 2^53 (2.8 years at 100 MHz). */
export type Cycles = Branded<"Cycles">;
/** Host or virtual time in nanoseconds. */
export type Nanoseconds = Branded<"Nanoseconds">;
/** Cycles per second. */
export type Hertz = Branded<"Hertz">;
/** An address as the guest sees it, 0 … 2^32 − 1. */
export type GuestAddress = Branded<"GuestAddress">;

export const cycles = (count: number): Cycles => count as Cycles;
export const nanoseconds = (count: number): Nanoseconds => count as Nanoseconds;
export const hertz = (count: number): Hertz => count as Hertz;
export const guestAddress = (address: number): GuestAddress => (address >>> 0) as GuestAddress;

/** The board time of `at` in nanoseconds; exact to the rounding of a double. */
export const toNanoseconds = (at: Cycles, clock: Hertz): Nanoseconds => ((at / clock) * 1e9) as Nanoseconds;

/** The first cycle at or after `time`. */
export const toCycles = (time: Nanoseconds, clock: Hertz): Cycles => Math.ceil((time * clock) / 1e9) as Cycles;
