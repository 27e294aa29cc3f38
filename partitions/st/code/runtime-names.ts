/** Symbols of the runtime that comes with every program. */

export const ENTRY = "_start";
export const ERROR_ROUTINES = {
  divisionByZero: "partita.division_by_zero",
  indexOutOfBounds: "partita.index_out_of_bounds",
} as const;
