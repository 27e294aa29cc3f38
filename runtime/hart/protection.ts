/** Physical memory protection: its registers, and what they come to for each mode. Privileged 20211203 §3.7. */
import { PMP_ENTRIES } from "../isa/index.ts";
import { WORD } from "./layout.ts";
import { ALL, Permissions, READ, type Region, WRITE } from "./permissions.ts";

/** An entry's configuration: permission in bits 2:0, how its address is meant in 4:3 (§3.7.1). */
const LOCKED = 1 << 7;
const WRITABLE = LOCKED | 0b11111;
const MATCHING = { off: 0, topOfRange: 1, fourBytes: 2, powerOfTwo: 3 } as const;

const matchingOf = (configuration: number): number => (configuration >>> 3) & 3;

/** What is written becomes something legal: bits 6:5 are 0, and no entry permits writing but not reading, which is reserved. */
const legalize = (configuration: number): number =>
  (configuration & READ) === 0 ? configuration & WRITABLE & ~WRITE : configuration & WRITABLE;

export class Protection {
  readonly user: Permissions;
  readonly machine: Permissions;
  /** A locked entry takes something from machine mode, too. */
  bindsMachine = false;
  readonly #words: Int32Array;

  /** @param words the hart's state; it stays the caller's. */
  constructor(words: Int32Array, ramBytes: number) {
    this.#words = words;
    this.user = new Permissions(ramBytes, 0, () => this.#regions(() => false));
    this.machine = new Permissions(ramBytes, ALL, () =>
      this.#regions((configuration) => (configuration & LOCKED) === 0),
    );
  }

  /** pmpcfg`register`: the configurations of four entries, each of which may be locked. */
  writeConfigurations(register: number, value: number): void {
    let written = 0;
    for (let index = 0; index < 4; index++) {
      const before = this.#configuration(4 * register + index);
      const after = (before & LOCKED) === 0 ? legalize((value >>> (8 * index)) & 0xff) : before;
      written |= after << (8 * index);
    }
    this.#words[WORD.pmpcfg + register] = written;
    this.refresh();
  }

  /** pmpaddr`entry`: a locked entry also keeps the address before it, where its range begins there. */
  writeAddress(entry: number, value: number): void {
    const next = entry + 1 < PMP_ENTRIES ? this.#configuration(entry + 1) : 0;
    const isStartOfLocked = (next & LOCKED) !== 0 && matchingOf(next) === MATCHING.topOfRange;
    if ((this.#configuration(entry) & LOCKED) !== 0 || isStartOfLocked) return;
    this.#words[WORD.pmpaddr + entry] = value;
    this.refresh();
  }

  /** The registers have changed. */
  refresh(): void {
    this.user.forget();
    this.machine.forget();
    this.bindsMachine = false;
    for (let entry = 0; entry < PMP_ENTRIES; entry++) {
      const configuration = this.#configuration(entry);
      const isOn = (configuration & LOCKED) !== 0 && matchingOf(configuration) !== MATCHING.off;
      if (isOn && (configuration & ALL) !== ALL) this.bindsMachine = true;
    }
  }

  #regions(isFree: (configuration: number) => boolean): readonly Region[] {
    const regions: Region[] = [];
    for (let entry = 0; entry < PMP_ENTRIES; entry++) {
      const configuration = this.#configuration(entry);
      const matching = matchingOf(configuration);
      if (matching === MATCHING.off) continue;
      const [start, end] = this.#rangeOf(entry, matching);
      if (start < end) regions.push({ start, end, permission: isFree(configuration) ? ALL : configuration & ALL });
    }
    return regions;
  }

  #configuration(entry: number): number {
    return (this.#words[WORD.pmpcfg + (entry >>> 2)]! >>> (8 * (entry & 3))) & 0xff;
  }

  /** The address register in bytes: up to 2^34, more than this hart can address. */
  #address(entry: number): number {
    return (this.#words[WORD.pmpaddr + entry]! >>> 0) * 4;
  }

  /** First address, and the one behind the last. */
  #rangeOf(entry: number, matching: number): readonly [number, number] {
    const address = this.#address(entry);
    switch (matching) {
      case MATCHING.topOfRange:
        return [entry === 0 ? 0 : this.#address(entry - 1), address];
      case MATCHING.fourBytes:
        return [address, address + 4];
      default: {
        // powerOfTwo: the lowest 0 in the address register says how large; bit 0 means 8 bytes, none at all 2^35.
        const register = this.#words[WORD.pmpaddr + entry]!;
        const lowestZero = (~register & (register + 1)) >>> 0;
        const size = 8 * (lowestZero === 0 ? 2 ** 32 : lowestZero);
        const start = Math.floor(address / size) * size;
        return [start, start + size];
      }
    }
  }
}
