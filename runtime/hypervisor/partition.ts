/**
 * One partition at run time: its board, its mode, its process image and its ports, driven slot by slot. What it does within
 * a slot reaches others at the slot's end (ARINC 653 P1 §2.3.1; design.md "At a boundary").
 */
import {
  type BoardExit,
  type GuestImage,
  PARTITA_ERROR_CODES,
  PARTITA_RETURN_CODES,
  PARTITA_START_CODES,
  type PartitaHost,
  RAM_BASE,
  VirtualBoard,
} from "../board/index.ts";
import { TRAP_CAUSES } from "../hart/index.ts";
import type { Partition, Slot, System } from "../system.ts";
import { EVENT_KINDS, type EventLog } from "../trace/index.ts";
import { type Cycles, cycles, guestAddress } from "../units.ts";
import type { Inputs } from "./inputs.ts";
import type { Outputs } from "./outputs.ts";
import {
  type ApplicationErrorCode,
  type BoardInstant,
  type Incident,
  type Outside,
  PARTITION_MODES,
  type PartitionMode,
} from "./outside.ts";
import type { PointCells } from "./point-cells.ts";
import type { Ports } from "./ports.ts";

const { POWER_ON, PARTITION_RESTART } = PARTITA_START_CODES;

const ERROR_NAMES = new Map<number, ApplicationErrorCode>(
  Object.entries(PARTITA_ERROR_CODES).map(([name, code]) => [code, name as ApplicationErrorCode]),
);

/** Where a partition is in board time; one object for all its events, so that none is allocated. */
class Instant implements BoardInstant {
  cycle = cycles(0);
  frame = 0;
  slot: number;
  readonly partition: number;

  constructor(partition: number, slot: number) {
    this.partition = partition;
    this.slot = slot;
  }
}

/** What a partition is made of. */
export interface PartitionParts {
  readonly partition: Partition;
  readonly system: System;
  readonly image: GuestImage;
  readonly inputs: Inputs;
  readonly outputs: Outputs;
  readonly ports: Ports;
  readonly log: EventLog;
  readonly outside: Outside;
  /** How much of the cycles that remain of a slot to run at once; the guest sees no difference. */
  readonly slice: (remaining: Cycles) => Cycles;
}

/** How a partition used its time so far. */
export interface TimeUse {
  /** Cycles of its slots. */
  readonly given: Cycles;
  /** Of those, cycles in which it did not execute: idle in `wfi`, or stopped. */
  readonly idle: Cycles;
}

/** What may be seen of a partition from outside; all of it changes at slot boundaries only. */
export interface PartitionView {
  readonly partition: Partition;
  readonly mode: PartitionMode;
  /** Inputs as the guest sees them and outputs as it published them. Do not write. */
  readonly points: PointCells;
  readonly timeUse: TimeUse;
}

export class RunningPartition implements PartitionView {
  readonly partition: Partition;
  readonly #parts: PartitionParts;
  readonly #board: VirtualBoard;
  readonly #instant: Instant;
  readonly #host: PartitaHost;
  /** Latched values or published ones, on their way into an event. */
  readonly #payload: Uint8Array;
  #slot: Slot;
  #slotStart = cycles(0);
  #mode: PartitionMode = "COLD_START";
  #startCondition: number = POWER_ON;
  /** It has asked to start anew, and does so at its next slot. */
  #restart: "COLD_START" | "WARM_START" | null = null;
  /** Its outputs have taken their fail-safe values. */
  #failed = false;
  #given = 0;
  #idle = 0;

  constructor(parts: PartitionParts) {
    const { partition, system, image } = parts;
    this.partition = partition;
    this.#parts = parts;
    const { slots } = system.schedule;
    this.#slot = slots.find((slot) => slot.partition === partition.index) ?? slots[0]!;
    this.#instant = new Instant(partition.index, this.#slot.index);
    this.#payload = new Uint8Array(9 * partition.points.length);
    this.#host = this.#makeHost();
    this.#board = new VirtualBoard({
      image,
      areas: partition.areas,
      memoryBytes: partition.memoryBytes,
      clock: system.clock,
      partita: this.#host,
      transmit: (byte) => this.#transmit(byte),
    });
    if (partition.latch === "auto") this.#mode = "NORMAL";
  }

  get mode(): PartitionMode {
    return this.#mode;
  }

  get points(): PointCells {
    return this.#parts.outputs.points;
  }

  get timeUse(): TimeUse {
    return { given: cycles(this.#given), idle: cycles(this.#idle) };
  }

  /** Registers, CSRs, then RAM by address; the bytes are views. */
  visitState(take: (bytes: Uint8Array) => void): void {
    this.#board.visitState(take);
  }

  /** Fixes what the guest can see in this slot, and runs it for the whole slot. */
  startSlot(frame: number, slot: Slot, at: Cycles): void {
    const { inputs, ports, outside } = this.#parts;
    this.#slot = slot;
    this.#slotStart = at;
    this.#instant.frame = frame;
    this.#instant.slot = slot.index;
    this.#instant.cycle = at;
    if (this.#restart !== null) this.#startAnew(this.#restart);
    outside.latch(this.#instant, inputs.offered);
    inputs.fix(at);
    ports.startSlot();
    this.#given += slot.duration;
    if (this.#mode === "IDLE") this.#idle += slot.duration;
    else this.#run(slot.duration);
  }

  /** What the guest did in its slot takes effect. */
  endSlot(at: Cycles): void {
    const { outputs, ports, outside } = this.#parts;
    this.#instant.cycle = at;
    outputs.takeEffect(at);
    ports.endSlot();
    if (this.#restart !== null) outputs.doubt();
    this.#failWhenStopped(at);
    outside.published(this.#instant, outputs.points);
  }

  /** Stops the guest for good; at a frame boundary. */
  stop(frame: number, at: Cycles): void {
    const { outputs, outside } = this.#parts;
    this.#instant.frame = frame;
    this.#instant.cycle = at;
    this.#restart = null;
    this.#changeMode("IDLE");
    this.#failWhenStopped(at);
    outside.published(this.#instant, outputs.points);
  }

  #failWhenStopped(at: Cycles): void {
    if (this.#mode !== "IDLE" || this.#failed) return;
    this.#parts.outputs.fail(at);
    this.#failed = true;
  }

  #startAnew(mode: "COLD_START" | "WARM_START"): void {
    this.#restart = null;
    this.#board.reset(mode === "WARM_START");
    this.#startCondition = PARTITION_RESTART;
    this.#changeMode(this.partition.latch === "auto" ? "NORMAL" : mode);
  }

  #run(duration: Cycles): void {
    const auto = this.partition.latch === "auto";
    if (auto) this.#latch();
    let used = 0;
    while (used < duration) {
      const exit = this.#board.run(cycles(this.#slotStart + used), this.#parts.slice(cycles(duration - used)));
      used += this.#board.used;
      this.#idle += this.#board.idle;
      this.#instant.cycle = cycles(this.#slotStart + used);
      if (exit === "budget") continue;
      this.#leave(exit);
      this.#idle += duration - used;
      break;
    }
    this.#instant.cycle = cycles(this.#slotStart + duration);
    if (auto) this.#publish();
    this.#parts.log.write(this.#instant, EVENT_KINDS.slotEnd, this.#board.registerBytes);
  }

  /** The guest's run ended before its slot did. */
  #leave(exit: Exclude<BoardExit, "budget">): void {
    if (exit === "fault") {
      const fault = this.#board.fault!;
      this.#parts.log.writeWords(
        this.#instant,
        EVENT_KINDS.fault,
        TRAP_CAUSES[fault.cause],
        fault.pc,
        word(fault.value),
      );
      this.#tell({ kind: "fault", fault });
      this.#changeMode("IDLE");
    } else if (exit === "poweredOff") {
      this.#tell({ kind: "poweredOff", code: this.#board.exitCode });
      this.#changeMode("IDLE");
    } else if (exit === "reset") this.#askForRestart("COLD_START");
  }

  #askForRestart(mode: "COLD_START" | "WARM_START"): void {
    this.#restart = mode;
    this.#changeMode(mode);
  }

  #changeMode(to: PartitionMode): void {
    const from = this.#mode;
    if (from === to) return;
    this.#mode = to;
    this.#parts.log.writeWords(
      this.#instant,
      EVENT_KINDS.mode,
      PARTITION_MODES.indexOf(from),
      PARTITION_MODES.indexOf(to),
    );
    this.#tell({ kind: "modeChanged", from, to });
  }

  #tell(incident: Incident): void {
    this.#parts.outside.incident(this.#instant, incident);
  }

  // ── What the guest asks for, within its run ───────────────────────────────────────────────────────────────────────

  /** The partition's instant, brought up to the instruction that is being executed. */
  #now(): Instant {
    this.#instant.cycle = this.#board.now();
    return this.#instant;
  }

  #transmit(byte: number): void {
    const { log, outside } = this.#parts;
    const now = this.#now();
    this.#payload[0] = byte;
    log.write(now, EVENT_KINDS.uart, this.#payload, 1);
    outside.uart(now, byte);
  }

  #latch(): void {
    const { inputs, outputs, log } = this.#parts;
    inputs.places.copyToRam(outputs.points, this.#board.ram);
    for (const { base, bytes } of inputs.places.areas) this.#board.ramChanged(base, bytes);
    const values = inputs.places.appendValues(outputs.points, this.#payload, 0);
    const length = inputs.places.appendQualities(outputs.points, this.#payload, values);
    log.write(this.#instant, EVENT_KINDS.latch, this.#payload, length);
  }

  #publish(): void {
    if (this.#mode !== "NORMAL") return;
    const { outputs, log } = this.#parts;
    outputs.publish(this.#board.ram);
    log.write(
      this.#instant,
      EVENT_KINDS.publish,
      this.#payload,
      outputs.places.appendValues(outputs.pending, this.#payload, 0),
    );
  }

  #requestMode(code: number): void {
    const mode = PARTITION_MODES[code];
    if (mode === undefined) return;
    this.#now();
    if (mode === "NORMAL") {
      if (this.#restart === null) this.#changeMode("NORMAL");
      return;
    }
    if (mode === "IDLE") this.#changeMode("IDLE");
    else this.#askForRestart(mode);
    this.#board.requestStop();
  }

  #send(port: number, message: Uint8Array): number {
    const { ports, log } = this.#parts;
    const status = this.#mode === "NORMAL" ? ports.send(port, message) : PARTITA_RETURN_CODES.INVALID_MODE;
    const sent = status === PARTITA_RETURN_CODES.NO_ERROR ? message.length : 0;
    log.writeWords(this.#now(), EVENT_KINDS.send, port, status, message, sent);
    return status;
  }

  #receive(port: number, into: Uint8Array): number {
    const { ports, log } = this.#parts;
    const length = this.#mode === "NORMAL" ? ports.receive(port, into) : -PARTITA_RETURN_CODES.INVALID_MODE;
    log.writeWords(this.#now(), EVENT_KINDS.receive, port, Math.max(-length, 0), into, Math.max(length, 0));
    if (length > 0)
      this.#board.ramChanged(guestAddress(RAM_BASE + into.byteOffset - this.#board.ram.byteOffset), length);
    return length;
  }

  #raiseError(code: number, detail: number, message: string): void {
    const { log } = this.#parts;
    log.writeWords(this.#now(), EVENT_KINDS.error, code, detail, new TextEncoder().encode(message));
    const known = ERROR_NAMES.get(code);
    if (known !== undefined) this.#tell({ kind: "applicationError", code: known, detail, message });
    else {
      const unknown = `raised the unknown error code ${code}${message === "" ? "" : `: ${message}`}`;
      this.#tell({ kind: "applicationError", code: "ILLEGAL_REQUEST", detail, message: unknown });
    }
  }

  #makeHost(): PartitaHost {
    const { ports, system } = this.#parts;
    return {
      partition: this.partition.index,
      mode: () => PARTITION_MODES.indexOf(this.#mode),
      requestMode: (code) => this.#requestMode(code),
      startCondition: () => this.#startCondition,
      latchInputs: () => {
        this.#now();
        this.#latch();
      },
      publishOutputs: () => {
        this.#now();
        this.#publish();
      },
      frame: () => this.#instant.frame,
      slotStart: () => this.#slotStart,
      slotDuration: () => this.#slot.duration,
      majorFrame: () => system.schedule.majorFrame,
      raiseError: (code, detail, message) => this.#raiseError(code, detail, message),
      findPort: (name) => ports.find(name),
      send: (port, message) => this.#send(port, message),
      receive: (port, into) => this.#receive(port, into),
      available: (port) => ports.available(port),
      maxMessageBytes: (port) => ports.maxMessageBytes(port),
    };
  }
}

/** A 32-bit word as the bytes of an event. */
const word = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);
