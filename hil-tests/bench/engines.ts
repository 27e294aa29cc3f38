/**
 * What can execute a benchmark program, each started as its user starts it: the host itself, QEMU with and without exact
 * time, and Partita's engines.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { hostClock } from "../../runtime/index.ts";
import { PARTITA } from "./places.ts";
import type { BuiltProgram } from "./programs.ts";

const ENGINE_NAMES = ["native", "qemuIcount", "qemu", "interpreter", "translator"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export interface Execution {
  /** What the program printed: its name and its checksum. */
  readonly output: string;
  /** Host time of the program's work: what its engine says where it says it, else of the whole process. */
  readonly seconds: number;
  /** Of the whole process, from its start to its end. */
  readonly processSeconds: number;
  /** Between the engine's start and the guest's first instruction, and guest instructions executed; only Partita says. */
  readonly startupSeconds: number | null;
  readonly instructions: number | null;
}

export interface BenchEngine {
  readonly name: EngineName;
  readonly title: string;
  /** Guest time follows the instructions executed, to the instruction. */
  readonly exact: boolean;
  /** `seconds` are of the whole process: the engine's own start-up has to be taken off. */
  readonly timesProcess: boolean;
  /** @throws when it fails, in its own words. */
  execute(program: BuiltProgram): Promise<Execution>;
}

const LONGEST_RUN_MS = 600_000;

interface ProcessRun {
  readonly output: string;
  readonly seconds: number;
}

/** @throws when it fails, in its own words. */
export const runToEnd = (command: string, args: readonly string[]): Promise<ProcessRun> =>
  new Promise((resolve, reject) => {
    const begin = hostClock.monotonicMs();
    const child: ChildProcess = spawn(command, args, {
      stdio: ["pipe", "pipe", "pipe"],
      // The option `timeout` would keep this process alive where the child cannot be started.
      signal: AbortSignal.timeout(LONGEST_RUN_MS),
    });
    // Standard input stays open: at its end QEMU closes the line, and may lose output.
    child.stdin?.on("error", () => {});
    const texts = { output: "", errors: "" };
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      texts.output += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      texts.errors += text;
    });
    child.once("error", (error) => reject(new Error(`${command} cannot be run: ${error.message}`)));
    child.once("close", (code, signal) => {
      const seconds = (hostClock.monotonicMs() - begin) / 1000;
      if (code === 0) resolve({ output: texts.output.trim(), seconds });
      else reject(new Error(lastLine(texts.errors) || `${command} ended with ${code ?? signal}`));
    });
  });

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "";

const native: BenchEngine = {
  name: "native",
  title: "gcc -O2",
  exact: false,
  timesProcess: false,
  execute: async (program) => {
    const run = await runToEnd(program.native, []);
    // It prints its own seconds behind the checksum.
    const [, output, seconds] = /^(\w+ [0-9a-f]{8}) ([\d.]+)$/.exec(run.output) ?? [];
    if (output === undefined) throw new Error(`the host's binary printed ${JSON.stringify(run.output)}`);
    return {
      output,
      seconds: Number(seconds),
      processSeconds: run.seconds,
      startupSeconds: null,
      instructions: null,
    };
  },
};

const QEMU = "qemu-system-riscv32";
const VIRT = ["-M", "virt", "-bios", "none", "-nographic", "-monitor", "none", "-serial", "stdio"];

const qemu = (name: EngineName, title: string, exact: boolean, ...more: readonly string[]): BenchEngine => ({
  name,
  title,
  exact,
  timesProcess: true,
  execute: async ({ elf }) => {
    const { output, seconds } = await runToEnd(QEMU, [...VIRT, ...more, "-kernel", elf]);
    return { output, seconds, processSeconds: seconds, startupSeconds: null, instructions: null };
  },
});

/** The `partita` command as it was built. @throws when it fails, in its own words. */
export const runPartita = (args: readonly string[]): Promise<ProcessRun> =>
  runToEnd(process.execPath, [PARTITA, ...args]);

interface ExecStats {
  readonly seconds: number;
  readonly startupSeconds: number;
  readonly instructions: number;
}

const partita = (name: EngineName): BenchEngine => ({
  name,
  title: name,
  exact: true,
  timesProcess: false,
  execute: async ({ elf }) => {
    const file = `${elf}.${name}.json`;
    await rm(file, { force: true });
    const run = await runPartita(["exec", elf, "--engine", name, "--stats", file]);
    const stats = JSON.parse(await readFile(file, "utf8")) as ExecStats;
    const { seconds, startupSeconds, instructions } = stats;
    return { output: run.output, seconds, processSeconds: run.seconds, startupSeconds, instructions };
  },
});

export const ENGINES: readonly BenchEngine[] = [
  native,
  qemu("qemuIcount", "QEMU -icount", true, "-icount", "shift=0"),
  qemu("qemu", "QEMU", false),
  partita("interpreter"),
  partita("translator"),
];

export const engineNamed = (name: string): BenchEngine => {
  const found = ENGINES.find((engine) => engine.name === name);
  if (found === undefined) throw new Error(`There is no ${name}; there are ${ENGINE_NAMES.join(", ")}.`);
  return found;
};
