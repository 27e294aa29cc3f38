/** Between a guest's UART and the streams of the command: bytes wait here while the guest runs. */
import { once } from "node:events";
import { ReadStream } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { setImmediate, setTimeout } from "node:timers/promises";

/** How long a run waits for input that is just being written into a pipe; a fraction of what a person notices. */
const SETTLING_MS = 20;

/** What arrives on a stream, byte by byte. */
export class StreamInput {
  readonly #stream: Readable & { readonly isTTY?: boolean };
  readonly #chunks: Uint8Array[] = [];
  #at = 0;
  #ended = false;

  constructor(stream: Readable & { readonly isTTY?: boolean }) {
    this.#stream = stream;
    stream.on("data", this.#take);
    stream.once("end", this.#finish);
    stream.once("error", this.#finish);
  }

  /** @returns the next byte, or −1 when there is none. */
  next(): number {
    const chunk = this.#chunks[0];
    if (chunk === undefined) return -1;
    const byte = chunk[this.#at++]!;
    if (this.#at === chunk.length) {
      this.#chunks.shift();
      this.#at = 0;
    }
    return byte;
  }

  /** Waits for a file to be read, or for a pipe to settle: what is there beforehand makes the same run each time. */
  async whatIsThere(): Promise<void> {
    if (this.#ended || this.#stream.isTTY === true) return;
    const end = once(this.#stream, "end").catch(() => {});
    await (this.#stream instanceof ReadStream ? end : Promise.race([end, setTimeout(SETTLING_MS)]));
  }

  /** Stops listening, so that an open stream does not keep the process. */
  close(): void {
    this.#stream.off("data", this.#take);
    this.#stream.pause();
  }

  readonly #take = (chunk: Uint8Array | string): void => {
    const bytes = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    if (bytes.length > 0) this.#chunks.push(bytes);
  };

  readonly #finish = (): void => {
    this.#ended = true;
  };
}

/** What a guest sends, handed to a stream in pieces. */
export class StreamOutput {
  readonly #stream: Writable;
  readonly #buffer = new Uint8Array(16_384);
  #length = 0;
  #full = false;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  add(byte: number): void {
    if (this.#length === this.#buffer.length) this.#write();
    this.#buffer[this.#length++] = byte;
  }

  /** Writes what is buffered, and lets the other side read; then input has had its turn too. */
  async flush(): Promise<void> {
    this.#write();
    if (this.#full) await once(this.#stream, "drain");
    else await setImmediate();
    this.#full = false;
  }

  #write(): void {
    if (this.#length === 0) return;
    this.#full = !this.#stream.write(this.#buffer.slice(0, this.#length));
    this.#length = 0;
  }
}
