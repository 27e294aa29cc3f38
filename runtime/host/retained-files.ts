/**
 * Keeps the partitions' retained data on disk, a file each, so that they outlive the module's power. A file is replaced as a
 * whole or not at all; one that cannot be used is put aside, never overwritten.
 */
import { mkdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { RetainedStore, System } from "../system.ts";
import type { Hasher } from "../trace/index.ts";
import { replaceFile } from "./replace-file.ts";
import type { RetainedExchange } from "./retained-exchange.ts";
import { decodeRetained, encodeRetained, type RetainedOwner } from "./retained-file.ts";

/** Something about the files that a user should know. */
export type RetainedNote =
  | { readonly kind: "restored"; readonly partition: string; readonly file: string }
  /** The partition starts cold. `keptAs`: where the file is now; null: where it was. */
  | {
      readonly kind: "refused";
      readonly partition: string;
      readonly file: string;
      readonly reason: string;
      readonly keptAs: string | null;
    }
  | { readonly kind: "notSaved"; readonly partition: string; readonly file: string; readonly reason: string };

interface Kept {
  readonly index: number;
  readonly owner: RetainedOwner;
  readonly file: string;
  /** What is on disk, and what is to be; null: nothing yet. */
  saved: Uint8Array | null;
  latest: Uint8Array | null;
  /** The last attempt failed, and that was said. */
  isFailing: boolean;
}

export class RetainedFiles {
  readonly #store: RetainedStore;
  readonly #hasher: Hasher;
  readonly #kept: readonly Kept[];
  readonly #count: number;
  readonly #note: (note: RetainedNote) => void;
  #timer: NodeJS.Timeout | undefined;
  /** Saves follow one another. */
  #saving: Promise<void> = Promise.resolve();

  constructor(system: System, store: RetainedStore, hasher: Hasher, note: (note: RetainedNote) => void) {
    this.#store = store;
    this.#hasher = hasher;
    this.#note = note;
    this.#count = system.partitions.length;
    this.#kept = system.partitions.flatMap((partition) => {
      const area = partition.areas.retained;
      if (area === null) return [];
      const file = join(store.folder, `${system.name}.${partition.name}.retained`);
      const owner = { module: system.name, partition, area };
      return [{ index: partition.index, owner, file, saved: null, latest: null, isFailing: false }];
    });
  }

  /** What the last run left, by partition; null where there is nothing, or nothing that can be used. */
  async restore(): Promise<readonly (Uint8Array | null)[]> {
    const restored = new Array<Uint8Array | null>(this.#count).fill(null);
    for (const kept of this.#kept) restored[kept.index] = await this.#restoreOne(kept);
    return restored;
  }

  /** Saves what changes from now on, until `stop`. */
  start(exchange: RetainedExchange): void {
    this.#timer = setInterval(() => this.#save(exchange), this.#store.periodMs);
  }

  /** Saves what is left to save. */
  async stop(exchange: RetainedExchange): Promise<void> {
    clearInterval(this.#timer);
    this.#save(exchange);
    await this.#saving;
  }

  async #restoreOne(kept: Kept): Promise<Uint8Array | null> {
    const { file, owner } = kept;
    const partition = owner.partition.name;
    let bytes: Uint8Array;
    try {
      bytes = await readFile(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      this.#note({ kind: "refused", partition, file, reason: `it cannot be read: ${wordsOf(error)}`, keptAs: null });
      return null;
    }
    const data = decodeRetained(bytes, owner, this.#hasher);
    if (typeof data === "string") {
      this.#note({ kind: "refused", partition, file, reason: data, keptAs: await putAside(file) });
      return null;
    }
    kept.saved = data;
    this.#note({ kind: "restored", partition, file });
    return data;
  }

  #save(exchange: RetainedExchange): void {
    for (const kept of this.#kept) {
      kept.latest = exchange.read(kept.index) ?? kept.latest;
      this.#saving = this.#saving.then(() => this.#saveOne(kept));
    }
  }

  async #saveOne(kept: Kept): Promise<void> {
    const { file, owner, saved, latest } = kept;
    if (latest === null || (saved !== null && Buffer.compare(latest, saved) === 0)) return;
    try {
      await mkdir(this.#store.folder, { recursive: true });
      await replaceFile(file, encodeRetained(owner, latest, this.#hasher));
      kept.saved = latest;
      kept.isFailing = false;
    } catch (error) {
      if (kept.isFailing) return;
      kept.isFailing = true;
      this.#note({ kind: "notSaved", partition: owner.partition.name, file, reason: wordsOf(error) });
    }
  }
}

/** @returns where it is now; null: it could not be moved, and stays. */
const putAside = async (file: string): Promise<string | null> => {
  const aside = `${file}.refused`;
  return rename(file, aside).then(
    () => aside,
    () => null,
  );
};

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
