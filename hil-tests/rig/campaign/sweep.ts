/** A campaign within one process, for a test: so many schedules in turn, and the first failure shrunk. */
import type { CampaignOptions, Sweep } from "./campaign.ts";
import { CampaignRun, type Found } from "./campaign-run.ts";
import { Tally } from "./tally.ts";

/** @throws when an invariant was broken, with the minimal schedule; and when nothing was tested. */
export const sweep = async (options: CampaignOptions, { schedules, seed }: Required<Sweep>): Promise<void> => {
  const run = await CampaignRun.prepare(options, seed);
  const tally = new Tally();
  for (let index = 0; index < schedules; index++) {
    const entry = run.try(index);
    tally.add(entry);
    if (entry.invariant !== null) throw new Error(foundWords(run.shrink(index), seed));
  }
  if (tally.objection !== null) throw new Error(`${options.name}: ${tally.objection}`);
};

const foundWords = ({ message, schedule, index, faults, trials }: Found, seed: number): string =>
  [
    message,
    `  found in schedule ${index} of seed ${seed}, and shrunk from ${faults} to ${schedule.length} faults in ${trials} trials:`,
    `  campaign.test(${JSON.stringify(schedule)})`,
  ].join("\n");
