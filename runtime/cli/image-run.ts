/** One image alone on one board, with nobody else's time to share: from power-on until it ends by itself or is cut off. */
import {
  type BoardExit,
  type GuestImage,
  type HtifPlaces,
  type ImageAreas,
  PARTITA_MODE_CODES,
  StandaloneHost,
  Symbols,
  VirtualBoard,
} from "../board/index.ts";
import type { EngineFactory } from "../hart/index.ts";
import { cycles, hertz } from "../units.ts";
import { counted } from "./counted.ts";
import { describeFault } from "./fault-words.ts";

/** The board clock of a partition that no config describes. */
export const STANDALONE_CLOCK = hertz(100_000_000);

export interface ImageRunOptions {
  readonly image: GuestImage;
  readonly areas: ImageAreas;
  readonly memoryBytes: number;
  readonly engine: EngineFactory;
  /** null: the image knows no HTIF. */
  readonly htif: HtifPlaces | null;
  /** Leave and re-enter the guest every so many cycles; undefined: only where `advance` ends. */
  readonly slice: number | undefined;
  /** End there; undefined: never. */
  readonly maxCycles: number | undefined;
  readonly bootArguments: string;
  readonly transmit: (byte: number) => void;
  /** −1: nothing there. */
  readonly receive: () => number;
  /** Whether there may be more to receive later. */
  readonly inputIsOpen: () => boolean;
  /** What a person should know: errors that the guest raises itself. */
  readonly say: (text: string) => void;
}

/**
 * `finisher`, `tohost`: `code` 0 passed. `idle`: a `wfi` that nothing can end, or mode IDLE. `limit`: `maxCycles` ran out.
 */
export interface RunEnd {
  readonly kind: "finisher" | "tohost" | "idle" | "limit" | "fault";
  readonly code: number | null;
}

export class ImageRun {
  readonly board: VirtualBoard;
  /** null while it runs. */
  end: RunEnd | null = null;
  /** It waits in a `wfi` that only a byte on its UART can end: until there is one, `advance` gets no further. */
  awaitsInput = false;
  /** Board cycles so far. */
  cycles = 0;
  readonly #options: ImageRunOptions;
  readonly #host: StandaloneHost;
  /** Instructions of the boots before this one. */
  #instructionsBefore = 0;

  constructor(options: ImageRunOptions) {
    this.#options = options;
    this.#host = new StandaloneHost({
      requestStop: () => this.board.requestStop(),
      raiseError: (code, detail, message) => options.say(`the guest raised error ${code}, ${detail}: ${message}`),
    });
    this.board = new VirtualBoard({
      image: options.image,
      areas: options.areas,
      memoryBytes: options.memoryBytes,
      engine: options.engine,
      ...(options.htif === null ? {} : { htif: options.htif }),
      clock: STANDALONE_CLOCK,
      bootArguments: options.bootArguments,
      partita: this.#host,
      transmit: options.transmit,
      receive: options.receive,
      endsInIdle: true,
    });
  }

  get instructions(): number {
    return this.#instructionsBefore + this.board.instructions;
  }

  /** Runs `count` cycles, fewer when it ends or awaits input; slices do not change what happens. */
  advance(count: number): void {
    const limit = this.#options.maxCycles ?? Infinity;
    const until = Math.min(this.cycles + count, limit);
    this.awaitsInput = false;
    while (this.end === null && !this.awaitsInput && this.cycles < until) {
      const slice = Math.min(this.#options.slice ?? count, until - this.cycles);
      const exit = this.board.run(cycles(this.cycles), cycles(slice));
      this.cycles += this.board.used;
      if (exit !== "budget") this.#leave(exit);
    }
    if (this.end === null && this.cycles >= limit) this.end = { kind: "limit", code: null };
  }

  /** Why it ended, in words; null when the guest ended it by itself. */
  describeEnd(): string | null {
    const after = `after ${counted(this.cycles, "cycle")}`;
    switch (this.end?.kind) {
      case "fault":
        return `the guest stopped: ${this.#describeFault()}, ${after}`;
      case "idle":
        if (this.#host.mode() === PARTITA_MODE_CODES.IDLE) return `the guest went to mode IDLE ${after}`;
        return `the guest waits in wfi for an interrupt that nothing can raise, ${after}`;
      case "tohost":
        return this.end.code === 0 ? null : `the guest failed its test ${this.end.code}, as tohost says, ${after}`;
      case "limit":
        return `the guest was cut off ${after}, as --max-cycles says`;
      default:
        return null;
    }
  }

  #describeFault(): string {
    const fault = this.board.fault!;
    const name = new Symbols(this.#options.image.symbols).describe(fault.pc);
    return describeFault(fault, name);
  }

  #leave(exit: Exclude<BoardExit, "budget">): void {
    if (exit === "fault") this.end = { kind: "fault", code: null };
    else if (exit === "idle") this.#wait();
    else if (exit === "poweredOff") this.end = { kind: "finisher", code: this.board.exitCode };
    else if (exit === "tohost") this.end = { kind: "tohost", code: this.board.exitCode };
    else if (exit === "reset") this.#restart(false);
    else if (this.#host.mode() === PARTITA_MODE_CODES.IDLE) this.end = { kind: "idle", code: null };
    else this.#restart(this.#host.mode() === PARTITA_MODE_CODES.WARM_START);
  }

  #wait(): void {
    if (this.board.awaitsInput && this.#options.inputIsOpen()) this.awaitsInput = true;
    else this.end = { kind: "idle", code: null };
  }

  #restart(keepRetained: boolean): void {
    this.#instructionsBefore += this.board.instructions;
    this.board.reset(keepRetained);
    this.#host.restarted();
  }
}
