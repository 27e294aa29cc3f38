/** Has the operating system run a thread before all ordinary ones (Linux: SCHED_FIFO, sched(7)), by `chrt` of util-linux. */
import { spawnSync } from "node:child_process";
import { readlinkSync } from "node:fs";
import { basename } from "node:path";

/** Of 1 … 99: above what is ordinary, below what the kernel does itself. */
const PRIORITY = 10;

/** The calling thread, and none that it starts later. @returns why it could not be had; null: it was. */
export const scheduleFirst = (): string | null => {
  if (process.platform !== "linux") return "it is done on Linux only";
  const thread = basename(readlinkSync("/proc/thread-self"));
  const chrt = spawnSync("chrt", ["--fifo", "--reset-on-fork", "--pid", String(PRIORITY), thread], {
    encoding: "utf8",
  });
  if (chrt.error !== undefined) return "chrt (Debian: util-linux) cannot be started";
  return chrt.status === 0 ? null : chrt.stderr.trim();
};
