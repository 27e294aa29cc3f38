/** Keeps what each partition did in the latest frame, as its events. */
import { decodeEvents, type EventSink, type TraceEvent } from "../trace/index.ts";

export class FrameEvents implements EventSink {
  /** By partition: of one frame, which may come in several pieces. */
  readonly #pieces = new Map<number, Uint8Array[]>();
  readonly #frames = new Map<number, number>();

  events(partition: number, bytes: Uint8Array): void {
    const frame = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true);
    if (this.#frames.get(partition) !== frame) this.#pieces.set(partition, []);
    this.#frames.set(partition, frame);
    this.#pieces.get(partition)!.push(bytes.slice());
  }

  /** Those of `frame`; none when that is not the latest in which it did anything. */
  of(partition: number, frame: number): readonly TraceEvent[] {
    if (this.#frames.get(partition) !== frame) return [];
    return this.#pieces.get(partition)!.flatMap((piece) => [...decodeEvents(piece)]);
  }
}
