/** Programs that a benchmark has started: what they cost, and their end. */
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";

/** User and system time, from /proc/PID/stat (Linux), in ticks of 10 ms; null where there is none. */
export const cpuSecondsOf = ({ pid }: ChildProcess): number | null => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return null;
  }
};

/** Of one core, from two readings `seconds` apart. */
export const loadOf = (before: number | null, after: number | null, seconds: number): number | null =>
  before === null || after === null ? null : (after - before) / seconds;

export const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGINT");
  });
