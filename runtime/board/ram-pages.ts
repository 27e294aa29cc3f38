/**
 * RAM by what a guest made of it: the pages that are not as the image left them. Most of a partition's RAM is never touched, so
 * this is what a snapshot keeps and what a clone copies.
 */
import { PAGE_BYTES, RAM_BASE } from "../hart/layout.ts";

const PAGE_WORDS = PAGE_BYTES / 4;
const ZEROS = new Int32Array(PAGE_WORDS);

/** Pages that differ from those of a board just loaded. */
export interface RamPages {
  /** Which pages, counted from the start of RAM, ascending. */
  readonly numbers: Uint32Array;
  /** Their bytes, one page after the other. */
  readonly bytes: Uint8Array;
}

/** Something that is loaded into cleared RAM; it does not change afterwards. */
export interface LoadedBytes {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** The RAM of one board, as a board that loads these bytes has it after a reset. */
export class RamPagesOf {
  readonly #ram: Uint8Array;
  readonly #words: Int32Array;
  /** By page; all others are zero. */
  readonly #loaded = new Map<number, Int32Array>();

  constructor(ram: Uint8Array, loaded: readonly LoadedBytes[]) {
    this.#ram = ram;
    this.#words = new Int32Array(ram.buffer, ram.byteOffset, ram.length / 4);
    for (const { address, bytes } of loaded) this.#load(address - RAM_BASE, bytes);
  }

  /** The pages that have changed since, copied. */
  changed(): RamPages {
    const numbers: number[] = [];
    for (let page = 0; page < this.#ram.length / PAGE_BYTES; page++) if (this.#isChanged(page)) numbers.push(page);
    const bytes = new Uint8Array(numbers.length * PAGE_BYTES);
    for (const [index, page] of numbers.entries()) bytes.set(this.#page(page), index * PAGE_BYTES);
    return { numbers: Uint32Array.from(numbers), bytes };
  }

  /** Makes RAM what it was when `changed` gave these pages; touches no page that is so already. */
  restore({ numbers, bytes }: RamPages): void {
    let next = 0;
    for (let page = 0; page < this.#ram.length / PAGE_BYTES; page++) {
      if (numbers[next] === page) {
        this.#ram.set(bytes.subarray(next * PAGE_BYTES, (next + 1) * PAGE_BYTES), page * PAGE_BYTES);
        next += 1;
      } else if (this.#isChanged(page)) this.#words.set(this.#loaded.get(page) ?? ZEROS, page * PAGE_WORDS);
    }
  }

  #page(page: number): Uint8Array {
    return this.#ram.subarray(page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
  }

  #isChanged(page: number): boolean {
    const words = this.#words;
    const start = page * PAGE_WORDS;
    const loaded = this.#loaded.get(page);
    if (loaded === undefined) return !isZero(words, start);
    for (let i = 0; i < PAGE_WORDS; i++) if (words[start + i] !== loaded[i]) return true;
    return false;
  }

  #load(offset: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const page = Math.floor((offset + at) / PAGE_BYTES);
      const within = (offset + at) % PAGE_BYTES;
      const length = Math.min(PAGE_BYTES - within, bytes.length - at);
      let words = this.#loaded.get(page);
      if (words === undefined) {
        words = new Int32Array(PAGE_WORDS);
        this.#loaded.set(page, words);
      }
      new Uint8Array(words.buffer).set(bytes.subarray(at, at + length), within);
      at += length;
    }
  }
}

/** Several words at once: memory that nobody touched is most of what is looked at. */
const isZero = (words: Int32Array, start: number): boolean => {
  for (let at = start; at < start + PAGE_WORDS; at += 8) {
    const low = words[at]! | words[at + 1]! | words[at + 2]! | words[at + 3]!;
    if ((low | words[at + 4]! | words[at + 5]! | words[at + 6]! | words[at + 7]!) !== 0) return false;
  }
  return true;
};
