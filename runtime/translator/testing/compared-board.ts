/** A board for two engines to be compared on: RAM, a scratch device, interrupt lines; everything seen of it is a number. */
import { allocateMemory, type Bus, type BusResult, type Engine, type EngineFactory, Hart } from "../../hart/index.ts";
import { RAM_BASE } from "../../hart/layout.ts";
import { type Cycles, cycles, type GuestAddress, guestAddress } from "../../units.ts";
import { ACKNOWLEDGE, SCRATCH } from "./flow-layout.ts";
import type { FlowProgram } from "./random-flow-program.ts";

const INTERRUPT_LINES = ["software", "timer", "external"] as const;

export class ComparedBoard implements Bus {
  value = 0;
  readonly hart: Hart;
  readonly engine: Engine;
  /** RAM as words. */
  readonly ramWords: Int32Array;
  /** Device accesses so far, what the last one was, and a digest of all with their times. */
  readonly accesses = { count: 0, time: 0, address: 0, value: 0, digest: 0 };
  readonly #program: FlowProgram;
  #scratch = 0;
  #past = 0;
  #isRunning = false;
  /** When the timer's line rises, and where the run ends that is under way. */
  #due = Infinity;
  #end = 0;

  constructor(program: FlowProgram, factory: EngineFactory) {
    this.#program = program;
    this.hart = new Hart(allocateMemory(program.ramBytes), program.ramBytes);
    this.hart.ram.set(program.image);
    this.ramWords = new Int32Array(this.hart.ram.buffer, 0, program.ramBytes / 4);
    const time = { mtime: () => this.now };
    this.engine = factory({ hart: this.hart, bus: this, time, code: program.code });
  }

  /** Cycles since the start, exact also within a run. */
  get now(): number {
    return this.#past + (this.#isRunning ? this.hart.elapsed : 0);
  }

  /** @returns why it stopped, before `budget` cycles have passed or then. */
  run(budget: number): ReturnType<Engine["run"]> {
    const last = this.#past + budget;
    for (;;) {
      this.#end = Math.min(last, this.#due);
      this.#isRunning = true;
      const exit = this.engine.run(cycles(this.#end - this.#past));
      this.#isRunning = false;
      this.#past += this.engine.used;
      if (this.#past >= this.#due) this.#raiseTimer();
      if (exit !== "budget" || this.#past < this.#end || this.#past >= last) return exit;
    }
  }

  #raiseTimer(): void {
    this.#due = Infinity;
    this.hart.setInterrupt("timer", true);
  }

  /** The hart anew, at `pc`; RAM stays as it is. */
  reset(pc: number, a0: number): void {
    this.hart.reset(guestAddress(pc), a0, 0);
  }

  /** The image anew. */
  reload(): void {
    this.hart.ram.fill(0);
    this.hart.ram.set(this.#program.image);
    this.engine.ramChanged(guestAddress(RAM_BASE), this.#program.ramBytes);
  }

  /** Someone else than the guest writes. */
  hostWrites(address: number, bytes: 1 | 2 | 4, value: number): void {
    for (let byte = 0; byte < bytes; byte++) this.hart.ram[address - RAM_BASE + byte] = value >>> (8 * byte);
    this.engine.ramChanged(guestAddress(address), bytes);
  }

  read(address: GuestAddress, size: 1 | 2 | 4): BusResult {
    if (address - SCRATCH.start >= SCRATCH.bytes || address < SCRATCH.start) return "fault";
    this.value = (this.#scratch & (2 ** (8 * size) - 1)) >>> 0;
    this.#log(address, size, this.value);
    return "ok";
  }

  write(address: GuestAddress, size: 1 | 2 | 4, value: number): BusResult {
    if (address === ACKNOWLEDGE) for (const line of INTERRUPT_LINES) this.hart.setInterrupt(line, false);
    else if (address >= SCRATCH.start && address - SCRATCH.start < SCRATCH.bytes) this.#scratch = value;
    else return "fault";
    this.#log(address, -size, value);
    return "ok";
  }

  /** Now it does, now it does not, now only until the timer is due; the same for every engine. */
  settle(): Cycles {
    const { count } = this.accesses;
    if (count % 3 === 0) return cycles(0);
    if (count % 3 === 1) this.#due = this.now + 1 + ((count * 13) % 97);
    this.#end = Math.min(this.#end, this.#due);
    return cycles(this.#end - this.#past);
  }

  #log(address: number, access: number, value: number): void {
    const { accesses, now } = this;
    accesses.count++;
    accesses.time = now;
    accesses.address = address;
    accesses.value = value;
    let digest = accesses.digest;
    const { pc, words } = this.hart;
    for (const part of [address, access, value, now, pc, ...words.subarray(0, 32)])
      digest = Math.imul(digest ^ part, 0x0100_0193) ^ (digest >>> 15);
    accesses.digest = digest;
  }
}
