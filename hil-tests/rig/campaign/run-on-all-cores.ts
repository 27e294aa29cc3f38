/** A whole campaign: tries what a journal does not have yet on all workers, then shrinks and saves each failure. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { System } from "../../../runtime/system.ts";
import { loadOnce } from "../load.ts";
import type { Campaign } from "./campaign.ts";
import type { Entry } from "./campaign-run.ts";
import { Fleet } from "./fleet.ts";
import { Journal } from "./journal.ts";
import type { CampaignReport, SavedFailure } from "./report.ts";
import { saveTest } from "./saved-test.ts";
import { Tally } from "./tally.ts";

export interface Progress {
  readonly done: number;
  readonly of: number;
  readonly failed: number;
  /** A failure of each invariant that was broken is being made small. */
  readonly isShrinking: boolean;
}

export interface WholeRun {
  readonly campaign: Campaign;
  /** The one that exports it. */
  readonly file: string;
  readonly schedules: number;
  readonly seed: number;
  readonly workers: number;
  readonly journal: string;
  /** Where failures are saved as tests. */
  readonly folder: string;
  readonly hear: (progress: Progress) => void;
  /** Nobody has asked to stop yet. */
  readonly goesOn: () => boolean;
}

/** @throws when the module cannot be loaded or an invariant is broken without faults. */
export const runOnAllCores = async (run: WholeRun): Promise<CampaignReport> => {
  const { campaign, file, schedules, seed, goesOn } = run;
  const system = await loadOnce(campaign.options.config);
  const journal = new Journal(run.journal, { campaign: campaign.options.name, seed, digest: digestOf(file, system) });
  const tally = new Tally();
  for (const entry of journal.resumed) if (entry.index < schedules) tally.add(entry);
  const tell = (isShrinking: boolean): void =>
    run.hear({ done: tally.trials, of: schedules, failed: tally.counts.failed, isShrinking });
  const left = Array.from({ length: schedules }, (_, index) => index).filter((index) => !tally.has(index));
  const fleet = new Fleet({ file, seed, system }, Math.min(run.workers, Math.max(1, left.length)));
  const hear = (entries: readonly Entry[]): void => {
    journal.add(entries);
    for (const entry of entries) tally.add(entry);
    tell(false);
  };
  try {
    await fleet.try(left, hear, goesOn);
    const failures = goesOn() ? await shrinkAll(fleet, tally, run, () => tell(true)) : [];
    journal.close(goesOn());
    return { name: campaign.options.name, seed, schedules, tally, failures };
  } finally {
    await fleet.close();
  }
};

const shrinkAll = async (
  fleet: Fleet,
  tally: Tally,
  { folder, file, seed }: WholeRun,
  tell: () => void,
): Promise<readonly SavedFailure[]> => {
  const indices = tally.failures.map(({ index }) => index);
  if (indices.length === 0) return [];
  tell();
  const saved: SavedFailure[] = [];
  await fleet.shrink(indices, (found) => saved.push({ found, file: saveTest(found, folder, file, seed) }));
  return saved.sort((a, b) => a.found.index - b.found.index);
};

const digestOf = (file: string, { digest, partitions }: System): string => {
  const hash = createHash("sha256").update(readFileSync(file)).update(digest);
  for (const { image } of partitions) hash.update(image);
  return hash.digest("hex");
};
