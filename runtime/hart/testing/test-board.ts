/** The least of a board that a hart needs in tests: RAM, a finisher, a software interrupt, and a log of device accesses. */
import { type Cycles, cycles, type GuestAddress, guestAddress } from "../../units.ts";
import {
  allocateMemory,
  type Bus,
  type BusResult,
  type Engine,
  type EngineFactory,
  Hart,
  interpret,
} from "../index.ts";
import { RAM_BASE, WORD } from "../layout.ts";
import type { Assembly } from "./assembly.ts";
import { FINISHER, MSIP } from "./program-frame.ts";

/** Two words that read as what was written last; accesses to them are logged with `hart.elapsed`. */
export const SCRATCH_DEVICE = 0x1000_0000;

export class TestBoard implements Bus {
  value = 0;
  finished = false;
  readonly accesses: { readonly kind: "read" | "write"; readonly elapsed: number }[] = [];
  readonly hart: Hart;
  readonly engine: Engine;
  readonly #scratch = new Map<number, number>([
    [SCRATCH_DEVICE, 0],
    [SCRATCH_DEVICE + 4, 0],
  ]);
  /** What the `time` CSR reads is this many ticks behind the cycles of all runs. */
  timeOffset = 0;
  #past = 0;

  constructor(ramBytes: number, image: Uint8Array, factory: EngineFactory = interpret) {
    this.hart = new Hart(allocateMemory(ramBytes), ramBytes);
    this.hart.ram.set(image);
    const time = { mtime: () => this.#past + this.hart.elapsed + this.timeOffset };
    const code = {
      ranges: [{ start: guestAddress(RAM_BASE), end: guestAddress(RAM_BASE + image.length) }],
      functions: [guestAddress(RAM_BASE)],
    };
    this.engine = factory({ hart: this.hart, bus: this, time, code });
  }

  static of(code: Assembly, ramBytes = 0x1_0000): TestBoard {
    return new TestBoard(ramBytes, Uint8Array.from(code.bytes));
  }

  /** Cycles of all runs so far. */
  get cycles(): number {
    return this.#past;
  }

  run(budget: number): ReturnType<Engine["run"]> {
    const exit = this.engine.run(cycles(budget));
    this.#past += this.engine.used;
    return exit;
  }

  /** Until the program uses the finisher. @param slice the budget of each run. */
  finish(slice: () => Cycles): this {
    while (!this.finished) {
      const exit = this.run(slice());
      if (exit === "fault" || exit === "wfi")
        throw new Error(`${exit} ${this.engine.fault?.cause} at ${this.hart.pc.toString(16)}`);
    }
    return this;
  }

  /** Offset of pc from the start of RAM. */
  get at(): number {
    return this.hart.pc - RAM_BASE;
  }

  csr(name: keyof typeof WORD): number {
    return this.hart.words[WORD[name]]! >>> 0;
  }

  read(address: GuestAddress): BusResult {
    const scratch = this.#scratch.get(address);
    if (scratch === undefined) return "fault";
    this.accesses.push({ kind: "read", elapsed: this.hart.elapsed });
    this.value = scratch;
    return "ok";
  }

  settle(): Cycles {
    return cycles(0);
  }

  write(address: GuestAddress, _size: 1 | 2 | 4, value: number): BusResult {
    if (address === MSIP) this.hart.setInterrupt("software", value === 1);
    else if (address === FINISHER) this.finished = true;
    else if (this.#scratch.has(address)) {
      this.accesses.push({ kind: "write", elapsed: this.hart.elapsed });
      this.#scratch.set(address, value);
    } else return "fault";
    return "ok";
  }
}
