/** A Modbus TCP server of the module (MODBUS Messaging on TCP/IP V1.0b): connections and their limits, unit id, counters. */
import { createServer, type Server, type Socket } from "node:net";
import type { Clock, ModbusServer as ModbusServerConfig } from "../../../runtime/index.ts";
import { listen } from "../../listen.ts";
import type { Logger } from "../../logger.ts";
import type { ProcessImage } from "../../process-image.ts";
import { Repetition } from "../../repetition.ts";
import { EXCEPTION } from "../protocol.ts";
import { Connection } from "./connection.ts";
import { answer, exceptionResponse } from "./pdu.ts";
import { PointModel } from "./point-model.ts";

export interface ModbusServerCounters {
  readonly connections: number;
  readonly requests: number;
  /** Requests answered with an exception. */
  readonly exceptions: number;
  /** Connections refused because there were too many. */
  readonly refused: number;
  /** Connections closed for garbage, unfinished frames or silence. */
  readonly cutOff: number;
}

const TIMES_CHECKED_EVERY_MS = 250;
/** The unit ids that mean "the device at this address itself" (§4.4.2.2), besides the configured one. */
const ITSELF: ReadonlySet<number> = new Set([0, 255]);

export class ModbusTcpServer {
  readonly #config: ModbusServerConfig;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #sparingly: Repetition;
  readonly #model: PointModel;
  /** By unit id, those besides its own. */
  readonly #units: ReadonlyMap<number, PointModel>;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly #counters = { requests: 0, exceptions: 0, refused: 0, cutOff: 0 };
  #timer: NodeJS.Timeout | null = null;
  #port = 0;

  constructor(config: ModbusServerConfig, image: ProcessImage, clock: Clock, log: Logger) {
    this.#config = config;
    this.#clock = clock;
    this.#log = log;
    this.#sparingly = new Repetition(clock);
    this.#model = new PointModel(config.mappings, image);
    this.#units = new Map(config.units.map(({ unitId, mappings }) => [unitId, new PointModel(mappings, image)]));
    this.#server = createServer((socket) => this.#accept(socket));
  }

  get name(): string {
    return this.#config.name;
  }

  get counters(): ModbusServerCounters {
    return { connections: this.#connections.size, ...this.#counters };
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: this.#config.host, port: this.#port };
  }

  /** @throws CannotListen */
  async start(): Promise<void> {
    const { name, host, port } = this.#config;
    this.#port = await listen(this.#server, `io.modbusServers "${name}"`, host, port);
    this.#server.on("error", (error) =>
      this.#log.error({ server: name, reason: error.message }, "Modbus server failed"),
    );
    this.#timer = setInterval(() => this.#checkTimes(), TIMES_CHECKED_EVERY_MS);
    this.#log.info({ server: name, host, port: this.#port }, "Modbus server listening");
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    for (const connection of this.#connections) connection.close();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #accept(socket: Socket): void {
    socket.on("error", () => undefined); // a client that resets its connection; "close" follows
    if (this.#connections.size >= this.#config.maxConnections) {
      this.#counters.refused += 1;
      this.#warn("too many connections", { remote: socket.remoteAddress, maxConnections: this.#config.maxConnections });
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, {
      answer: (unit, pdu) => this.#answer(unit, pdu),
      monotonicMs: () => this.#clock.monotonicMs(),
      cutOff: (client, reason) => this.#cutOff(client, reason),
    });
    this.#connections.add(connection);
    socket.on("close", () => this.#connections.delete(connection));
  }

  #answer(unit: number, pdu: Buffer): Buffer {
    this.#counters.requests += 1;
    const isItself = unit === this.#config.unitId || ITSELF.has(unit);
    const model = isItself ? this.#model : this.#units.get(unit);
    const response = model ? answer(pdu, model) : exceptionResponse(pdu[0]!, EXCEPTION.gatewayTargetFailedToRespond);
    if ((response[0]! & 0x80) !== 0) this.#counters.exceptions += 1;
    return response;
  }

  #cutOff(connection: Connection, reason: string): void {
    this.#counters.cutOff += 1;
    this.#warn("connection closed", { remote: connection.remote, reason });
    connection.close();
  }

  #checkTimes(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const connection of this.#connections) connection.checkTimes(nowMs, this.#config.idleTimeoutMs);
  }

  #warn(what: string, fields: object): void {
    this.#sparingly.sparingly(what, (leftOut) =>
      this.#log.warn(
        { server: this.#config.name, ...fields, ...(leftOut > 0 && { leftOut }) },
        `Modbus server: ${what}`,
      ),
    );
  }
}
