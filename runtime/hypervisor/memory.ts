/**
 * Memory given out stretch by stretch. Threads that ask for the same stretches, in the same order, over one shared buffer have the
 * same memory; without a buffer every stretch is memory of its own.
 */
export class Memory {
  readonly #buffer: ArrayBufferLike | null;
  #used = 0;

  constructor(buffer: ArrayBufferLike | null = null) {
    this.#buffer = buffer;
  }

  /** Bytes given out so far: the size of a buffer for all of it. */
  get used(): number {
    return this.#used;
  }

  u8(length: number): Uint8Array {
    return new Uint8Array(...this.#take(length), length);
  }

  i32(length: number): Int32Array {
    return new Int32Array(...this.#take(4 * length), length);
  }

  u32(length: number): Uint32Array {
    return new Uint32Array(...this.#take(4 * length), length);
  }

  f64(length: number): Float64Array {
    return new Float64Array(...this.#take(8 * length), length);
  }

  u64(length: number): BigUint64Array {
    return new BigUint64Array(...this.#take(8 * length), length);
  }

  /** A buffer, and where in it so many bytes are; a multiple of 8. */
  stretch(bytes: number): readonly [buffer: ArrayBufferLike, at: number] {
    return this.#take(bytes);
  }

  #take(bytes: number): readonly [ArrayBufferLike, number] {
    const at = this.#used;
    this.#used += Math.ceil(bytes / 8) * 8;
    return this.#buffer === null ? [new ArrayBuffer(bytes), 0] : [this.#buffer, at];
  }
}
