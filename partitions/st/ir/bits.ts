/** Sets of small numbers, a bit for each. */
export class Bits {
  readonly #words: Uint32Array;

  /** For numbers below `count`. */
  constructor(count: number) {
    this.#words = new Uint32Array((count + 31) >>> 5);
  }

  static copyOf(other: Bits): Bits {
    const copy = new Bits(other.#words.length << 5);
    copy.#words.set(other.#words);
    return copy;
  }

  has(index: number): boolean {
    return (this.#words[index >>> 5]! & (1 << (index & 31))) !== 0;
  }

  add(index: number): void {
    this.#words[index >>> 5]! |= 1 << (index & 31);
  }

  delete(index: number): void {
    this.#words[index >>> 5]! &= ~(1 << (index & 31));
  }

  /** Every number there is room for. */
  fill(): this {
    this.#words.fill(-1);
    return this;
  }

  addAll(other: Bits): void {
    const [words, others] = [this.#words, other.#words];
    for (let i = 0; i < words.length; i++) words[i]! |= others[i]!;
  }

  deleteAll(other: Bits): void {
    const [words, others] = [this.#words, other.#words];
    for (let i = 0; i < words.length; i++) words[i]! &= ~others[i]!;
  }

  keepOnly(other: Bits): void {
    const [words, others] = [this.#words, other.#words];
    for (let i = 0; i < words.length; i++) words[i]! &= others[i]!;
  }

  equals(other: Bits): boolean {
    const [words, others] = [this.#words, other.#words];
    for (let i = 0; i < words.length; i++) if (words[i] !== others[i]) return false;
    return true;
  }
}
