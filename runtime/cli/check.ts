/** `partita check`: validates a module and shows how its schedule divides the time. */
import type { Command } from "commander";
import { compile } from "../../partitions/st/index.ts";
import { loadSystem } from "../index.ts";
import { formatProblem, type Problem } from "../problem.ts";
import { figuresAsJson, report } from "./check-report.ts";
import { type CliEnvironment, EXIT } from "./environment.ts";

interface CheckOptions {
  readonly json?: true;
}

export const addCheck = (program: Command, environment: CliEnvironment): void => {
  program
    .command("check")
    .description("validate a module, and show its slot table with utilisation and slack")
    .argument("<module>", "MODULE.yaml")
    .option("--json", "print the problems or the figures as one JSON object")
    .action((path: string, { json }: CheckOptions) => check(path, json === true, environment));
};

const check = async (path: string, json: boolean, environment: CliEnvironment): Promise<void> => {
  const { stdout, exitWith, color } = environment;
  const loaded = await loadSystem(path, compile);
  if (!loaded.ok) exitWith(EXIT.misuse);
  if (json) {
    const result = loaded.ok ? figuresAsJson(loaded) : { ok: false, problems: loaded.problems };
    stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  const found = loaded.ok ? loaded.warnings : loaded.problems;
  const kind = loaded.ok ? "warning" : "problem";
  for (const problem of found) stdout.write(`${painted(problem, kind, color)}\n`);
  if (loaded.ok) stdout.write(`${found.length > 0 ? "\n" : ""}${report(loaded)}`);
  else stdout.write(`\n${path}: ${found.length} problem${found.length === 1 ? "" : "s"}\n`);
};

const COLORS = { problem: "\u001b[31m", warning: "\u001b[33m" } as const;

/** On a terminal the first line of a problem stands out. */
const painted = (problem: Problem, kind: keyof typeof COLORS, color: boolean): string => {
  const text = formatProblem(problem);
  const marked = kind === "warning" ? text.replace(problem.message, `warning: ${problem.message}`) : text;
  return color ? marked.replace(/^.*/, (first) => `${COLORS[kind]}${first}\u001b[0m`) : marked;
};
