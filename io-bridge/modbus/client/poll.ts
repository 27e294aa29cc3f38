/** One read of a poll group: asks for its block when due, and hands the values of the answer in. */
import type { ModbusClientMapping, PointValue } from "../../../runtime/index.ts";
import type { ProcessImage } from "../../process-image.ts";
import { decodeRegisters } from "../registers.ts";
import { halvesOf, isBitArea, type ReadBlock, sizeOf } from "./read-plan.ts";
import { Recurrence } from "./recurrence.ts";
import type { Request } from "./request.ts";

export class Poll {
  readonly recurrence: Recurrence;
  readonly request: Request;
  readonly #block: ReadBlock;
  readonly #image: ProcessImage;

  constructor(block: ReadBlock, intervalMs: number, dueMs: number, image: ProcessImage) {
    this.recurrence = new Recurrence(intervalMs, dueMs);
    const { area, address, quantity } = block;
    this.request = { kind: "read", area, address, quantity };
    this.#block = block;
    this.#image = image;
  }

  /** In place of this one, due at once: two polls of half of it each; none when it cannot be less. */
  halves(nowMs: number): readonly Poll[] {
    const halves = halvesOf(this.#block);
    if (halves.length < 2) return [];
    return halves.map((half) => new Poll(half, this.recurrence.intervalMs, nowMs, this.#image));
  }

  /** For the log: `holdingRegister 12`. */
  get what(): string {
    return `${this.#block.area} ${this.#block.address}`;
  }

  /** Hands the points of one answer in, all at once. @returns the points for which the answer held no value. */
  accept(data: readonly number[]): readonly ModbusClientMapping[] {
    const meaningless = this.#block.mappings.filter((mapping) => {
      const value = this.#decode(data, mapping);
      if (value === null) this.#image.markBad(mapping.point, mapping.onBad);
      else this.#image.accept(mapping.point, value);
      return value === null;
    });
    this.#image.handOver();
    return meaningless;
  }

  markBad(): void {
    for (const { point, onBad } of this.#block.mappings) this.#image.markBad(point, onBad);
    this.#image.handOver();
  }

  #decode(data: readonly number[], mapping: ModbusClientMapping): PointValue | null {
    const at = mapping.address - this.#block.address;
    if (isBitArea(mapping.area)) return data[at] === 1;
    const { type } = this.#image.point(mapping.point);
    return decodeRegisters(data.slice(at, at + sizeOf(mapping)), mapping, type);
  }
}
