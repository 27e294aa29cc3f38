/** The waterworks' four controllers on one board against each alone: `npx partita consolidation hil-tests/waterworks.consolidation.ts`. */
import { Waterworks } from "./plants/waterworks/index.ts";
import { defineConsolidation } from "./rig/index.ts";
import { MODULE } from "./waterworks-bench.ts";

export default defineConsolidation({
  config: MODULE,
  plant: (seed) => new Waterworks({ seed, level: 2.4, timeOfDay: 6.5 }),
  scenario: (rig, plant) => {
    rig.runFor("60 s");
    rig.set("boost.pressureSetpoint", 4.5);
    plant.p101.suctionBlocked = true;
    rig.runFor("30 s");
    rig.inject({ kind: "dropout", channel: "dosing.residual" }, { for: "5 s" });
    rig.inject({ kind: "silence", device: "reservoir" }, { for: "8 s" });
    rig.runFor("30 s");
  },
  // As the cabinets were wired to each other.
  wires: {
    "dosing.flow": "intake.flow",
    "boost.suctionLow": "intake.lowLow",
    "drive.run": "boost.runLead",
    "drive.demand": "boost.speedDemand",
    "boost.driveRunning": "drive.running",
    "boost.driveFault": "drive.fault",
  },
});
