/**
 * `npm run bench:st`: what a scan of a Structured Text program costs, against the same program in C on the host and on the board.
 * Prints a table; `--json` and `--markdown` write files. Ends with status 1 when a program does not come out as in C.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { listOf, positive, rounds } from "./arguments.ts";
import { describeMachine, headingOf } from "./machine.ts";
import { ST_PROGRAMS, type StProgram, stProgramNamed } from "./st-programs.ts";
import { stSpeedTable } from "./st-report.ts";
import { measureStSpeed } from "./st-speed.ts";
import { asMarkdown, asText } from "./table.ts";

interface Options {
  readonly rounds: number;
  readonly share: number;
  readonly only: readonly StProgram[];
  readonly json?: string;
  readonly markdown?: string;
}

const options = new Command("bench:st")
  .addOption(new Option("--rounds <n>", "rounds, each with all in turn").argParser(rounds).default(5))
  .addOption(
    new Option("--only <names>", "programs, as in pid,bits")
      .argParser(listOf(stProgramNamed))
      .default(ST_PROGRAMS, "all"),
  )
  .addOption(new Option("--share <x>", "of the programs' scans, for a short trial").argParser(positive).default(1))
  .option("--json <file>", "write all figures")
  .option("--markdown <file>", "write the table for a README")
  .parse()
  .opts<Options>();

const folder = mkdtempSync(join(tmpdir(), "partita-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true }));
process.once("SIGINT", () => process.exit(130));

const machine = describeMachine();
process.stdout.write(`${headingOf(machine)}\n`);
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const speed = await measureStSpeed({ ...options, programs: options.only, folder, say });
const table = stSpeedTable(speed);
process.stdout.write(`\n${asText(table)}`);
if (speed.disagreements.length > 0) process.exitCode = 1;
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ machine, st: speed }, null, 2)}\n`);
if (options.markdown !== undefined)
  writeFileSync(options.markdown, `Measured ${headingOf(machine)}.\n\n${asMarkdown(table)}\n`);
