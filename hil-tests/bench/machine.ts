/** What figures were measured with: a figure without its machine says nothing. */
import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { hostClock } from "../../runtime/index.ts";
import { ROOT } from "./places.ts";

export interface Machine {
  /** 2026-01-31 */
  readonly date: string;
  /** Short; ends with + when the tree differs from it. Null outside a checkout. */
  readonly commit: string | null;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly versions: readonly string[];
}

/** Its first line, or null when it cannot be run. */
const firstLine = (command: string, ...args: readonly string[]): string | null => {
  try {
    const text = execFileSync(command, args, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return text.split("\n")[0]!.trim();
  } catch {
    return null;
  }
};

export const describeMachine = (): Machine => {
  const processors = cpus();
  const commit = firstLine("git", "rev-parse", "--short", "HEAD");
  const isChanged = firstLine("git", "status", "--porcelain", "--untracked-files=no") !== "";
  const versions = [
    `Node ${process.versions.node} (V8 ${process.versions.v8})`,
    firstLine("qemu-system-riscv32", "--version"),
    firstLine("gcc", "--version"),
    firstLine("riscv64-unknown-elf-gcc", "--version"),
  ];
  return {
    date: new Date(hostClock.nowMs()).toISOString().slice(0, 10),
    commit: commit === null ? null : `${commit}${isChanged ? "+" : ""}`,
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    versions: versions.filter((text) => text !== null),
  };
};

/** In a line, above what was measured. */
export const headingOf = ({ date, commit, cpu, cores, memoryGiB, versions }: Machine): string =>
  `${date}${commit === null ? "" : `, commit ${commit}`}; ${cpu}, ${cores} cores, ${memoryGiB} GiB; ${versions.join("; ")}`;
