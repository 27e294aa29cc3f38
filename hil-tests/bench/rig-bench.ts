/**
 * `npm run bench:rig`: how fast the rig and campaigns run, and what checkpoints, recording, replay, rewinding and shrinking cost.
 * Prints tables; `--json` and `--markdown` write files. `--rounds 1 --share 0.1` is a trial.
 */
import { prepareToBoot } from "../../runtime/index.ts";
import { measureCampaigns, measureShrinking } from "./rig-campaigns.ts";
import { measureCheckpoints } from "./rig-checkpoints.ts";
import { measureRecordingCosts, measureReplay, measureRewind } from "./rig-recording.ts";
import {
  campaignTable,
  checkpointTable,
  recordingTable,
  replayTable,
  rewindTable,
  rigSpeedTable,
  shrinkingTable,
} from "./rig-report.ts";
import { measureRigSpeed } from "./rig-speed.ts";
import { runSections, section } from "./sections.ts";

prepareToBoot();
await runSections("bench:rig", {
  speed: section(measureRigSpeed, rigSpeedTable),
  checkpoints: section(measureCheckpoints, checkpointTable),
  campaigns: section(measureCampaigns, campaignTable),
  shrinking: section(measureShrinking, shrinkingTable),
  recording: section(measureRecordingCosts, recordingTable),
  replay: section(measureReplay, replayTable),
  rewind: section(measureRewind, rewindTable),
});
