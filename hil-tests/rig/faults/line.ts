/** The line between a field device and the module, with its faults: what becomes of the words on their way. */
import { uniformAt } from "../../plants/random.ts";
import type { Restore } from "../../plants/restore.ts";
import { HAIR, toSeconds } from "../duration.ts";
import type { DeviceFault } from "./fault.ts";

/** A signal's registers, or one word of 0 or 1 for a bit; null: nothing arrives. */
export type Words = readonly number[] | null;

export interface Passage {
  /** Virtual, s. */
  readonly time: number;
  /** Counted from power-on. */
  readonly frame: number;
  /** Which of the line's signals. */
  readonly wire: number;
  readonly isBit: boolean;
}

interface Sent {
  /** Virtual, s. */
  readonly time: number;
  readonly words: Words;
}

export class Line {
  readonly #faults = new Set<DeviceFault>();
  /** By wire, as they were sent last. */
  readonly #latest: Words[] = [];
  /** Of each delay, by wire, oldest first: what is on its way in it. */
  #onTheWay = new Map<DeviceFault, ReadonlyMap<number, readonly Sent[]>>();

  add(fault: DeviceFault): void {
    this.#faults.add(fault);
  }

  remove(fault: DeviceFault): void {
    this.#faults.delete(fault);
    this.#onTheWay.delete(fault);
  }

  /** It has no faults. */
  get isSound(): boolean {
    return this.#faults.size === 0;
  }

  /** What arrives of `words` while it is sound: all. */
  pass(words: readonly number[], wire: number): readonly number[] {
    this.#latest[wire] = words;
    return words;
  }

  /** What arrives of `words`. */
  carry(words: Words, passage: Passage): Words {
    let carried = words;
    for (const fault of this.#faults) carried = this.#through(fault, carried, passage);
    this.#latest[passage.wire] = words;
    return carried;
  }

  /** Whether what the module writes reaches the device. */
  takes(passage: Passage): boolean {
    return this.carry([0], { ...passage, isBit: true }) !== null;
  }

  checkpoint(): Restore {
    const [faults, onTheWay, latest] = [[...this.#faults], new Map(this.#onTheWay), [...this.#latest]];
    return () => {
      this.#latest.splice(0, this.#latest.length, ...latest);
      this.#faults.clear();
      for (const fault of faults) this.#faults.add(fault);
      this.#onTheWay = new Map(onTheWay);
    };
  }

  #through(fault: DeviceFault, words: Words, { time, frame, wire, isBit }: Passage): Words {
    if (words === null || fault.kind === "silence") return null;
    if (fault.kind === "delay") return this.#later(fault, wire, { time, words }, toSeconds(fault.by));
    const chance = uniformAt((fault.seed ?? 1) ^ wire, frame);
    if (chance >= fault.share) return words;
    return fault.kind === "loss" ? null : flipped(words, isBit, chance / fault.share);
  }

  /** Until the first has arrived there is what there was before the delay began. */
  #later(fault: DeviceFault, wire: number, last: Sent, by: number): Words {
    const queues = this.#onTheWay.get(fault) ?? new Map<number, readonly Sent[]>();
    const before = queues.get(wire) ?? [{ time: -Infinity, words: this.#latest[wire] ?? last.words }];
    const sent = [...before, last];
    const arrived = sent.findLastIndex((each) => each.time <= last.time - by + HAIR);
    this.#onTheWay.set(fault, new Map([...queues, [wire, sent.slice(arrived)]]));
    return sent[arrived]!.words;
  }
}

/** @param chance evenly over 0 … 1: says which bit. */
const flipped = (words: readonly number[], isBit: boolean, chance: number): Words => {
  if (isBit) return [words[0]! ^ 1];
  const bit = Math.floor(chance * 16 * words.length);
  return words.map((word, index) => (index === bit >> 4 ? word ^ (1 << (bit & 15)) : word));
};
