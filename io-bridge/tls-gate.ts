/**
 * The TLS in front of a listener, as Modbus/TCP Security wants it (MB-TCP-Security V2.1 §6): 1.2 or later, certificates on both
 * sides. No session is resumed, so that every connection shows its certificate to the roots as they are now.
 */
import { constants, type X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { ServerTls } from "../runtime/index.ts";
import { readTlsFiles } from "./tls-files.ts";

export interface GateOwner {
  admit(socket: TLSSocket, certificate: X509Certificate | null): void;
  refuse(remote: string, reason: string): void;
}

const remoteOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress}:${remotePort}`;

export class TlsGate {
  readonly #paths: ServerTls;
  readonly #owner: GateOwner;
  readonly #handshakeTimeoutMs: number;
  #server: Server | null = null;
  /** By remote end: what will have been wrong when it closes in its handshake. */
  readonly #inHandshake = new Map<string, string>();

  constructor(paths: ServerTls, handshakeTimeoutMs: number, owner: GateOwner) {
    this.#paths = paths;
    this.#handshakeTimeoutMs = handshakeTimeoutMs;
    this.#owner = owner;
  }

  /** Reads the files; connections from now on go by them. @throws when they cannot be used, and those before stay in force. */
  async read(): Promise<void> {
    const context = {
      ...(await readTlsFiles(this.#paths)),
      minVersion: "TLSv1.2",
      secureOptions: constants.SSL_OP_NO_TICKET,
    } as const;
    if (this.#server === null) this.#server = this.#serverWith(context);
    else this.#server.setSecureContext(context);
  }

  /** Answers by `admit` or `refuse`, after `read`. */
  shakeHands(socket: Socket): void {
    const remote = remoteOf(socket);
    this.#inHandshake.set(remote, "its certificate is not trusted");
    socket.on("close", () => {
      const reason = this.#inHandshake.get(remote);
      this.#inHandshake.delete(remote);
      if (reason !== undefined) this.#owner.refuse(remote, reason);
    });
    this.#server?.emit("connection", socket);
  }

  #serverWith(context: object): Server {
    const options = { ...context, requestCert: true, rejectUnauthorized: true };
    const server = createServer({ ...options, handshakeTimeout: this.#handshakeTimeoutMs }, (socket) => {
      socket.on("error", () => undefined); // "close" follows
      this.#inHandshake.delete(remoteOf(socket));
      this.#owner.admit(socket, socket.getPeerX509Certificate() ?? null);
    });
    server.on("tlsClientError", (error: NodeJS.ErrnoException, socket) => {
      const remote = remoteOf(socket);
      if (this.#inHandshake.has(remote)) this.#inHandshake.set(remote, error.code ?? error.message);
      socket.destroy();
    });
    return server;
  }
}
