/** The interpreter: an Engine that executes predecoded instructions one by one, exactly. */
import type { Cycles, GuestAddress } from "../units.ts";
import type { Bus, Engine, Exit, Fault } from "./engine.ts";
import type { Hart } from "./hart.ts";

/** Where the hart's `time` CSR comes from. */
export interface TimeSource {
  /** mtime at the current instruction (`hart.elapsed` cycles into the run): whole ticks, below 2^53. */
  mtime(): number;
}

export class Interpreter implements Engine {
  used = 0 as Cycles;
  fault: Fault | null = null;
  readonly hart: Hart;
  readonly bus: Bus;
  readonly time: TimeSource;

  constructor(hart: Hart, bus: Bus, time: TimeSource) {
    this.hart = hart;
    this.bus = bus;
    this.time = time;
  }

  run(budget: Cycles): Exit {
    this.used = budget;
    return "budget";
  }

  ramChanged(_address: GuestAddress, _bytes: number): void {}
}
