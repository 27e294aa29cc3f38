/** Between a guest's UART and the streams of the command: bytes wait here while the guest runs. */
import { once } from "node:events";
import { ReadStream } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";

/** How long a pipe is silent before a run starts without its end; a fraction of what a person notices. */
const SETTLING_MS = 100;
/** Input that is not at an end by then is read on while the guest runs. */
const MOST_BEFOREHAND = 2 ** 26;

/** What arrives on a stream, byte by byte. */
export class StreamInput {
  readonly #stream: Readable & { readonly isTTY?: boolean };
  readonly #chunks: Uint8Array[] = [];
  #at = 0;
  #total = 0;
  #ended = false;
  /** To be told when something arrives, or the end. */
  #notify = (): void => {};

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

  /** More may arrive than `next` has to give now. */
  get isOpen(): boolean {
    return !this.#ended;
  }

  /**
   * Waits for a file or a pipe to be read to its end: a byte is then there whenever the guest has room for one, which makes the
   * same run each time. A person, and a pipe that stays open in silence, are not waited for.
   */
  async whatIsThere(): Promise<void> {
    if (this.#stream.isTTY === true) return;
    const isFile = this.#stream instanceof ReadStream;
    let before = -1;
    while (!this.#ended && this.#total > before && this.#total < MOST_BEFOREHAND) {
      before = this.#total;
      await this.#arrival(isFile ? Infinity : SETTLING_MS);
    }
  }

  /** Returns when `next` has something, or never will. */
  async more(): Promise<void> {
    if (this.#chunks.length === 0 && !this.#ended) await this.#arrival();
  }

  /** Stops listening, so that an open stream does not keep the process. */
  close(): void {
    this.#stream.off("data", this.#take);
    this.#stream.pause();
  }

  readonly #take = (chunk: Uint8Array | string): void => {
    const bytes = typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#total += bytes.length;
    this.#notify();
  };

  readonly #finish = (): void => {
    this.#ended = true;
    this.#notify();
  };

  /** Returns when something arrives, or the end, or when so much time is over. */
  #arrival(withinMs = Infinity): Promise<void> {
    return new Promise((resolve) => {
      const timer = withinMs === Infinity ? undefined : setTimeout(resolve, withinMs);
      this.#notify = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
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
