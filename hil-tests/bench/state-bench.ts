/** `npm run bench:state`: what snapshots, restores and clones cost. */
import { Command } from "commander";
import { rounds } from "./arguments.ts";
import { stateCosts } from "./state-costs.ts";
import { asMarkdown, asText } from "./table.ts";

const { rounds: count, markdown } = new Command("bench:state")
  .option("--rounds <n>", "means of so many", rounds, 40)
  .option("--markdown", "as Markdown")
  .parse()
  .opts<{ readonly rounds: number; readonly markdown?: true }>();
const table = await stateCosts(count);
process.stdout.write(markdown ? asMarkdown(table) : asText(table));
process.exit();
