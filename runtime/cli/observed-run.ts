/** `partita run --observed`: what a run saw of its scans is added to what the file knows of earlier ones. */
import type { RunSummary } from "../host/board-job.ts";
import { addRun, readObserved, writeObserved } from "../host/observed-file.ts";
import type { System } from "../system.ts";
import type { Hasher } from "../trace/index.ts";
import { UserError } from "./environment.ts";
import type { HighWater } from "./observed-report.ts";

const unusable =
  (path: string) =>
  (error: Error): never => {
    throw new UserError(`${path} cannot keep what is observed: ${error.message}; name another file with --observed`);
  };

/** @throws UserError when the file is another one. */
export const openObserved = async (path: string, system: System, hasher: Hasher) => {
  const before = await readObserved(path, system, hasher).catch(unusable(path));
  return {
    /** Writes the file. @returns what it keeps now, by partition. */
    add: async ({ partitions }: RunSummary): Promise<readonly HighWater[]> => {
      const run = partitions.map(({ observed }) => observed);
      const kept = addRun(before, run, system, hasher);
      await writeObserved(path, system, kept).catch(unusable(path));
      return kept;
    },
  };
};
