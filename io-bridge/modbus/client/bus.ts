/**
 * One TCP connection's worth of field devices: a single queue, ordered by due time, with one request in flight. A lost
 * connection is reopened with backoff; a device that does not answer is asked less often, so that the others go on.
 */
import type { Clock, ModbusClient } from "../../../runtime/index.ts";
import { Backoff } from "../../backoff.ts";
import type { Logger } from "../../logger.ts";
import type { ProcessImage } from "../../process-image.ts";
import { FieldDevice, type FieldDeviceCounters } from "./field-device.ts";
import type { FieldRequest } from "./field-request.ts";
import { Line } from "./line.ts";

export interface BusCounters {
  /** Whether devices can be reached by it, as far as known. */
  readonly connected: boolean;
  /** Connections made, the first included. */
  readonly connections: number;
  readonly devices: Readonly<Record<string, FieldDeviceCounters>>;
}

/** What to do next, and when. */
interface Next {
  readonly device: FieldDevice;
  readonly request: FieldRequest;
  readonly dueMs: number;
}

export class Bus {
  readonly #config: ModbusClient;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #line: Line;
  readonly #backoff: Backoff;
  readonly #devices: readonly FieldDevice[];
  #phase: "stopped" | "running" | "finishing" = "stopped";
  #loop: Promise<void> = Promise.resolve();
  #connections = 0;
  /** null: not known yet. */
  #isConnected: boolean | null = null;
  /** Not before this is a connection tried. */
  #connectAtMs = 0;
  /** Whether any device answered on this connection: only that ends the backoff. */
  #wasAnswered = false;
  #wake: (() => void) | null = null;

  constructor(config: ModbusClient, image: ProcessImage, clock: Clock, log: Logger) {
    this.#config = config;
    this.#clock = clock;
    this.#log = log;
    this.#backoff = new Backoff(config.reconnectBackoffMs);
    this.#line = new Line(config.responseTimeoutMs, (reason) => this.#lost(reason));
    this.#devices = config.devices.map(
      (device) =>
        new FieldDevice({
          config: device,
          image,
          log,
          client: config.name,
          degradeAfter: config.degradeAfter,
          probeIntervalMs: config.reconnectBackoffMs.max,
          nowMs: clock.monotonicMs(),
        }),
    );
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
    for (const device of this.#devices) device.noticeOutputs(this.#clock.monotonicMs());
    this.#wake?.();
  }

  /** Writes every output once more, as it is now, and closes; within `timeoutMs` whatever the devices do. */
  async finish(timeoutMs: number): Promise<void> {
    for (const device of this.#devices) device.repeatOutputs(this.#clock.monotonicMs());
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
        if (next !== null && next.dueMs <= nowMs) await this.#perform(next);
        else if (this.#phase === "finishing") break;
        else await this.#sleep((next?.dueMs ?? Number.POSITIVE_INFINITY) - nowMs);
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

  async #perform({ device, request }: Next): Promise<void> {
    const isAnswered = await device.perform(request, this.#line, () => this.#clock.monotonicMs());
    if (isAnswered) this.#answered();
    if (!this.#line.isOpen) this.#waitToReconnect();
  }

  #answered(): void {
    this.#wasAnswered = true;
    this.#backoff.reset();
    if (this.#isConnected === true) return;
    this.#isConnected = true;
    const { name, host, port } = this.#config;
    this.#log.info({ client: name, host, port }, "Modbus client connected");
  }

  async #connect(): Promise<boolean> {
    const { host, port } = this.#config;
    const outcome = await this.#line.open(host, port);
    if (outcome.kind !== "answered") {
      this.#lost(outcome.kind === "unanswered" ? outcome.reason : "refused");
      return false;
    }
    this.#connections += 1;
    this.#wasAnswered = false;
    if (this.#phase === "running") {
      for (const device of this.#devices) device.repeatOutputs(this.#clock.monotonicMs());
    }
    return true;
  }

  /** There is no connection, by no device's silence: each device misses an answer. */
  #lost(reason: string): void {
    if (this.#phase === "stopped") return;
    if (this.#isConnected !== false) {
      const { name, host, port } = this.#config;
      this.#log.warn({ client: name, host, port, reason }, "Modbus client not connected");
    }
    this.#isConnected = false;
    for (const device of this.#devices) device.noAnswer(reason, this.#clock.monotonicMs());
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
