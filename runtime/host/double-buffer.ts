/**
 * Bytes that one thread hands to another through shared memory: two buffers, and a counter that says which of them is whole.
 * Neither side ever waits for the other, and the reader sees the latest bytes, whole.
 */
const COUNTER_BYTES = 8;

export class DoubleBuffer {
  readonly #sequence: Int32Array;
  readonly #buffers: readonly [Uint8Array, Uint8Array];
  #lastRead = 0;

  /** Uses `shared` from `byteOffset` (a multiple of 8) on, for `DoubleBuffer.bytes(bytes)` bytes. */
  constructor(bytes: number, shared: SharedArrayBuffer, byteOffset: number) {
    const [first, second] = [byteOffset + COUNTER_BYTES, byteOffset + COUNTER_BYTES + roomFor(bytes)];
    this.#sequence = new Int32Array(shared, byteOffset, 1);
    this.#buffers = [new Uint8Array(shared, first, bytes), new Uint8Array(shared, second, bytes)];
  }

  /** Of shared memory, for handing over `bytes`. */
  static bytes(bytes: number): number {
    return COUNTER_BYTES + 2 * roomFor(bytes);
  }

  /** One side's: all bytes, anew. */
  write(bytes: Uint8Array): void {
    const next = (Atomics.load(this.#sequence, 0) + 1) | 0;
    this.#buffers[(next & 1) as 0 | 1].set(bytes);
    Atomics.store(this.#sequence, 0, next);
  }

  /**
   * The other side's. Retries while the writer overtakes the copy, which it cannot do for long: it writes at most once a slot.
   * @returns false, leaving `into` alone, when nothing was written since the last call.
   */
  read(into: Uint8Array): boolean {
    let sequence = Atomics.load(this.#sequence, 0);
    if (sequence === this.#lastRead) return false;
    for (;;) {
      into.set(this.#buffers[(sequence & 1) as 0 | 1]);
      const after = Atomics.load(this.#sequence, 0);
      if (after === sequence) break;
      sequence = after;
    }
    this.#lastRead = sequence;
    return true;
  }
}

const roomFor = (bytes: number): number => Math.ceil(bytes / 8) * 8;
