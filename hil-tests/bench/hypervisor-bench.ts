/**
 * `npm run bench:hypervisor`: what slot switches, messages, snapshots and clones cost, how fast frames are, what a second hart
 * brings, and how late a paced run is. Prints tables; `--json` and `--markdown` write files. `--rounds 1 --share 0.1` is a trial.
 */
import { prepareToBoot } from "../../runtime/index.ts";
import { measureHarts } from "./hart-speeds.ts";
import { measureFrames, measureMessages, measureSwitch } from "./hypervisor-costs.ts";
import { frameTable, hartTable, latenessTable, messageTable, stateTable, switchTable } from "./hypervisor-report.ts";
import { measureLateness } from "./lateness-run.ts";
import { runSections, section } from "./sections.ts";
import { measureStateCosts } from "./state-costs.ts";

prepareToBoot();
await runSections("bench:hypervisor", {
  switch: section(measureSwitch, switchTable),
  messages: section(measureMessages, messageTable),
  state: section(measureStateCosts, stateTable),
  frames: section(measureFrames, frameTable),
  harts: section(measureHarts, hartTable),
  lateness: section(measureLateness, latenessTable),
});
