/** The README's own test: what is shown there runs here. */
import { expect, it } from "vitest";
import { Waterworks } from "./plants/waterworks/index.ts";
import { above, ramp, rigTest } from "./rig/index.ts";

const plant = (seed: number) => new Waterworks({ seed, level: 2.4 });
const alias = { flow: "intake.flow", tank: "plant.level" };

it(
  "trips the intake pump that runs dry, and lets the other one take over",
  rigTest("configs/waterworks.yaml", { plant, alias }, (rig, { p101 }) => {
    expect(rig).toBecome("intake.suction1Ok", true, { within: "12 s" });
    p101.suctionBlocked = true;
    rig.stimulus("plant.demand", [ramp(9, "5 s")]);
    rig.inject({ kind: "noise", channel: "intake.level", deviation: 0.02 });
    expect(rig).toBecome("intake.pump1Tripped", true, { within: "10 s" });
    expect(rig).toBecome("intake.pump2Running", true, { within: "10 s" });
    expect(rig).toBecome("flow", above(5), { within: "10 s", holdFor: "2 s" });
    expect(rig).toStayWithin("tank", [1.5, 3.6], { for: "1 min" });
  }),
);
