/** A benchmark of several sections: reads its options, measures the sections that are wanted in turn, prints and writes their tables. */
import { writeFileSync } from "node:fs";
import { Command, Option } from "commander";
import { listOf, oneOf, positive, rounds } from "./arguments.ts";
import { describeMachine, headingOf } from "./machine.ts";
import { asMarkdown, asText, type Table } from "./table.ts";

export interface SectionOptions {
  readonly rounds: number;
  /** Of the time measured, more than 0. */
  readonly share: number;
  readonly say: (text: string) => void;
}

interface Measured {
  readonly values: unknown;
  readonly table: Table;
}

/** Measures one section. */
export type Section = (options: SectionOptions) => Promise<Measured>;

/** A section that is measured by `measure` and shown by `tableOf`. */
export const section =
  <Values>(
    measure: (options: SectionOptions) => Promise<Values>,
    tableOf: (values: Values, rounds: number) => Table,
  ): Section =>
  async (options) => {
    const values = await measure(options);
    return { values, table: tableOf(values, options.rounds) };
  };

interface Options {
  readonly rounds: number;
  readonly share: number;
  readonly sections: readonly string[];
  readonly json?: string;
  readonly markdown?: string;
}

/** Runs the benchmark `name` as the process's arguments say; ends the process with status 130 at Ctrl-C. */
export const runSections = async (name: string, sections: Readonly<Record<string, Section>>): Promise<void> => {
  const names = Object.keys(sections);
  const { json, markdown, ...options } = new Command(name)
    .addOption(new Option("--rounds <n>", "rounds, each with all of a section in turn").argParser(rounds).default(5))
    .addOption(
      new Option("--sections <names>", "what to measure")
        .argParser(listOf(oneOf("section", names)))
        .default(names, names.join(",")),
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
  for (const wanted of options.sections) {
    const { values, table } = await sections[wanted]!({ ...options, say });
    figures[wanted] = values;
    tables.push(table);
    process.stdout.write(`\n${asText(table)}`);
  }
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(figures, null, 2)}\n`);
  if (markdown !== undefined) {
    writeFileSync(markdown, [`Measured ${headingOf(machine)}.\n`, ...tables.map(asMarkdown)].join("\n"));
  }
};
