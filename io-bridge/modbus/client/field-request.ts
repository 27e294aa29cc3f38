/** What a bus asks of a field device again and again: reads of input points and writes of output points, each when due. */
import type { ModbusClientMapping, PointValue } from "../../../runtime/index.ts";
import type { ProcessImage } from "../../process-image.ts";
import { decodeRegisters, encodeRegisters, registerCount } from "../registers.ts";
import type { Line, Outcome } from "./line.ts";
import { isBitArea, type ReadBlock } from "./read-plan.ts";

abstract class Recurring {
  readonly intervalMs: number;
  /** Monotonic milliseconds; Infinity: not at all for now. */
  dueMs: number;
  /** What was wrong last time, as the log says it; null: nothing. */
  trouble: string | null = null;

  constructor(intervalMs: number, dueMs: number) {
    this.intervalMs = intervalMs;
    this.dueMs = dueMs;
  }

  /** For the log: `holdingRegister 12`. */
  abstract readonly what: string;

  /** Next = previous + interval; what was missed is left out, not made up for. */
  reschedule(nowMs: number): void {
    const missed = Math.floor((nowMs - this.dueMs) / this.intervalMs);
    this.dueMs += (Math.max(missed, 0) + 1) * this.intervalMs;
  }
}

export class ReadRequest extends Recurring {
  readonly #block: ReadBlock;
  readonly #image: ProcessImage;

  constructor(block: ReadBlock, intervalMs: number, dueMs: number, image: ProcessImage) {
    super(intervalMs, dueMs);
    this.#block = block;
    this.#image = image;
  }

  get what(): string {
    return `${this.#block.area} ${this.#block.address}`;
  }

  send(line: Line, unit: number): Promise<Outcome> {
    const { area, address, quantity } = this.#block;
    return line.read(unit, area, address, quantity);
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
    return decodeRegisters(data.slice(at, at + registerCount(mapping)), mapping, type);
  }
}

export class WriteRequest extends Recurring {
  readonly #mapping: ModbusClientMapping;
  readonly #image: ProcessImage;
  /** What was last sent or queued to be sent. */
  #noticed: readonly number[] | null = null;

  constructor(mapping: ModbusClientMapping, intervalMs: number, image: ProcessImage) {
    super(intervalMs, Number.POSITIVE_INFINITY);
    this.#mapping = mapping;
    this.#image = image;
  }

  get what(): string {
    return `${this.#mapping.area} ${this.#mapping.address}`;
  }

  /** Due at once when the output differs from what was last sent. */
  notice(nowMs: number): void {
    if (!this.#image.hasPublished(this.#mapping.point)) return;
    const wanted = this.#wanted();
    if (wanted === null) return;
    if (this.#noticed?.every((register, index) => register === wanted[index])) return;
    this.#noticed = wanted;
    this.dueMs = Math.min(this.dueMs, nowMs);
  }

  /** Due at once, changed or not: the device may have forgotten. */
  repeat(nowMs: number): void {
    if (this.#image.hasPublished(this.#mapping.point)) this.dueMs = Math.min(this.dueMs, nowMs);
  }

  /** Sends the output as it is now. @returns null when it is NaN or infinite: no device is told that. */
  send(line: Line, unit: number): Promise<Outcome> | null {
    const wanted = this.#wanted();
    if (wanted === null) return null;
    this.#noticed = wanted;
    const { area, address } = this.#mapping;
    return area === "coil"
      ? line.writeCoil(unit, address, wanted[0] === 1)
      : line.writeRegisters(unit, address, wanted);
  }

  #wanted(): readonly number[] | null {
    const value = this.#image.value(this.#mapping.point);
    if (typeof value !== "string" && !Number.isFinite(Number(value))) return null;
    return this.#mapping.area === "coil" ? [Number(value) === 0 ? 0 : 1] : encodeRegisters(value, this.#mapping);
  }
}

export type FieldRequest = ReadRequest | WriteRequest;
