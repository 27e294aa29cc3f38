/** Files that may change while the module runs: whoever reads them is told within about a second. */
import { unwatchFile, watchFile } from "node:fs";

const LOOKED_AT_EVERY_MS = 1000;

export class WatchedFiles {
  readonly #paths: readonly string[];
  readonly #changed: () => void;

  /** @param changed called for each file that changed, appeared or went; also when it was replaced by another. */
  constructor(paths: readonly string[], changed: () => void) {
    this.#paths = paths;
    this.#changed = changed;
    for (const path of paths) watchFile(path, { interval: LOOKED_AT_EVERY_MS, persistent: false }, changed);
  }

  stop(): void {
    for (const path of this.#paths) unwatchFile(path, this.#changed);
  }
}
