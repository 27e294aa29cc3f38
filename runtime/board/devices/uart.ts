/**
 * The serial port: a 16550A (National Semiconductor PC16550D data sheet, §8) whose line takes no time: a byte written is sent at
 * once, and a byte of the host is there when the guest looks, or at once when it asked to be interrupted. What the guest sees is
 * thus a function of its own accesses and of the host's bytes. Registers are bytes; a wider access meets the one it starts at.
 */
import type { BusResult } from "../../hart/engine.ts";
import type { StateReader, StateWriter } from "../../state.ts";
import { type AccessSize, type Device, NO_ANSWER } from "./device.ts";

const DATA = 0;
const INTERRUPT_ENABLE = 1;
const INTERRUPT_ID = 2;
const FIFO_CONTROL = 2;
const LINE_CONTROL = 3;
const MODEM_CONTROL = 4;
const LINE_STATUS = 5;
const MODEM_STATUS = 6;
const SCRATCH = 7;

const ENABLE = { received: 0x01, transmitterEmpty: 0x02, lineStatus: 0x04, modemStatus: 0x08 } as const;
/** §8.5, in order of priority. */
const ID = {
  none: 0x01,
  lineStatus: 0x06,
  received: 0x04,
  timeout: 0x0c,
  transmitterEmpty: 0x02,
  modem: 0x00,
} as const;
const FIFO = { enable: 0x01, clearReceiver: 0x02 } as const;
const TRIGGER_LEVELS = [1, 4, 8, 14] as const;
const DIVISOR_LATCH = 0x80;
const LOOPBACK = 0x10;
const STATUS = { dataReady: 0x01, overrun: 0x02, transmitterEmpty: 0x60 } as const;
/** Clear to send, data set ready, carrier: a partner that is always there. */
const PARTNER_READY = 0xb0;
const FIFO_BYTES = 16;

export interface UartOptions {
  /** A byte that the guest sent. */
  readonly transmit: (byte: number) => void;
  /** The next byte for the guest, asked for when it looks, or waits for an interrupt, and has none; −1: nothing there. */
  readonly receive: () => number;
  /** The interrupt line, whenever it changes. OUT2 does not gate it: that is wiring of the PC, which this board has not. */
  readonly setInterrupt: (asserted: boolean) => void;
}

export class Uart implements Device {
  readonly #options: UartOptions;
  readonly #received = new Uint8Array(FIFO_BYTES);
  #first = 0;
  #count = 0;
  #fifoEnabled = false;
  #trigger = 1;
  #overrun = false;
  #transmitterEmptyPending = false;
  #interruptEnable = 0;
  #lineControl = 0;
  #modemControl = 0;
  #modemDelta = 0;
  #scratch = 0;
  #divisor = 0;
  #asserted = false;

  constructor(options: UartOptions) {
    this.#options = options;
  }

  reset(): void {
    this.#first = 0;
    this.#count = 0;
    this.#fifoEnabled = false;
    this.#trigger = 1;
    this.#overrun = false;
    this.#transmitterEmptyPending = false;
    this.#interruptEnable = 0;
    this.#lineControl = 0;
    this.#modemControl = 0;
    this.#modemDelta = 0;
    this.#scratch = 0;
    this.#divisor = 0;
    this.#update();
  }

  save(writer: StateWriter): void {
    writer.section("uart", 1);
    writer.bytes(this.#received);
    for (const value of [this.#first, this.#count, this.#trigger, this.#interruptEnable, this.#lineControl])
      writer.u8(value);
    for (const value of [this.#modemControl, this.#modemDelta, this.#scratch]) writer.u8(value);
    writer.u32(this.#divisor);
    for (const flag of [this.#fifoEnabled, this.#overrun, this.#transmitterEmptyPending, this.#asserted])
      writer.flag(flag);
  }

  restore(reader: StateReader): void {
    reader.section("uart", 1);
    reader.bytes(this.#received);
    this.#first = reader.u8();
    this.#count = reader.u8();
    this.#trigger = reader.u8();
    this.#interruptEnable = reader.u8();
    this.#lineControl = reader.u8();
    this.#modemControl = reader.u8();
    this.#modemDelta = reader.u8();
    this.#scratch = reader.u8();
    this.#divisor = reader.u32();
    this.#fifoEnabled = reader.flag();
    this.#overrun = reader.flag();
    this.#transmitterEmptyPending = reader.flag();
    this.#asserted = reader.flag();
  }

  /** A byte of the host would raise an interrupt. */
  get awaitsByte(): boolean {
    return (this.#interruptEnable & ENABLE.received) !== 0 && this.#count === 0 && !this.#loopback;
  }

  /** The host may have a byte that it did not have before: a guest that waits for an interrupt gets it. */
  poll(): void {
    if (this.awaitsByte) this.#update();
  }

  read(offset: number, _size: AccessSize): number {
    const value = this.#readRegister(offset);
    this.#update();
    return value;
  }

  write(offset: number, _size: AccessSize, value: number): BusResult {
    const result = this.#writeRegister(offset, value & 0xff);
    this.#update();
    return result;
  }

  #readRegister(offset: number): number {
    switch (offset) {
      case DATA:
        return this.#divisorLatched ? this.#divisor & 0xff : this.#readData();
      case INTERRUPT_ENABLE:
        return this.#divisorLatched ? this.#divisor >> 8 : this.#interruptEnable;
      case INTERRUPT_ID:
        return this.#readInterruptId();
      case LINE_CONTROL:
        return this.#lineControl;
      case MODEM_CONTROL:
        return this.#modemControl;
      case LINE_STATUS:
        return this.#readLineStatus();
      case MODEM_STATUS:
        return this.#readModemStatus();
      case SCRATCH:
        return this.#scratch;
      default:
        return NO_ANSWER;
    }
  }

  #writeRegister(offset: number, byte: number): BusResult {
    switch (offset) {
      case DATA:
        if (this.#divisorLatched) this.#divisor = (this.#divisor & 0xff00) | byte;
        else this.#send(byte);
        return "ok";
      case INTERRUPT_ENABLE:
        if (this.#divisorLatched) this.#divisor = (this.#divisor & 0xff) | (byte << 8);
        else this.#enableInterrupts(byte & 0x0f);
        return "ok";
      case FIFO_CONTROL:
        this.#controlFifo(byte);
        return "ok";
      case LINE_CONTROL:
        this.#lineControl = byte;
        return "ok";
      case MODEM_CONTROL:
        this.#controlModem(byte & 0x1f);
        return "ok";
      case LINE_STATUS:
      case MODEM_STATUS:
        return "ok"; // for factory tests only (§8.4)
      case SCRATCH:
        this.#scratch = byte;
        return "ok";
      default:
        return "fault";
    }
  }

  get #divisorLatched(): boolean {
    return (this.#lineControl & DIVISOR_LATCH) !== 0;
  }

  get #loopback(): boolean {
    return (this.#modemControl & LOOPBACK) !== 0;
  }

  #send(byte: number): void {
    if (this.#loopback) this.#store(byte);
    else this.#options.transmit(byte);
    // Sent before the next instruction: the transmitter is empty again (§8.7 on THRE).
    this.#transmitterEmptyPending = true;
  }

  /** A byte that finds no place is lost, and the guest is told (§8.4.1, OE). */
  #store(byte: number): void {
    const room = this.#fifoEnabled ? FIFO_BYTES : 1;
    if (this.#count === room) {
      this.#overrun = true;
      // Without FIFOs the new byte overwrites the old; with them it is the one that is lost.
      if (!this.#fifoEnabled) this.#received[this.#first] = byte;
      return;
    }
    this.#received[(this.#first + this.#count) % FIFO_BYTES] = byte;
    this.#count += 1;
  }

  #fetch(): void {
    if (this.#count > 0 || this.#loopback) return;
    const byte = this.#options.receive();
    if (byte >= 0) this.#store(byte & 0xff);
  }

  #readData(): number {
    this.#fetch();
    if (this.#count === 0) return 0;
    const byte = this.#received[this.#first]!;
    this.#first = (this.#first + 1) % FIFO_BYTES;
    this.#count -= 1;
    return byte;
  }

  /** The overrun error is reported once (§8.4). */
  #readLineStatus(): number {
    this.#fetch();
    const overrun = this.#overrun ? STATUS.overrun : 0;
    this.#overrun = false;
    return STATUS.transmitterEmpty | overrun | (this.#count > 0 ? STATUS.dataReady : 0);
  }

  #readInterruptId(): number {
    this.#fetch();
    const id = this.#interruptId();
    // Cleared on read, otherwise the interrupt repeats (§8.5, table III).
    if (id === ID.transmitterEmpty) this.#transmitterEmptyPending = false;
    return id | (this.#fifoEnabled ? 0xc0 : 0);
  }

  #interruptId(): number {
    const enabled = this.#interruptEnable;
    if (enabled & ENABLE.lineStatus && this.#overrun) return ID.lineStatus;
    if (enabled & ENABLE.received && this.#count > 0) {
      // Below the trigger level the time-out of four characters is over at once: the line takes no time.
      return this.#count >= this.#trigger ? ID.received : ID.timeout;
    }
    if (enabled & ENABLE.transmitterEmpty && this.#transmitterEmptyPending) return ID.transmitterEmpty;
    if (enabled & ENABLE.modemStatus && this.#modemDelta !== 0) return ID.modem;
    return ID.none;
  }

  /** The line is a level: it follows what the identification register would say (§8.5). */
  #update(): void {
    if (this.awaitsByte) this.#fetch();
    const asserted = this.#interruptEnable !== 0 && this.#interruptId() !== ID.none;
    if (asserted === this.#asserted) return;
    this.#asserted = asserted;
    this.#options.setInterrupt(asserted);
  }

  /** Enabling the transmitter's interrupt while it is empty raises it at once; drivers start sending that way. */
  #enableInterrupts(byte: number): void {
    this.#interruptEnable = byte;
    this.#transmitterEmptyPending = (byte & ENABLE.transmitterEmpty) !== 0;
  }

  #controlFifo(byte: number): void {
    const enabled = (byte & FIFO.enable) !== 0;
    if (enabled !== this.#fifoEnabled || byte & FIFO.clearReceiver) this.#count = 0;
    this.#fifoEnabled = enabled;
    this.#trigger = enabled ? TRIGGER_LEVELS[(byte >> 6) as 0 | 1 | 2 | 3] : 1;
  }

  #controlModem(byte: number): void {
    const before = this.#modemLines();
    this.#modemControl = byte;
    const changed = (before ^ this.#modemLines()) >> 4;
    // The delta of the ring indicator notes only its end (§8.8, TERI).
    this.#modemDelta |= changed & ~(0x04 & (this.#modemLines() >> 4));
  }

  /** In loopback the modem outputs come back as inputs: DTR→DSR, RTS→CTS, OUT1→RI, OUT2→DCD (§8.6.6). */
  #modemLines(): number {
    if (!this.#loopback) return PARTNER_READY;
    const out = this.#modemControl;
    return ((out & 0x01) << 5) | ((out & 0x02) << 3) | ((out & 0x0c) << 4);
  }

  #readModemStatus(): number {
    const status = this.#modemLines() | this.#modemDelta;
    this.#modemDelta = 0;
    return status;
  }
}
