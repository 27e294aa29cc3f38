/** `partita exec` as its user runs it: an image, something to type once it asks for it, and what came of it. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../end-to-end/program.ts";

export interface Execution {
  /** All that the guest sent, without carriage returns. */
  readonly console: string;
  readonly status: number | null;
  readonly cycles: number;
  readonly instructions: number;
  readonly stateHash: string;
}

export interface Typing {
  /** Typed as soon as this text has appeared. */
  readonly after: string;
  readonly text: string;
}

/** @throws when it leaves no statistics. */
export const partitaExec = async (image: string, options: readonly string[], typing?: Typing): Promise<Execution> => {
  const folder = mkdtempSync(join(tmpdir(), "partita-exec-"));
  try {
    const stats = join(folder, "stats.json");
    const command = ["dist/runtime/cli/main.js", "exec", image, "--stats", stats, ...options];
    const child = spawn(process.execPath, command, {
      cwd: ROOT,
      stdio: [typing ? "pipe" : "ignore", "pipe", "ignore"],
    });
    let console = "";
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      const before = console;
      console += text.replaceAll("\r", "");
      if (typing && !before.includes(typing.after) && console.includes(typing.after)) child.stdin!.end(typing.text);
    });
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    const { cycles, instructions, stateHash } = JSON.parse(readFileSync(stats, "utf8"));
    return { console, status, cycles, instructions, stateHash };
  } finally {
    rmSync(folder, { recursive: true });
  }
};
