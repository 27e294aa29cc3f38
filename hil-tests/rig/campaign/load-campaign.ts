/** Loads a campaign file: TypeScript also where Node does not strip types itself. */
import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { createJiti } from "jiti";
import type { Campaign } from "./campaign.ts";

/** @throws when there is no such file, it cannot be executed, or exports no campaign. */
export const loadCampaign = async (file: string): Promise<Campaign> => {
  const path = resolve(file);
  if (!existsSync(path)) throw new Error(`there is no ${relative(process.cwd(), path)}`);
  const campaign: unknown = await createJiti(import.meta.url).import(path, { default: true });
  if (!isCampaign(campaign)) throw new Error(`${file} does not export a campaign by default: defineCampaign({ … })`);
  return campaign;
};

/** It may be of another copy of this package. */
const isCampaign = (value: unknown): value is Campaign =>
  typeof value === "object" && value !== null && "options" in value && "test" in value;
