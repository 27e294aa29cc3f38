/** Campaigns on the waterworks, one of whose programs has a bug planted in it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PatchedModule, patchedModule } from "../../patched-module.ts";
import { Waterworks } from "../../plants/waterworks/index.ts";
import { MODULE } from "../../waterworks-bench.ts";
import { type Campaign, type CampaignOptions, defineCampaign } from "../index.ts";
import { CampaignRun } from "./campaign-run.ts";
import { Tally } from "./tally.ts";

const OPTIONS: CampaignOptions<Waterworks> = {
  name: "reservoir",
  config: MODULE,
  plant: (seed) => new Waterworks({ seed, level: 2.4, demand: 5 }),
  prepare: (rig) => rig.runFor("12 s"),
  duration: "10 s",
  kinds: ["dropout", "stuck", "noise", "offset", "silence", "loss", "quality"],
  targets: ["intake.level", "intake.lowFloat", "reservoir", "boost.pressure", "boosterStation"],
  invariants: {
    "nobody pumps into a reservoir whose level is unknown": {
      exceptFor: "1 s",
      holds: (rig) => rig.quality("intake.level") !== "bad" || !(rig.isOn("intake.pump1") || rig.isOn("intake.pump2")),
    },
  },
};
const of = (configPath: string): Campaign<Waterworks> => defineCampaign({ ...OPTIONS, config: configPath });

describe("a campaign", () => {
  let buggy: PatchedModule;
  beforeAll(() => {
    // What is not known any more is taken as it was.
    buggy = patchedModule({ "intake.st": [["levelValid AND", "TRUE AND"]] });
  });
  afterAll(() => buggy.remove());

  it("passes over the programs that ship", of(MODULE).sweep({ schedules: 20, seed: 3 }));

  it("finds a planted bug, shrinks it to its minimal schedule, and that fails the same way when it is played", async () => {
    const run = await CampaignRun.prepare(of(buggy.configPath).options, 1);
    const tally = new Tally();
    for (let index = 0; index < 30; index++) tally.add(run.try(index));
    const [failure] = tally.failures;
    expect(failure?.invariant).toBe("nobody pumps into a reservoir whose level is unknown");
    const { schedule, message } = run.shrink(failure!.index);
    expect(schedule).toHaveLength(1);
    expect(["dropout", "silence", "loss"]).toContain(schedule[0]!.fault.kind);
    const failing = of(buggy.configPath).test(schedule);
    await expect(failing()).rejects.toThrow(message);
    await of(MODULE).test(schedule)();
  });
});
