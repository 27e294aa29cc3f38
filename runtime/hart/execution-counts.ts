/** How often each instruction ran and how often it jumped: the interpreter, taken from one instruction to the next. */
import { lengthOf } from "../isa/index.ts";
import type { EngineFactory, Exit } from "./engine.ts";
import { Interpreter } from "./interpreter.ts";
import { RAM_BASE } from "./layout.ts";

/** Of the first bytes of RAM, where a bare-metal image has its code. */
export class ExecutionCounts {
  readonly #executed: Uint32Array;
  readonly #jumped: Uint32Array;

  constructor(bytes: number) {
    this.#executed = new Uint32Array(bytes >> 1);
    this.#jumped = new Uint32Array(bytes >> 1);
  }

  /** Of the instruction at `address`. */
  executed(address: number): number {
    return this.#executed[indexOf(address)] ?? 0;
  }

  /** Of these, how often something else than the instruction behind it was next. */
  jumped(address: number): number {
    return this.#jumped[indexOf(address)] ?? 0;
  }

  add(address: number, jumps: boolean): void {
    const index = indexOf(address);
    if (index >= this.#executed.length) return;
    this.#executed[index]!++;
    if (jumps) this.#jumped[index]!++;
  }
}

const indexOf = (address: number): number => ((address ^ RAM_BASE) >>> 0) >>> 1;

class CountingInterpreter extends Interpreter {
  readonly #counts: ExecutionCounts;

  constructor(counts: ExecutionCounts, ...parts: ConstructorParameters<typeof Interpreter>) {
    super(...parts);
    this.#counts = counts;
  }

  /** One instruction: what is left of the budget is for the next stretch. */
  override stretch(): Exit | "translated" {
    const { hart } = this;
    const { pc } = hart;
    const exit = super.stretch(1);
    this.#counts.add(pc, hart.pc !== pc + lengthOf(this.pages.wordAt(pc)));
    return exit;
  }
}

export const interpretCounting =
  (counts: ExecutionCounts): EngineFactory =>
  ({ hart, bus, time }) =>
    new CountingInterpreter(counts, hart, bus, time);
