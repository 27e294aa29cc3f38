/** Names for addresses: the symbols of an image, by where they are. */
import type { ElfSymbol } from "./elf.ts";

export class Symbols {
  /** Ascending by address; of several at one address the one that a reader would look for. */
  readonly #sorted: readonly ElfSymbol[];

  constructor(symbols: readonly ElfSymbol[]) {
    const named = symbols.filter(({ name }) => !isMarker(name));
    named.sort((a, b) => a.address - b.address || rank(b) - rank(a));
    this.#sorted = named.filter((symbol, index) => named[index - 1]?.address !== symbol.address);
  }

  /** The symbol that starts exactly there. */
  at(address: number): ElfSymbol | null {
    const symbol = this.#sorted[this.#lastUpTo(address)];
    return symbol?.address === address ? symbol : null;
  }

  /** The symbol whose bytes, or the nearest label below, `address` belongs to. */
  covering(address: number): ElfSymbol | null {
    const symbol = this.#sorted[this.#lastUpTo(address)];
    if (symbol === undefined || (symbol.size > 0 && address >= symbol.address + symbol.size)) return null;
    return symbol;
  }

  /** `main+0x8`, or null where nothing has a name. */
  describe(address: number): string | null {
    const symbol = this.covering(address);
    if (symbol === null) return null;
    const offset = address - symbol.address;
    return offset === 0 ? symbol.name : `${symbol.name}+0x${offset.toString(16)}`;
  }

  /** Index of the last symbol at or below `address`; −1 when there is none. */
  #lastUpTo(address: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]!.address <= address) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** `$x`, `$d`: where code and data begin, for debuggers (RISC-V ELF psABI, "Mapping Symbol"); `.L…`: local labels. */
const isMarker = (name: string): boolean => name.startsWith("$") || name.startsWith(".L");

const rank = ({ kind, global }: ElfSymbol): number => (kind === "label" ? 0 : 2) + Number(global);
