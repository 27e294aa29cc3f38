/**
 * How the threads of a board's harts agree on what is not the board's own: when to begin, whether to go on, what was asked for from
 * outside. The thread of hart 0 leads; what it writes in its turn the others read in theirs (hypervisor/turns.ts).
 */
import { availableParallelism } from "node:os";
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import {
  type Command,
  type HartMail,
  type HartOfSeveral,
  Memory,
  ModuleMemory,
  MODULE_WORD as WORD,
} from "../hypervisor/index.ts";
import type { System } from "../system.ts";
import type { Request } from "./board-requests.ts";

/** One of several harts, each with a thread of its own. */
export interface HartJob {
  readonly index: number;
  /** Of a `ModuleMemory`. */
  readonly memory: SharedArrayBuffer;
  /** By hart: to each of the others. */
  readonly ports: readonly (MessagePort | null)[];
}

/** What was asked for from outside, for one frame. */
interface Asked {
  readonly commands: readonly Command[];
  /** What each hart answers for itself. */
  readonly requests: readonly Request[];
}

const NOTHING: Asked = { commands: [], requests: [] };

/**
 * So often a thread looks for its turn before it sleeps: some tens of microseconds, as a short slot of another hart may take; and
 * some hundreds, longer than it takes to be woken, where nothing else waits for the processor.
 */
const [FEW_LOOKS, MANY_LOOKS] = [5_000, 50_000];

/** Hart 0 says so when all have counted; more than there are harts. */
const ALL_READY = 1 << 30;

export class HartLink {
  /** What the module is to know; null: this thread has all harts. */
  readonly hart: HartOfSeveral | null;
  readonly leads: boolean;
  readonly #words: Int32Array;
  readonly #ports: readonly (MessagePort | null)[];
  /** How many other harts there are. */
  readonly #others: number;
  #passedOn = 0;
  #slips = 0;

  /** @param inOrder see `HartOfSeveral`. */
  constructor(job: HartJob | null, system: System, inOrder: boolean) {
    const memory = new ModuleMemory(system, new Memory(job?.memory));
    this.#ports = job?.ports ?? [];
    this.#others = this.#ports.filter((port) => port !== null).length;
    const looks = inOrder || system.harts > availableParallelism() ? FEW_LOOKS : MANY_LOOKS;
    this.hart = job === null ? null : { index: job.index, memory, mail: mailBy(this.#ports), inOrder, looks };
    this.leads = job === null || job.index === 0;
    this.#words = memory.words;
  }

  /** No frame is started any more: hart 0 decides that before the end of the frame before. */
  get isOver(): boolean {
    return this.#words[WORD.isOver] === 1;
  }

  end(): void {
    this.#words[WORD.isOver] = 1;
  }

  /** Waits until all boards are powered on. `prepare`: what hart 0 does before the others may begin. */
  begin(prepare: () => void): void {
    if (!this.leads) {
      this.#count(WORD.ready);
      this.#awaitCount(WORD.ready, ALL_READY);
      return;
    }
    this.#awaitCount(WORD.ready, this.#others);
    prepare();
    Atomics.store(this.#words, WORD.ready, ALL_READY);
    Atomics.notify(this.#words, WORD.ready);
  }

  /** Waits on hart 0 until the others have finished. */
  finish(): void {
    if (this.leads) this.#awaitCount(WORD.stopped, this.#others);
    else this.#count(WORD.stopped);
  }

  /** Hart 0, at the start of a frame: the others are to know of these before they begin it. */
  passOn(asked: Asked): void {
    if (this.#others === 0) return;
    for (const port of this.#ports) port?.postMessage(asked);
    this.#words[WORD.passedOn]! += 1;
  }

  /** Any other one: what hart 0 passed on for this frame. */
  takePassedOn(): Asked {
    if (this.#words[WORD.passedOn] === this.#passedOn) return NOTHING;
    this.#passedOn += 1;
    return receiveMessageOnPort(this.#ports[0]!)!.message;
  }

  /** The run fell behind: all are to know. */
  slipped(): void {
    this.#words[WORD.slips]! += 1;
  }

  /** Whether the run, by whichever hart, fell behind since the last call. */
  takeSlips(): boolean {
    const slips = this.#words[WORD.slips]!;
    if (slips === this.#slips) return false;
    this.#slips = slips;
    return true;
  }

  #count(word: number): void {
    Atomics.add(this.#words, word, 1);
    Atomics.notify(this.#words, word);
  }

  #awaitCount(word: number, count: number): void {
    for (;;) {
      const now = Atomics.load(this.#words, word);
      if (now >= count) return;
      Atomics.wait(this.#words, word, now);
    }
  }
}

/** What one hart has posted before it passed its turn on, another one finds there in its own. */
const mailBy = (ports: readonly (MessagePort | null)[]): HartMail => ({
  send: (hart, state) => ports[hart]!.postMessage(state),
  receive: (hart) => receiveMessageOnPort(ports[hart]!)!.message,
});
