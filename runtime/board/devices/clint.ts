/**
 * The core-local interruptor: software interrupt and machine timer of one hart (RISC-V ACLINT specification §2 and §3, at the
 * addresses of QEMU's `virt` machine; RISC-V Privileged §3.2.1 for mtime and mtimecmp).
 */
import { greatestCommonDivisor } from "../../arithmetic.ts";
import type { BusResult } from "../../hart/engine.ts";
import type { StateReader, StateWriter } from "../../state.ts";
import { type Cycles, cycles, type Hertz } from "../../units.ts";
import { type AccessSize, type Device, NO_ANSWER } from "./device.ts";

/** mtime counts at 10 MHz, like QEMU's. */
export const TIMEBASE_HZ = 10_000_000;

const MSIP = 0x0000;
const MTIMECMP_LOW = 0x4000;
const MTIMECMP_HIGH = 0x4004;
const MTIME_LOW = 0xbff8;
const MTIME_HIGH = 0xbffc;
const WORD = 2 ** 32;

export interface ClintOptions {
  /** Cycles per second of the board clock. */
  readonly clock: Hertz;
  /** The board cycle at which the current instruction started. */
  readonly now: () => Cycles;
  readonly setSoftwareInterrupt: (pending: boolean) => void;
}

export class Clint implements Device {
  readonly #now: () => Cycles;
  readonly #setSoftwareInterrupt: (pending: boolean) => void;
  /** ticks of mtime : cycles of the board clock, in lowest terms. */
  readonly #ticks: number;
  readonly #cycles: number;
  #softwareInterrupt = 0;
  #compareLow = 0;
  #compareHigh = 0;
  #timerAt = cycles(0);
  /** What the guest's time is ahead of the board's: not 0 where its state was brought here from another time. */
  #ahead = cycles(0);

  constructor(options: ClintOptions) {
    this.#now = options.now;
    this.#setSoftwareInterrupt = options.setSoftwareInterrupt;
    const divisor = greatestCommonDivisor(TIMEBASE_HZ, options.clock);
    this.#ticks = TIMEBASE_HZ / divisor;
    this.#cycles = options.clock / divisor;
    this.reset();
  }

  /** mtimecmp starts at its greatest value, so that no timer is pending before one is asked for. */
  reset(): void {
    this.#softwareInterrupt = 0;
    this.#setSoftwareInterrupt(false);
    this.#compareLow = 0xffff_ffff;
    this.#compareHigh = 0xffff_ffff;
    this.#timerAt = this.#firstCycleAtCompare();
  }

  save(writer: StateWriter): void {
    writer.section("clint", 1);
    writer.u8(this.#softwareInterrupt);
    writer.u32(this.#compareLow);
    writer.u32(this.#compareHigh);
    writer.f64(this.#ahead);
  }

  restore(reader: StateReader): void {
    reader.section("clint", 1);
    this.#softwareInterrupt = reader.u8();
    this.#compareLow = reader.u32();
    this.#compareHigh = reader.u32();
    this.#ahead = cycles(reader.f64());
    this.#timerAt = this.#firstCycleAtCompare();
  }

  /** Board time has jumped by so many cycles, back when negative; mtime runs on as if it had not. */
  timeJumped(by: Cycles): void {
    this.#ahead = cycles(this.#ahead - by);
    this.#timerAt = this.#firstCycleAtCompare();
  }

  /** The first board cycle at which mtime ≥ mtimecmp: from it on the timer interrupt is pending. Infinity: never. May be past. */
  nextEvent(): Cycles {
    return this.#timerAt;
  }

  read(offset: number, size: AccessSize): number {
    if (size !== 4) return NO_ANSWER;
    switch (offset) {
      case MSIP:
        return this.#softwareInterrupt;
      case MTIMECMP_LOW:
        return this.#compareLow;
      case MTIMECMP_HIGH:
        return this.#compareHigh;
      case MTIME_LOW:
        return this.mtime() % WORD;
      case MTIME_HIGH:
        return Math.floor(this.mtime() / WORD) % WORD;
      default:
        return 0; // the registers of harts that this board does not have
    }
  }

  /** The two halves of mtimecmp may come in either order (Privileged §3.2.1). mtime is the board's time: writes change nothing. */
  write(offset: number, size: AccessSize, value: number): BusResult {
    if (size !== 4) return "fault";
    if (offset === MSIP) {
      this.#softwareInterrupt = value & 1;
      this.#setSoftwareInterrupt(this.#softwareInterrupt === 1);
    } else if (offset === MTIMECMP_LOW) {
      this.#compareLow = value;
      this.#timerAt = this.#firstCycleAtCompare();
    } else if (offset === MTIMECMP_HIGH) {
      this.#compareHigh = value;
      this.#timerAt = this.#firstCycleAtCompare();
    }
    return "ok";
  }

  /** floor(board cycles × 10 MHz / clock), without rounding: split so that no product exceeds 2^53. Also the hart's `time` CSR. */
  mtime(): number {
    const now = this.#now() + this.#ahead;
    const rest = now % this.#cycles;
    return ((now - rest) / this.#cycles) * this.#ticks + Math.floor((rest * this.#ticks) / this.#cycles);
  }

  /** ceil(mtimecmp × clock / 10 MHz), likewise. Board time ends before 2^53, so a later compare value is never reached. */
  #firstCycleAtCompare(): Cycles {
    if (this.#compareHigh >= 2 ** 21) return cycles(Infinity);
    const compare = this.#compareHigh * WORD + this.#compareLow;
    // Mostly the clock is a multiple of the timebase: then there is no rest, and a remainder of large numbers costs the host much.
    const rest = this.#ticks === 1 ? 0 : compare % this.#ticks;
    const at = ((compare - rest) / this.#ticks) * this.#cycles + Math.ceil((rest * this.#cycles) / this.#ticks);
    return cycles(at <= Number.MAX_SAFE_INTEGER ? at - this.#ahead : Infinity);
  }
}
