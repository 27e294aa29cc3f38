/** `partita compile`: a Structured Text program → an ELF image, or every problem that it has. */
import { readFile, writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { type CompileOptions, type CompileResult, compile } from "../../partitions/st/index.ts";
import { formatProblem } from "../problem.ts";
import { counted } from "./counted.ts";
import { type CliEnvironment, EXIT, UserError } from "./environment.ts";

export const addCompile = (program: Command, environment: CliEnvironment): void => {
  program
    .command("compile")
    .description("compile a Structured Text program to an ELF image")
    .argument("<file>", "PROGRAM.st")
    .requiredOption("-o, --output <file>", "the image to write")
    .action(async (file: string, { output }: { readonly output: string }) => {
      const compiled = await compileFile(file, { file }, environment);
      if (compiled === null) return;
      await writeFile(output, compiled.elf).catch((error: Error) => {
        throw new UserError(`the image cannot be written: ${error.message}`);
      });
    });
};

type Compiled = Extract<CompileResult, { ok: true }>;

/** Prints problems and warnings; after a problem the exit status is set and the result is null. */
export const compileFile = async (
  file: string,
  options: CompileOptions,
  { stderr, exitWith }: CliEnvironment,
): Promise<Compiled | null> => {
  const source = await readFile(file, "utf8").catch((error: Error) => {
    throw new UserError(`${file} cannot be read: ${error.message}`);
  });
  const result = compile(source, options);
  for (const problem of result.ok ? result.warnings : result.problems) stderr.write(`${formatProblem(problem)}\n`);
  if (result.ok) return result;
  stderr.write(`${file} has ${counted(result.problems.length, "problem")}\n`);
  exitWith(EXIT.misuse);
  return null;
};
