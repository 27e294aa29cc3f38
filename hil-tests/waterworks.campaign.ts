/** The waterworks' campaign: `npx partita campaign hil-tests/waterworks.campaign.ts --schedules 2000`. */
import { Waterworks } from "./plants/waterworks/index.ts";
import { defineCampaign, type Rig } from "./rig/index.ts";
import { MODULE } from "./waterworks-bench.ts";

const pumping = (rig: Rig): boolean => rig.isOn("intake.pump1") || rig.isOn("intake.pump2");

export default defineCampaign({
  name: "waterworks",
  config: MODULE,
  plant: (seed) => new Waterworks({ seed, level: 2.4, timeOfDay: 6.5 }),
  prepare: (rig) => rig.runFor("30 s"),
  duration: "10 s",
  kinds: [
    ...(["stuck", "reads", "offset", "drift", "noise", "dropout", "quality"] as const),
    ...(["silence", "loss", "delay", "corruption", "suspend", "stop", "restart", "jitter"] as const),
  ],
  invariants: {
    "a pump runs only on a level that is known": {
      exceptFor: "1 s",
      holds: (rig) => rig.quality("intake.level") !== "bad" || !pumping(rig),
    },
    "two intake pumps never run at once": { holds: (rig) => !(rig.isOn("intake.pump1") && rig.isOn("intake.pump2")) },
    "the network keeps its pressure within what pipes stand": { holds: (_, plant) => plant.pressure < 8 },
  },
});
