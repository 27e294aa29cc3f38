/** Symbols and variables of the runtime that comes with every program. */

export const ENTRY = "_start";
export const ERROR_ROUTINES = {
  divisionByZero: "partita.division_by_zero",
  indexOutOfBounds: "partita.index_out_of_bounds",
  outOfRange: "partita.out_of_range",
  nullPointer: "partita.null_pointer",
} as const;

/** From the start of the runtime's variables; at 0 stands the time of the release, where programs read it, and at 28 the upper
 *  half of a result of 64 bits (`UPPER_RESULT_OFFSET`). */
export const RUNTIME_OFFSETS = {
  /** Releases that came while the scan was running. */
  missed: 4,
  /** t0, t1 and t2 of an interrupted scan. */
  saved: 8,
  /** Detail and message of a report that an interrupted scan was about to make. */
  reports: 20,
} as const;
export const RUNTIME_BYTES = 32;
