/** A campaign at work: tries the schedules of a seed by their indices, and shrinks one that failed. */
import type { System } from "../../../runtime/system.ts";
import { toMilliseconds } from "../duration.ts";
import type { Fault } from "../faults/index.ts";
import type { CampaignOptions } from "./campaign.ts";
import type { Schedule } from "./schedule.ts";
import { shrink } from "./shrink.ts";
import { drawSchedule } from "./swarm.ts";
import { type Outcome, Trials } from "./trials.ts";

/** What is kept of a trial. */
export interface Entry {
  readonly index: number;
  readonly outcome: Outcome;
  /** Of the schedule's faults, each once. */
  readonly kinds: readonly Fault["kind"][];
  readonly fired: number;
  readonly looks: number;
  /** Of "failed": the one that was broken; null: none. */
  readonly invariant: string | null;
}

/** A failure, and the least that brings it about. */
export interface Found {
  readonly index: number;
  readonly invariant: string;
  /** What a test that plays `schedule` fails with. */
  readonly message: string;
  readonly schedule: Schedule;
  /** Of the schedule as it was drawn. */
  readonly faults: number;
  /** That the shrinking took. */
  readonly trials: number;
}

const MOST_FAULTS = 6;

export class CampaignRun {
  readonly #trials: Trials;
  readonly #options: CampaignOptions;
  readonly #seed: number;

  private constructor(trials: Trials, options: CampaignOptions, seed: number) {
    this.#trials = trials;
    this.#options = options;
    this.#seed = seed;
  }

  /** @param module when it has been loaded already. @throws as `Trials.prepare` does. */
  static async prepare(options: CampaignOptions, seed: number, module?: System): Promise<CampaignRun> {
    return new CampaignRun(await Trials.prepare(options, module), options, seed);
  }

  try(index: number): Entry {
    const schedule = this.#schedule(index);
    const { outcome, fired, looks, failure } = this.#trials.run(schedule);
    const kinds = [...new Set(schedule.map(({ fault }) => fault.kind))];
    return { index, outcome, kinds, fired, looks, invariant: failure?.invariant ?? null };
  }

  /** @throws when the schedule of that index does not fail. */
  shrink(index: number): Found {
    return this.shrinkSchedule(this.#schedule(index), index);
  }

  shrinkSchedule(schedule: Schedule, index = 0): Found {
    const invariant = this.#trials.run(schedule).failure?.invariant;
    if (invariant === undefined) throw new Error(`schedule ${index} does not fail when it is played again`);
    const fails = (candidate: Schedule) => this.#trials.run(candidate).failure?.invariant === invariant;
    const { schedule: least, trials } = shrink(schedule, fails);
    const { message } = this.#trials.run(least).failure!;
    return { index, invariant, message, schedule: least, faults: schedule.length, trials };
  }

  #schedule(index: number): Schedule {
    const { duration, mostFaults = MOST_FAULTS } = this.#options;
    return drawSchedule(this.#trials.space, this.#seed, index, { duration: toMilliseconds(duration), mostFaults });
  }
}
