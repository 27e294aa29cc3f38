/** One guest on two boards, interpreted and translated: they are run alike and must stay alike. */
import { expect } from "vitest";
import { interpret } from "../../hart/index.ts";
import { RAM_BASE, STATE_WORDS } from "../../hart/layout.ts";
import { guestAddress } from "../../units.ts";
import { type Compiler, immediateCompiler, TranslatingEngine, translate } from "../index.ts";
import { ComparedBoard } from "./compared-board.ts";

export interface Guest {
  readonly code: { readonly bytes: ArrayLike<number> };
  readonly ramBytes?: number;
  /** Offsets of known functions, besides the start; absent: no others. */
  readonly functions?: readonly number[];
  /** How much of the image is said to be code; absent: all of it. */
  readonly codeBytes?: number;
  readonly compiler?: Compiler;
  readonly quietCycles?: number;
}

/** The first word that differs, or -1. */
const differenceOf = (a: Int32Array, b: Int32Array): number => {
  for (let word = 0; word < a.length; word++) if (a[word] !== b[word]) return word;
  return -1;
};

export class SideBySide {
  readonly interpreted: ComparedBoard;
  readonly translated: ComparedBoard;

  constructor(guest: Guest) {
    const { code, ramBytes = 0x4_0000, functions = [], compiler = immediateCompiler, quietCycles = 2000 } = guest;
    const image = Uint8Array.from(code.bytes);
    const end = guestAddress(RAM_BASE + (guest.codeBytes ?? image.length));
    const program = {
      ...({ image, ramBytes, temper: "plain", patches: [], isWatched: false, mayStartAnywhere: false } as const),
      ...{ data: { start: RAM_BASE, end: RAM_BASE }, counts: new Map<string, number>() },
      code: {
        ranges: [{ start: guestAddress(RAM_BASE), end }],
        functions: [...new Set([0, ...functions])]
          .sort((a, b) => a - b)
          .map((offset) => guestAddress(RAM_BASE + offset)),
      },
    };
    this.interpreted = new ComparedBoard(program, interpret);
    this.translated = new ComparedBoard(program, translate(compiler, { quietCycles }));
    // As boards do when they load an image.
    for (const { engine } of this.boards) engine.ramChanged(guestAddress(RAM_BASE), ramBytes);
  }

  get boards(): readonly ComparedBoard[] {
    return [this.interpreted, this.translated];
  }

  get engine(): TranslatingEngine {
    const { engine } = this.translated;
    if (!(engine instanceof TranslatingEngine)) throw new TypeError("nothing to translate");
    return engine;
  }

  x(register: number): number {
    return this.translated.hart.x(register);
  }

  /** One slice on both; then all is the same. */
  run(budget: number): ReturnType<ComparedBoard["run"]> {
    const exit = this.interpreted.run(budget);
    expect(this.translated.run(budget)).toBe(exit);
    expect(this.translated.now).toBe(this.interpreted.now);
    const [a, b] = [this.interpreted, this.translated];
    const stateOf = ({ hart }: ComparedBoard) => hart.words.subarray(0, STATE_WORDS);
    if (differenceOf(stateOf(a), stateOf(b)) >= 0) expect(Array.from(stateOf(b))).toEqual(Array.from(stateOf(a)));
    expect(differenceOf(a.ramWords, b.ramWords)).toBe(-1);
    return exit;
  }

  /** So many cycles in slices of at most `longest`. */
  runFor(total: number, longest: number): this {
    for (let left = total; left > 0; ) {
      const budget = Math.min(left, 1 + ((left * 7) % longest));
      this.run(budget);
      left -= budget;
    }
    return this;
  }

  /** How many cycles were translated while `action` ran. */
  translatedBy(action: () => void): number {
    const before = this.engine.translatedCycles;
    action();
    return this.engine.translatedCycles - before;
  }
}
