/** A failure as a test file of its own: it fails with the same message until the bug is mended, and keeps it away afterwards. */
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { Found } from "./campaign-run.ts";
import { scheduledWords } from "./schedule.ts";

/** @returns the file. @param campaignFile the one that exports the campaign. */
export const saveTest = (found: Found, folder: string, campaignFile: string, seed: number): string => {
  const slug = (text: string): string =>
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "");
  const campaign = basename(campaignFile).split(".")[0]!;
  const path = join(folder, `${slug(campaign)}-${slug(found.invariant).slice(0, 60)}.hil.test.ts`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, textOf(found, importPath(folder, campaignFile), seed));
  return path;
};

const importPath = (folder: string, campaignFile: string): string => {
  const path = relative(folder, campaignFile);
  return path.startsWith(".") ? path : `./${path}`;
};

const textOf = ({ invariant, schedule, index, faults }: Found, from: string, seed: number): string => `/**
 * Found by a campaign, in schedule ${index} of seed ${seed}, and shrunk from ${faults} to ${schedule.length}: ${schedule.map(scheduledWords).join("; ")}.
 */
import { test } from "vitest";
import campaign from ${JSON.stringify(from)};

test(
  ${JSON.stringify(invariant)},
  campaign.test([
${schedule.map((scheduled) => `    ${JSON.stringify(scheduled)},`).join("\n")}
  ]),
);
`;
