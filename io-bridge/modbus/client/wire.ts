/**
 * The byte stream to field devices: TCP, TLS as Modbus/TCP Security wants it (V2.1 §5: TLS 1.2 or newer, both sides prove
 * themselves by certificates), or a serial line (Modbus over Serial Line V1.02 §2.5.1: RTU characters have eight data bits).
 */
import { readFileSync } from "node:fs";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { ModbusTransport } from "../../../runtime/index.ts";
import { openSerialPort } from "../serial-port.ts";

export interface Wire {
  send(bytes: Buffer): void;
  /** None of the events comes afterwards. */
  close(): void;
}

export interface WireEvents {
  opened(): void;
  received(chunk: Buffer): void;
  /** By the other side or by the host; the wire is closed. Also when it could not be opened. */
  lost(reason: string): void;
}

type Tcp = Extract<ModbusTransport, { readonly kind: "tcp" }>;
type Serial = Extract<ModbusTransport, { readonly kind: "rtu" }>;

export const openWire = (transport: ModbusTransport, events: WireEvents): Wire =>
  transport.kind === "tcp" ? new SocketWire(transport, events) : new SerialWire(transport, events);

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
};

class SocketWire implements Wire {
  readonly #events: WireEvents;
  #socket: Socket | null = null;
  #isClosed = false;

  constructor(transport: Tcp, events: WireEvents) {
    this.#events = events;
    try {
      this.#attach(transport.tls === null ? tcpSocket(transport) : tlsSocket(transport, transport.tls));
    } catch (error) {
      queueMicrotask(() => this.#lost(reasonOf(error))); // a certificate file that cannot be read
    }
  }

  #attach(socket: Socket | TLSSocket): void {
    this.#socket = socket;
    socket.on("encrypted" in socket ? "secureConnect" : "connect", () => this.#events.opened());
    socket.on("data", (chunk: Buffer) => {
      if (!this.#isClosed) this.#events.received(chunk);
    });
    socket.on("error", (error) => this.#lost(reasonOf(error)));
    socket.on("close", () => this.#lost("connection closed by the device"));
  }

  send(bytes: Buffer): void {
    this.#socket?.write(bytes);
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.destroy();
  }

  #lost(reason: string): void {
    if (this.#isClosed) return;
    this.close();
    this.#events.lost(reason);
  }
}

const tcpSocket = ({ host, port }: Tcp): Socket => connectTcp({ host, port, noDelay: true });

/** Certificates are read for each connection, so that new ones serve from the next on. */
const tlsSocket = ({ host, port }: Tcp, tls: NonNullable<Tcp["tls"]>): TLSSocket => {
  const name = tls.serverName ?? host;
  const socket = connectTls({
    host,
    port,
    ca: readFileSync(tls.caPath),
    cert: readFileSync(tls.certificatePath),
    key: readFileSync(tls.keyPath),
    minVersion: "TLSv1.2",
    // An address is no server name (RFC 6066 §3), but a certificate may hold it.
    ...(isIP(name) === 0 ? { servername: name } : {}),
  });
  socket.setNoDelay(true);
  return socket;
};

class SerialWire implements Wire {
  readonly #events: WireEvents;
  #port: Duplex | null = null;
  #isClosed = false;

  constructor({ line }: Serial, events: WireEvents) {
    this.#events = events;
    openSerialPort(line).then(
      (port) => this.#attach(port),
      (error: unknown) => this.#lost(reasonOf(error)),
    );
  }

  #attach(port: Duplex): void {
    port.on("error", (error) => this.#lost(reasonOf(error)));
    this.#port = port;
    if (this.#isClosed) {
      port.destroy();
      return;
    }
    port.on("data", (chunk: Buffer) => {
      if (!this.#isClosed) this.#events.received(chunk);
    });
    for (const end of ["close", "end"]) port.on(end, () => this.#lost("the serial port is gone"));
    this.#events.opened();
  }

  send(bytes: Buffer): void {
    this.#port?.write(bytes);
  }

  close(): void {
    this.#isClosed = true;
    this.#port?.destroy();
  }

  #lost(reason: string): void {
    if (this.#isClosed) return;
    this.close();
    this.#events.lost(reason);
  }
}
