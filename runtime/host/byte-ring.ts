/** A queue of bytes in shared memory with one writer (which may wait for room, or take what there is) and one reader (which never waits). */

const WRITTEN = 0;
const READ = 1;
const HEADER_BYTES = 16;

export class ByteRing {
  readonly shared: SharedArrayBuffer;
  /** Bytes written and read so far, modulo 2^32. */
  readonly #counters: Int32Array;
  readonly #bytes: Uint8Array;

  /** `capacity` in bytes, a power of two; or the memory of a ring made elsewhere. */
  constructor(from: number | SharedArrayBuffer) {
    this.shared = typeof from === "number" ? new SharedArrayBuffer(HEADER_BYTES + from) : from;
    this.#counters = new Int32Array(this.shared, 0, 2);
    this.#bytes = new Uint8Array(this.shared, HEADER_BYTES);
  }

  /** Whether there is something to read. */
  get hasBytes(): boolean {
    return Atomics.load(this.#counters, WRITTEN) !== Atomics.load(this.#counters, READ);
  }

  /** Appends `bytes`, waiting while there is no room. Not for a browser's or Node's main thread. */
  write(bytes: Uint8Array): void {
    for (let from = 0; ; ) {
      const read = Atomics.load(this.#counters, READ);
      from += this.offer(from === 0 ? bytes : bytes.subarray(from));
      if (from === bytes.length) return;
      Atomics.wait(this.#counters, READ, read);
    }
  }

  /** Appends as many of `bytes` as there is room for. @returns how many these are. */
  offer(bytes: Uint8Array): number {
    const capacity = this.#bytes.length;
    const written = Atomics.load(this.#counters, WRITTEN);
    const room = capacity - ((written - Atomics.load(this.#counters, READ)) >>> 0);
    const length = Math.min(room, bytes.length);
    for (let i = 0; i < length; i++) this.#bytes[((written >>> 0) + i) & (capacity - 1)] = bytes[i]!;
    Atomics.store(this.#counters, WRITTEN, (written + length) | 0);
    return length;
  }

  /** Takes everything that is there, as a copy; empty when there is nothing. */
  read(): Uint8Array {
    const capacity = this.#bytes.length;
    const written = Atomics.load(this.#counters, WRITTEN);
    const read = Atomics.load(this.#counters, READ);
    const length = (written - read) >>> 0;
    const at = (read >>> 0) & (capacity - 1);
    const taken = new Uint8Array(length);
    const first = Math.min(length, capacity - at);
    taken.set(this.#bytes.subarray(at, at + first));
    taken.set(this.#bytes.subarray(0, length - first), first);
    Atomics.store(this.#counters, READ, written);
    Atomics.notify(this.#counters, READ);
    return taken;
  }
}
