/**
 * Stands between a client's socket and the broker. No packet comes through that is longer than any the broker takes: its parser
 * would collect up to 256 MiB of one before looking at it (MQTT 3.1.1 §2.2.3). And no client holds up the others by not reading:
 * the broker, which would wait for it, never has to, and the client is cut off when too much waits for it.
 */
import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** A length takes four bytes of seven bits at most. */
const MOST_LENGTH_BYTES = 4;

/** Follows packets through chunks of bytes. */
export class PacketMeter {
  readonly #most: number;
  /** Of the packet under way: bytes still to come; null while its fixed header is. */
  #rest: number | null = null;
  #headerBytes = 0;
  #length = 0;

  /** @param most bytes of a packet behind its fixed header. */
  constructor(most: number) {
    this.#most = most;
  }

  /** @returns false when a packet is too long, or its length is none. */
  admits(chunk: Uint8Array): boolean {
    for (let index = 0; index < chunk.length; ) {
      if (this.#rest === null) {
        if (!this.#header(chunk[index]!)) return false;
        index += 1;
        continue;
      }
      const taken = Math.min(this.#rest, chunk.length - index);
      index += taken;
      this.#rest -= taken;
      if (this.#rest === 0) this.#begin();
    }
    return true;
  }

  #begin(): void {
    this.#rest = null;
    this.#headerBytes = 0;
    this.#length = 0;
  }

  /** One byte of the fixed header: type and flags, then the length, the least significant seven bits first. */
  #header(byte: number): boolean {
    this.#headerBytes += 1;
    if (this.#headerBytes === 1) return true;
    this.#length += (byte & 0x7f) * 128 ** (this.#headerBytes - 2);
    if (this.#length > this.#most) return false;
    if (byte & 0x80) return this.#headerBytes <= MOST_LENGTH_BYTES;
    if (this.#length === 0) this.#begin();
    else this.#rest = this.#length;
    return true;
  }
}

export interface GateLimits {
  /** Of a packet, behind its fixed header. */
  readonly packetBytes: number;
  /** Written, and not taken by the client. */
  readonly waitingBytes: number;
}

/** The socket as the broker sees it. */
export class GatedConnection extends Duplex {
  readonly #socket: Socket;
  readonly #waitingBytes: number;

  constructor(socket: Socket, { packetBytes, waitingBytes }: GateLimits) {
    super();
    this.#socket = socket;
    this.#waitingBytes = waitingBytes;
    const meter = new PacketMeter(packetBytes);
    socket.on("data", (chunk: Buffer) => {
      if (!meter.admits(chunk)) this.destroy(new Error(`a packet of more than ${packetBytes} bytes`));
      else if (!this.push(chunk)) socket.pause();
    });
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#socket.write(chunk);
    if (this.#socket.writableLength <= this.#waitingBytes) done();
    else done(new Error(`${this.#waitingBytes} bytes wait for the client, which does not read`));
  }

  override _final(done: (error?: Error) => void): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
