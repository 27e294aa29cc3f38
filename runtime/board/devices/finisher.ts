/** How a guest ends the machine: the SiFive test finisher of QEMU's `virt` (one 32-bit register; device tree "sifive,test0"). */
import type { BusResult } from "../../hart/engine.ts";
import type { AccessSize, Device } from "./device.ts";

export const FINISHER_PASS = 0x5555;
export const FINISHER_RESET = 0x7777;
const FAIL = 0x3333;

export interface FinisherOptions {
  /** `code` is 0 when the guest passed; a failure that names no code is 1. */
  readonly powerOff: (code: number) => void;
  readonly reset: () => void;
}

export class Finisher implements Device {
  readonly #options: FinisherOptions;

  constructor(options: FinisherOptions) {
    this.#options = options;
  }

  reset(): void {}
  save(): void {}
  restore(): void {}

  read(): number {
    return 0;
  }

  write(offset: number, size: AccessSize, value: number): BusResult {
    if (size === 1) return "fault";
    if (offset !== 0) return "ok";
    const command = value & 0xffff;
    if (command === FINISHER_PASS) this.#options.powerOff(0);
    else if (command === FAIL) this.#options.powerOff(value >>> 16 || 1);
    else if (command === FINISHER_RESET) this.#options.reset();
    return "ok";
  }
}
