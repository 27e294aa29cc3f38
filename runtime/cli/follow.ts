/** Does something again whenever one of some files or folders changes, until Ctrl-C. */
import { type FSWatcher, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";

/** An editor that saves makes several events; a round takes all of this time. */
const SETTLED_MS = 15;

/** Runs `round` now and after each change, never two at once. */
export const followChanges = async (
  paths: readonly string[],
  round: () => Promise<void>,
  stopped: AbortSignal,
): Promise<void> => {
  const changes = new Changes();
  stopped.addEventListener("abort", () => changes.notice());
  const watchers = await watchAll(paths, () => changes.notice());
  try {
    while (!stopped.aborted) {
      await round();
      await changes.next();
      await new Promise((resolve) => setTimeout(resolve, stopped.aborted ? 0 : SETTLED_MS));
      changes.forget();
    }
  } finally {
    for (const watcher of watchers) watcher.close();
  }
};

/** Whether something changed since it was last asked. */
class Changes {
  #noticed = false;
  #wake = () => {};

  notice(): void {
    this.#noticed = true;
    this.#wake();
  }

  async next(): Promise<void> {
    if (!this.#noticed) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  forget(): void {
    this.#noticed = false;
  }
}

/** A folder is watched with all below it; of a file its folder is, for saving may replace the file by another. */
const watchAll = async (paths: readonly string[], wake: () => void): Promise<readonly FSWatcher[]> => {
  const folders = new Map<string, boolean>();
  for (const path of paths) {
    const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false;
    const folder = isFolder ? path : dirname(path);
    folders.set(folder, isFolder || (folders.get(folder) ?? false));
  }
  return [...folders].map(([folder, recursive]) => watch(folder, { recursive }, wake));
};
