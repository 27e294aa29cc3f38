/** Counts the runs of the program in a folder: what is numbered within a run is unique over all of them. */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";

const fileName = (run: number): string => `${String(run).padStart(9, "0")}.run`;
const runOf = (name: string): number | null => {
  const digits = /^(\d{9})\.run$/.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
};

/**
 * One more than any run before; the number is an empty file's name, which neither a crash nor a full disk can damage.
 * @throws when the folder cannot be used.
 */
export const nextRun = (folder: string): number => {
  mkdirSync(folder, { recursive: true });
  const earlier = readdirSync(folder).filter((name) => runOf(name) !== null);
  const run = Math.max(0, ...earlier.map((name) => runOf(name)!)) + 1;
  closeSync(openSync(join(folder, fileName(run)), "wx"));
  const directory = openSync(folder, "r");
  fsyncSync(directory);
  closeSync(directory);
  for (const name of earlier) unlinkSync(join(folder, name));
  return run;
};
