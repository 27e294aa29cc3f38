/**
 * The retained data of a partition as its latest whole scan left them: what a power cycle keeps. A scan that spans slots never
 * shows half of what it changes.
 */
import { RAM_BASE, type VirtualBoard } from "../board/index.ts";
import type { StateReader, StateWriter } from "../state.ts";
import type { Area } from "../system.ts";

export class Retention {
  /** As of the latest publish; before the first, as the partition started with them. The same bytes for the whole run. */
  readonly bytes: Uint8Array;
  readonly #inRam: Uint8Array;

  /** `restored`: what an earlier run left; null: the image's initial values, which are in RAM, stay. */
  constructor(board: VirtualBoard, area: Area | null, restored: Uint8Array | null) {
    const start = area === null ? 0 : area.base - RAM_BASE;
    this.#inRam = board.ram.subarray(start, start + (area?.bytes ?? 0));
    if (area !== null && restored !== null) {
      this.#inRam.set(restored);
      board.ramChanged(area.base, area.bytes);
    }
    this.bytes = this.#inRam.slice();
  }

  save(writer: StateWriter): void {
    writer.section("retained", 1);
    writer.bytes(this.bytes);
  }

  restore(reader: StateReader): void {
    reader.section("retained", 1);
    reader.bytes(this.bytes);
  }

  /** The guest publishes: its scan is whole. */
  capture(): void {
    if (this.bytes.length > 0) this.bytes.set(this.#inRam);
  }
}
