/**
 * The host-target interface: how test programs report to whoever runs them, through two doublewords of RAM, `tohost` and
 * `fromhost` (RISC-V ISA simulator, fesvr/htif.cc and fesvr/syscall.cc; riscv-tests, env/p/riscv_test.h).
 */
import { type GuestAddress, guestAddress } from "../../units.ts";
import { RAM_BASE } from "../memory-map.ts";

export const DOUBLEWORD_BYTES = 8;
/** A request: the number of a system call and three arguments, all doublewords; its result replaces the number. */
const REQUEST_BYTES = 4 * DOUBLEWORD_BYTES;
const WRITE = 64;
const STANDARD_OUTPUT = 1;
const STANDARD_ERROR = 2;
/** Linux error numbers, which a call returns negated. */
const BAD_FILE = -9;
const BAD_ADDRESS = -14;
const NO_SUCH_CALL = -38;

export interface HtifPlaces {
  readonly tohost: GuestAddress;
  /** null: the guest does not listen. */
  readonly fromhost: GuestAddress | null;
}

export interface HtifOptions extends HtifPlaces {
  readonly ram: Uint8Array;
  /** A byte that the guest wrote to its standard output or standard error. */
  readonly transmit: (byte: number) => void;
  /** `code` is 0 when the guest passed, else the number of the test that failed. */
  readonly end: (code: number) => void;
  /** This wrote to the guest's RAM. */
  readonly ramChanged: (address: GuestAddress, bytes: number) => void;
}

export class Htif {
  readonly #options: HtifOptions;
  readonly #ram: DataView;

  constructor(options: HtifOptions) {
    const { ram } = options;
    this.#options = options;
    this.#ram = new DataView(ram.buffer, ram.byteOffset, ram.byteLength);
  }

  /** To be called behind a store to `tohost`. A value that is neither a verdict nor a request in RAM is a failure, too. */
  look(): void {
    const { tohost, fromhost, end } = this.#options;
    const value = this.#ram.getUint32(offsetOf(tohost), true);
    if (value === 0) return;
    const isVerdict = value % 2 === 1;
    if (isVerdict || !this.#isInRam(value, REQUEST_BYTES)) {
      end(value >>> 1);
      return;
    }
    this.#put(value, this.#call(offsetOf(value)));
    this.#put(tohost, 0);
    if (fromhost !== null) this.#put(fromhost, 1);
  }

  /** @returns the system call's result. */
  #call(request: number): number {
    const argument = (index: number): number => this.#ram.getUint32(request + index * DOUBLEWORD_BYTES, true);
    if (argument(0) !== WRITE) return NO_SUCH_CALL;
    const [file, address, bytes] = [argument(1), argument(2), argument(3)];
    if (file !== STANDARD_OUTPUT && file !== STANDARD_ERROR) return BAD_FILE;
    if (!this.#isInRam(address, bytes)) return BAD_ADDRESS;
    for (let at = 0; at < bytes; at++) this.#options.transmit(this.#ram.getUint8(offsetOf(address) + at));
    return bytes;
  }

  #isInRam(address: number, bytes: number): boolean {
    return address >= RAM_BASE && address + bytes <= RAM_BASE + this.#ram.byteLength;
  }

  /** A doubleword := a number, with its sign. */
  #put(address: number, value: number): void {
    this.#ram.setBigInt64(offsetOf(address), BigInt(value), true);
    this.#options.ramChanged(guestAddress(address), DOUBLEWORD_BYTES);
  }
}

const offsetOf = (address: number): number => address - RAM_BASE;
