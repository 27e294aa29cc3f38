/** How a region says where it was left: one number, because each exit is a constant in the code and there are very many. */

/** Bits for the cycles that were taken from the budget at the node's start and not used. */
const REFUND_SHIFT = 20;
/** `at` of an exit whose pc is in a local already. */
export const DYNAMIC = -1;

/** @param pc within 2^19 bytes of `start`. @param refund 0 … 4094. */
export const exitAt = (start: number, pc: number, refund: number): number =>
  (refund << REFUND_SHIFT) | (((pc - start) >> 1) & ((1 << REFUND_SHIFT) - 1));

/** The shifts that bring back the distance, in bytes: left, then right with the sign. */
export const DISTANCE_SHIFTS = { left: 32 - REFUND_SHIFT, right: 32 - REFUND_SHIFT - 1 } as const;
export const REFUND_SHIFT_RIGHT = REFUND_SHIFT;

/** Why all translated code is to be left, in the state's `LEAVE_WORD`: the interpreter has executed something, or `wfi` found nothing. */
export const LEAVE = { asked: 1, waiting: 2 } as const;

/** Bit 0 of the pc that a region returns: the interpreter has to go on there. Without it, whoever translated that place. */
export const STOP = 1;
