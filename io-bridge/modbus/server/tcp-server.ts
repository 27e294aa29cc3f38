/** A Modbus server on TCP or TLS (MODBUS Messaging on TCP/IP V1.0b; MB-TCP-Security V2.1): who may connect, limits, counters. */
import type { Clock, ModbusServer, ModbusTcpListener } from "../../../runtime/index.ts";
import { FrontDoor, type Visitor } from "../../front-door.ts";
import type { Logger } from "../../logger.ts";
import { Repetition } from "../../repetition.ts";
import { EXCEPTION } from "../protocol.ts";
import { roleIn } from "./certificate-role.ts";
import { Connection } from "./connection.ts";
import type { ModbusServerCounters } from "./counters.ts";
import { exceptionResponse } from "./pdu.ts";
import { type Rights, RightsTable } from "./rights.ts";
import type { Units } from "./units.ts";

const TIMES_CHECKED_EVERY_MS = 250;
/** The unit ids that mean "the device at this address itself" (§4.4.2.2), besides the configured one. */
export const ITSELF = [0, 255];

export class TcpServer {
  readonly name: string;
  readonly #listener: ModbusTcpListener;
  readonly #units: Units;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #sparingly: Repetition;
  readonly #rights: RightsTable;
  readonly #door: FrontDoor;
  readonly #clients = new Map<Visitor, Connection>();
  readonly #counters = { requests: 0, exceptions: 0, cutOff: 0, garbled: 0 };
  /** Those with answers to send at the end of this turn. */
  #turn: Connection[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor({ name }: ModbusServer, listener: ModbusTcpListener, units: Units, clock: Clock, log: Logger) {
    this.name = name;
    this.#listener = listener;
    this.#units = units;
    this.#clock = clock;
    this.#log = log;
    this.#sparingly = new Repetition(clock);
    this.#rights = new RightsTable(listener.roles);
    const words = {
      what: "Modbus server",
      entry: `io.modbusServers "${name}"`,
      fields: { server: name },
      exposure: listener.isExposed ? "insecure: anybody who reaches this Modbus server may read and write" : null,
    };
    const config = { ...listener, handshakeTimeoutMs: listener.frameTimeoutMs };
    this.#door = new FrontDoor(config, words, this, clock, log);
  }

  get counters(): ModbusServerCounters {
    return { connections: this.#clients.size, refused: this.#door.refused, ...this.#counters };
  }

  get address(): { readonly host: string; readonly port: number } {
    return this.#door.address;
  }

  get isListening(): boolean {
    return this.#door.isOpen;
  }

  /** @throws CannotListen */
  async start(): Promise<void> {
    await this.#door.open();
    this.#timer = setInterval(() => this.#checkTimes(), TIMES_CHECKED_EVERY_MS);
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#door.close();
  }

  reload(): Promise<void> {
    return this.#door.reload();
  }

  admitted(visitor: Visitor): void {
    const { socket, access, certificate } = visitor;
    const rights = this.#rights.of(certificate && roleIn(certificate.raw), access);
    const connection = new Connection(socket, {
      answer: (unit, pdu) => this.#answer(unit, pdu, rights),
      monotonicMs: () => this.#clock.monotonicMs(),
      frameTimeoutMs: this.#listener.frameTimeoutMs,
      idleTimeoutMs: this.#listener.idleTimeoutMs,
      endTurnLater: (client) => this.#endTurnLater(client),
      cutOff: (client, reason) => this.#cutOff(client, reason),
    });
    this.#clients.set(visitor, connection);
    socket.on("close", () => this.#clients.delete(visitor));
  }

  mayNoLonger(visitor: Visitor): void {
    const connection = this.#clients.get(visitor);
    if (connection !== undefined) this.#cutOff(connection, "the allow-list has changed");
  }

  #endTurnLater(connection: Connection): void {
    if (this.#turn.push(connection) === 1) setImmediate(() => this.#endTurn());
  }

  #endTurn(): void {
    const turn = this.#turn;
    this.#turn = [];
    for (const connection of turn) connection.endTurn();
  }

  #answer(unit: number, pdu: Buffer, rights: Rights): Buffer {
    this.#counters.requests += 1;
    const response =
      this.#units.answer(unit, pdu, rights) ?? exceptionResponse(pdu[0]!, EXCEPTION.gatewayTargetFailedToRespond);
    if ((response[0]! & 0x80) !== 0) this.#counters.exceptions += 1;
    return response;
  }

  #cutOff(connection: Connection, reason: string): void {
    this.#counters.cutOff += 1;
    this.#sparingly.sparingly("connection closed", (leftOut) => {
      const fields = { server: this.name, remote: connection.remote, reason, ...(leftOut > 0 && { leftOut }) };
      this.#log.warn(fields, "Modbus server: connection closed");
    });
    connection.close();
  }

  #checkTimes(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const connection of this.#clients.values()) connection.checkTimes(nowMs);
  }
}
