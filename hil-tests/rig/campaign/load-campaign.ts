/** Loads a campaign file. */
import { loadTypescript } from "../load-typescript.ts";
import type { Campaign } from "./campaign.ts";

/** @throws when there is no such file, it cannot be executed, or exports no campaign. */
export const loadCampaign = async (file: string): Promise<Campaign> => {
  const campaign = await loadTypescript(file);
  if (isCampaign(campaign)) return campaign;
  throw new Error(`${file} does not export a campaign by default: defineCampaign({ … })`);
};

/** It may be of another copy of this package. */
const isCampaign = (value: unknown): value is Campaign =>
  typeof value === "object" && value !== null && "options" in value && "test" in value;
