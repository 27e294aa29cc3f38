/** `partita exec PROGRAM.st`: one PLC program alone for some scans, then its variables as JSON (design.md §7). */
import { Compiler, type ProgramInfo } from "../../partitions/st/index.ts";
import { PARTITA_ERROR_CODES } from "../board/index.ts";
import { readLibraries, readSources, suggested } from "../config/index.ts";
import { engineFactory } from "../host/engines.ts";
import { type CliEnvironment, EXIT, type ExitStatus, UserError } from "./environment.ts";
import type { ExecOptions } from "./exec.ts";
import { writeStats } from "./exec-stats.ts";
import { describeFault } from "./fault-words.ts";
import { type ProgramEnd, ProgramRun } from "./program-run.ts";
import { findVariable, jsonOf, type VariableValue } from "./program-values.ts";
import { printProblems, refuse, sourcesOf } from "./st-problems.ts";

/** Of a program without a TASK. */
const DEFAULT_PERIOD_NS = 10e6;

const STATUS: Readonly<Record<ProgramEnd, ExitStatus>> = {
  scans: EXIT.done,
  limit: EXIT.limit,
  fault: EXIT.failed,
  stopped: EXIT.failed,
};

export const execProgram = async (
  files: readonly string[],
  options: ExecOptions,
  environment: CliEnvironment,
): Promise<void> => {
  const { clock, stdout, stderr, exitWith } = environment;
  const begin = clock.monotonicMs();
  const engine = engineFactory(options.engine);
  const compiled = await compileFiles(files, options, environment);
  if (compiled === null) return;
  const { elf, program, statementAt } = compiled;
  if (program.tasks.length > 1 && options.period !== undefined) {
    throw new UserError(`${files.join(", ")} has several tasks, each with its own INTERVAL: leave --period out`);
  }
  const watched = options.watch ?? program.variables.map(({ path }) => path);
  checkNames(files.join(", "), program, [...watched, ...options.set.map(({ name }) => name)]);
  const raised = new RaisedErrors((line) => stderr.write(`${line}\n`));
  const run = new ProgramRun({
    elf,
    program,
    memoryBytes: options.memory,
    engine,
    slice: options.slice,
    raiseError: (code, _, message) => raised.add(code, message),
  });
  for (const { name, value } of options.set) {
    const problem = run.write(name, value);
    if (problem !== null) throw new UserError(`--set ${name}=${value}: ${problem}`);
  }
  const started = clock.monotonicMs();
  const end = run.runScans(options.scans, options.maxCycles);
  const seconds = (clock.monotonicMs() - started) / 1000;
  raised.count();
  if (end === "fault") {
    const fault = run.board.fault!;
    const at = statementAt(fault.pc);
    const words = describeFault(fault, at === null ? null : `${at.file}:${at.line}`);
    stderr.write(`partita: the program stopped in scan ${run.scans + 1}: ${words}\n`);
  }
  const values = watched.map((path): readonly [string, VariableValue] => [path, run.read(path)!]);
  stdout.write(`${jsonOf(Object.fromEntries(values))}\n`);
  if (options.stats !== undefined) {
    const startupSeconds = (started - begin) / 1000;
    await writeStats(options.stats, run, { seconds, startupSeconds }, { end, scans: run.scans });
  }
  exitWith(STATUS[end]);
};

/** Prints problems and warnings; after a problem the exit status is set and the result is null. */
const compileFiles = async (files: readonly string[], options: ExecOptions, environment: CliEnvironment) => {
  const sources = await sourcesOf(readSources(files));
  const result = new Compiler().compile(sources, {
    libraries: await sourcesOf(readLibraries(options.libraryPath)),
    defaultIntervalNs: DEFAULT_PERIOD_NS,
    ...(options.program === undefined ? {} : { program: options.program }),
    ...(options.period === undefined ? {} : { intervalNs: options.period }),
  });
  printProblems(result.ok ? result.warnings : result.problems, environment);
  if (result.ok) return result;
  refuse(result.problems, environment);
  return null;
};

const nameOfError = (code: number): string =>
  Object.entries(PARTITA_ERROR_CODES).find(([, value]) => value === code)?.[0] ?? `error ${code}`;

/** The errors that a program raises: each is said when it comes first, and how often it came at the end. */
class RaisedErrors {
  readonly #say: (line: string) => void;
  readonly #counts = new Map<string, number>();

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  add(code: number, message: string): void {
    const text = `${message} (${nameOfError(code)})`;
    const before = this.#counts.get(text) ?? 0;
    if (before === 0) this.#say(text);
    this.#counts.set(text, before + 1);
  }

  count(): void {
    for (const [text, count] of this.#counts) if (count > 1) this.#say(`${text}: ${count} times`);
  }
}

/** @throws UserError when one is no variable of the program. */
const checkNames = (file: string, program: ProgramInfo, names: readonly string[]): void => {
  const unknown = names.filter((name) => findVariable(program, name) === null);
  if (unknown.length === 0) return;
  const known = program.variables.map(({ path }) => path);
  const meant = suggested(unknown[0]!, known) ?? `it has ${known.join(", ")}`;
  throw new UserError(`${file} has no variable ${unknown.join(", ")}; ${meant}`);
};
