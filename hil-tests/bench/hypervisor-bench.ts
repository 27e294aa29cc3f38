/**
 * `npm run bench:hypervisor`: what slot switches, messages, snapshots and clones cost, how fast frames are, what a second hart
 * brings, and how late a paced run is. Prints tables; `--json` and `--markdown` write files. `--rounds 1 --share 0.1` is a trial.
 */
import { writeFileSync } from "node:fs";
import { Command, Option } from "commander";
import { prepareToBoot } from "../../runtime/index.ts";
import { listOf, oneOf, positive, rounds } from "./arguments.ts";
import { measureHarts } from "./hart-speeds.ts";
import { type CostOptions, measureFrames, measureMessages, measureSwitch } from "./hypervisor-costs.ts";
import { frameTable, hartTable, latenessTable, messageTable, stateTable, switchTable } from "./hypervisor-report.ts";
import { measureLateness } from "./lateness-run.ts";
import { describeMachine, headingOf } from "./machine.ts";
import { measureStateCosts } from "./state-costs.ts";
import { asMarkdown, asText, type Table } from "./table.ts";

const SECTIONS = ["switch", "messages", "state", "frames", "harts", "lateness"] as const;
type Section = (typeof SECTIONS)[number];

interface Options {
  readonly rounds: number;
  readonly share: number;
  readonly sections: readonly Section[];
  readonly json?: string;
  readonly markdown?: string;
}

interface Measured {
  readonly values: unknown;
  readonly table: Table;
}

const MEASURE: Readonly<Record<Section, (options: CostOptions) => Promise<Measured>>> = {
  switch: async (options) => {
    const values = await measureSwitch(options);
    return { values, table: switchTable(values, options.rounds) };
  },
  messages: async (options) => {
    const values = await measureMessages(options);
    return { values, table: messageTable(values, options.rounds) };
  },
  state: async (options) => {
    options.say("state");
    const values = await measureStateCosts(options.rounds);
    return { values, table: stateTable(values) };
  },
  frames: async (options) => {
    const values = await measureFrames(options);
    return { values, table: frameTable(values, options.rounds) };
  },
  harts: async (options) => {
    const values = await measureHarts(options);
    return { values, table: hartTable(values, options.rounds) };
  },
  lateness: async (options) => {
    const values = await measureLateness(options);
    return { values, table: latenessTable(values, options.rounds) };
  },
};

const options = new Command("bench:hypervisor")
  .addOption(new Option("--rounds <n>", "rounds, each with all of a section in turn").argParser(rounds).default(5))
  .addOption(
    new Option("--sections <names>", "what to measure")
      .argParser(listOf(oneOf("section", SECTIONS)))
      .default(SECTIONS, SECTIONS.join(",")),
  )
  .addOption(new Option("--share <x>", "of the time measured, for a short trial").argParser(positive).default(1))
  .option("--json <file>", "write all figures")
  .option("--markdown <file>", "write the tables for a README")
  .parse()
  .opts<Options>();
process.once("SIGINT", () => process.exit(130));

const machine = describeMachine();
process.stdout.write(`${headingOf(machine)}\n`);
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const figures: Record<string, unknown> = { machine, rounds: options.rounds, share: options.share };
const tables: Table[] = [];
prepareToBoot();
for (const section of options.sections) {
  const { values, table } = await MEASURE[section]({ ...options, say });
  figures[section] = values;
  tables.push(table);
  process.stdout.write(`\n${asText(table)}`);
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`);
if (options.markdown !== undefined) {
  writeFileSync(options.markdown, [`Measured ${headingOf(machine)}.\n`, ...tables.map(asMarkdown)].join("\n"));
}
