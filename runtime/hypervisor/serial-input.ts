/** The bytes on their way to a partition's serial port: they come at the starts of frames, and the guest takes them when it looks. */
import type { StateReader, StateWriter } from "../state.ts";

/** More than this waits for no guest: what comes then is lost, as on a line whose receiver does not read. */
const CAPACITY = 65_536;

export class SerialInput {
  #bytes = new Uint8Array(0);
  #taken = 0;

  add(bytes: Uint8Array): void {
    const waiting = this.#bytes.subarray(this.#taken);
    const all = new Uint8Array(Math.min(waiting.length + bytes.length, CAPACITY));
    all.set(waiting);
    all.set(bytes.subarray(0, all.length - waiting.length), waiting.length);
    this.#bytes = all;
    this.#taken = 0;
  }

  /** @returns the next byte; −1: there is none. */
  take(): number {
    return this.#bytes[this.#taken] === undefined ? -1 : this.#bytes[this.#taken++]!;
  }

  save(writer: StateWriter): void {
    writer.section("serial", 1);
    writer.u32(this.#bytes.length - this.#taken);
    writer.bytes(this.#bytes.subarray(this.#taken));
  }

  restore(reader: StateReader): void {
    reader.section("serial", 1);
    this.#bytes = new Uint8Array(Math.min(reader.u32(), CAPACITY));
    reader.bytes(this.#bytes);
    this.#taken = 0;
  }
}
