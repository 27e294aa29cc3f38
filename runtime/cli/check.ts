/** `partita check`: validates a module and shows how its schedule divides the time. */
import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { compileProgram } from "../../partitions/st/index.ts";
import { loadSystem } from "../index.ts";
import { formatProblem, type Problem, problemAsJson } from "../problem.ts";
import type { System } from "../system.ts";
import { figuresAsJson } from "./check-json.ts";
import { report } from "./check-report.ts";
import { counted } from "./counted.ts";
import { type CliEnvironment, EXIT, UserError } from "./environment.ts";
import { scheduleDrawing } from "./schedule-drawing.ts";

interface CheckOptions {
  readonly json?: true;
  readonly svg?: string;
}

export const addCheck = (program: Command, environment: CliEnvironment): void => {
  program
    .command("check")
    .description("validate a module, and show its slot tables with utilisation, slack and the age of data")
    .argument("<module>", "MODULE.yaml")
    .option("--json", "print the problems or the figures as one JSON object")
    .option("--svg <file>", "draw the slot tables into a file")
    .action((path: string, options: CheckOptions) => check(path, options, environment));
};

const check = async (path: string, { json, svg }: CheckOptions, environment: CliEnvironment): Promise<void> => {
  const { stdout, exitWith, color } = environment;
  const loaded = await loadSystem(path, compileProgram);
  if (!loaded.ok) exitWith(EXIT.misuse);
  else if (svg !== undefined) await draw(loaded.system, svg);
  if (json) {
    const result = loaded.ok ? figuresAsJson(loaded) : { ok: false, problems: loaded.problems.map(problemAsJson) };
    stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const found = loaded.ok ? loaded.warnings : loaded.problems;
  for (const problem of found) stdout.write(`${painted(problem, color)}\n`);
  if (loaded.ok) stdout.write(`${found.length > 0 ? "\n" : ""}${report(loaded)}`);
  else stdout.write(`\n${path}: ${counted(found.length, "problem")}\n`);
};

const COLORS = { problem: "\u001b[31m", warning: "\u001b[33m" } as const;

/** On a terminal the first line of a problem stands out. */
const painted = (problem: Problem, color: boolean): string => {
  const text = formatProblem(problem);
  return color ? text.replace(/^.*/, (first) => `${COLORS[problem.severity ?? "problem"]}${first}\u001b[0m`) : text;
};

const draw = (system: System, file: string): Promise<void> =>
  writeFile(file, scheduleDrawing(system)).catch((error: Error) => {
    throw new UserError(`the drawing cannot be written: ${error.message}`);
  });
