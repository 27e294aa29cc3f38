/** The interpreter: an Engine that executes predecoded instructions one by one, exactly. */

import { lengthOf } from "../isa/index.ts";
import { type Cycles, cycles, type GuestAddress } from "../units.ts";
import { CodePages } from "./code-pages.ts";
import type { TimeSource } from "./csrs.ts";
import { executeChecked, executeUnchecked } from "./dispatch.ts";
import {
  type Bus,
  type Engine,
  type EngineFactory,
  type Exit,
  type Fault,
  TRAP_CAUSES,
  type TrapCause,
} from "./engine.ts";
import type { Hart } from "./hart.ts";
import { memoryPlaces, PAGE_BYTES, RAM_BASE } from "./layout.ts";
import { EXECUTE } from "./permissions.ts";
import { canTakeTraps, enterInterrupt, enterTrap } from "./traps.ts";

/** What one call of the loop counts down from: a small integer. */
const LONGEST_STRETCH = 2 ** 30;

export class Interpreter implements Engine {
  fault: Fault | null = null;
  /** Where the run ends, as `hart.elapsed`. */
  end = cycles(0);
  readonly hart: Hart;
  readonly bus: Bus;
  readonly time: TimeSource;
  readonly pages: CodePages;
  /** RAM, as the loop uses it. */
  readonly view: DataView;
  #used = cycles(0);

  constructor(hart: Hart, bus: Bus, time: TimeSource) {
    this.hart = hart;
    this.bus = bus;
    this.time = time;
    const { watchAddress } = memoryPlaces(hart.ramBytes);
    const watched = new Uint8Array(hart.memory.buffer, watchAddress, hart.ramBytes / PAGE_BYTES);
    this.pages = new CodePages(hart.ram, watched);
    this.view = new DataView(hart.ram.buffer, 0, hart.ramBytes);
  }

  get used(): Cycles {
    return this.#used;
  }

  run(budget: Cycles): Exit {
    const { hart } = this;
    this.begin(budget);
    let exit: Exit | "translated";
    do exit = this.stretch(Math.min(this.end - hart.elapsed, LONGEST_STRETCH));
    while (exit === "budget" && hart.elapsed < this.end);
    assertNotTranslated(exit);
    this.#used = this.finish();
    return exit;
  }

  /** Before the stretches of a run. */
  begin(budget: Cycles): void {
    this.fault = null;
    this.end = budget;
    this.pages.watchedStore = false;
    this.hart.startRun();
    this.takeInterrupt();
  }

  /** After them. @returns the cycles used. */
  finish(): Cycles {
    this.hart.updateCounters();
    return this.hart.elapsed;
  }

  /**
   * A part of a run, of at most `budget` cycles, below 2^31.
   * @returns "budget" also when something is left of it: then the run goes on, up to its `end`. "translated": a mark was reached.
   */
  stretch(budget: number): Exit | "translated" {
    return this.hart.unrestricted ? executeUnchecked(this, budget) : executeChecked(this, budget);
  }

  watchStores(address: GuestAddress, bytes: number): void {
    this.pages.watchStores((address ^ RAM_BASE) >>> 0, bytes);
  }

  ramChanged(address: GuestAddress, bytes: number): void {
    this.pages.written((address ^ RAM_BASE) >>> 0, bytes);
  }

  /** Whether this mode may fetch the instruction at `pc`, by halfwords. */
  mayFetch(pc: number): boolean {
    const { fetchPermissions } = this.hart;
    const address = pc >>> 0;
    if (fetchPermissions.permits(EXECUTE, address, 4)) return true;
    if (!fetchPermissions.permits(EXECUTE, address, 2)) return false;
    return lengthOf(this.pages.wordAt(address)) === 2 || fetchPermissions.permits(EXECUTE, address + 2, 2);
  }

  /** Takes an interrupt that is ready; costs nothing (law 1). */
  takeInterrupt(): void {
    if (this.hart.interruptReady) enterInterrupt(this.hart);
  }

  /**
   * The instruction at pc traps. @param value for mtval.
   * @returns "fault" when the guest cannot take it, or is not to: the state stays as it was, pc at the instruction.
   */
  trap(cause: TrapCause, value: number): Exit | null {
    const { hart } = this;
    hart.countTrap();
    if (!hart.claims(TRAP_CAUSES[cause]) && canTakeTraps(hart)) {
      enterTrap(hart, cause, value);
      return null;
    }
    this.fault = { cause, pc: hart.pc, value: value >>> 0 };
    return "fault";
  }
}

function assertNotTranslated(exit: Exit | "translated"): asserts exit is Exit {
  if (exit === "translated") throw new Error("the interpreter met the mark of another engine");
}

export const interpret: EngineFactory = ({ hart, bus, time }) => new Interpreter(hart, bus, time);
