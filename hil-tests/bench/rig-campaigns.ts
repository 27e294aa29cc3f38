/** How many trials campaigns make on two cores, and how long it takes to shrink one that failed. */
import { join } from "node:path";
import { hostClock } from "../../runtime/index.ts";
import { patchedModule } from "../patched-module.ts";
import { Waterworks } from "../plants/waterworks/index.ts";
import { CampaignRun } from "../rig/campaign/campaign-run.ts";
import { Fleet } from "../rig/campaign/fleet.ts";
import type { CampaignOptions, Fault, ScheduledFault } from "../rig/index.ts";
import { loadOnce } from "../rig/load.ts";
import { ROOT, WATERWORKS } from "./places.ts";
import type { SectionOptions } from "./sections.ts";
import { median } from "./statistics.ts";

const WORKERS = 2;
/** In each round; those before the first are not counted. */
const SCHEDULES = 600;
const WARM_UP = 120;

export interface CampaignSpeed {
  /** Of 10 s of virtual time each. */
  readonly perMinute: number;
}

export const measureCampaigns = async ({ rounds, share, say }: SectionOptions): Promise<CampaignSpeed> => {
  const file = join(ROOT, "hil-tests/waterworks.campaign.ts");
  const fleet = new Fleet({ file, seed: 1, system: await loadOnce(WATERWORKS) }, WORKERS);
  const count = Math.ceil(SCHEDULES * share);
  let next = 0;
  const play = async (schedules: number): Promise<void> => {
    const indices = Array.from({ length: schedules }, () => next++);
    await fleet.try(
      indices,
      () => undefined,
      () => true,
    );
  };
  say("campaigns: start-up");
  await play(Math.ceil(WARM_UP * share));
  const speeds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    say(`campaigns, round ${round + 1} of ${rounds}`);
    const begin = hostClock.monotonicMs();
    await play(count);
    speeds.push((60_000 * count) / (hostClock.monotonicMs() - begin));
  }
  await fleet.close();
  return { perMinute: median(speeds) };
};

export interface ShrinkingSpeed {
  readonly seconds: number;
  readonly trials: number;
  readonly from: number;
  readonly to: number;
}

/** The bug needs the float to fail before the level does. */
const TWO_FAULTS: readonly ScheduledFault[] = [
  { at: "2.05 s", fault: { kind: "reads", channel: "intake.lowFloat", value: false } },
  { at: "3.217 s", for: "4.5 s", fault: { kind: "dropout", channel: "intake.level" } },
];
const HARMLESS: readonly Fault[] = [
  { kind: "noise", channel: "boost.pressure", deviation: 0.217, seed: 5 },
  { kind: "loss", device: "boosterStation", share: 0.31, seed: 6 },
  { kind: "drift", channel: "dosing.residual", perSecond: 0.0173 },
];

export const measureShrinking = async ({ rounds, say }: SectionOptions): Promise<ShrinkingSpeed> => {
  const buggy = patchedModule({ "intake.st": [["levelValid AND", "(levelValid OR NOT lowFloat) AND"]] });
  const options: CampaignOptions<Waterworks> = {
    ...{ name: "two faults", config: buggy.configPath, duration: "10 s" },
    plant: (seed) => new Waterworks({ seed, level: 2.4, demand: 5 }),
    prepare: (rig) => rig.runFor("12 s"),
    invariants: {
      "nobody pumps into a reservoir whose level is unknown": {
        exceptFor: "1 s",
        holds: (rig) =>
          rig.quality("intake.level") !== "bad" || !(rig.isOn("intake.pump1") || rig.isOn("intake.pump2")),
      },
    },
  };
  try {
    const run = await CampaignRun.prepare(options, 1);
    const schedule = [...Array.from({ length: 18 }, (_, index) => harmless(index)), ...TWO_FAULTS];
    const seconds: number[] = [];
    let [trials, to] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      say(`shrinking, round ${round + 1} of ${rounds}`);
      const begin = hostClock.monotonicMs();
      const found = run.shrinkSchedule(schedule);
      seconds.push((hostClock.monotonicMs() - begin) / 1000);
      [trials, to] = [found.trials, found.schedule.length];
    }
    return { seconds: median(seconds), trials, from: schedule.length, to };
  } finally {
    buggy.remove();
  }
};

const harmless = (index: number): ScheduledFault => ({
  at: `${(index * 0.43).toFixed(2) as `${number}`} s`,
  fault: HARMLESS[index % HARMLESS.length]!,
});
