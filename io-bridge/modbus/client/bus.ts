/**
 * One connection's or serial line's worth of field devices: a single queue, ordered by due time, with one request in flight.
 * A lost connection is reopened with backoff; a device that does not answer is asked less often, so that the others go on.
 */
import type { Clock, ModbusClient } from "../../../runtime/index.ts";
import { Backoff } from "../../backoff.ts";
import type { Logger } from "../../logger.ts";
import type { ProcessImage } from "../../process-image.ts";
import type { FieldDeviceCounters } from "./device-counters.ts";
import { type Due, FieldDevice } from "./field-device.ts";
import { Line } from "./line.ts";

export interface BusCounters {
  /** Whether devices can be reached by it, as far as known. */
  readonly connected: boolean;
  /** Connections made, or openings of the serial port, the first included. */
  readonly connections: number;
  readonly devices: Readonly<Record<string, FieldDeviceCounters>>;
}

/** What to do next, and when. */
interface Next extends Due {
  readonly device: FieldDevice;
}

export class Bus {
  readonly #config: ModbusClient;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #line: Line;
  readonly #backoff: Backoff;
  readonly #devices: readonly FieldDevice[];
  /** For the log: where it connects to. */
  readonly #fields: object;
  #phase: "stopped" | "running" | "finishing" = "stopped";
  #loop: Promise<void> = Promise.resolve();
  #connections = 0;
  /** null: not known yet. */
  #isConnected: boolean | null = null;
  /** Not before this is a connection tried. */
  #connectAtMs = 0;
  /** Whether any device answered on this connection: only that ends the backoff. */
  #wasAnswered = false;
  /** Whether the devices may have restarted: what ended the connection was not this side. */
  #mayHaveForgotten = true;
  #wake: (() => void) | null = null;

  constructor(config: ModbusClient, image: ProcessImage, clock: Clock, log: Logger) {
    this.#config = config;
    this.#clock = clock;
    this.#log = log;
    this.#fields = { client: config.name, ...placeOf(config) };
    this.#backoff = new Backoff(config.reconnectBackoffMs);
    this.#line = new Line({ ...config, clock, lost: (reason) => this.#lost(reason) });
    this.#devices = config.devices.map((device) => new FieldDevice({ config: device, bus: config, image, clock, log }));
  }

  get name(): string {
    return this.#config.name;
  }

  get counters(): BusCounters {
    return {
      connected: this.#isConnected === true,
      connections: this.#connections,
      devices: Object.fromEntries(this.#devices.map((device) => [device.name, device.counters])),
    };
  }

  start(): void {
    this.#phase = "running";
    this.#loop = this.#run();
  }

  /** To be called when the board may have published: changed outputs are written next. */
  noticeOutputs(): void {
    const withChanges = this.#devices.filter((device) => device.noticeOutputs());
    if (withChanges.length > 0) this.#wake?.();
  }

  /** Writes every output once more, as it is now, and closes; within `timeoutMs` whatever the devices do. */
  async finish(timeoutMs: number): Promise<void> {
    for (const device of this.#devices) device.repeatOutputs();
    this.#phase = "finishing";
    this.#wake?.();
    const timer = setTimeout(() => this.#halt(), timeoutMs);
    await this.#loop;
    clearTimeout(timer);
    this.#halt();
  }

  #halt(): void {
    this.#phase = "stopped";
    this.#line.close("the module stops");
    this.#wake?.();
  }

  async #run(): Promise<void> {
    while (this.#phase !== "stopped") {
      const nowMs = this.#clock.monotonicMs();
      if (this.#line.isOpen) {
        const next = this.#next();
        const isDue = next !== null && next.dueMs <= nowMs;
        if (!isDue && this.#phase === "finishing") break;
        // Chosen when the line is ready, so that it is what is due first, with the newest value.
        const atMs = Math.max(next?.dueMs ?? Number.POSITIVE_INFINITY, this.#line.readyAtMs);
        if (isDue && atMs <= nowMs) await this.#perform(next);
        else await this.#sleep(atMs - nowMs);
      } else if (this.#phase === "finishing") {
        if (!(await this.#connect())) break;
      } else if (nowMs < this.#connectAtMs) {
        await this.#sleep(this.#connectAtMs - nowMs);
      } else {
        await this.#connect();
      }
    }
  }

  #next(): Next | null {
    let next: Next | null = null;
    for (const device of this.#devices) {
      const first = device.first(this.#phase === "finishing");
      if (first !== null && (next === null || first.dueMs < next.dueMs)) next = { device, ...first };
    }
    return next;
  }

  async #perform({ device, what }: Next): Promise<void> {
    const end = await device.perform(what, this.#line);
    if (end === "answered") this.#answered();
    if (end === "lost") this.#mayHaveForgotten = true;
    if (!this.#line.isOpen) this.#waitToReconnect();
  }

  #answered(): void {
    this.#wasAnswered = true;
    this.#backoff.reset();
    if (this.#isConnected === true) return;
    this.#isConnected = true;
    this.#log.info(this.#fields, "Modbus client connected");
  }

  async #connect(): Promise<boolean> {
    const outcome = await this.#line.open();
    if (outcome.kind !== "answered") {
      this.#lost(outcome.kind === "unanswered" ? outcome.reason : "refused");
      return false;
    }
    this.#connections += 1;
    this.#wasAnswered = false;
    if (this.#phase === "running" && this.#mayHaveForgotten) {
      for (const device of this.#devices) device.repeatOutputs();
    }
    this.#mayHaveForgotten = false;
    return true;
  }

  /** There is no connection, by no device's silence: each device misses an answer. */
  #lost(reason: string): void {
    if (this.#phase === "stopped") return;
    if (this.#isConnected !== false) this.#log.warn({ ...this.#fields, reason }, "Modbus client not connected");
    this.#isConnected = false;
    this.#mayHaveForgotten = true;
    for (const device of this.#devices) device.noConnection(reason);
    this.#waitToReconnect();
  }

  #waitToReconnect(): void {
    const delayMs = this.#wasAnswered ? 0 : this.#backoff.next();
    this.#wasAnswered = false;
    this.#connectAtMs = this.#clock.monotonicMs() + delayMs;
    this.#wake?.();
  }

  /** Until `ms` have passed or something calls `#wake`. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === Number.POSITIVE_INFINITY ? null : setTimeout(() => this.#wake?.(), ms);
      this.#wake = () => {
        if (timer !== null) clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
    });
  }
}

const placeOf = ({ transport }: ModbusClient): object =>
  transport.kind === "tcp" ? { host: transport.host, port: transport.port } : { port: transport.line.path };
