/** A Modbus server on a serial line (MODBUS over Serial Line V1.02 §2): answers its units, hears the others, opens the port again. */
import type { Duplex } from "node:stream";
import type { Clock, ModbusServer, SerialLine } from "../../../runtime/index.ts";
import { Backoff } from "../../backoff.ts";
import { CannotListen } from "../../listen.ts";
import type { Logger } from "../../logger.ts";
import { Repetition } from "../../repetition.ts";
import { type RtuFrame, RtuFramer, rtuFrame } from "../rtu-framer.ts";
import { durationMs, openSerialPort } from "../serial-port.ts";
import type { ModbusServerCounters } from "./counters.ts";
import { ALL_RIGHTS } from "./rights.ts";
import type { Units } from "./units.ts";

/** Between two frames there are 3.5 characters of silence; above 19200 Bd always 1.75 ms (§2.5.1.1). */
const FRAME_GAP_CHARACTERS = 3.5;
const LEAST_FRAME_GAP_MS = 1.75;
/** How much later than it came the operating system and a USB adapter may deliver a byte (latency timer: 16 ms). */
const HOST_JITTER_MS = 25;
/** Listened for in so many parts: when this process itself was held up, what came meanwhile is read before the last of them. */
const QUIET_TIMES = 2;
const REOPENED_AFTER_MS = { min: 200, max: 5000 };
const BROADCAST = 0;

export class RtuServer {
  readonly name: string;
  readonly address = null;
  readonly #line: SerialLine;
  readonly #units: Units;
  readonly #log: Logger;
  readonly #sparingly: Repetition;
  readonly #open: (line: SerialLine) => Promise<Duplex>;
  readonly #gapMs: number;
  readonly #counters = { requests: 0, exceptions: 0, refused: 0, cutOff: 0, garbled: 0 };
  readonly #backoff = new Backoff(REOPENED_AFTER_MS);
  #framer = new RtuFramer();
  #port: Duplex | null = null;
  #silence: NodeJS.Timeout | null = null;
  /** Parts of a silence since the last byte. */
  #quietTimes = 0;
  #reopening: NodeJS.Timeout | null = null;
  #isStopped = false;
  /** The answer that waits for the gap behind its request. */
  #answering: NodeJS.Timeout | null = null;

  constructor(
    { name }: ModbusServer,
    line: SerialLine,
    units: Units,
    clock: Clock,
    log: Logger,
    open: (line: SerialLine) => Promise<Duplex> = openSerialPort,
  ) {
    this.name = name;
    this.#line = line;
    this.#units = units;
    this.#log = log;
    this.#sparingly = new Repetition(clock);
    this.#open = open;
    this.#gapMs = Math.max(durationMs(line, FRAME_GAP_CHARACTERS), LEAST_FRAME_GAP_MS);
  }

  get counters(): ModbusServerCounters {
    return { connections: this.#port === null ? 0 : 1, ...this.#counters };
  }

  get isListening(): boolean {
    return this.#port !== null;
  }

  /** @throws CannotListen */
  async start(): Promise<void> {
    const { path } = this.#line;
    const port = await this.#open(this.#line).catch((error: Error) => {
      const hint = "check the path, and that nobody else has the port";
      throw new CannotListen(`io.modbusServers "${this.name}"`, path, error.message, hint);
    });
    this.#use(port);
    this.#log.info({ server: this.name, port: path }, "Modbus server on its serial line");
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of [this.#silence, this.#reopening, this.#answering]) if (timer !== null) clearTimeout(timer);
    const port = this.#port;
    this.#port = null;
    if (port === null) return;
    await new Promise<void>((resolve) => {
      port.once("close", () => resolve());
      port.destroy();
    });
  }

  /** There are no files that it goes by. */
  async reload(): Promise<void> {}

  #use(port: Duplex): void {
    if (this.#isStopped) return void port.destroy();
    this.#port = port;
    this.#framer = new RtuFramer();
    this.#backoff.reset();
    port.on("error", () => undefined); // "close" follows
    port.once("close", () => this.#lost(port));
    port.on("data", (chunk: Buffer) => this.#receive(chunk));
  }

  /** The port was pulled out, or failed: tried again until it is back. */
  #lost(port: Duplex): void {
    if (this.#port !== port) return;
    this.#port = null;
    this.#warn("serial port lost", {});
    this.#reopenLater();
  }

  #reopenLater(): void {
    if (this.#isStopped) return;
    this.#reopening = setTimeout(() => void this.#reopen(), this.#backoff.next());
  }

  async #reopen(): Promise<void> {
    try {
      this.#use(await this.#open(this.#line));
      this.#log.info({ server: this.name, port: this.#line.path }, "Modbus server on its serial line again");
    } catch (error) {
      this.#warn("serial port does not open", { reason: error instanceof Error ? error.message : String(error) });
      this.#reopenLater();
    }
  }

  #receive(chunk: Buffer): void {
    this.#framer.push(chunk);
    for (let frame = this.#framer.next(); frame !== null; frame = this.#framer.next()) this.#take(frame);
    this.#quietTimes = 0;
    this.#silence ??= setTimeout(() => this.#listen(), (this.#gapMs + HOST_JITTER_MS) / QUIET_TIMES);
    this.#silence.refresh();
  }

  #listen(): void {
    this.#quietTimes += 1;
    if (this.#quietTimes < QUIET_TIMES) this.#silence?.refresh();
    else this.#hearSilence();
  }

  #hearSilence(): void {
    const heard = this.#framer.silence();
    if (heard === "garbled") {
      this.#counters.garbled += 1;
      this.#warn("bytes that are no frame", {});
    } else if (heard !== null) this.#take(heard);
  }

  #take({ unit, pdu }: RtuFrame): void {
    if (unit === BROADCAST) {
      this.#counters.requests += 1;
      this.#units.broadcast(pdu, ALL_RIGHTS);
      return;
    }
    // A master that does not wait for an answer, or a line that takes none: nothing piles up.
    if (this.#answering !== null || this.#port?.writableNeedDrain) return;
    const response = this.#units.answer(unit, pdu, ALL_RIGHTS);
    if (response === null) return;
    this.#counters.requests += 1;
    if ((response[0]! & 0x80) !== 0) this.#counters.exceptions += 1;
    this.#answering = setTimeout(() => {
      this.#answering = null;
      this.#port?.write(rtuFrame(unit, response));
    }, this.#gapMs);
  }

  #warn(what: string, fields: object): void {
    this.#sparingly.sparingly(what, (leftOut) =>
      this.#log.warn(
        { server: this.name, port: this.#line.path, ...fields, ...(leftOut > 0 && { leftOut }) },
        `Modbus server: ${what}`,
      ),
    );
  }
}
