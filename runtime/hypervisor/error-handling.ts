/**
 * A partition's errors: each becomes a record, the health monitor says what to do, and it is done here (ARINC 653 P1 §2.4). Nothing
 * of it reaches others before the slot ends.
 */
import { type PropagatedError, RAM_BASE, type VirtualBoard } from "../board/index.ts";
import { type Fault, TRAP_CAUSES } from "../hart/index.ts";
import {
  actionCode,
  ERROR_OF_TRAP,
  HEALTH_ERRORS,
  type HealthError,
  PARTITION_STATES,
  type PartitionState,
} from "../health-table.ts";
import type { StateReader, StateWriter } from "../state.ts";
import { EVENT_KINDS } from "../trace/index.ts";
import { type Cycles, cycles, type GuestAddress } from "../units.ts";
import type { ModuleCommand } from "./control.ts";
import { isOnModule, type Judgement } from "./health-monitor.ts";
import type { HealthRecord } from "./health-record.ts";
import type { OperatingMode } from "./operating-mode.ts";
import type { PartitionParts } from "./partition.ts";
import type { PlaceInTime } from "./place-in-time.ts";
import { RestartTimes } from "./restart-times.ts";

/** Errors that wait for the guest's handler; a guest that leaves so many to wait has none. */
const WAITING_ERRORS = 16;
/** Errors of a slot of which records are kept: the first. Numbers missing in their sequence tell of the others. */
const RECORDS_OF_A_SLOT = 256;

const STACK_POINTER = 2;
/** A stack frame is smaller: what the stack pointer and the access have left RAM by, at most. */
const LARGEST_FRAME = 1 << 20;

/** A load or store below RAM while the stack pointer has left it downwards: the stack lies at its bottom (partitions/sdk/link.ld). */
const isStackOverflow = ({ cause, value }: Fault, stackPointer: number): boolean =>
  (cause === "loadAccessFault" || cause === "storeAccessFault") &&
  [value, stackPointer].every((address) => {
    const depth = RAM_BASE - (address >>> 0);
    return depth > 0 && depth <= LARGEST_FRAME;
  });

/** An error as it is noticed. */
interface Noticed {
  readonly error: HealthError;
  readonly state: PartitionState;
  readonly pc: GuestAddress;
  readonly trap: Fault | null;
  readonly value: number;
  readonly message: string;
  readonly ignorable: boolean;
  readonly propagable: boolean;
}

export class ErrorHandling {
  readonly #parts: PartitionParts;
  readonly #place: PlaceInTime;
  readonly #mode: OperatingMode;
  readonly #board: () => VirtualBoard;
  /** null: it may be restarted for ever. */
  readonly #restarts: RestartTimes | null;
  #sequence = 0;
  /** Of the current slot. */
  #records: HealthRecord[] = [];
  /** Of the current slot, too: errors after those, of which no record is kept. */
  #unkept = 0;
  readonly #askedOfModule = new Set<ModuleCommand>();
  #waiting: PropagatedError[] = [];
  #schedule: number | null = null;

  constructor(parts: PartitionParts, place: PlaceInTime, mode: OperatingMode, board: () => VirtualBoard) {
    this.#parts = parts;
    this.#place = place;
    this.#mode = mode;
    this.#board = board;
    const { restartBudget } = parts.partition.health;
    this.#restarts = restartBudget === null ? null : new RestartTimes(restartBudget);
  }

  /** Errors so far, over restarts too. */
  get count(): number {
    return this.#sequence;
  }

  /** The error that the guest's handler is to deal with next; null: none. */
  get propagated(): PropagatedError | null {
    return this.#waiting[0] ?? null;
  }

  /** The guest's handler has dealt with it. */
  complete(): void {
    this.#waiting.shift();
    this.#drawLine();
  }

  /** The guest starts anew: it knows nothing of what its former life was told. */
  forget(): void {
    this.#waiting = [];
    this.#drawLine();
  }

  /** Raised by the guest, or noticed while it runs or waits. @returns whether it goes on. */
  report(error: HealthError, value: number, message: string): boolean {
    const state = this.#state();
    // A partition that has been stopped, or is about to start anew, cannot be hit any more.
    if (state === null) return false;
    const propagable = this.#board().healthInterruptEnabled && this.#waiting.length < WAITING_ERRORS;
    const { pc } = this.#board();
    return this.#handle({ error, state, pc, trap: null, value, message, ignorable: true, propagable });
  }

  /** The guest ended before it was NORMAL. */
  startFailed(state: PartitionState, value: number): void {
    const { pc } = this.#board();
    const message = "the guest ended before it was NORMAL";
    this.#handle({
      error: "PARTITION_INIT",
      state,
      pc,
      trap: null,
      value,
      message,
      ignorable: false,
      propagable: false,
    });
  }

  /** The guest's run ended with a trap that it did not take. @returns whether it goes on, in its own handler. */
  trapped(fault: Fault): boolean {
    const { pc, value, cause } = fault;
    const bytes = new Uint8Array(Uint32Array.of(value).buffer);
    this.#parts.log.writeWords(this.#place, EVENT_KINDS.fault, TRAP_CAUSES[cause], pc, bytes);
    const propagable = this.#board().canTakeTraps;
    const overflown = isStackOverflow(fault, this.#board().integerRegisters[STACK_POINTER]!);
    const error = overflown ? "STACK_OVERFLOW" : ERROR_OF_TRAP[cause];
    return this.#handle({
      ...{ error, state: this.#state()!, pc, trap: fault, value, message: "", ignorable: false, propagable },
    });
  }

  /** Others hear of the slot's errors, and the module of what it is to do. */
  endSlot(): void {
    if (this.#schedule !== null) this.#parts.requestSchedule(this.#schedule);
    this.#schedule = null;
    if (this.#records.length === 0) return;
    this.#parts.monitor.publish(this.#records, this.#unkept);
    for (const command of this.#askedOfModule) this.#parts.control.requestModule(command);
    this.#records = [];
    this.#unkept = 0;
    this.#askedOfModule.clear();
  }

  /** null: nothing runs that could err. */
  #state(): PartitionState | null {
    const { current, restart, suspended } = this.#mode;
    return suspended || restart !== null ? null : (PARTITION_STATES.find((state) => state === current) ?? null);
  }

  #handle(noticed: Noticed): boolean {
    const { monitor, log, outside, partition } = this.#parts;
    const { error, state, ignorable, propagable } = noticed;
    const takeRestart = () => this.#restarts?.take(this.#place.cycle) ?? true;
    const occurrence = { partition: partition.index, error, state, ignorable, propagable, takeRestart };
    const judgement = monitor.judge(occurrence, this.#place.frame);
    const record = this.#recordOf(noticed, judgement);
    this.#keep(record);
    this.#place.hasEffects = true;
    log.writeWords(this.#place, EVENT_KINDS.health, HEALTH_ERRORS[error], actionCode(judgement.action));
    if (judgement.log) outside.incident(this.#place, { kind: "error", record });
    return this.#carryOut(noticed, judgement);
  }

  /** A guest may raise errors as fast as it executes: what the host keeps of them has an end. */
  #keep(record: HealthRecord): void {
    const { action } = record;
    if (action === "MODULE_RESET") this.#askedOfModule.add(action);
    if (action === "SHUTDOWN") this.#askedOfModule.add("SHUTDOWN_ON_ERROR");
    if (this.#records.length < RECORDS_OF_A_SLOT) this.#records.push(record);
    else this.#unkept += 1;
  }

  #recordOf({ error, state, pc, trap, value, message }: Noticed, judgement: Judgement): HealthRecord {
    const { cycle, frame, slot, partition } = this.#place;
    const { action, outcome, overBudget } = judgement;
    this.#sequence += 1;
    return {
      ...{ cycle, frame, slot, partition, sequence: this.#sequence, error, state, action, outcome, overBudget },
      ...{ trap: trap?.cause ?? null, pc, value, message, registers: this.#board().integerRegisters.slice() },
    };
  }

  /** @returns whether the guest goes on. */
  #carryOut({ error, trap, value }: Noticed, { action, outcome, schedule }: Judgement): boolean {
    if (isOnModule(action) && schedule !== null) this.#schedule = schedule;
    switch (outcome) {
      case null:
        if (action === "PROPAGATE") this.#propagate(error, trap, value);
        return true;
      case "SUSPEND":
        this.#mode.suspend();
        return false;
      case "IDLE":
        this.#mode.stop();
        return false;
      case "WARM_START":
      case "COLD_START":
        this.#mode.startAnew(outcome, "HEALTH_MONITOR");
        return false;
    }
  }

  #propagate(error: HealthError, trap: Fault | null, value: number): void {
    if (trap !== null) {
      this.#board().enterTrap(trap);
      return;
    }
    this.#waiting.push({ error: HEALTH_ERRORS[error], detail: value, cycle: this.#place.cycle });
    this.#drawLine();
  }

  /** Between two frames. */
  save(writer: StateWriter): void {
    writer.section("errors", 1);
    writer.u32(this.#sequence);
    this.#restarts?.save(writer);
    writer.u8(this.#waiting.length);
    for (const { error, detail, cycle } of this.#waiting) {
      writer.u32(error);
      writer.u32(detail);
      writer.f64(cycle);
    }
  }

  /** @param timeJump see `RunningPartition.restore`. */
  restore(reader: StateReader, timeJump: Cycles): void {
    reader.section("errors", 1);
    this.#sequence = reader.u32();
    this.#restarts?.restore(reader, timeJump);
    this.#waiting = Array.from({ length: reader.u8() }, () => ({
      error: reader.u32(),
      detail: reader.u32(),
      cycle: cycles(reader.f64() + timeJump),
    }));
  }

  #drawLine(): void {
    this.#board().setHealthInterrupt(this.#waiting.length > 0);
  }
}
