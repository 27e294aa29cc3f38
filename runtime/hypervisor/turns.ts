/**
 * The order in which the threads of several harts do the work of boundaries: each boundary is a turn, and the thread that has the turn
 * reads and writes what harts share. Slots run outside of turns, side by side (design.md "At a boundary"). A frame's turns are its
 * start on each hart, on hart 0 first, perhaps several times over; its slots' starts and ends; and its end on each hart, on hart 0 last.
 * Starts and ends of free partitions' slots are no turns.
 */
import { MODULE_WORD } from "./module-memory.ts";

/** One hart's view of it. It counts the turns of the others as they are passed by. */
export class Turns {
  readonly #hart: number;
  readonly #harts: number;
  /** Those of a `ModuleMemory` that is shared; null: one thread has every turn. */
  readonly #words: Int32Array | null;
  /** By partition. */
  readonly #free: readonly boolean[];
  readonly #looks: number;
  /** Of the boundary that the hart has come to. */
  #turn = 0;

  /**
   * @param free by partition; left out: none is.
   * @param looks so often a thread looks whether its turn has come before it sleeps.
   */
  constructor(hart: number, harts: number, words: Int32Array | null, free: readonly boolean[] = [], looks = 0) {
    this.#hart = hart;
    this.#harts = harts;
    this.#words = words;
    this.#free = free;
    this.#looks = looks;
  }

  /** Slots on this hart are this thread's. */
  has(hart: number): boolean {
    return this.#words === null || hart === this.#hart;
  }

  /** Whatever came before the frame is over, on all harts. */
  awaitFrame(): void {
    this.#await(this.#turn);
  }

  awaitFrameStart(): void {
    this.#await(this.#turn + this.#hart);
  }

  frameStarted(): void {
    this.#pass(this.#turn + this.#hart);
    this.#turn += this.#harts;
  }

  /** Still at the start of the frame: whatever was done before is done on all harts, and each has a turn once more. */
  anotherRound(): void {
    this.frameStarted();
    this.awaitFrameStart();
  }

  awaitSlotBoundary(partition: number): void {
    if (this.#free[partition] !== true) this.#await(this.#turn);
  }

  slotBoundaryDone(partition: number): void {
    if (this.#free[partition] === true) return;
    this.#pass(this.#turn);
    this.#turn += 1;
  }

  /** A boundary of another hart's slot. */
  passBy(partition: number): void {
    if (this.#free[partition] !== true) this.#turn += 1;
  }

  awaitFrameEnd(): void {
    this.#await(this.#ownFrameEnd);
  }

  frameEnded(): void {
    this.#pass(this.#ownFrameEnd);
    this.#turn += this.#harts;
  }

  get #ownFrameEnd(): number {
    return this.#turn + this.#harts - 1 - this.#hart;
  }

  #await(turn: number): void {
    const words = this.#words;
    if (words === null) return;
    let now = Atomics.load(words, MODULE_WORD.turn);
    for (let look = 0; look < this.#looks && !hasCome(now, turn); look++) now = Atomics.load(words, MODULE_WORD.turn);
    if (!hasCome(now, turn)) this.#sleep(words, turn);
  }

  #sleep(words: Int32Array, turn: number): void {
    Atomics.add(words, MODULE_WORD.asleep, 1);
    for (;;) {
      const now = Atomics.load(words, MODULE_WORD.turn);
      if (hasCome(now, turn)) break;
      Atomics.wait(words, MODULE_WORD.turn, now);
    }
    Atomics.sub(words, MODULE_WORD.asleep, 1);
  }

  #pass(turn: number): void {
    if (this.#words === null) return;
    Atomics.store(this.#words, MODULE_WORD.turn, (turn + 1) | 0);
    if (Atomics.load(this.#words, MODULE_WORD.asleep) > 0) Atomics.notify(this.#words, MODULE_WORD.turn);
  }
}

/** Turns are counted modulo 2^32. */
const hasCome = (now: number, turn: number): boolean => ((now - turn) | 0) >= 0;
