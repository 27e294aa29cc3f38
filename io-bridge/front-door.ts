/**
 * What stands before a listener on TCP or TLS: it lets in who may come, as many as may, and reads the files that say so again when
 * they change.
 */
import type { X509Certificate } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import type { AllowedNetwork, Clock, ServerTls } from "../runtime/index.ts";
import { AllowList, readAllowList } from "./allow-list.ts";
import { CannotListen, listen } from "./listen.ts";
import type { Logger } from "./logger.ts";
import type { Access } from "./modbus/server/rights.ts";
import { Repetition } from "./repetition.ts";
import { TlsGate } from "./tls-gate.ts";
import { WatchedFiles } from "./watched-files.ts";

export interface DoorConfig {
  readonly host: string;
  readonly port: number;
  readonly maxConnections: number;
  readonly handshakeTimeoutMs: number;
  readonly allowFrom: readonly AllowedNetwork[] | null;
  readonly allowFile: string | null;
  readonly tls: ServerTls | null;
}

/** Whose door it is, in words. */
export interface DoorWords {
  /** `Modbus server` */
  readonly what: string;
  /** The config entry: `io.modbusServers "scada"`. */
  readonly entry: string;
  /** That tell it from others in the log. */
  readonly fields: object;
  /** Said at each start when anybody on a network may come in; null: they may not. */
  readonly exposure: string | null;
}

/** Somebody who was let in. */
export interface Visitor {
  readonly socket: Socket;
  /** Where from. */
  readonly address: string;
  readonly access: Access;
  /** null: plain TCP. */
  readonly certificate: X509Certificate | null;
}

export interface DoorOwner {
  admitted(visitor: Visitor): void;
  /** The list has changed, and the visitor would not be let in any more, or with another access: is to be cut off. */
  mayNoLonger(visitor: Visitor): void;
}

export class FrontDoor {
  readonly #config: DoorConfig;
  readonly #words: DoorWords;
  readonly #owner: DoorOwner;
  readonly #log: Logger;
  readonly #sparingly: Repetition;
  /** Absolute paths. */
  readonly #files: readonly string[];
  readonly #server: Server;
  readonly #tls: TlsGate | null;
  /** All that are open, those still in their TLS handshake too. */
  readonly #sockets = new Set<Socket>();
  readonly #visitors = new Set<Visitor>();
  #allowed = new AllowList([]);
  #watched: WatchedFiles | null = null;
  #port = 0;
  #refused = 0;

  constructor(config: DoorConfig, words: DoorWords, owner: DoorOwner, clock: Clock, log: Logger) {
    this.#config = config;
    this.#words = words;
    this.#owner = owner;
    this.#log = log;
    this.#sparingly = new Repetition(clock);
    this.#files = [config.allowFile, ...Object.values(config.tls ?? {})].filter((path) => path !== null);
    this.#server = createServer((socket) => this.#screen(socket));
    this.#tls =
      config.tls &&
      new TlsGate(config.tls, config.handshakeTimeoutMs, {
        admit: (socket, certificate) => this.#admit(socket, certificate),
        refuse: (remote, reason) => this.#refuse("TLS handshake failed", { remote, reason }),
      });
  }

  get isOpen(): boolean {
    return this.#server.listening;
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: this.#config.host, port: this.#port };
  }

  /** Connections that were not let in so far. */
  get refused(): number {
    return this.#refused;
  }

  /** @throws CannotListen */
  async open(): Promise<void> {
    const { host, port } = this.#config;
    const { what, entry, fields, exposure } = this.#words;
    await this.#readFiles().catch((error: Error) => {
      throw new CannotListen(entry, `${host}:${port}`, error.message, "mend the file, or the path in this entry");
    });
    this.#port = await listen(this.#server, entry, host, port);
    this.#server.on("error", (error) => this.#log.error({ ...fields, reason: error.message }, `${what} failed`));
    this.#watched = new WatchedFiles(this.#files, () => void this.reload());
    this.#log.info({ ...fields, host, port: this.#port }, `${what} listening`);
    if (exposure !== null) this.#log.warn({ ...fields, host, port: this.#port }, exposure);
  }

  async close(): Promise<void> {
    this.#watched?.stop();
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** Reads the files again. What has changed holds from now on; files that cannot be used leave everything as it was. */
  async reload(): Promise<void> {
    if (this.#files.length === 0) return;
    const { what, fields } = this.#words;
    try {
      await this.#readFiles();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.error({ ...fields, reason }, `${what}: a file that changed cannot be used`);
      return;
    }
    for (const visitor of this.#visitors) {
      if (this.#allowed.accessOf(visitor.address) !== visitor.access) this.#owner.mayNoLonger(visitor);
    }
    this.#log.info(fields, `${what}: changed files read`);
  }

  async #readFiles(): Promise<void> {
    const { allowFrom, allowFile } = this.#config;
    const allowed = await readAllowList(allowFrom, allowFile);
    await this.#tls?.read();
    this.#allowed = allowed;
  }

  /** Whoever comes, before a byte of theirs is read. */
  #screen(socket: Socket): void {
    const { maxConnections } = this.#config;
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

  #admit(socket: Socket, certificate: X509Certificate | null): void {
    const address = socket.remoteAddress ?? "";
    const access = this.#allowed.accessOf(address);
    if (access === null) return void socket.destroy();
    const visitor = { socket, address, access, certificate };
    this.#visitors.add(visitor);
    socket.on("close", () => this.#visitors.delete(visitor));
    this.#owner.admitted(visitor);
  }

  #refuse(why: string, details: object): void {
    this.#refused += 1;
    const { what, fields } = this.#words;
    this.#sparingly.sparingly(why, (leftOut) =>
      this.#log.warn({ ...fields, ...details, ...(leftOut > 0 && { leftOut }) }, `${what}: ${why}`),
    );
  }
}
