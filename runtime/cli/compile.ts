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
} from "../../partitions/st/index.ts";
import { encodeLibrary, readLibraries, readSources } from "../config/index.ts";
import { problemAsJson } from "../problem.ts";
import { type CliEnvironment, EXIT, UserError } from "./environment.ts";
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
    .option("--warnings-as-errors", "write nothing when there is a warning")
    .action((files: string[], options: CompileVerbOptions) => compile(files, options, environment));
};

const compile = async (files: readonly string[], options: CompileVerbOptions, environment: CliEnvironment) => {
  const built = await build(new Compiler(), files, options, environment);
  report(built, options, environment);
  if (built.content !== null) await write(options.output, built.content);
};

interface Built {
  /** What to write; null: there are problems. */
  readonly content: Uint8Array | string | null;
  readonly problems: readonly StProblem[];
}

const build = async (
  compiler: Compiler,
  files: readonly string[],
  options: CompileVerbOptions,
  environment: CliEnvironment,
): Promise<Built> => {
  const sources = await sourcesOf(options.library ? readLibraries(files) : readSources(files));
  const libraries = await sourcesOf(readLibraries(options.libraryPath));
  if (sources.length === 0) throw new UserError(`there is no .st file in ${files.join(", ")}`);
  if (options.library) return buildLibrary(compiler.checkLibrary(sources, libraries), sources, files, options);
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

const buildLibrary = (
  checked: LibraryResult,
  sources: readonly SourceInput[],
  files: readonly string[],
  options: CompileVerbOptions,
): Built => {
  if (!checked.ok) return built(checked, null, options);
  const [folder] = files;
  const named = sources.map(({ file, text }) => ({
    file: files.length === 1 && folder !== file ? relative(folder!, file) : file,
    text,
  }));
  return built(checked, encodeLibrary(named, checked.declares), options);
};

const built = (
  result: CompileResult | LibraryResult,
  content: Built["content"],
  { warningsAsErrors }: CompileVerbOptions,
): Built => {
  if (!result.ok) return { content: null, problems: result.problems };
  const refused = warningsAsErrors === true && result.warnings.length > 0;
  return { content: refused ? null : content, problems: result.warnings };
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

const write = (output: string, content: Uint8Array | string): Promise<void> =>
  writeFile(output, content).catch((error: Error) => {
    throw new UserError(`${output} cannot be written: ${error.message}`);
  });
