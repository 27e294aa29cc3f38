/**
 * Predecoded instructions: for each 4 KiB page of RAM that was executed from, an array with a slot for every halfword. A slot
 * is decoded when it is first executed and cleared when its bytes are written, so that a fetch always sees the latest store.
 */
import { decode, expand, lengthOf } from "../isa/index.ts";
import { FIRST_INSTRUCTION, packInstruction, SPECIAL } from "./dispatch-kinds.ts";
import { PAGE_BYTES, RAM_BASE } from "./layout.ts";

/** A slot is four words: head (dispatch number, length) and three operands as `packInstruction` lays them out. */
const SLOT_WORDS = 4;
/** Bits of the head below the length: the dispatch number. Above: the words to the next instruction's slot. */
export const HEAD_BITS = 10;
export const DISPATCH_MASK = (1 << HEAD_BITS) - 1;
const PAGE_SLOTS = PAGE_BYTES / 2;
const SLOT_BITS = 11;

export type CodePage = Int32Array;

const headOf = (dispatch: number, bytes: number): number => dispatch | ((bytes * (SLOT_WORDS / 2)) << HEAD_BITS);

/** In words, from the start of its page. */
const slotOf = (pc: number): number => (pc & (PAGE_BYTES - 1)) * (SLOT_WORDS / 2);

/** A mark takes the place of a head, which it holds above its own dispatch number. */
const isMark = (head: number): boolean => (head & DISPATCH_MASK) === SPECIAL.translated;

/** Two more slots than halfwords: an instruction that ends at, or 2 bytes behind, the page's end goes on there. */
const newPage = (): CodePage => {
  const page = new Int32Array((PAGE_SLOTS + 2) * SLOT_WORDS);
  page[PAGE_SLOTS * SLOT_WORDS] = SPECIAL.nextPage;
  page[(PAGE_SLOTS + 1) * SLOT_WORDS] = SPECIAL.nextPage;
  return page;
};

/** What lies outside RAM: every fetch faults. */
const NOWHERE: CodePage = new Int32Array(PAGE_SLOTS * SLOT_WORDS).fill(headOf(SPECIAL.fetchFault, 0));

/** What an engine that also executes the code otherwise wants to know of the pages. */
export interface CodePagesListener {
  /** An instruction of `bytes` bytes at this offset in RAM was decoded for the first time since it was written. */
  decoded(offset: number, bytes: number): void;
  /** Bytes of RAM that somebody watches, or may, have changed. */
  written(offset: number, bytes: number): void;
}

export class CodePages {
  /** null: nobody. */
  listener: CodePagesListener | null = null;
  /**
   * By page of RAM: not 0 where a store must call `written`. Also set for the page before one with code, because
   * a store is looked up by its first byte alone.
   */
  readonly watched: Uint8Array;
  /** A store has touched the bytes of `watchStores` since somebody set this to false: the run ends behind it. */
  watchedStore = false;
  #watchStart = 0;
  #watchEnd = 0;
  readonly #ram: Uint8Array;
  readonly #pages: (CodePage | null)[];
  /** Where marks are lifted for a while. */
  readonly #lifted: number[] = [];

  /** @param watched a byte for each page of RAM. */
  constructor(ram: Uint8Array, watched: Uint8Array) {
    this.#ram = ram;
    this.watched = watched;
    this.#pages = new Array<CodePage | null>(this.watched.length).fill(null);
  }

  /** The page that holds `pc`, or one on which every fetch faults. */
  at(pc: number): CodePage {
    const offset = (pc ^ RAM_BASE) >>> 0;
    if (offset >= this.#ram.length) return NOWHERE;
    const index = (offset / PAGE_BYTES) | 0;
    return this.#pages[index] ?? this.#create(index);
  }

  /** Decodes the instruction at `pc`, in RAM, into its slot of `page`, which starts at word `at`. */
  decode(page: CodePage, at: number, pc: number): void {
    const offset = (pc ^ RAM_BASE) >>> 0;
    const word = this.wordAt(pc);
    const bytes = lengthOf(word);
    if (offset + bytes > this.#ram.length) {
      page[at] = headOf(SPECIAL.fetchFault, 0);
      return;
    }
    const lastPage = ((offset + bytes - 1) / PAGE_BYTES) | 0;
    this.watched[lastPage] = 1;
    this.listener?.decoded(offset, bytes);
    const decoded = decode(word);
    if (decoded === null) {
      page[at] = headOf(SPECIAL.illegal, 0);
      return;
    }
    const expanded = expand(decoded);
    const [a, b, c] = packInstruction(expanded, pc);
    page[at + 1] = a;
    page[at + 2] = b;
    page[at + 3] = c;
    page[at] = headOf(FIRST_INSTRUCTION + expanded.instruction.number, bytes);
  }

  /** The instruction word at `pc`, in RAM; only 16 bits when they say so, or when RAM ends there. */
  wordAt(pc: number): number {
    const offset = (pc ^ RAM_BASE) >>> 0;
    const low = this.#ram[offset]! | (this.#ram[offset + 1]! << 8);
    if (lengthOf(low) === 2 || offset + 4 > this.#ram.length) return low;
    return low | (this.#ram[offset + 2]! << 16) | (this.#ram[offset + 3]! << 24);
  }

  /** From now on `watchedStore` tells of stores to these bytes of RAM; only of the latest bytes asked for. */
  watchStores(offset: number, bytes: number): void {
    this.#watchStart = offset;
    this.#watchEnd = offset + bytes;
    const [first, last] = [Math.max(0, offset - PAGE_BYTES), offset + bytes - 1];
    this.watched.fill(1, Math.floor(first / PAGE_BYTES), Math.floor(last / PAGE_BYTES) + 1);
  }

  /** Someone executes the code there otherwise: stores to it come to `written`, whether it was decoded here or not. */
  watchCode(offset: number, bytes: number): void {
    const first = Math.max(0, Math.floor(offset / PAGE_BYTES) - 1);
    this.watched.fill(1, first, Math.floor((offset + bytes - 1) / PAGE_BYTES) + 1);
  }

  /** `bytes` bytes of RAM from `offset` on have changed: the instructions that any of them belongs to are decoded again. */
  written(offset: number, bytes: number): void {
    if (offset < this.#watchEnd && offset + bytes > this.#watchStart) this.watchedStore = true;
    this.listener?.written(offset, bytes);
    const last = (offset + bytes - 1) >>> 1;
    // A 4-byte instruction that starts one halfword earlier reaches into the range.
    for (let halfword = Math.max(0, (offset >>> 1) - 1); halfword <= last; halfword++) {
      const page = this.#pages[halfword >>> SLOT_BITS];
      if (page === null || page === undefined) halfword |= PAGE_SLOTS - 1;
      else page[(halfword & (PAGE_SLOTS - 1)) * SLOT_WORDS] = SPECIAL.undecoded;
    }
  }

  // ── Marks: where the loop is to stop, because somebody else goes on from there ────────────────────────────────────

  /** Before the instruction at `pc`, in RAM, the loop stops, "translated". */
  mark(pc: number): void {
    const page = this.at(pc);
    const slot = slotOf(pc);
    if (!isMark(page[slot]!)) page[slot] = SPECIAL.translated | (page[slot]! << HEAD_BITS);
  }

  /** No longer. */
  unmark(pc: number): void {
    this.#restore(pc);
    const lifted = this.#lifted.indexOf(pc | 0);
    if (lifted >= 0) this.#lifted.splice(lifted, 1);
  }

  isMarked(pc: number): boolean {
    return isMark(this.at(pc)[slotOf(pc)]!);
  }

  /** The loop passes the mark at `pc` until `settle`. */
  lift(pc: number): void {
    this.#restore(pc);
    this.#lifted.push(pc | 0);
  }

  /** Marks that were lifted hold again. */
  settle(): void {
    for (let pc = this.#lifted.pop(); pc !== undefined; pc = this.#lifted.pop()) this.mark(pc);
  }

  #restore(pc: number): void {
    const page = this.at(pc);
    const slot = slotOf(pc);
    // Otherwise the code was written since, and the mark is gone.
    if (isMark(page[slot]!)) page[slot] = page[slot]! >>> HEAD_BITS;
  }

  #create(index: number): CodePage {
    const page = newPage();
    this.#pages[index] = page;
    this.watched[index] = 1;
    if (index > 0) this.watched[index - 1] = 1;
    return page;
  }
}
