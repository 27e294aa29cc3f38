/**
 * What a running board tells of itself while it runs, in shared memory: its threads write plain numbers as they go, and whoever
 * reads them costs the board nothing. Each word has one writer: the thread of the hart that it is of.
 */
import { HEALTH_ERROR_NAMES, type HealthError } from "../health-table.ts";
import { PARTITION_MODES, type PartitionMode } from "../hypervisor/outside.ts";
import type { PartitionView } from "../hypervisor/partition-view.ts";
import type { System } from "../system.ts";
import type { Cycles } from "../units.ts";
import { LatenessHistogram, type LatenessReport } from "./lateness.ts";

/** Words of the board. */
const BOARD = { isRunning: 0, frames: 1, boardTime: 2, words: 3 } as const;
/** Words of a partition; behind them one for each health error. */
const PARTITION = { mode: 0, suspended: 1, scans: 2, slotCycles: 3, busyCycles: 4, errors: 5 } as const;
const PARTITION_WORDS = PARTITION.errors + HEALTH_ERROR_NAMES.length;
const WORD_BYTES = 8;

/** Since power-on, or as the snapshot has it that the run goes on from. */
export interface PartitionFigures {
  readonly mode: PartitionMode;
  readonly suspended: boolean;
  readonly scans: number;
  /** Cycles of its slots, and those of them in which the guest executed. */
  readonly slotCycles: number;
  readonly busyCycles: number;
  /** In this run. */
  readonly errors: Readonly<Record<HealthError, number>>;
}

export class BoardFigures {
  readonly shared: SharedArrayBuffer;
  /** By hart; where one thread runs all harts the first. */
  readonly lateness: readonly LatenessHistogram[];
  readonly #words: Float64Array;

  /** Over `shared` when another thread made it, else over new memory. All must be given the same System. */
  constructor({ harts, partitions }: System, shared?: SharedArrayBuffer) {
    const words = BOARD.words + partitions.length * PARTITION_WORDS;
    this.shared = shared ?? new SharedArrayBuffer(words * WORD_BYTES + harts * LatenessHistogram.bytes);
    this.#words = new Float64Array(this.shared, 0, words);
    this.lateness = Array.from(
      { length: harts },
      (_, hart) => new LatenessHistogram(this.shared, words * WORD_BYTES + hart * LatenessHistogram.bytes),
    );
  }

  /** Each of the board's threads, of its own partitions: at the start of the run, and after each frame. */
  tellOf(partitions: readonly PartitionView[]): void {
    const words = this.#words;
    for (const view of partitions) {
      const at = wordsOf(view.partition.index);
      const { given, idle } = view.timeUse;
      words[at + PARTITION.mode] = PARTITION_MODES.indexOf(view.mode);
      words[at + PARTITION.suspended] = view.suspended ? 1 : 0;
      words[at + PARTITION.scans] = view.observed.scans;
      words[at + PARTITION.slotCycles] = given;
      words[at + PARTITION.busyCycles] = given - idle;
    }
  }

  /** The thread of hart 0, at the start of the run, and after each frame. @param frames that are over. */
  tellTime(frames: number, boardTime: Cycles): void {
    this.#words[BOARD.boardTime] = boardTime;
    this.#words[BOARD.frames] = frames;
    this.#words[BOARD.isRunning] = 1;
  }

  /** A board's thread: of a partition of its own. */
  errorOccurred(partition: number, error: HealthError): void {
    const at = wordsOf(partition) + PARTITION.errors + HEALTH_ERROR_NAMES.indexOf(error);
    this.#words[at] = this.#words[at]! + 1;
  }

  /** The first frame may begin. */
  get isRunning(): boolean {
    return this.#words[BOARD.isRunning] === 1;
  }

  /** Frames that are over, and the board time at which the last of them was. */
  get frames(): number {
    return this.#words[BOARD.frames]!;
  }

  get boardTime(): number {
    return this.#words[BOARD.boardTime]!;
  }

  partition(index: number): PartitionFigures {
    const at = wordsOf(index);
    const word = (offset: number): number => this.#words[at + offset]!;
    const errors = HEALTH_ERROR_NAMES.map((error, nth) => [error, word(PARTITION.errors + nth)] as const);
    return {
      mode: PARTITION_MODES[word(PARTITION.mode)]!,
      suspended: word(PARTITION.suspended) === 1,
      scans: word(PARTITION.scans),
      slotCycles: word(PARTITION.slotCycles),
      busyCycles: word(PARTITION.busyCycles),
      errors: Object.fromEntries(errors) as Record<HealthError, number>,
    };
  }

  /** Of all harts. */
  latenessReport(): LatenessReport {
    return LatenessHistogram.sumOf(this.lateness).report();
  }
}

const wordsOf = (partition: number): number => BOARD.words + partition * PARTITION_WORDS;
