/** Finds the device behind an MMIO address. RAM is not on this bus: the hart reaches it directly (design.md §2a). */
import type { Bus, BusResult } from "../hart/engine.ts";
import type { StateReader, StateWriter } from "../state.ts";
import type { Cycles, GuestAddress } from "../units.ts";
import { type AccessSize, type Device, NO_ANSWER } from "./devices/device.ts";
import type { Region } from "./memory-map.ts";

export interface MappedDevice {
  readonly region: Region;
  readonly device: Device;
}

export class BoardBus implements Bus {
  value = 0;
  /** See `Bus`; the board knows. */
  readonly settle: () => Cycles;
  readonly #mapped: readonly MappedDevice[];

  /** The regions do not overlap. */
  constructor(mapped: readonly MappedDevice[], settle: () => Cycles) {
    this.#mapped = mapped;
    this.settle = settle;
  }

  read(address: GuestAddress, size: AccessSize): BusResult {
    const mapped = this.#at(address, size);
    if (mapped === undefined) return "fault";
    const value = mapped.device.read(address - mapped.region.base, size);
    if (value === NO_ANSWER) return "fault";
    this.value = value;
    return "ok";
  }

  write(address: GuestAddress, size: AccessSize, value: number): BusResult {
    const mapped = this.#at(address, size);
    if (mapped === undefined) return "fault";
    return mapped.device.write(address - mapped.region.base, size, value);
  }

  reset(): void {
    for (const { device } of this.#mapped) device.reset();
  }

  save(writer: StateWriter): void {
    for (const { device } of this.#mapped) device.save(writer);
  }

  restore(reader: StateReader): void {
    for (const { device } of this.#mapped) device.restore(reader);
  }

  #at(address: GuestAddress, size: AccessSize): MappedDevice | undefined {
    for (const mapped of this.#mapped) {
      const offset = address - mapped.region.base;
      if (offset >= 0 && offset + size <= mapped.region.bytes) return mapped;
    }
    return undefined;
  }
}
