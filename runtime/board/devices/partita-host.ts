/** What the partita device asks of whoever runs the partition: the hypervisor, or `partita exec` for one image alone. */
import type { Cycles } from "../../units.ts";

/** An error that the guest's handler is told: the monitor's answer to it was PROPAGATE. */
export interface PropagatedError {
  /** PARTITA_* error code. */
  readonly error: number;
  readonly detail: number;
  /** When it happened. */
  readonly cycle: Cycles;
}

export interface HealthHost {
  /** The one that the guest is to deal with; null: none. */
  propagatedError(): PropagatedError | null;
  /** It has dealt with it: the next one, if there is one, takes its place. */
  completeError(): void;
  kickWatchdog(): void;
  /** 0: there is none. */
  watchdogPeriod(): Cycles;
}

/** What a system partition may do to others; for any other partition INVALID_CONFIG. */
export interface ControlHost {
  /** @returns the partition's index, or −1. */
  findPartition(name: string): number;
  /** The mode at the start of this slot, with PARTITA_SUSPENDED; −1 for a partition that does not exist. */
  modeOf(partition: number): number;
  /** @returns a PARTITA_* return code. */
  controlPartition(partition: number, command: number): number;
  /** Likewise. */
  controlModule(command: number): number;
}

/** Codes are those of partitions/sdk/partita.h: modes, start conditions, error codes, port return codes. */
export interface PartitaHost extends HealthHost, ControlHost {
  /** This partition's index in the module. */
  readonly partition: number;
  mode(): number;
  /** The guest asks for another mode; to end its run, the host calls the board's `requestStop`. */
  requestMode(mode: number): void;
  startCondition(): number;
  /** Copies the inputs fixed at the start of this slot into the guest's RAM. */
  latchInputs(): void;
  /** Reads the outputs from the guest's RAM; they take effect at the end of the slot. */
  publishOutputs(): void;
  frame(): number;
  slotStart(): Cycles;
  slotDuration(): Cycles;
  majorFrame(): Cycles;
  /** Nanoseconds since 1970-01-01 UTC at the start of the frame, below 2^64; 0 while nobody has set the clock. */
  wallClock(): bigint;
  wallClockIsSet(): boolean;
  /** Index of the schedule that the module follows. */
  schedule(): number;
  /** The guest asks for the schedule of that index. @returns a PARTITA_* return code. */
  requestSchedule(schedule: number): number;
  raiseError(code: number, detail: number, message: string): void;
  /** @returns the port's index, or −1. */
  findPort(name: string): number;
  /** `message` is a view of guest RAM: copy it. @returns a PARTITA_* return code. */
  send(port: number, message: Uint8Array): number;
  /** Copies the oldest message into `into`. @returns its length in bytes, or −(PARTITA_* return code). */
  receive(port: number, into: Uint8Array): number;
  /** A command that is none, or with a buffer outside of RAM. @returns a PARTITA_* return code. */
  refusePortCommand(port: number): number;
  /** Messages receivable, or places free, in this slot; 0 for a port that does not exist. */
  available(port: number): number;
  /** Of a destination: messages that were dropped on their way to it, as of the start of the slot. */
  lost(port: number): number;
  /** Of a sampling destination's message, at the start of the slot: board cycles since it could first be read. */
  messageAge(port: number): number;
  isMessageValid(port: number): boolean;
  maxMessageBytes(port: number): number;
}
