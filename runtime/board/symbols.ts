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

  /** `main+0x8` for an address inside something that has a name, or directly behind a label; null otherwise. */
  describe(address: number): string | null {
    const symbol = this.#sorted[this.#lastUpTo(address)];
    if (symbol === undefined) return null;
    const offset = address - symbol.address;
    if (symbol.size > 0 && offset >= symbol.size) return null;
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
