/** The registers and codes of the partita device that compiled programs use (partitions/sdk/partita.h). */

export const DEVICE = {
  base: 0x0400_0000,
  mode: 0x010,
  latch: 0x040,
  publish: 0x044,
  detail: 0x080,
  message: 0x084,
  raise: 0x088,
  lookup: 0x0c0,
  select: 0x0c4,
  buffer: 0x0c8,
  length: 0x0cc,
  command: 0x0d0,
  status: 0x0d4,
  validity: 0x0e0,
} as const;
/** What a TEST raises when it fails, to whoever runs it: none of partita.h. The detail is the assertion's number. */
export const ASSERTION_FAILED = 0x100;
/** Where a TEST expects that an error was raised. The detail is the assertion's number. */
export const ERROR_EXPECTED = 0x101;
/** Codes of errors that the runtime raises. */
export const ERRORS = { deadlineMissed: 1, application: 2, numeric: 3 } as const;
export const MODE_NORMAL = 3;
export const COMMANDS = { QUEUE_SEND: 1, QUEUE_RECEIVE: 2, SAMPLING_SEND: 1, SAMPLING_RECEIVE: 2 } as const;
/** Return codes: nothing was ever written to the sampling port; the queue is empty. */
export const NO_ACTION = 1;
export const NOT_AVAILABLE = 2;
