/**
 * The shared memory by which the board's thread hands over its partitions' retained data: two buffers a partition, and a counter
 * that says which of them is whole. Neither side ever waits for the other.
 */
import type { System } from "../system.ts";

const COUNTER_BYTES = 8;

/** What one partition handed over. */
interface Handover {
  readonly sequence: Int32Array;
  readonly buffers: readonly [Uint8Array, Uint8Array];
  lastRead: number;
}

export class RetainedExchange {
  readonly shared: SharedArrayBuffer;
  readonly #handovers: readonly Handover[];

  /** Over `shared` when the other thread made it, else over new memory. Both sides must be given the same System. */
  constructor({ partitions }: System, shared?: SharedArrayBuffer) {
    const sizes = partitions.map(({ areas }) => Math.ceil((areas.retained?.bytes ?? 0) / 8) * 8);
    this.shared = shared ?? new SharedArrayBuffer(sizes.reduce((sum, size) => sum + COUNTER_BYTES + 2 * size, 8));
    let at = 0;
    this.#handovers = partitions.map(({ areas }, index) => {
      const bytes = areas.retained?.bytes ?? 0;
      const first = at + COUNTER_BYTES;
      const second = first + sizes[index]!;
      const sequence = new Int32Array(this.shared, at, 1);
      at = second + sizes[index]!;
      const buffers = [new Uint8Array(this.shared, first, bytes), new Uint8Array(this.shared, second, bytes)] as const;
      return { sequence, buffers, lastRead: 0 };
    });
  }

  /** The board's side. */
  write(partition: number, bytes: Uint8Array): void {
    const { sequence, buffers } = this.#handovers[partition]!;
    const next = (Atomics.load(sequence, 0) + 1) | 0;
    buffers[(next & 1) as 0 | 1].set(bytes);
    Atomics.store(sequence, 0, next);
  }

  /** The other side's. @returns a copy of the latest; null when there is nothing new since the last call. */
  read(partition: number): Uint8Array | null {
    const handover = this.#handovers[partition]!;
    const { sequence, buffers } = handover;
    for (;;) {
      const latest = Atomics.load(sequence, 0);
      if (latest === handover.lastRead) return null;
      const bytes = buffers[(latest & 1) as 0 | 1].slice();
      // A writer that went on to the other buffer meanwhile may have come round to this one.
      if (Atomics.load(sequence, 0) !== latest) continue;
      handover.lastRead = latest;
      return bytes;
    }
  }
}
