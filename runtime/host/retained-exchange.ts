/** The shared memory by which the board's thread hands over its partitions' retained data. */
import type { System } from "../system.ts";
import { DoubleBuffer } from "./double-buffer.ts";

/** What one partition hands over. */
interface Handover {
  readonly bytes: number;
  readonly buffer: DoubleBuffer;
}

export class RetainedExchange {
  readonly shared: SharedArrayBuffer;
  readonly #handovers: readonly Handover[];

  /** Over `shared` when the other thread made it, else over new memory. Both sides must be given the same System. */
  constructor({ partitions }: System, shared?: SharedArrayBuffer) {
    const sizes = partitions.map(({ areas }) => areas.retained?.bytes ?? 0);
    this.shared = shared ?? new SharedArrayBuffer(sizes.reduce((sum, bytes) => sum + DoubleBuffer.bytes(bytes), 0));
    let at = 0;
    this.#handovers = sizes.map((bytes) => {
      const buffer = new DoubleBuffer(bytes, this.shared, at);
      at += DoubleBuffer.bytes(bytes);
      return { bytes, buffer };
    });
  }

  /** The board's side. */
  write(partition: number, bytes: Uint8Array): void {
    this.#handovers[partition]!.buffer.write(bytes);
  }

  /** The other side's. @returns a copy of the latest; null when there is nothing new since the last call. */
  read(partition: number): Uint8Array | null {
    const { bytes, buffer } = this.#handovers[partition]!;
    const latest = new Uint8Array(bytes);
    return buffer.read(latest) ? latest : null;
  }
}
