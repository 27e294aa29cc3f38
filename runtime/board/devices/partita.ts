/**
 * The partita device, by which a guest meets the hypervisor. partitions/sdk/partita.h defines its registers and says what they
 * do; this file answers them from RAM and from a PartitaHost. ARINC 653 P1 §3 names the services.
 */
import type { BusResult } from "../../hart/engine.ts";
import { HEALTH_ERRORS } from "../../health-table.ts";
import type { StateReader, StateWriter } from "../../state.ts";
import type { Area } from "../../system.ts";
import type { Hertz } from "../../units.ts";
import { RAM_BASE } from "../memory-map.ts";
import { type AccessSize, type Device, NO_ANSWER } from "./device.ts";
import { PartitaControl } from "./partita-control.ts";
import { readHealth, writeHealth } from "./partita-health.ts";
import type { PartitaHost } from "./partita-host.ts";

/** Offsets, named as in partita.h without its prefix. */
export const PARTITA_REGISTERS = {
  MAGIC: 0x000,
  VERSION: 0x004,
  PARTITION: 0x008,
  CLOCK_HZ: 0x00c,
  MODE: 0x010,
  START_CONDITION: 0x014,
  INPUT_BASE: 0x020,
  INPUT_SIZE: 0x024,
  OUTPUT_BASE: 0x028,
  OUTPUT_SIZE: 0x02c,
  RETAINED_BASE: 0x030,
  RETAINED_SIZE: 0x034,
  LATCH_INPUTS: 0x040,
  PUBLISH_OUTPUTS: 0x044,
  FRAME: 0x050,
  SLOT_START: 0x058,
  SLOT_DURATION: 0x060,
  MAJOR_FRAME: 0x068,
  ERROR_DETAIL: 0x080,
  ERROR_MESSAGE: 0x084,
  RAISE_ERROR: 0x088,
  SCHEDULE: 0x090,
  SCHEDULE_REQUEST: 0x094,
  SCHEDULE_STATUS: 0x098,
  HEALTH_ERROR: 0x0a0,
  HEALTH_DETAIL: 0x0a4,
  HEALTH_CYCLE: 0x0a8,
  HEALTH_COMPLETE: 0x0b0,
  WATCHDOG_KICK: 0x0b4,
  WATCHDOG_PERIOD: 0x0b8,
  PORT_LOOKUP: 0x0c0,
  PORT_SELECT: 0x0c4,
  PORT_BUFFER: 0x0c8,
  PORT_LENGTH: 0x0cc,
  PORT_COMMAND: 0x0d0,
  PORT_STATUS: 0x0d4,
  PORT_AVAILABLE: 0x0d8,
  PORT_MAX_MESSAGE: 0x0dc,
  PORT_VALIDITY: 0x0e0,
  PORT_LOST: 0x0e4,
  PORT_AGE: 0x0e8,
  CONTROL_LOOKUP: 0x100,
  CONTROL_SELECT: 0x104,
  CONTROL_COMMAND: 0x108,
  CONTROL_STATUS: 0x10c,
  CONTROL_MODE: 0x110,
  CONTROL_MODULE: 0x114,
  WALL_CLOCK: 0x140,
  WALL_CLOCK_VALID: 0x148,
} as const;

export const PARTITA_MODE_CODES = { IDLE: 0, COLD_START: 1, WARM_START: 2, NORMAL: 3 } as const;
export const PARTITA_START_CODES = { POWER_ON: 0, PARTITION_RESTART: 1, HEALTH_MONITOR: 2 } as const;
export const PARTITA_ERROR_CODES = HEALTH_ERRORS;
export const PARTITA_CONTROL_COMMANDS = {
  START: 1,
  STOP: 2,
  SUSPEND: 3,
  RESUME: 4,
  WARM_START: 5,
  COLD_START: 6,
} as const;
export const PARTITA_MODULE_COMMANDS = { RESET: 1, SHUTDOWN: 2 } as const;
/** In CONTROL_MODE, beside the mode. */
export const PARTITA_SUSPENDED = 0x100;
export const PARTITA_PORT_COMMANDS = { SEND: 1, RECEIVE: 2 } as const;
export const PARTITA_RETURN_CODES = {
  NO_ERROR: 0,
  NO_ACTION: 1,
  NOT_AVAILABLE: 2,
  INVALID_PARAM: 3,
  INVALID_CONFIG: 4,
  INVALID_MODE: 5,
} as const;

const R = PARTITA_REGISTERS;
const RETURN = PARTITA_RETURN_CODES;
const MAGIC_VALUE = 0x5041_5254;
const VERSION_VALUE = 1;
const NO_PORT = 0xffff_ffff;
const MESSAGE_BYTES = 128;
const NAME_BYTES = 128;
const WORD = 2 ** 32;
const WORD_MASK = 0xffff_ffffn;

/** The areas that the image declares; null where it has none. */
export interface ImageAreas {
  readonly input: Area | null;
  readonly output: Area | null;
  readonly retained: Area | null;
}

export interface PartitaOptions {
  readonly clock: Hertz;
  readonly areas: ImageAreas;
  /** The partition's RAM, from 0x8000_0000. */
  readonly ram: Uint8Array;
  readonly host: PartitaHost;
}

export class PartitaDevice implements Device {
  readonly #clock: Hertz;
  readonly #areas: ImageAreas;
  readonly #ram: Uint8Array;
  readonly #host: PartitaHost;
  readonly #text = new TextDecoder();
  readonly #control: PartitaControl;
  #errorDetail = 0;
  #errorMessage = 0;
  #port = NO_PORT;
  #buffer = 0;
  #length = 0;
  #status: number = RETURN.NO_ERROR;
  #scheduleStatus: number = RETURN.NO_ERROR;

  constructor(options: PartitaOptions) {
    this.#clock = options.clock;
    this.#areas = options.areas;
    this.#ram = options.ram;
    this.#host = options.host;
    this.#control = new PartitaControl(options.host, (address) => this.#textAt(address, NAME_BYTES));
  }

  reset(): void {
    this.#errorDetail = 0;
    this.#errorMessage = 0;
    this.#port = NO_PORT;
    this.#buffer = 0;
    this.#length = 0;
    this.#status = RETURN.NO_ERROR;
    this.#scheduleStatus = RETURN.NO_ERROR;
    this.#control.reset();
  }

  save(writer: StateWriter): void {
    writer.section("partita", 1);
    for (const value of [this.#errorDetail, this.#errorMessage, this.#port]) writer.u32(value);
    for (const value of [this.#buffer, this.#length, this.#status, this.#scheduleStatus]) writer.u32(value);
    this.#control.save(writer);
  }

  restore(reader: StateReader): void {
    reader.section("partita", 1);
    this.#errorDetail = reader.u32();
    this.#errorMessage = reader.u32();
    this.#port = reader.u32();
    this.#buffer = reader.u32();
    this.#length = reader.u32();
    this.#status = reader.u32();
    this.#scheduleStatus = reader.u32();
    this.#control.restore(reader);
  }

  read(offset: number, size: AccessSize): number {
    if (size !== 4) return NO_ANSWER;
    if (offset < R.INPUT_BASE) return this.#readIdentity(offset);
    if (offset < R.FRAME) return this.#readArea(offset);
    if (offset < R.ERROR_DETAIL) return this.#readTime(offset);
    if (offset === R.ERROR_DETAIL) return this.#errorDetail;
    if (offset === R.ERROR_MESSAGE) return this.#errorMessage;
    if (offset === R.SCHEDULE) return this.#host.schedule();
    if (offset === R.SCHEDULE_STATUS) return this.#scheduleStatus;
    if (isHealth(offset)) return readHealth(this.#host, offset);
    if (isControl(offset)) return this.#control.read(offset);
    return offset < R.WALL_CLOCK ? this.#readPort(offset) : this.#readWallClock(offset);
  }

  write(offset: number, size: AccessSize, value: number): BusResult {
    if (size !== 4) return "fault";
    switch (offset) {
      case R.MODE:
        this.#host.requestMode(value);
        return "ok";
      case R.LATCH_INPUTS:
        this.#host.latchInputs();
        return "ok";
      case R.PUBLISH_OUTPUTS:
        this.#host.publishOutputs();
        return "ok";
      case R.ERROR_DETAIL:
        this.#errorDetail = value;
        return "ok";
      case R.ERROR_MESSAGE:
        this.#errorMessage = value;
        return "ok";
      case R.RAISE_ERROR:
        this.#host.raiseError(value, this.#errorDetail, this.#textAt(this.#errorMessage, MESSAGE_BYTES));
        return "ok";
      case R.SCHEDULE_REQUEST:
        this.#scheduleStatus = this.#host.requestSchedule(value);
        return "ok";
      default:
        if (isHealth(offset)) return writeHealth(this.#host, offset);
        return isControl(offset) ? this.#control.write(offset, value) : this.#writePort(offset, value);
    }
  }

  #readIdentity(offset: number): number {
    switch (offset) {
      case R.MAGIC:
        return MAGIC_VALUE;
      case R.VERSION:
        return VERSION_VALUE;
      case R.PARTITION:
        return this.#host.partition;
      case R.CLOCK_HZ:
        return this.#clock;
      case R.MODE:
        return this.#host.mode();
      case R.START_CONDITION:
        return this.#host.startCondition();
      default:
        return NO_ANSWER;
    }
  }

  #readWallClock(offset: number): number {
    switch (offset) {
      case R.WALL_CLOCK:
        return Number(this.#host.wallClock() & WORD_MASK);
      case R.WALL_CLOCK + 4:
        return Number(this.#host.wallClock() >> 32n);
      case R.WALL_CLOCK_VALID:
        return this.#host.wallClockIsSet() ? 1 : 0;
      default:
        return NO_ANSWER;
    }
  }

  #readArea(offset: number): number {
    const { input, output, retained } = this.#areas;
    switch (offset) {
      case R.INPUT_BASE:
        return input?.base ?? 0;
      case R.INPUT_SIZE:
        return input?.bytes ?? 0;
      case R.OUTPUT_BASE:
        return output?.base ?? 0;
      case R.OUTPUT_SIZE:
        return output?.bytes ?? 0;
      case R.RETAINED_BASE:
        return retained?.base ?? 0;
      case R.RETAINED_SIZE:
        return retained?.bytes ?? 0;
      default:
        return NO_ANSWER;
    }
  }

  #readTime(offset: number): number {
    const host = this.#host;
    switch (offset) {
      case R.FRAME:
        return low(host.frame());
      case R.FRAME + 4:
        return high(host.frame());
      case R.SLOT_START:
        return low(host.slotStart());
      case R.SLOT_START + 4:
        return high(host.slotStart());
      case R.SLOT_DURATION:
        return low(host.slotDuration());
      case R.SLOT_DURATION + 4:
        return high(host.slotDuration());
      case R.MAJOR_FRAME:
        return low(host.majorFrame());
      case R.MAJOR_FRAME + 4:
        return high(host.majorFrame());
      default:
        return NO_ANSWER;
    }
  }

  #readPort(offset: number): number {
    switch (offset) {
      case R.PORT_SELECT:
        return this.#port;
      case R.PORT_BUFFER:
        return this.#buffer;
      case R.PORT_LENGTH:
        return this.#length;
      case R.PORT_STATUS:
        return this.#status;
      case R.PORT_AVAILABLE:
        return this.#port === NO_PORT ? 0 : this.#host.available(this.#port);
      case R.PORT_MAX_MESSAGE:
        return this.#port === NO_PORT ? 0 : this.#host.maxMessageBytes(this.#port);
      case R.PORT_VALIDITY:
        return this.#port !== NO_PORT && this.#host.isMessageValid(this.#port) ? 1 : 0;
      case R.PORT_LOST:
        return this.#port === NO_PORT ? 0 : low(this.#host.lost(this.#port));
      case R.PORT_AGE:
        return this.#port === NO_PORT ? 0 : low(this.#host.messageAge(this.#port));
      case R.PORT_AGE + 4:
        return this.#port === NO_PORT ? 0 : high(this.#host.messageAge(this.#port));
      default:
        return NO_ANSWER;
    }
  }

  #writePort(offset: number, value: number): BusResult {
    switch (offset) {
      case R.PORT_LOOKUP:
        this.#port = this.#host.findPort(this.#textAt(value, NAME_BYTES)) >>> 0;
        this.#status = this.#port === NO_PORT ? RETURN.INVALID_CONFIG : RETURN.NO_ERROR;
        return "ok";
      case R.PORT_SELECT:
        this.#port = value;
        return "ok";
      case R.PORT_BUFFER:
        this.#buffer = value;
        return "ok";
      case R.PORT_LENGTH:
        this.#length = value;
        return "ok";
      case R.PORT_COMMAND:
        this.#status = this.#command(value);
        return "ok";
      default:
        return "fault";
    }
  }

  #command(command: number): number {
    const start = this.#buffer - RAM_BASE;
    const end = start + this.#length;
    const known = command === PARTITA_PORT_COMMANDS.SEND || command === PARTITA_PORT_COMMANDS.RECEIVE;
    // That there is no such port, the guest and the host were told at the lookup.
    if (this.#port === NO_PORT) return RETURN.INVALID_PARAM;
    if (!known || start < 0 || end > this.#ram.length) return this.#host.refusePortCommand(this.#port);
    const message = this.#ram.subarray(start, end);
    if (command === PARTITA_PORT_COMMANDS.SEND) return this.#host.send(this.#port, message);
    const received = this.#host.receive(this.#port, message);
    this.#length = Math.max(received, 0);
    return received < 0 ? -received : RETURN.NO_ERROR;
  }

  /** The text at a guest address, up to its NUL, `limit` bytes or the end of RAM; "" when it lies outside RAM. */
  #textAt(address: number, limit: number): string {
    const start = address - RAM_BASE;
    if (start < 0 || start >= this.#ram.length) return "";
    const bytes = this.#ram.subarray(start, start + limit);
    const end = bytes.indexOf(0);
    return this.#text.decode(end < 0 ? bytes : bytes.subarray(0, end));
  }
}

const isHealth = (offset: number): boolean => offset >= R.HEALTH_ERROR && offset < R.PORT_LOOKUP;
const isControl = (offset: number): boolean => offset >= R.CONTROL_LOOKUP && offset < R.WALL_CLOCK;

const low = (value: number): number => value % WORD;
const high = (value: number): number => Math.floor(value / WORD);
