/** What `exec --stats FILE` writes of a run, of an image or of a program (design.md §7). */
import { writeFile } from "node:fs/promises";
import type { VirtualBoard } from "../board/index.ts";
import { createHasher, formatHash } from "../trace/index.ts";
import { UserError } from "./environment.ts";

interface MeasuredRun {
  readonly board: VirtualBoard;
  readonly cycles: number;
  readonly instructions: number;
}

interface HostTimes {
  /** Of running, without start-up. */
  readonly seconds: number;
  readonly startupSeconds: number;
}

/** @param end how it ended, and what else belongs to its kind of run. @throws UserError when the file cannot be written. */
export const writeStats = async (
  file: string,
  { board, cycles, instructions }: MeasuredRun,
  { seconds, startupSeconds }: HostTimes,
  end: { readonly end: string; readonly [more: string]: unknown },
): Promise<void> => {
  const state = (await createHasher()).stream();
  board.visitState((bytes) => state.add(bytes));
  const stats = {
    cycles,
    instructions,
    seconds,
    mips: seconds > 0 ? instructions / seconds / 1e6 : 0,
    startupSeconds,
    stateHash: formatHash(state.digest()),
    ...end,
  };
  await writeFile(file, `${JSON.stringify(stats, null, 2)}\n`).catch((error: Error) => {
    throw new UserError(`the statistics cannot be written: ${error.message}`);
  });
};
