/** `partita consolidation`: compares every controller alone on a board of its own with all of them on one. */
import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { type CliEnvironment, EXIT, UserError } from "./environment.ts";

interface ConsolidationVerbOptions {
  readonly html?: string;
  readonly json?: true;
}

export const addConsolidation = (program: Command, environment: CliEnvironment): void => {
  program
    .command("consolidation")
    .description("compare each controller alone on its own board with all of them on one, output by output")
    .argument("<file>", "a TypeScript file that exports a scenario by default: defineConsolidation({ … })")
    .option("--html <file>", "write the report as one page, too")
    .option("--json", "print the report as one JSON object")
    .action((file: string, options: ConsolidationVerbOptions) => compare(file, options, environment));
};

const compare = async (
  file: string,
  { html, json }: ConsolidationVerbOptions,
  { stdout, exitWith }: CliEnvironment,
): Promise<void> => {
  // The rig takes longer to load than most verbs take to run.
  const { compareConsolidation, consolidationHtml, consolidationText, loadConsolidation } = await import(
    "../../hil-tests/rig/consolidation/index.ts"
  );
  const report = await loadConsolidation(file)
    .then(compareConsolidation)
    .catch((error: Error) => {
      throw new UserError(error.message);
    });
  stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : consolidationText(report));
  if (html !== undefined) {
    await writeFile(html, consolidationHtml(report)).catch((error: Error) => {
      throw new UserError(`${html} cannot be written: ${error.message}`);
    });
  }
  if (!report.isSame) exitWith(EXIT.failed);
};
