/** A PartitaHost for one image alone, without a hypervisor: modes are granted, doorbells counted, and there are no ports. */
import { type Cycles, cycles } from "../units.ts";
import { PARTITA_MODE_CODES, PARTITA_RETURN_CODES, PARTITA_START_CODES } from "./devices/partita.ts";
import type { PartitaHost } from "./devices/partita-host.ts";

export interface StandaloneOptions {
  /** Ends the board's run: the guest asked for a mode that is not NORMAL. */
  readonly requestStop: () => void;
  readonly raiseError: (code: number, detail: number, message: string) => void;
  /** The guest rang; by default nothing happens. */
  readonly latchInputs?: () => void;
  readonly publishOutputs?: () => void;
}

export class StandaloneHost implements PartitaHost {
  readonly partition = 0;
  latches = 0;
  publishes = 0;
  readonly #options: StandaloneOptions;
  #mode: number = PARTITA_MODE_CODES.COLD_START;
  #startCondition: number = PARTITA_START_CODES.POWER_ON;

  constructor(options: StandaloneOptions) {
    this.#options = options;
  }

  /** The board was reset on the guest's own request. */
  restarted(): void {
    this.#startCondition = PARTITA_START_CODES.PARTITION_RESTART;
  }

  mode(): number {
    return this.#mode;
  }

  /** What is no mode is ignored. */
  requestMode(mode: number): void {
    if (mode > PARTITA_MODE_CODES.NORMAL) return;
    this.#mode = mode;
    if (mode !== PARTITA_MODE_CODES.NORMAL) this.#options.requestStop();
  }

  startCondition(): number {
    return this.#startCondition;
  }

  latchInputs(): void {
    this.latches++;
    this.#options.latchInputs?.();
  }

  publishOutputs(): void {
    this.publishes++;
    this.#options.publishOutputs?.();
  }

  raiseError(code: number, detail: number, message: string): void {
    this.#options.raiseError(code, detail, message);
  }

  // One slot that never ends.

  frame(): number {
    return 0;
  }

  slotStart(): Cycles {
    return cycles(0);
  }

  slotDuration(): Cycles {
    return cycles(0);
  }

  majorFrame(): Cycles {
    return cycles(0);
  }

  schedule(): number {
    return 0;
  }

  requestSchedule(): number {
    return PARTITA_RETURN_CODES.INVALID_CONFIG;
  }

  wallClock(): bigint {
    return 0n;
  }

  wallClockIsSet(): boolean {
    return false;
  }

  // Nobody watches it, and there is nobody else.

  propagatedError(): null {
    return null;
  }

  completeError(): void {}

  kickWatchdog(): void {}

  watchdogPeriod(): Cycles {
    return cycles(0);
  }

  findPartition(): number {
    return -1;
  }

  modeOf(): number {
    return -1;
  }

  controlPartition(): number {
    return PARTITA_RETURN_CODES.INVALID_CONFIG;
  }

  controlModule(): number {
    return PARTITA_RETURN_CODES.INVALID_CONFIG;
  }

  findPort(): number {
    return -1;
  }

  send(): number {
    return PARTITA_RETURN_CODES.INVALID_PARAM;
  }

  refusePortCommand(): number {
    return PARTITA_RETURN_CODES.INVALID_PARAM;
  }

  receive(): number {
    return -PARTITA_RETURN_CODES.INVALID_PARAM;
  }

  available(): number {
    return 0;
  }

  maxMessageBytes(): number {
    return 0;
  }

  lost(): number {
    return 0;
  }

  messageAge(): number {
    return 0;
  }

  isMessageValid(): boolean {
    return false;
  }
}
