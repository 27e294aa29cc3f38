/** One output point of a field device: what is to be written there, and when: at once when it changes, and again at its interval. */
import type { ModbusClientMapping, PointValue } from "../../../runtime/index.ts";
import type { ProcessImage } from "../../process-image.ts";
import { encodeRegisters, registerMask } from "../registers.ts";
import { isBitArea, sizeOf } from "./read-plan.ts";
import { Recurrence } from "./recurrence.ts";

export class Output {
  readonly mapping: ModbusClientMapping;
  readonly recurrence: Recurrence;
  readonly #image: ProcessImage;
  /** What was last sent or queued to be sent. */
  #noticed: PointValue | null = null;
  #taken: PointValue | null = null;
  #isApart: boolean;

  /** @param isApart never written together with its neighbours. */
  constructor(mapping: ModbusClientMapping, intervalMs: number, image: ProcessImage, isApart: boolean) {
    this.mapping = mapping;
    this.recurrence = new Recurrence(intervalMs, Number.POSITIVE_INFINITY);
    this.#image = image;
    this.#isApart = isApart;
  }

  /** For the log: `holdingRegister 12`. */
  get what(): string {
    const { area, address, bit } = this.mapping;
    return bit === null ? `${area} ${address}` : `${area} ${address} bit ${bit}`;
  }

  /** The first address behind it. */
  get end(): number {
    return this.mapping.address + sizeOf(this.mapping);
  }

  /** Whether it shares its register with others. */
  get isBit(): boolean {
    return this.mapping.bit !== null;
  }

  /** The bits of its registers that are its own. */
  get mask(): number {
    return registerMask(this.mapping);
  }

  get isApart(): boolean {
    return this.#isApart;
  }

  /** Is written alone from now on, and due at once. */
  setApart(nowMs: number): void {
    this.#isApart = true;
    this.recurrence.bringForward(nowMs);
  }

  /** Due at once when the output differs from what was last sent. @returns whether it became due. */
  notice(nowMs: number): boolean {
    if (!this.#image.hasPublished(this.mapping.point)) return false;
    const value = this.#image.value(this.mapping.point);
    if (Object.is(value, this.#noticed)) return false;
    this.#noticed = value;
    this.recurrence.bringForward(nowMs);
    return true;
  }

  /** Due at once, changed or not: the device may have forgotten. */
  repeat(nowMs: number): void {
    if (this.#image.hasPublished(this.mapping.point)) this.recurrence.bringForward(nowMs);
  }

  /** The bit (0 or 1) or registers to write, as the output is now; null when it is NaN or infinite: no device is told that. */
  take(): readonly number[] | null {
    const value = this.#image.value(this.mapping.point);
    this.#noticed = value;
    this.#taken = value;
    if (typeof value === "number" && !Number.isFinite(value)) return null;
    return isBitArea(this.mapping.area) ? [value ? 1 : 0] : encodeRegisters(value, this.mapping);
  }

  /** Was written, or refused, as it was taken: due at its interval, or at once when it has changed meanwhile. */
  done(nowMs: number): void {
    this.recurrence.done(nowMs);
    if (!Object.is(this.#image.value(this.mapping.point), this.#taken)) this.recurrence.bringForward(nowMs);
  }
}
