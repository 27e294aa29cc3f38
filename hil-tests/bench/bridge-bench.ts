/**
 * `npm run bench:bridge`: how fast the bridge is, beside programs that do the same. Prints tables; `--json` and `--markdown` write
 * files. `--rounds 1 --share 0.1` is a trial.
 */
import { bridgeLatenessTable, measureBridgeLateness } from "./bridge-lateness.ts";
import { measurePolls, pollTable } from "./bridge-poll.ts";
import { measurePublish, publishTable } from "./bridge-publish.ts";
import { measureServer, serverTable } from "./modbus-server-speed.ts";
import { runSections, section } from "./sections.ts";

await runSections("bench:bridge", {
  server: section(measureServer, serverTable),
  poll: section(measurePolls, pollTable),
  publish: section(measurePublish, publishTable),
  lateness: section(measureBridgeLateness, bridgeLatenessTable),
});
