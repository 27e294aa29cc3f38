/** Writes one segment of a store: a batch of records whole or not at all, synchronised to the disk without waiting for it. */
import type * as fs from "node:fs";

/** What a store needs of `node:fs`; in tests, where faults are injected. */
export type StoreFiles = Pick<
  typeof fs,
  | "mkdirSync"
  | "readdirSync"
  | "statSync"
  | "openSync"
  | "writeSync"
  | "ftruncateSync"
  | "fsyncSync"
  | "fsync"
  | "closeSync"
  | "readFileSync"
  | "writeFileSync"
  | "renameSync"
  | "unlinkSync"
>;

export class SegmentWriter {
  readonly #files: StoreFiles;
  readonly #file: number;
  readonly #failed: (error: unknown) => void;
  #bytes = 0;
  /** Synchronisations under way: the file is closed after the last. */
  #syncs = 0;
  #hasEnded = false;

  /** @param failed told of failures after the call that led to them. @throws when the file cannot be made, or is there. */
  constructor(files: StoreFiles, path: string, failed: (error: unknown) => void) {
    this.#files = files;
    this.#file = files.openSync(path, "wx");
    this.#failed = failed;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @throws when not all of it was written; then the segment is to be ended. */
  append(batch: Buffer): void {
    try {
      for (let written = 0; written < batch.length; ) {
        const place = this.#bytes + written;
        written += this.#files.writeSync(this.#file, batch, written, batch.length - written, place);
      }
    } catch (error) {
      this.#try(() => this.#files.ftruncateSync(this.#file, this.#bytes));
      throw error;
    }
    this.#bytes += batch.length;
  }

  synchronise(): void {
    this.#syncs += 1;
    this.#files.fsync(this.#file, (error) => {
      this.#syncs -= 1;
      if (error !== null) this.#failed(error);
      if (this.#hasEnded && this.#syncs === 0) this.#try(() => this.#files.closeSync(this.#file));
    });
  }

  /** @throws when the disk fails. */
  synchroniseNow(): void {
    this.#files.fsyncSync(this.#file);
  }

  end(): void {
    this.#hasEnded = true;
    this.synchronise();
  }

  #try(operation: () => void): void {
    try {
      operation();
    } catch (error) {
      this.#failed(error);
    }
  }
}
