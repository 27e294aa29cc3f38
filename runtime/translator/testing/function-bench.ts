/** Functions of a few instructions, each called alone on two boards: one that interprets, one that has translated them all before. */
import { interpret } from "../../hart/index.ts";
import { RAM_BASE, STATE_WORDS, WORD, xWord } from "../../hart/layout.ts";
import type { Assembly } from "../../hart/testing/assembly.ts";
import { X } from "../../isa/index.ts";
import { guestAddress } from "../../units.ts";
import { immediateCompiler, TranslatingEngine, translate } from "../index.ts";
import { ComparedBoard } from "./compared-board.ts";

export const RAM_BYTES = 0x10_0000;
/** What is compared of memory lies around it. */
export const OPERANDS = RAM_BASE + 0xf_0000;

/** A function to be tried, where it lies, and how many instructions it executes. */
export interface Trial {
  readonly start: number;
  readonly cycles: number;
}

/** Both boards, with all functions translated before the first runs. */
export class FunctionBench {
  readonly interpreted: ComparedBoard;
  readonly translated: ComparedBoard;

  constructor(code: Assembly, functions: readonly number[]) {
    const image = Uint8Array.from(code.bytes);
    if (image.length > OPERANDS - RAM_BASE - 4096) throw new RangeError(`${image.length} bytes are too many`);
    const program = {
      ...({
        image,
        ramBytes: RAM_BYTES,
        temper: "plain",
        patches: [],
        isWatched: false,
        mayStartAnywhere: false,
      } as const),
      ...{ data: { start: RAM_BASE, end: RAM_BASE }, counts: new Map<string, number>() },
      code: {
        ranges: [{ start: guestAddress(RAM_BASE), end: guestAddress(RAM_BASE + image.length) }],
        functions: functions.map((offset) => guestAddress(RAM_BASE + offset)),
      },
    };
    this.interpreted = new ComparedBoard(program, interpret);
    this.translated = new ComparedBoard(program, translate(immediateCompiler));
    for (const { engine } of this.boards) engine.ramChanged(guestAddress(RAM_BASE), RAM_BYTES);
    // A chunk comes with each run.
    for (let run = 0; run < 100; run++) this.try({ start: 0, cycles: 1 }, () => {});
  }

  get boards(): readonly ComparedBoard[] {
    return [this.interpreted, this.translated];
  }

  get engine(): TranslatingEngine {
    if (!(this.translated.engine instanceof TranslatingEngine)) throw new TypeError("nothing to translate");
    return this.translated.engine;
  }

  /** @returns what differs behind the function, or null. */
  try({ start, cycles }: Trial, prepare: (words: Int32Array) => void): string | null {
    const [a, b] = [this.interpreted.hart.words, this.translated.hart.words];
    prepare(a);
    a[WORD.pc] = RAM_BASE + start;
    a[xWord(X.ra)] = RAM_BASE;
    b.set(a.subarray(0, STATE_WORDS));
    for (const { hart } of this.boards) hart.updatePermissions();
    const before = Array.from(a.subarray(0, WORD.fcsr + 1));
    const exit = this.interpreted.run(cycles);
    const other = this.translated.run(cycles);
    const differences = exit === other ? [] : [`exit: ${exit} and ${other}`];
    for (let word = 0; word < STATE_WORDS; word++) {
      if (a[word] !== b[word]) differences.push(`word ${word}: ${hex(a[word]!)} and ${hex(b[word]!)}`);
    }
    const [first, second] = this.boards.map(
      ({ hart }) => new BigInt64Array(hart.ram.buffer, OPERANDS - RAM_BASE - 64, 32),
    );
    for (const [index, word] of first!.entries()) {
      if (word !== second![index]) differences.push(`memory: ${word.toString(16)} and ${second![index]!.toString(16)}`);
    }
    if (differences.length === 0) return null;
    return `${differences.join(", ")}; before: ${before.map(hex).join(" ")}`;
  }
}

export const hex = (value: number): string => (value >>> 0).toString(16);
