/**
 * A campaign: one module under thousands of fault schedules drawn from a seed, and what must hold whatever befalls it (swarm
 * testing, Groce et al. 2012). A campaign file exports one by default; `partita campaign` and tests run it.
 */
import type { Plant } from "../../plants/plant.ts";
import type { Aliases } from "../channels.ts";
import type { Duration } from "../duration.ts";
import type { Fault } from "../faults/index.ts";
import type { Rig } from "../rig.ts";
import type { RigTestBody } from "../rig-test.ts";
import type { Schedule } from "./schedule.ts";

/** It looks at rig and plant alone, and keeps nothing in mind: trials begin in the midst of a run that others have made. */
export interface Invariant<Model extends Plant> {
  holds(rig: Rig, plant: Model): boolean;
  /** It may be broken for so long at a time; left out: never. */
  readonly exceptFor?: Duration;
}

export interface CampaignOptions<Model extends Plant = Plant> {
  readonly name: string;
  /** The module's config file. */
  readonly config: string;
  /** Makes the plant of all trials, from one and the same seed: only the faults differ. */
  plant(seed: number): Model;
  readonly alias?: Aliases;
  /** Brings module and plant to where every trial begins: they are started up once. Left out: at power-on. */
  prepare?(rig: Rig, plant: Model): void;
  /** Virtual time of a trial. */
  readonly duration: Duration;
  /** Kinds of faults to draw from; left out: all that can befall the module. */
  readonly kinds?: readonly Fault["kind"][];
  /** What they may befall: channels, devices, partitions, `host`; left out: everything. */
  readonly targets?: readonly string[];
  /** Faults in a schedule, at most; left out: 6. */
  readonly mostFaults?: number;
  /** By name, looked at at the end of each frame. */
  readonly invariants: Readonly<Record<string, Invariant<Model>>>;
}

export interface Sweep {
  readonly schedules: number;
  readonly seed?: number;
}

export class Campaign<Model extends Plant = Plant> {
  readonly options: CampaignOptions<Model>;

  /** @throws when there is nothing that trials could break. */
  constructor(options: CampaignOptions<Model>) {
    if (Object.keys(options.invariants).length === 0) throw new Error(`the campaign ${options.name} has no invariants`);
    this.options = options;
  }

  /** The body of a test that plays one schedule; it fails as the campaign did. */
  test(schedule: Schedule): RigTestBody {
    return async () => {
      const { Trials } = await import("./trials.ts");
      const { failure } = (await Trials.prepare(this.options)).run(schedule);
      if (failure !== null) throw new Error(failure.message);
    };
  }

  /** The body of a test that plays so many schedules in its own process; a failure tells the minimal one. */
  sweep({ schedules, seed = 1 }: Sweep): RigTestBody {
    return async () => {
      const { sweep } = await import("./sweep.ts");
      await sweep(this.options, { schedules, seed });
    };
  }
}

export const defineCampaign = <Model extends Plant>(options: CampaignOptions<Model>): Campaign<Model> =>
  new Campaign(options);
