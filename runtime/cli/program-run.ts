/** One compiled program alone on one board: scan by scan, from power-on, with nobody to feed its inputs. */
import type { ProgramInfo } from "../../partitions/st/index.ts";
import { parseImage, RAM_BASE, StandaloneHost, VirtualBoard } from "../board/index.ts";
import { type EngineFactory, interpret } from "../hart/index.ts";
import { cycles, guestAddress } from "../units.ts";
import { STANDALONE_CLOCK } from "./image-run.ts";
import { findVariable, ProgramMemory, type VariableValue } from "./program-values.ts";

export interface ProgramRunOptions {
  readonly elf: Uint8Array;
  readonly program: ProgramInfo;
  readonly memoryBytes: number;
  /** Left out: the interpreter. */
  readonly engine?: EngineFactory;
  /** Leave and re-enter the guest every so many cycles. */
  readonly slice?: number | undefined;
  /** The program raised an error; codes as in partitions/sdk/partita.h. */
  readonly raiseError?: (code: number, detail: number, message: string) => void;
}

/** `scans`: all that were asked for. `limit`: the cycles ran out first. `stopped`: the program asked for another mode. */
export type ProgramEnd = "scans" | "limit" | "fault" | "stopped";

export class ProgramRun {
  readonly board: VirtualBoard;
  /** Board cycles so far, idle included. */
  cycles = 0;
  readonly #program: ProgramInfo;
  readonly #memory: ProgramMemory;
  readonly #host: StandaloneHost;
  readonly #slice: number;
  /** Board cycles from one release to the next: of several tasks, of the one that is released most often. */
  readonly #interval: number;
  #scansWanted = 0;

  constructor({
    elf,
    program,
    memoryBytes,
    engine = interpret,
    slice = Infinity,
    raiseError = () => {},
  }: ProgramRunOptions) {
    const image = parseImage(elf);
    if ("problem" in image) throw new Error(`the compiler wrote an image that cannot be read: ${image.problem}`);
    this.#program = program;
    this.#slice = slice;
    this.#interval = (STANDALONE_CLOCK * Math.min(...program.tasks.map(({ intervalNs }) => intervalNs))) / 1e9;
    this.#host = new StandaloneHost({
      requestStop: () => this.board.requestStop(),
      raiseError,
      publishOutputs: () => {
        if (this.#host.publishes >= this.#scansWanted) this.board.requestStop();
      },
    });
    this.board = new VirtualBoard({
      image,
      engine,
      areas: { input: null, output: null, retained: null },
      memoryBytes,
      clock: STANDALONE_CLOCK,
      partita: this.#host,
      transmit: () => {},
    });
    this.#memory = new ProgramMemory(this.board.ram, RAM_BASE);
  }

  /** Scans finished so far. */
  get scans(): number {
    return this.#host.publishes;
  }

  get instructions(): number {
    return this.board.instructions;
  }

  /**
   * Runs `count` scans more, for `maxCycles` cycles at most. Of a program with several tasks: as long as the one that is released
   * most often needs for them.
   */
  runScans(count: number, maxCycles = Infinity): ProgramEnd {
    const counted = this.#program.tasks.length === 1;
    this.#scansWanted = counted ? this.scans + count : Infinity;
    const begin = this.cycles;
    const limit = begin + maxCycles;
    const end = counted ? Infinity : begin + count * this.#interval;
    while (this.scans < this.#scansWanted && this.cycles < end) {
      const chunk = Math.max(16 * this.#interval, 1_000_000);
      const budget = Math.min(limit - this.cycles, end - this.cycles, chunk, this.#slice);
      if (budget <= 0) return "limit";
      const exit = this.board.run(cycles(this.cycles), cycles(budget));
      this.cycles += this.board.used;
      if (exit === "fault") return "fault";
      if (exit !== "budget" && this.scans < this.#scansWanted) return "stopped";
    }
    return "scans";
  }

  /** undefined: there is no such variable. */
  read(path: string): VariableValue | undefined {
    const place = findVariable(this.#program, path);
    return place === null ? undefined : this.#memory.read(place);
  }

  /** @returns what is wrong, or null. */
  write(path: string, text: string): string | null {
    const place = findVariable(this.#program, path);
    if (place === null) return "there is no such variable";
    const problem = this.#memory.write(place, text);
    if (problem === null) this.board.ramChanged(guestAddress(place.address), place.type.bytes);
    return problem;
  }
}
