/**
 * The translation of one guest, chunk by chunk: what the guest was just seen in comes first, then everything else. It knows
 * nothing of who compiles the chunks, or where.
 */
import { type Chunk, tableSizeOf, translateChunk } from "./chunk.ts";
import { CodeImage, type CodeSnapshot } from "./code-image.ts";
import { type GuestFunction, Program } from "./program.ts";

/** Guest code in a chunk, in bytes: the first is to be there soon, the others are not to hold up each other. */
const CHUNK_BYTES = { first: 12 * 1024, next: 32 * 1024 } as const;

export class Translation {
  readonly #program: Program;
  readonly #left: Set<GuestFunction>;
  #isFirst = true;

  constructor(snapshot: CodeSnapshot) {
    this.#program = new Program(new CodeImage(snapshot));
    this.#left = new Set(this.#program.functions);
  }

  /** Indices into the table go up to here. */
  get tableSize(): number {
    return tableSizeOf(this.#program);
  }

  /** @param seen guest addresses that were executed lately. @returns null when all is translated. */
  next(seen: readonly number[]): (Chunk & { readonly isFirst: boolean }) | null {
    if (this.#left.size === 0) return null;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    const functions = this.#choose(seen, isFirst ? CHUNK_BYTES.first : CHUNK_BYTES.next);
    return { ...translateChunk(this.#program, functions), isFirst };
  }

  /** Functions not yet translated: those seen and what they call, then by address, until there is no more room. */
  #choose(seen: readonly number[], room: number): GuestFunction[] {
    const chosen: GuestFunction[] = [];
    let bytes = 0;
    const take = (each: GuestFunction): void => {
      if (bytes >= room || !this.#left.delete(each)) return;
      chosen.push(each);
      bytes += each.end - each.start;
    };
    const wanted = new Set(seen.map((pc) => this.#program.functionAround(pc)).filter((each) => each !== null));
    for (const each of wanted) {
      take(each);
      for (const transfer of this.#program.summary(each).transfers.values()) {
        const callee = transfer.kind === "call" ? this.#program.functionAt(transfer.target) : null;
        if (callee !== null) wanted.add(callee);
      }
      if (bytes >= room) break;
    }
    for (const each of this.#left) {
      if (bytes >= room) break;
      take(each);
    }
    return chosen.sort((a, b) => a.index - b.index);
  }
}
