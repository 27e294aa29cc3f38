/** A Modbus server on TCP or TLS (MODBUS Messaging on TCP/IP V1.0b; MB-TCP-Security V2.1): who may connect, limits, counters. */
import { createServer, type Server, type Socket } from "node:net";
import type { Clock, ModbusServer, ModbusTcpListener } from "../../../runtime/index.ts";
import { AllowList, readAllowList } from "../../allow-list.ts";
import { CannotListen, listen } from "../../listen.ts";
import type { Logger } from "../../logger.ts";
import { Repetition } from "../../repetition.ts";
import { WatchedFiles } from "../../watched-files.ts";
import { EXCEPTION } from "../protocol.ts";
import { Connection } from "./connection.ts";
import type { ModbusServerCounters } from "./counters.ts";
import { exceptionResponse } from "./pdu.ts";
import { type Access, type Rights, RightsTable } from "./rights.ts";
import { TlsGate } from "./tls-gate.ts";
import type { Units } from "./units.ts";

const TIMES_CHECKED_EVERY_MS = 250;
/** The unit ids that mean "the device at this address itself" (§4.4.2.2), besides the configured one. */
export const ITSELF = [0, 255];

/** A client that was let in. */
interface Admitted {
  readonly connection: Connection;
  readonly address: string;
  readonly access: Access;
}

export class TcpServer {
  readonly name: string;
  readonly #listener: ModbusTcpListener;
  readonly #units: Units;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #sparingly: Repetition;
  readonly #rights: RightsTable;
  readonly #server: Server;
  readonly #tls: TlsGate | null;
  #allowed = new AllowList([]);
  #watched: WatchedFiles | null = null;
  /** All that are open, those still in their TLS handshake too. */
  readonly #sockets = new Set<Socket>();
  readonly #clients = new Set<Admitted>();
  readonly #counters = { requests: 0, exceptions: 0, refused: 0, cutOff: 0, garbled: 0 };
  /** Those with answers to send at the end of this turn. */
  #turn: Connection[] = [];
  #timer: NodeJS.Timeout | null = null;
  #port = 0;

  constructor({ name }: ModbusServer, listener: ModbusTcpListener, units: Units, clock: Clock, log: Logger) {
    this.name = name;
    this.#listener = listener;
    this.#units = units;
    this.#clock = clock;
    this.#log = log;
    this.#sparingly = new Repetition(clock);
    this.#rights = new RightsTable(listener.roles);
    this.#server = createServer((socket) => this.#screen(socket));
    this.#tls =
      listener.tls &&
      new TlsGate(listener.tls, listener.frameTimeoutMs, {
        admit: (socket, role) => this.#admit(socket, role),
        refuse: (remote, reason) => this.#refuse("TLS handshake failed", { remote, reason }),
      });
  }

  get counters(): ModbusServerCounters {
    return { connections: this.#clients.size, ...this.#counters };
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: this.#listener.host, port: this.#port };
  }

  /** @throws CannotListen */
  async start(): Promise<void> {
    const { host, port, allowFile, tls, isExposed } = this.#listener;
    const entry = `io.modbusServers "${this.name}"`;
    await this.#readFiles().catch((error: Error) => {
      throw new CannotListen(entry, `${host}:${port}`, error.message, "mend the file, or the path in this entry");
    });
    this.#port = await listen(this.#server, entry, host, port);
    this.#server.on("error", (error) =>
      this.#log.error({ server: this.name, reason: error.message }, "Modbus server failed"),
    );
    const files = [allowFile, ...Object.values(tls ?? {})].filter((path) => path !== null);
    this.#watched = new WatchedFiles(files, () => void this.#reload());
    this.#timer = setInterval(() => this.#checkTimes(), TIMES_CHECKED_EVERY_MS);
    const fields = { server: this.name, host, port: this.#port };
    this.#log.info(fields, "Modbus server listening");
    if (isExposed) this.#log.warn(fields, "insecure: anybody who reaches this Modbus server may read and write");
  }

  async stop(): Promise<void> {
    this.#watched?.stop();
    if (this.#timer !== null) clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  async #readFiles(): Promise<void> {
    const { allowFrom, allowFile } = this.#listener;
    const allowed = await readAllowList(allowFrom, allowFile);
    await this.#tls?.read();
    this.#allowed = allowed;
  }

  /** What has changed holds from now on; files that cannot be used leave everything as it was. */
  async #reload(): Promise<void> {
    try {
      await this.#readFiles();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.error({ server: this.name, reason }, "Modbus server: a file that changed cannot be used");
      return;
    }
    for (const { connection, address, access } of this.#clients) {
      if (this.#allowed.accessOf(address) !== access) this.#cutOff(connection, "the allow-list has changed");
    }
    this.#log.info({ server: this.name }, "Modbus server: changed files read");
  }

  /** Whoever comes, before a byte of theirs is read. */
  #screen(socket: Socket): void {
    const { maxConnections } = this.#listener;
    const remote = socket.remoteAddress;
    socket.on("error", () => undefined); // a client that resets its connection; "close" follows
    if (remote === undefined || this.#allowed.accessOf(remote) === null) {
      this.#refuse("not from there", { remote });
      socket.destroy();
    } else if (this.#sockets.size >= maxConnections) {
      this.#refuse("too many connections", { remote, maxConnections });
      socket.destroy();
    } else {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      if (this.#tls === null) this.#admit(socket, null);
      else this.#tls.shakeHands(socket);
    }
  }

  #admit(socket: Socket, role: string | null): void {
    const address = socket.remoteAddress ?? "";
    const access = this.#allowed.accessOf(address);
    if (access === null) return void socket.destroy();
    const rights = this.#rights.of(role, access);
    const connection = new Connection(socket, {
      answer: (unit, pdu) => this.#answer(unit, pdu, rights),
      monotonicMs: () => this.#clock.monotonicMs(),
      frameTimeoutMs: this.#listener.frameTimeoutMs,
      idleTimeoutMs: this.#listener.idleTimeoutMs,
      endTurnLater: (client) => this.#endTurnLater(client),
      cutOff: (client, reason) => this.#cutOff(client, reason),
    });
    const client = { connection, address, access };
    this.#clients.add(client);
    socket.on("close", () => this.#clients.delete(client));
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

  #refuse(what: string, fields: object): void {
    this.#counters.refused += 1;
    this.#warn(what, fields);
  }

  #cutOff(connection: Connection, reason: string): void {
    this.#counters.cutOff += 1;
    this.#warn("connection closed", { remote: connection.remote, reason });
    connection.close();
  }

  #checkTimes(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const { connection } of this.#clients) connection.checkTimes(nowMs);
  }

  #warn(what: string, fields: object): void {
    this.#sparingly.sparingly(what, (leftOut) =>
      this.#log.warn({ server: this.name, ...fields, ...(leftOut > 0 && { leftOut }) }, `Modbus server: ${what}`),
    );
  }
}
