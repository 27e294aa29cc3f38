/** What every device of a board is: registers that answer reads and writes inside its region, and nothing else. */
import type { BusResult } from "../../hart/engine.ts";
import type { StateReader, StateWriter } from "../../state.ts";

export type AccessSize = 1 | 2 | 4;

/** A read that no register answers; no value is negative. */
export const NO_ANSWER = -1;

export interface Device {
  /**
   * @param offset from the start of the device's region; a multiple of `size`.
   * @returns the value, 0 … 2^32 − 1, or `NO_ANSWER`: the guest gets a load access fault.
   */
  read(offset: number, size: AccessSize): number;
  /** @returns "fault" when no register takes the write: the guest gets a store access fault. */
  write(offset: number, size: AccessSize, value: number): BusResult;
  /** As after power-on. */
  reset(): void;
  /** All that a guest could find out by reads and writes, in the same order as `restore` takes it; none where it keeps nothing. */
  save(writer: StateWriter): void;
  /** The lines that it drives are restored by those that it drives them to. */
  restore(reader: StateReader): void;
}
