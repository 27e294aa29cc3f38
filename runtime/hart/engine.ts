/**
 * The seam between a hart and what drives it: an engine runs a hart for an exact number of cycles, and meets everything
 * that is not RAM through a bus. Interpreter and translator are engines; the board owns the bus.
 */
import type { Cycles, GuestAddress } from "../units.ts";
import type { TimeSource } from "./csrs.ts";
import type { Hart } from "./hart.ts";

/** Why an engine stopped before or at its budget. */
export type Exit =
  /** The budget is used up to the cycle, or as much of it as `Bus.settle` has left. */
  | "budget"
  /** `wfi` executed (its one cycle is counted, pc is behind it) while no enabled interrupt was pending. */
  | "wfi"
  /** A store to a device that `Bus.settle` did not settle, or a watched store: look at the devices, then go on. */
  | "mmio"
  /** A trap that the guest cannot take itself; `Engine.fault` says which. Its cycle is counted. */
  | "fault";

/** RISC-V Privileged §3.1.15: the synchronous causes that this hart raises, by their mcause number. */
export const TRAP_CAUSES = {
  instructionAddressMisaligned: 0,
  instructionAccessFault: 1,
  illegalInstruction: 2,
  breakpoint: 3,
  loadAddressMisaligned: 4,
  loadAccessFault: 5,
  storeAddressMisaligned: 6,
  storeAccessFault: 7,
  environmentCallFromUser: 8,
  environmentCallFromMachine: 11,
} as const;
export type TrapCause = keyof typeof TRAP_CAUSES;

/** A guest's error that its own trap handler did not take. A value, never thrown. */
export interface Fault {
  readonly cause: TrapCause;
  /** pc of the instruction that trapped. */
  readonly pc: GuestAddress;
  /** What mtval would hold: the address accessed, or the instruction word. */
  readonly value: number;
}

export interface Engine {
  /** Cycles used by the last `run`, 0 … budget. */
  readonly used: Cycles;
  /** Set when the last `run` ended in "fault", else null. */
  readonly fault: Fault | null;
  /** Runs at most `budget` cycles; the hart's interrupts are taken at entry and whenever the guest enables one. */
  run(budget: Cycles): Exit;
  /**
   * From now on a guest's store that touches these bytes of RAM ends the run behind it with "mmio", also when that uses the
   * budget up. Of several calls the last one counts.
   */
  watchStores(address: GuestAddress, bytes: number): void;
  /** RAM was written by someone other than the guest: what was derived from the code there is dropped. */
  ramChanged(address: GuestAddress, bytes: number): void;
}

/** What a device access came to. */
export type BusResult = "ok" | "fault";

/**
 * MMIO only; RAM is accessed directly. Accesses are naturally aligned (the hart splits or traps misaligned ones), `size` in
 * bytes. Values are unsigned. An address or size that no device answers gives "fault".
 */
export interface Bus {
  /** The value that the last `read` got, 0 … 2^32 − 1. */
  readonly value: number;
  read(address: GuestAddress, size: 1 | 2 | 4): BusResult;
  write(address: GuestAddress, size: 1 | 2 | 4, value: number): BusResult;
  /**
   * Called after a `write`, by the instruction that wrote: interrupts are brought to what they are behind it.
   * @returns up to where the run may go on, as `hart.elapsed`; 0: nowhere, somebody has to look at what the devices have come to.
   */
  settle(): Cycles;
}

/** What an image says of its code: it makes translation quick and whole, and is never needed for a right result. */
export interface StaticCode {
  /** Where instructions lie, ascending and apart; `end` is behind the last byte. */
  readonly ranges: readonly { readonly start: GuestAddress; readonly end: GuestAddress }[];
  /** Where functions are known to begin, ascending. */
  readonly functions: readonly GuestAddress[];
}

/** What an engine is made of. */
export interface EngineParts {
  readonly hart: Hart;
  readonly bus: Bus;
  readonly time: TimeSource;
  readonly code: StaticCode;
}
export type EngineFactory = (parts: EngineParts) => Engine;
