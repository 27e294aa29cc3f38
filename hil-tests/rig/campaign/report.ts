/** What came of a campaign, for people and for programs. */
import type { Found } from "./campaign-run.ts";
import { scheduledWords } from "./schedule.ts";
import type { Tally } from "./tally.ts";
import { OUTCOMES } from "./trials.ts";

/** A failure, and the file that it was saved in. */
export interface SavedFailure {
  readonly found: Found;
  readonly file: string;
}

export interface CampaignReport {
  readonly name: string;
  readonly seed: number;
  readonly schedules: number;
  readonly tally: Tally;
  readonly failures: readonly SavedFailure[];
}

/** Faults by outcomes: a trial counts for each kind that it had. */
const tableLines = (tally: Tally): readonly string[] => {
  const rows = [...tally.byKind, ["all trials", tally.counts] as const].map(([name, counts]) => [
    ...[name, ...OUTCOMES.map((outcome) => String(counts[outcome]))],
  ]);
  const all = [["fault", ...OUTCOMES], ...rows];
  const widths = all[0]!.map((_, at) => Math.max(...all.map((row) => row[at]!.length)));
  return all.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join("  "),
  );
};

export const reportText = ({ name, seed, schedules, tally, failures }: CampaignReport): string => {
  const made = tally.trials < schedules ? `${tally.trials} of ${schedules}` : `${schedules}`;
  const told = failures.flatMap(({ found, file }) => [
    "",
    `${found.message.split("\n")[0]}`,
    ...found.schedule.map((scheduled) => `  ${scheduledWords(scheduled)}`),
    `  schedule ${found.index}, shrunk from ${found.faults} to ${found.schedule.length} faults in ${found.trials} trials; saved in ${file}`,
  ]);
  return [
    `${name}: ${made} schedules of seed ${seed}, ${tally.fired} faults, invariants looked at ${tally.looks} times`,
    ...tableLines(tally).map((line) => `  ${line}`),
    ...told,
    "",
  ].join("\n");
};

export const reportJson = ({ name, seed, schedules, tally, failures }: CampaignReport): object => ({
  ...{ campaign: name, seed, schedules, trials: tally.trials, faults: tally.fired, looks: tally.looks },
  objection: tally.objection,
  outcomes: tally.counts,
  byKind: Object.fromEntries(tally.byKind),
  failures: failures.map(({ found, file }) => ({ ...found, file })),
});
