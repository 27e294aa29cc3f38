/** `partita …` in the process of a test, with streams that the test holds. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { Command } from "commander";
import { hostClock } from "../../host/clock.ts";
import { addCompile } from "../compile.ts";
import { addExec } from "../exec.ts";
import { addExplain } from "../explain.ts";

export interface Execution {
  readonly output: string;
  readonly errors: string;
  readonly status: number;
}

/** @param input standard input: its whole text, or a stream that the test writes to. */
export const partita = async (args: readonly string[], input: string | PassThrough = ""): Promise<Execution> => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const stdin = typeof input === "string" ? new PassThrough().end(input) : input;
  const printed: Buffer[] = [];
  stdout.on("data", (chunk: Buffer) => printed.push(chunk));
  let status = 0;
  const exitWith = (asked: number) => {
    status = asked;
  };
  const program = new Command();
  for (const add of [addCompile, addExec, addExplain]) {
    add(program, { stdin, stdout, stderr, clock: hostClock, color: false, exitWith });
  }
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeErr: () => {} });
  }
  await program.parseAsync(args, { from: "user" });
  return { output: Buffer.concat(printed).toString(), errors: String(stderr.read() ?? ""), status };
};

export const exec = (args: readonly string[], input?: string | PassThrough): Promise<Execution> =>
  partita(["exec", ...args], input);

/** The same with `--stats`, read. */
export const execForStats = async (args: readonly string[], input?: string | PassThrough) => {
  const directory = mkdtempSync(join(tmpdir(), "partita-stats-"));
  try {
    const file = join(directory, "stats.json");
    const execution = await exec([...args, "--stats", file], input);
    return { ...execution, stats: JSON.parse(readFileSync(file, "utf8")) };
  } finally {
    rmSync(directory, { recursive: true });
  }
};
