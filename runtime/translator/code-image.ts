/** What the translator reads: a copy of a guest's RAM as it was when translation was asked for, and its instructions. */
import { RAM_BASE } from "../hart/layout.ts";
import { decode, expand, lengthOf } from "../isa/index.ts";
import { type GuestInstruction, guestInstruction } from "./registers.ts";

/** Plain data: it is posted to whoever compiles. All addresses are guest addresses. */
export interface CodeSnapshot {
  /** RAM from its start, as far as it may be of interest. */
  readonly ram: Uint8Array;
  /** What the partition's whole RAM holds, in bytes: loads and stores are checked against it. */
  readonly ramBytes: number;
  /** Where instructions lie: `start` … `end` − 1. */
  readonly start: number;
  readonly end: number;
  /** Where functions are known to begin, ascending. */
  readonly functions: readonly number[];
  /** Code outside of `start` … `end` is executed, or stores to some bytes are watched: stores must look where they go. */
  readonly careful: boolean;
  /** Start and end of code that was written to before: not to be translated. */
  readonly volatile: readonly { readonly start: number; readonly end: number }[];
}

export class CodeImage {
  readonly snapshot: CodeSnapshot;
  readonly #view: DataView;
  /** By halfword from `start`. */
  readonly #isVolatile: Uint8Array;
  /** By halfword from `start`; undefined where nobody asked yet. */
  readonly #instructions: (GuestInstruction | null | undefined)[];
  /** The same word means the same everywhere. */
  readonly #byWord = new Map<number, GuestInstruction | null>();

  constructor(snapshot: CodeSnapshot) {
    this.snapshot = snapshot;
    this.#view = new DataView(snapshot.ram.buffer, snapshot.ram.byteOffset, snapshot.ram.byteLength);
    this.#isVolatile = new Uint8Array((snapshot.end - snapshot.start + 1) >>> 1);
    for (const { start, end } of snapshot.volatile) {
      this.#isVolatile.fill(1, (start - snapshot.start) >>> 1, (end - snapshot.start + 1) >>> 1);
    }
    this.#instructions = new Array<GuestInstruction | null | undefined>((snapshot.end - snapshot.start) >>> 1);
  }

  isCode(pc: number): boolean {
    return pc >= this.snapshot.start && pc < this.snapshot.end;
  }

  /** The instruction at `pc` was written to before: the interpreter executes it, whatever it is by then. */
  isVolatile(pc: number): boolean {
    if (this.snapshot.volatile.length === 0) return false;
    const bytes = this.at(pc)?.bytes ?? 2;
    const index = (pc - this.snapshot.start) >>> 1;
    return this.#isVolatile[index] === 1 || this.#isVolatile[index + (bytes >>> 1) - 1] === 1;
  }

  /** null: no instruction of this hart lies there. */
  at(pc: number): GuestInstruction | null {
    if (!this.isCode(pc)) return null;
    const index = (pc - this.snapshot.start) >>> 1;
    const known = this.#instructions[index];
    if (known !== undefined) return known;
    const instruction = this.#read(pc);
    this.#instructions[index] = instruction;
    return instruction;
  }

  /** The word in RAM; null where the copy does not reach. */
  wordAt(address: number): number | null {
    const offset = address - RAM_BASE;
    return offset >= 0 && offset + 4 <= this.#view.byteLength ? this.#view.getInt32(offset, true) : null;
  }

  #read(pc: number): GuestInstruction | null {
    const word = this.instructionWord(pc);
    return word === null ? null : this.#decoded(word);
  }

  /** The word of the instruction at `pc`, 16 bits when they say so; null where the code ends in it. */
  instructionWord(pc: number): number | null {
    const offset = pc - RAM_BASE;
    if (offset + 2 > this.#view.byteLength) return null;
    const low = this.#view.getUint16(offset, true);
    const bytes = lengthOf(low);
    if (offset + bytes > this.#view.byteLength || pc + bytes > this.snapshot.end) return null;
    return bytes === 2 ? low : this.#view.getInt32(offset, true);
  }

  #decoded(word: number): GuestInstruction | null {
    const known = this.#byWord.get(word);
    if (known !== undefined) return known;
    const decoded = decode(word);
    const instruction = decoded === null ? null : guestInstruction(expand(decoded));
    this.#byWord.set(word, instruction);
    return instruction;
  }
}
