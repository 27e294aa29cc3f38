/** `partita compile`: Structured Text → an ELF image, or a library in one file; or every problem that it has. */
import { writeFile } from "node:fs/promises";
import { relative } from "node:path";
import { type Command, Option } from "commander";
import {
  type CompileResult,
  Compiler,
  type LibraryResult,
  PASS_NAMES,
  type SourceInput,
  type StProblem,
  type SymbolFile,
} from "../../partitions/st/index.ts";
import { encodeLibrary, readLibraries, readSources } from "../config/index.ts";
import { problemAsJson } from "../problem.ts";
import { type CliEnvironment, EXIT, UserError } from "./environment.ts";
import { followChanges } from "./follow.ts";
import { libraryPathOption } from "./options.ts";
import { printProblems, refuse, sourcesOf } from "./st-problems.ts";

interface CompileVerbOptions {
  readonly output: string;
  readonly library?: true;
  readonly libraryPath: readonly string[];
  readonly program?: string;
  readonly json?: true;
  readonly warningsAsErrors?: true;
  readonly dump?: string;
  readonly O: string;
  readonly follow?: true;
  readonly symbols?: string;
}

export const addCompile = (program: Command, environment: CliEnvironment): void => {
  program
    .command("compile")
    .description("compile Structured Text to an ELF image, or check a library and write it as one file")
    .argument("<files...>", "PROGRAM.st …; with --library also folders")
    .requiredOption("-o, --output <file>", "the image, or the library, to write")
    .option("--library", "the files are a library: check all of it, and write its sources as one file")
    .addOption(libraryPathOption())
    .addOption(new Option("--program <name>", "the PROGRAM that runs, where no CONFIGURATION says it"))
    .option("--json", "print problems and warnings as one JSON object, for editors")
    .addOption(new Option("-O <level>", "0: code as it is written down; 1: optimised").choices(["0", "1"]).default("1"))
    .addOption(
      new Option("--dump <pass>", "print each function as it is after this pass").choices(["all", ...PASS_NAMES]),
    )
    .option("--symbols <file>", "also write what tools need to know of the variables, as JSON")
    .option("--warnings-as-errors", "write nothing when there is a warning")
    .option("--follow", "compile again whenever a source changes, until Ctrl-C")
    .action((files: string[], options: CompileVerbOptions) =>
      (options.follow ? follow : compile)(files, options, environment),
    );
};

const compile = async (files: readonly string[], options: CompileVerbOptions, environment: CliEnvironment) => {
  const built = build(new Compiler(), await readInputs(files, options), options, environment);
  report(built, options, environment);
  await writeAll(built, options);
};

/** A file that cannot be read is waited for: it may be in the middle of being saved. */
const follow = async (files: readonly string[], options: CompileVerbOptions, environment: CliEnvironment) => {
  const { stderr, clock } = environment;
  const compiler = new Compiler();
  let before = "";
  const round = async () => {
    const started = clock.monotonicMs();
    const inputs = await readInputs(files, options);
    const texts = JSON.stringify(inputs);
    if (texts === before) return;
    before = texts;
    const built = build(compiler, inputs, options, environment);
    report(built, options, { ...environment, exitWith: () => {} });
    if (built.content === null) return;
    await writeAll(built, options);
    stderr.write(`${options.output}: done in ${(clock.monotonicMs() - started).toFixed(0)} ms\n`);
  };
  const patiently = () =>
    round().catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      stderr.write(`partita: ${error.message}\n`);
    });
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  try {
    await followChanges([...files, ...options.libraryPath], patiently, stop.signal);
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
};

interface Built {
  /** What to write; null: there are problems. */
  readonly content: Uint8Array | string | null;
  readonly problems: readonly StProblem[];
  /** Of a program. */
  readonly symbols: (() => SymbolFile) | null;
}

interface Inputs {
  readonly sources: readonly SourceInput[];
  readonly libraries: readonly SourceInput[];
  /** What the library's files are named from: the folder, when it is one. */
  readonly folder: string | null;
}

/** @throws UserError when one cannot be read. */
const readInputs = async (files: readonly string[], { library, libraryPath }: CompileVerbOptions): Promise<Inputs> => {
  const sources = await sourcesOf(library ? readLibraries(files) : readSources(files));
  if (sources.length === 0) throw new UserError(`there is no .st file in ${files.join(", ")}`);
  const [folder = ""] = files;
  const isFolder = files.length === 1 && sources.some(({ file }) => file !== folder);
  return { sources, libraries: await sourcesOf(readLibraries(libraryPath)), folder: isFolder ? folder : null };
};

const build = (compiler: Compiler, inputs: Inputs, options: CompileVerbOptions, environment: CliEnvironment): Built => {
  const { sources, libraries } = inputs;
  if (options.library) return buildLibrary(compiler.checkLibrary(sources, libraries), inputs, options);
  const { program } = options;
  const compiled = compiler.compile(sources, {
    libraries,
    optimize: options.O !== "0",
    ...(program === undefined ? {} : { program }),
    ...(options.dump === undefined ? {} : { dump: dumper(options.dump, environment) }),
  });
  return built(compiled, compiled.ok ? compiled.elf : null, options);
};

/** Prints functions after the pass of this name, or after each. */
const dumper =
  (wanted: string, { stdout }: CliEnvironment) =>
  (pass: string, text: string): void => {
    if (wanted === pass || wanted === "all") stdout.write(`; after ${pass}\n${text}\n`);
  };

const buildLibrary = (checked: LibraryResult, { sources, folder }: Inputs, options: CompileVerbOptions): Built => {
  if (!checked.ok) return built(checked, null, options);
  const nameOf = (file: string) => (folder === null ? file : relative(folder, file));
  const named = sources.map(({ file, text }) => ({ file: nameOf(file), text }));
  return built(checked, encodeLibrary(named, checked.declares), options);
};

const built = (
  result: CompileResult | LibraryResult,
  content: Built["content"],
  { warningsAsErrors }: CompileVerbOptions,
): Built => {
  if (!result.ok) return { content: null, problems: result.problems, symbols: null };
  const refused = warningsAsErrors === true && result.warnings.length > 0;
  return {
    content: refused ? null : content,
    problems: result.warnings,
    symbols: "symbols" in result ? result.symbols : null,
  };
};

const report = ({ content, problems }: Built, { json }: CompileVerbOptions, environment: CliEnvironment): void => {
  const ok = content !== null;
  if (json) {
    environment.stdout.write(`${JSON.stringify({ ok, problems: problems.map(problemAsJson) }, null, 2)}\n`);
    if (!ok) environment.exitWith(EXIT.misuse);
    return;
  }
  printProblems(problems, environment);
  if (!ok) refuse(problems, environment);
};

const writeAll = async ({ content, symbols }: Built, options: CompileVerbOptions): Promise<void> => {
  if (content === null) return;
  await write(options.output, content);
  if (options.symbols !== undefined && symbols !== null)
    await write(options.symbols, `${JSON.stringify(symbols(), null, 2)}\n`);
};

const write = (output: string, content: Uint8Array | string): Promise<void> =>
  writeFile(output, content).catch((error: Error) => {
    throw new UserError(`${output} cannot be written: ${error.message}`);
  });
