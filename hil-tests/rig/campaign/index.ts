/** Campaigns at work on all cores, for the command. */
export { loadCampaign } from "./load-campaign.ts";
export { reportJson, reportText } from "./report.ts";
export { type Progress, runOnAllCores } from "./run-on-all-cores.ts";
