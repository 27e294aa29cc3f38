/**
 * `npm run bench:engine`: how fast guests run, on Partita's engines and on what a user could pick instead, and what slots cost.
 * Prints tables; `--json`, `--markdown` and `--plot` write files. Takes half an hour; `--rounds 1 --share 0.1` is a trial. Ends with
 * status 1 when engines disagree.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { ENGINES, type EngineKind } from "../../runtime/index.ts";
import { listOf, oneOf, positive, rounds } from "./arguments.ts";
import { ENGINES as BENCH_ENGINES, type BenchEngine, engineNamed } from "./engines.ts";
import { measureGuestSpeed } from "./guest-speed.ts";
import { guestSpeedTable } from "./guest-speed-report.ts";
import { describeMachine, headingOf } from "./machine.ts";
import { curvesOf, scalingTables, startUpTable, switchTable } from "./module-report.ts";
import { svgOf } from "./plot.ts";
import { type BenchProgram, PROGRAMS, programNamed } from "./programs.ts";
import { measureSlotCosts } from "./slot-costs.ts";
import { measureStartUps } from "./start-ups.ts";
import { asMarkdown, asText, type Table } from "./table.ts";

const SECTIONS = ["programs", "starts", "slots"] as const;
type Section = (typeof SECTIONS)[number];

interface Options {
  readonly rounds: number;
  readonly share: number;
  readonly only: readonly BenchProgram[];
  readonly against: readonly BenchEngine[];
  readonly sections: readonly Section[];
  /** Of the modules in `starts` and `slots`. */
  readonly engine: EngineKind;
  readonly json?: string;
  readonly markdown?: string;
  readonly plot?: string;
}

const readOptions = (): Options =>
  new Command("bench:engine")
    .addOption(new Option("--rounds <n>", "rounds, each with all engines in turn").argParser(rounds).default(5))
    .addOption(
      new Option("--only <names>", "programs, as in dhry,text")
        .argParser(listOf(programNamed))
        .default(PROGRAMS, "all"),
    )
    .addOption(
      new Option("--against <names>", "what executes the programs of `programs`, in this order")
        .argParser(listOf(engineNamed))
        .default(BENCH_ENGINES, BENCH_ENGINES.map(({ name }) => name).join(",")),
    )
    .addOption(
      new Option("--sections <names>", "what to measure")
        .argParser(listOf(oneOf("section", SECTIONS)))
        .default(SECTIONS, SECTIONS.join(",")),
    )
    .addOption(
      new Option("--engine <engine>", "what executes the modules of starts and slots")
        .choices(ENGINES)
        .default("translator"),
    )
    .addOption(new Option("--share <x>", "of the programs' work, for a short trial").argParser(positive).default(1))
    .option("--json <file>", "write all figures")
    .option("--markdown <file>", "write the tables for a README")
    .option("--plot <file>", "write the curves of `slots` as SVG")
    .parse()
    .opts<Options>();

const options = readOptions();
const folder = mkdtempSync(join(tmpdir(), "partita-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true }));
process.once("SIGINT", () => process.exit(130));

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const machine = describeMachine();
const tables: Table[] = [];
const figures: Record<string, unknown> = { machine };
const take = (name: Section, values: unknown, ...shown: readonly Table[]): void => {
  figures[name] = values;
  tables.push(...shown);
  for (const table of shown) process.stdout.write(`\n${asText(table)}`);
};

process.stdout.write(`${headingOf(machine)}\n`);
if (options.sections.includes("programs")) {
  const speed = await measureGuestSpeed({ ...options, programs: options.only, engines: options.against, folder, say });
  take("programs", speed, guestSpeedTable(speed));
  if (speed.disagreements.length > 0) process.exitCode = 1;
}
if (options.sections.includes("starts")) {
  const starts = await measureStartUps({ ...options, programs: options.only, folder, say });
  take("starts", starts, startUpTable(starts));
}
if (options.sections.includes("slots")) {
  const costs = await measureSlotCosts({ ...options, folder, say });
  take("slots", costs, switchTable(costs), ...scalingTables(costs));
  if (options.plot !== undefined) writeFileSync(options.plot, svgOf(curvesOf(costs)));
}

if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`);
if (options.markdown !== undefined) {
  writeFileSync(options.markdown, [`Measured ${headingOf(machine)}.\n`, ...tables.map(asMarkdown)].join("\n"));
}
