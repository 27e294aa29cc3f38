/**
 * `npm run bench:rig`: how fast the rig runs, and what checkpoints cost. Prints tables; `--json` and `--markdown` write files.
 * `--rounds 1 --share 0.1` is a trial.
 */
import { prepareToBoot } from "../../runtime/index.ts";
import { measureCheckpoints } from "./rig-checkpoints.ts";
import { checkpointTable, rigSpeedTable } from "./rig-report.ts";
import { measureRigSpeed } from "./rig-speed.ts";
import { runSections, section } from "./sections.ts";

prepareToBoot();
await runSections("bench:rig", {
  speed: section(measureRigSpeed, rigSpeedTable),
  checkpoints: section(measureCheckpoints, checkpointTable),
});
