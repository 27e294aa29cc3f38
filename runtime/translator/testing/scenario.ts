/** What happens to a board from outside, slice by slice, decided by a seed: budgets, interrupts, writes, restarts. */
import { RAM_BASE, WORD } from "../../hart/layout.ts";
import { Random } from "../../hart/testing/random.ts";
import { cycles, guestAddress } from "../../units.ts";
import type { ComparedBoard } from "./compared-board.ts";
import type { FlowProgram } from "./random-flow-program.ts";

/** For a while slices have at most this many cycles. */
const LONGEST = [1, 3, 3, 20, 20, 60, 200, 200, 5000];
const LONGEST_PHASE = 400;
const LINES = ["software", "timer", "external"] as const;

export class Scenario {
  readonly #program: FlowProgram;
  readonly #random: Random;
  #longest = 1;
  #phaseEnds = 0;
  /** An interrupt line changes in so many slices of a thousand. */
  #interruptions = 0;

  constructor(program: FlowProgram, seed: number) {
    this.#program = program;
    this.#random = new Random(seed);
  }

  /**
   * Does to all boards what comes before this slice.
   * @param exit of the slice before. @returns the budget, in cycles.
   */
  before(slice: number, exit: string, boards: readonly ComparedBoard[]): number {
    const random = this.#random;
    if (slice >= this.#phaseEnds) {
      this.#phaseEnds = slice + 1 + random.below(LONGEST_PHASE);
      this.#longest = random.oneOf(LONGEST);
      this.#interruptions = random.oneOf([0, 5, 50, 300]);
    }
    if (!this.#program.mayStartAnywhere) {
      if (random.below(20_000) === 0) this.#restart(boards);
    } else if (exit === "fault" || random.below(30) === 0) this.#resetAnywhere(boards);
    if (this.#program.isWatched && random.below(3000) === 0) this.#watch(boards);
    if (exit === "wfi") this.#idle(boards);
    const event = random.below(1000);
    if (event < this.#interruptions) this.#interrupt(boards);
    else if (event >= 995) this.#write(boards);
    return 1 + random.below(this.#longest);
  }

  #restart(boards: readonly ComparedBoard[]): void {
    for (const board of boards) {
      board.reload();
      board.reset(RAM_BASE, 0);
    }
  }

  #resetAnywhere(boards: readonly ComparedBoard[]): void {
    const random = this.#random;
    if (random.chance(2)) for (const board of boards) board.reload();
    const pc = RAM_BASE + 2 * random.below(this.#program.image.length / 2);
    const a0 = random.value();
    const handler = random.chance(50) ? (RAM_BASE + random.below(this.#program.image.length)) & ~2 : 0;
    for (const board of boards) {
      board.reset(pc, a0);
      board.hart.words[WORD.mtvec] = handler;
    }
  }

  /** Stores to some of the data end the run. */
  #watch(boards: readonly ComparedBoard[]): void {
    const { start, end } = this.#program.data;
    const address = guestAddress(start + this.#random.below(end - start - 8));
    const bytes = this.#random.oneOf([1, 4, 8]);
    for (const { engine } of boards) engine.watchStores(address, bytes);
  }

  #idle(boards: readonly ComparedBoard[]): void {
    const idle = this.#random.below(100);
    for (const { hart } of boards) hart.addIdle(cycles(idle));
    if (this.#random.chance(70)) this.#interrupt(boards);
  }

  #interrupt(boards: readonly ComparedBoard[]): void {
    const line = this.#random.oneOf(LINES);
    const asserted = this.#random.chance(80);
    for (const { hart } of boards) hart.setInterrupt(line, asserted);
  }

  #write(boards: readonly ComparedBoard[]): void {
    const random = this.#random;
    const { data, patches } = this.#program;
    if (patches.length > 0 && random.chance(30)) {
      const { address, words } = random.oneOf(patches);
      const word = random.oneOf(words);
      for (const board of boards) board.hostWrites(address, 4, word);
      return;
    }
    const bytes = random.oneOf([1, 2, 4] as const);
    const address = data.start + random.below(data.end - data.start - 4);
    const value = random.value();
    for (const board of boards) board.hostWrites(address, bytes, value);
  }
}
