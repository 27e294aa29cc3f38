/** What a guest gets when it rings at its partita device, within its slot (partitions/sdk/partita.h). */
import {
  PARTITA_ERROR_CODES,
  PARTITA_RETURN_CODES,
  type PartitaHost,
  type PropagatedError,
  RAM_BASE,
  type VirtualBoard,
} from "../board/index.ts";
import { type HealthError, RAISED_ERRORS } from "../health-table.ts";
import { EVENT_KINDS, type EventLog } from "../trace/index.ts";
import { type Cycles, cycles, guestAddress } from "../units.ts";
import { ControlServices } from "./control-services.ts";
import type { ErrorHandling } from "./error-handling.ts";
import type { ObservedExecution } from "./observed-execution.ts";
import type { OperatingMode } from "./operating-mode.ts";
import { PARTITION_MODES } from "./outside.ts";
import type { PartitionParts } from "./partition.ts";
import type { PlaceInTime } from "./place-in-time.ts";
import { bytesOfValues } from "./point-cells.ts";
import type { Watchdog } from "./watchdog.ts";

const { NO_ERROR, INVALID_PARAM, INVALID_CONFIG, INVALID_MODE } = PARTITA_RETURN_CODES;
/** In the trace, where the index of a partition stands. */
const MODULE = 0xffff_ffff;

const isMode = (code: number): boolean => code < PARTITION_MODES.length;

export class GuestServices implements PartitaHost {
  readonly partition: number;
  readonly #parts: PartitionParts;
  readonly #log: EventLog;
  readonly #place: PlaceInTime;
  readonly #mode: OperatingMode;
  readonly #errors: ErrorHandling;
  readonly #watchdog: Watchdog;
  readonly #control: ControlServices;
  /** The board that rings here: it exists once something has rung. */
  readonly #board: () => VirtualBoard;
  readonly #observed: ObservedExecution;
  /** Hears that a scan is whole; null: nobody wants to know. */
  readonly #published: (() => void) | null;
  readonly #hasPoints: boolean;
  /** Room for an event: a value and a quality for each point. */
  readonly #payload: Uint8Array;
  readonly #byte = new Uint8Array(1);
  /** The schedule that it asked for in this slot. */
  #wantedSchedule: number | null = null;

  constructor(
    parts: PartitionParts,
    place: PlaceInTime,
    mode: OperatingMode,
    errors: ErrorHandling,
    watchdog: Watchdog,
    board: () => VirtualBoard,
    observed: ObservedExecution,
    published: (() => void) | null,
  ) {
    this.partition = parts.partition.index;
    this.#parts = parts;
    this.#log = parts.log;
    this.#place = place;
    this.#mode = mode;
    this.#errors = errors;
    this.#watchdog = watchdog;
    this.#control = new ControlServices(parts.partition, parts.system, parts.control);
    this.#board = board;
    this.#observed = observed;
    this.#published = published;
    this.#hasPoints = parts.partition.points.length > 0;
    this.#payload = new Uint8Array(bytesOfValues(parts.partition.points) + parts.partition.points.length);
  }

  /** A byte written to the UART. */
  transmit(byte: number): void {
    this.#byte[0] = byte;
    this.#log.write(this.#now(), EVENT_KINDS.uart, this.#byte);
    this.#parts.outside.uart(this.#place, byte);
  }

  mode(): number {
    return this.#mode.code;
  }

  requestMode(code: number): void {
    this.#now();
    const before = this.#mode.current;
    if (!isMode(code)) this.#report("ILLEGAL_REQUEST", code, `asked for the mode ${code}, which does not exist`);
    if (this.#mode.request(code)) this.#board().requestStop();
    else if (this.#mode.current !== before) this.#observed.begin(this.#board());
    if (this.#mode.current === "IDLE" && before !== "NORMAL" && before !== "IDLE") this.#errors.startFailed(before, 0);
  }

  startCondition(): number {
    return this.#mode.startCondition;
  }

  latchInputs(): void {
    this.#now();
    this.latch();
  }

  publishOutputs(): void {
    this.#watchdog.kick(this.#now().cycle);
    if (this.publish()) this.#observed.published(this.#board());
  }

  /** Copies the inputs fixed for this slot into RAM: at the guest's wish, or at slot start for one that has none. */
  latch(): void {
    const length = this.#hasPoints ? this.#copyInputs() : 0;
    this.#log.write(this.#place, EVENT_KINDS.latch, this.#payload, length);
  }

  /** Reads the outputs from RAM. @returns whether it counts: only what a NORMAL partition publishes does. */
  publish(): boolean {
    if (this.#mode.current !== "NORMAL") return false;
    const length = this.#hasPoints ? this.#readOutputs() : 0;
    this.#log.write(this.#place, EVENT_KINDS.publish, this.#payload, length);
    this.#published?.();
    return true;
  }

  /** @returns how much of the payload it filled. */
  #copyInputs(): number {
    const { inputs, outputs } = this.#parts;
    const board = this.#board();
    inputs.places.copyToRam(outputs.points, board.ram);
    for (const { base, bytes } of inputs.places.areas) board.ramChanged(base, bytes);
    const values = inputs.places.appendValues(outputs.points, this.#payload, 0);
    return inputs.places.appendQualities(outputs.points, this.#payload, values);
  }

  /** Likewise. */
  #readOutputs(): number {
    const { outputs } = this.#parts;
    outputs.publish(this.#board().ram);
    return outputs.places.appendValues(outputs.pending, this.#payload, 0);
  }

  startSlot(): void {
    this.#control.startSlot();
  }

  frame(): number {
    return this.#place.frame;
  }

  slotStart(): Cycles {
    return this.#place.slotStart;
  }

  slotDuration(): Cycles {
    return this.#place.slotDuration;
  }

  majorFrame(): Cycles {
    return this.#place.schedule.majorFrame;
  }

  wallClock(): bigint {
    return this.#parts.wallClock.at(this.#place.frameStart);
  }

  wallClockIsSet(): boolean {
    return this.#parts.wallClock.isSet;
  }

  schedule(): number {
    return this.#place.schedule.index;
  }

  requestSchedule(schedule: number): number {
    const { partition, system } = this.#parts;
    const isOne = schedule < system.schedules.length;
    const status = !partition.isSystem ? INVALID_CONFIG : isOne ? NO_ERROR : INVALID_PARAM;
    this.#log.writeWords(this.#now(), EVENT_KINDS.scheduleRequest, schedule, status);
    if (status === NO_ERROR) {
      this.#wantedSchedule = schedule;
      this.#place.hasEffects = true;
    }
    if (status === INVALID_CONFIG) this.#refuse("only a system partition may ask for a schedule");
    return status;
  }

  /** What was asked for in the slot is asked for from now on. */
  endSlot(): void {
    this.#control.endSlot();
    if (this.#wantedSchedule === null) return;
    this.#parts.requestSchedule(this.#wantedSchedule);
    this.#wantedSchedule = null;
  }

  raiseError(code: number, detail: number, message: string): void {
    this.#log.writeWords(this.#now(), EVENT_KINDS.error, code, detail, new TextEncoder().encode(message));
    const error = RAISED_ERRORS.find((name) => PARTITA_ERROR_CODES[name] === code);
    if (error !== undefined) this.#report(error, detail, message);
    else
      this.#report(
        "ILLEGAL_REQUEST",
        detail,
        `raised the unknown error code ${code}${message === "" ? "" : `: ${message}`}`,
      );
  }

  propagatedError(): PropagatedError | null {
    return this.#errors.propagated;
  }

  completeError(): void {
    this.#errors.complete();
  }

  kickWatchdog(): void {
    this.#watchdog.kick(this.#now().cycle);
  }

  watchdogPeriod(): Cycles {
    return this.#parts.partition.health.watchdog ?? cycles(0);
  }

  findPartition(name: string): number {
    const found = this.#control.findPartition(name);
    if (!this.#parts.partition.isSystem) this.#refuse("only a system partition may look for others");
    return found;
  }

  modeOf(partition: number): number {
    return this.#control.modeOf(partition);
  }

  controlPartition(partition: number, command: number): number {
    return this.#controlled(partition, command, this.#control.controlPartition(partition, command));
  }

  controlModule(command: number): number {
    return this.#controlled(MODULE, command, this.#control.controlModule(command));
  }

  #controlled(partition: number, command: number, status: number): number {
    const payload = new Uint8Array(Uint32Array.of(status).buffer);
    this.#log.writeWords(this.#now(), EVENT_KINDS.control, partition, command, payload);
    this.#place.hasEffects = true;
    if (status === INVALID_CONFIG) this.#refuse("only a system partition may control others");
    return status;
  }

  #refuse(message: string): void {
    this.#now();
    this.#report("ILLEGAL_REQUEST", 0, message);
  }

  /** The guest's run ends when its health table does not let it go on. The place in time is up to date. */
  #report(error: HealthError, detail: number, message: string): void {
    if (!this.#errors.report(error, detail, message)) this.#board().requestStop();
  }

  findPort(name: string): number {
    const port = this.#parts.ports.find(name);
    this.#now();
    if (port < 0) this.#report("CONFIG_ERROR", 0, `asked for the port ${name}, which the config does not give it`);
    return port;
  }

  send(port: number, message: Uint8Array): number {
    const { ports } = this.#parts;
    const status = this.#mode.current === "NORMAL" ? ports.send(port, message) : INVALID_MODE;
    const sent = status === NO_ERROR ? message.length : 0;
    this.#log.writeMessage(this.#now(), "send", port, status, message, sent);
    this.#checkPortUse(port, status);
    return status;
  }

  receive(port: number, into: Uint8Array): number {
    const { ports } = this.#parts;
    const length = this.#mode.current === "NORMAL" ? ports.receive(port, into) : -INVALID_MODE;
    this.#log.writeMessage(this.#now(), "receive", port, Math.max(-length, 0), into, Math.max(length, 0));
    this.#checkPortUse(port, -length);
    const board = this.#board();
    if (length > 0) board.ramChanged(guestAddress(RAM_BASE + into.byteOffset - board.ram.byteOffset), length);
    return length;
  }

  refusePortCommand(port: number): number {
    this.#now();
    this.#checkPortUse(port, INVALID_PARAM);
    return INVALID_PARAM;
  }

  /** A full or an empty queue is no error. */
  #checkPortUse(port: number, status: number): void {
    if (status === INVALID_PARAM || status === INVALID_MODE) {
      this.#report("PORT_ERROR", port, `misused its port ${port}: return code ${status}`);
    }
  }

  available(port: number): number {
    return this.#parts.ports.available(port);
  }

  maxMessageBytes(port: number): number {
    return this.#parts.ports.maxMessageBytes(port);
  }

  lost(port: number): number {
    return this.#parts.ports.lost(port);
  }

  messageAge(port: number): number {
    return this.#parts.ports.age(port, this.#place.slotStart);
  }

  isMessageValid(port: number): boolean {
    return this.#parts.ports.isValid(port, this.#place.slotStart);
  }

  /** The partition's place, brought up to the instruction that is being executed. */
  #now(): PlaceInTime {
    this.#place.cycle = this.#board().now();
    return this.#place;
  }
}
