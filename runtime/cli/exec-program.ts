/** `partita exec PROGRAM.st`: one PLC program alone for some scans, then its variables as JSON (design.md §7). */
import { writeFile } from "node:fs/promises";
import type { ProgramInfo } from "../../partitions/st/index.ts";
import { createHasher, formatHash } from "../trace/index.ts";
import { compileFile } from "./compile.ts";
import { type CliEnvironment, EXIT, type ExitStatus, UserError } from "./environment.ts";
import type { ExecOptions } from "./exec.ts";
import { type ProgramEnd, ProgramRun } from "./program-run.ts";
import { findVariable, type VariableValue } from "./program-values.ts";

const STATUS: Readonly<Record<ProgramEnd, ExitStatus>> = {
  scans: EXIT.done,
  limit: EXIT.limit,
  fault: EXIT.failed,
  stopped: EXIT.failed,
};

export const execProgram = async (file: string, options: ExecOptions, environment: CliEnvironment): Promise<void> => {
  const { clock, stdout, stderr, exitWith } = environment;
  const begin = clock.monotonicMs();
  const period = options.period === undefined ? {} : { intervalNs: options.period };
  const compiled = await compileFile(file, { file, ...period }, environment);
  if (compiled === null) return;
  const { elf, program } = compiled;
  const watched = options.watch ?? program.variables.map(({ path }) => path);
  checkNames(file, program, [...watched, ...options.set.map(({ name }) => name)]);
  const run = new ProgramRun({
    elf,
    program,
    memoryBytes: options.memory,
    slice: options.slice,
    raiseError: (code, detail, message) => stderr.write(`partita: error ${code}, ${detail}: ${message}\n`),
  });
  for (const { name, value } of options.set) {
    const problem = run.write(name, value);
    if (problem !== null) throw new UserError(`--set ${name}=${value}: ${problem}`);
  }
  const started = clock.monotonicMs();
  const end = run.runScans(options.scans ?? 1, options.maxCycles);
  const seconds = (clock.monotonicMs() - started) / 1000;
  if (end === "fault") stderr.write(`partita: ${describeFault(run)}\n`);
  const values = watched.map((path): readonly [string, VariableValue] => [path, run.read(path)!]);
  stdout.write(`${JSON.stringify(Object.fromEntries(values))}\n`);
  if (options.stats !== undefined) await writeStats(options.stats, run, end, seconds, (started - begin) / 1000);
  exitWith(STATUS[end]);
};

/** @throws UserError when one is no variable of the program. */
const checkNames = (file: string, program: ProgramInfo, names: readonly string[]): void => {
  const unknown = names.filter((name) => findVariable(program, name) === null);
  if (unknown.length === 0) return;
  const known = program.variables.map(({ path }) => path).join(", ");
  throw new UserError(`${file} has no variable ${unknown.join(", ")}; it has ${known}`);
};

const describeFault = ({ board, scans }: ProgramRun): string => {
  const fault = board.fault!;
  return `the program stopped in scan ${scans + 1}: ${fault.cause} at 0x${fault.pc.toString(16)}, value 0x${(fault.value >>> 0).toString(16)}`;
};

const writeStats = async (
  file: string,
  run: ProgramRun,
  end: ProgramEnd,
  seconds: number,
  startupSeconds: number,
): Promise<void> => {
  const hasher = await createHasher();
  const state = hasher.stream();
  run.board.visitState((bytes) => state.add(bytes));
  const stats = {
    cycles: run.cycles,
    instructions: run.instructions,
    seconds,
    mips: seconds > 0 ? run.instructions / seconds / 1e6 : 0,
    startupSeconds,
    stateHash: formatHash(state.digest()),
    end,
    scans: run.scans,
  };
  await writeFile(file, `${JSON.stringify(stats, null, 2)}\n`).catch((error: Error) => {
    throw new UserError(`the statistics cannot be written: ${error.message}`);
  });
};
