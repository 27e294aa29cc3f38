/** Campaigns on the waterworks, one of whose programs has a bug planted in it. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PatchedModule, patchedModule } from "../../patched-module.ts";
import { Waterworks } from "../../plants/waterworks/index.ts";
import { MODULE } from "../../waterworks-bench.ts";
import { type Campaign, type CampaignOptions, defineCampaign, type Rig } from "../index.ts";
import { CampaignRun } from "./campaign-run.ts";
import { drawSchedule } from "./swarm.ts";
import { Tally } from "./tally.ts";
import { Trials } from "./trials.ts";

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
const ANYTHING = { "time passes": { holds: (rig: Rig) => rig.time > 0 } };
const of = (configPath: string): Campaign<Waterworks> => defineCampaign({ ...OPTIONS, config: configPath });

describe("a campaign", () => {
  let buggy: PatchedModule;
  beforeAll(() => {
    // What is not known any more is taken as it was.
    buggy = patchedModule({ "intake.st": [["levelValid AND", "TRUE AND"]] });
  });
  afterAll(() => buggy.remove());

  it("passes over the program without it", of(MODULE).sweep({ schedules: 8, seed: 3 }));

  it("comes to the same in each trial, whatever was tried before on the same rig", async () => {
    const everything: CampaignOptions<Waterworks> = { ...OPTIONS, duration: "2 s", invariants: ANYTHING };
    const { kinds: _, targets: __, ...options } = everything;
    const [forwards, backwards] = [await Trials.prepare(options), await Trials.prepare(options)];
    const schedules = Array.from({ length: 24 }, (_, index) =>
      drawSchedule(forwards.space, 7, index, { duration: 2000, mostFaults: 6 }),
    );
    expect(new Set(schedules.flat().map(({ fault }) => fault.kind)).size).toBeGreaterThan(12);
    const first = schedules.map((schedule) => [forwards.run(schedule), forwards.trace]);
    const second = schedules.toReversed().map((schedule) => [backwards.run(schedule), backwards.trace]);
    expect(second.toReversed()).toEqual(first);
    expect(new Set(first.map(([, trace]) => trace)).size).toBeGreaterThan(20);
  });

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
