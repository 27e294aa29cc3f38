/**
 * `npm run bench:bridge`: how fast the bridge is, beside programs that do the same. Prints tables; `--json` and `--markdown` write
 * files. `--rounds 1 --share 0.1` is a trial. A further section is one more name in SECTIONS and one more function in MEASURE.
 */
import { writeFileSync } from "node:fs";
import { Command, Option } from "commander";
import { listOf, oneOf, positive, rounds } from "./arguments.ts";
import { measurePolls, pollTable } from "./bridge-poll.ts";
import { measurePublish, publishTable } from "./bridge-publish.ts";
import { describeMachine, headingOf } from "./machine.ts";
import { measureServer, type ServerOptions, serverTable } from "./modbus-server-speed.ts";
import { asMarkdown, asText, type Table } from "./table.ts";

const SECTIONS = ["server", "poll", "publish"] as const;
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

const MEASURE: Readonly<Record<Section, (options: ServerOptions) => Promise<Measured>>> = {
  server: async (options) => {
    const values = await measureServer(options);
    return { values, table: serverTable(values, options.rounds) };
  },
  poll: async (options) => {
    const values = await measurePolls(options);
    return { values, table: pollTable(values, options.rounds) };
  },
  publish: async (options) => {
    const values = await measurePublish(options);
    return { values, table: publishTable(values, options.rounds) };
  },
};

const options = new Command("bench:bridge")
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
