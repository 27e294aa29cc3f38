/** What one privilege mode may do where, as the entries of physical memory protection say. Privileged 20211203 §3.7.1. */
import { PAGE_BYTES, RAM_BASE } from "./layout.ts";

/** Kinds of access, each its bit in a permission, as in pmpcfg. */
export const READ = 1;
export const WRITE = 2;
export const EXECUTE = 4;
export const ALL = READ | WRITE | EXECUTE;
export type Access = typeof READ | typeof WRITE | typeof EXECUTE;

/** Addresses from `start` to before `end`, and which kinds of access they permit. */
export interface Region {
  readonly start: number;
  readonly end: number;
  readonly permission: number;
}

/** One for all addresses of a range, for accesses that do not leave it. */
export interface Answer {
  readonly start: number;
  readonly end: number;
  readonly isPermitted: boolean;
}
const NO_ANSWER: Answer = { start: 0, end: 0, isPermitted: false };

export class Permissions {
  readonly #pages: Uint8Array;
  /** For what no region covers. */
  readonly #otherwise: number;
  readonly #findRegions: () => readonly Region[];
  /** By priority, highest first; null: not known since `forget`. */
  #regions: readonly Region[] | null = null;
  #arePagesStale = true;
  /** The last ones: the next question of the kind is mostly about an address nearby. */
  readonly #answers: Record<Access, Answer> = { [READ]: NO_ANSWER, [WRITE]: NO_ANSWER, [EXECUTE]: NO_ANSWER };

  /** @param findRegions gives them by priority, highest first; asked when it matters, not on each write to a register. */
  constructor(ramBytes: number, otherwise: number, findRegions: () => readonly Region[]) {
    this.#pages = new Uint8Array(ramBytes / PAGE_BYTES + 1);
    this.#otherwise = otherwise;
    this.#findRegions = findRegions;
  }

  /**
   * By page of RAM, the kinds of access that are permitted within all of it; a bit that is not set says to ask `permits`. One
   * more page follows, which is `ALL`. Always the same array, brought up to date by this getter.
   */
  get pages(): Uint8Array {
    if (this.#arePagesStale) this.#updatePages();
    return this.#pages;
  }

  /** The regions have changed. */
  forget(): void {
    this.#regions = null;
    this.#arePagesStale = true;
    for (const access of [READ, WRITE, EXECUTE] as const) this.#answers[access] = NO_ANSWER;
  }

  /**
   * Whether the access may happen as a whole: the first region that holds any byte of it must hold all of them. Only a region
   * that permits everything to a mode which may do everything elsewhere, too, stops nobody at its edges: the access counts as
   * made in parts there, which the specification leaves open. So machine mode need not be checked while nothing binds it.
   */
  permits(access: Access, address: number, bytes: number): boolean {
    const { end, isPermitted } = this.around(access, address);
    return address + bytes <= end ? isPermitted : this.#permitsAcross(access, address, address + bytes, 0);
  }

  /** The answer for a byte, and how far it holds: from bound to bound of any regions. */
  around(access: Access, address: number): Answer {
    const last = this.#answers[access];
    if (last.start <= address && address < last.end) return last;
    let start = 0;
    let end = Number.POSITIVE_INFINITY;
    const regions = this.#knownRegions();
    for (const region of regions) {
      for (const bound of [region.start, region.end]) {
        if (bound <= address) start = Math.max(start, bound);
        else end = Math.min(end, bound);
      }
    }
    const region = regions.find((candidate) => candidate.start <= address && address < candidate.end);
    const answer = { start, end, isPermitted: ((region?.permission ?? this.#otherwise) & access) !== 0 };
    this.#answers[access] = answer;
    return answer;
  }

  /** From `start` to before `end`, asking the regions from number `first` on. */
  #permitsAcross(access: Access, start: number, end: number, first: number): boolean {
    const regions = this.#knownRegions();
    for (let index = first; index < regions.length; index++) {
      const region = regions[index]!;
      if (region.end <= start || end <= region.start) continue;
      if (region.start <= start && end <= region.end) return (region.permission & access) !== 0;
      if ((region.permission & this.#otherwise) !== ALL) return false;
      return (
        (start >= region.start || this.#permitsAcross(access, start, region.start, index + 1)) &&
        (region.end >= end || this.#permitsAcross(access, region.end, end, index + 1))
      );
    }
    return (this.#otherwise & access) !== 0;
  }

  #knownRegions(): readonly Region[] {
    this.#regions ??= this.#findRegions();
    return this.#regions;
  }

  #updatePages(): void {
    const pages = this.#pages;
    const last = pages.length - 1;
    const inRam = (page: number): number => Math.min(Math.max(page, 0), last);
    pages.fill(this.#otherwise);
    for (const { start, end, permission } of this.#knownRegions().toReversed()) {
      const [from, to] = [(start - RAM_BASE) / PAGE_BYTES, (end - RAM_BASE) / PAGE_BYTES];
      pages.fill(0, inRam(Math.floor(from)), inRam(Math.ceil(to)));
      if (Math.ceil(from) < Math.floor(to)) {
        pages.fill(permission, inRam(Math.ceil(from)), inRam(Math.floor(to)));
      }
    }
    pages[last] = ALL;
    this.#arePagesStale = false;
  }
}
