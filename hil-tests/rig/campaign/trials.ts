/**
 * Trials: fault schedules played on one rig, each from the latest checkpoint before its first fault. What lies before is the same in
 * all of them, so it is run and looked at once, without faults.
 */
import type { System } from "../../../runtime/system.ts";
import type { Plant } from "../../plants/plant.ts";
import { formatTime, HAIR, toSeconds } from "../duration.ts";
import { Rig } from "../rig.ts";
import type { RigCheckpoint } from "../rig-options.ts";
import type { CampaignOptions } from "./campaign.ts";
import { FaultSpace } from "./fault-space.ts";
import { InvariantWatch } from "./invariant-watch.ts";
import { type Schedule, scheduledWords } from "./schedule.ts";

/**
 * What a trial came to. `masked`: every partition's trace is as without faults. `tolerated`: some is not, and all invariants held;
 * `reported`: the same, and the health monitor has heard of it.
 */
export const OUTCOMES = ["masked", "tolerated", "reported", "failed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Failure {
  /** Its name. */
  readonly invariant: string;
  /** What a test that plays the schedule fails with. */
  readonly message: string;
}

export interface Verdict {
  readonly outcome: Outcome;
  /** Faults that began. */
  readonly fired: number;
  /** How often an invariant was looked at. */
  readonly looks: number;
  /** Of "failed". */
  readonly failure: Failure | null;
}

/** Of the run without faults. */
const CHECKPOINTS = 10;

/** A moment of the run without faults. */
interface Station {
  readonly checkpoint: RigCheckpoint;
  /** Since the trial began, s. */
  readonly time: number;
  readonly brokenSince: readonly (number | null)[];
}

export class Trials<Model extends Plant = Plant> {
  readonly space: FaultSpace;
  readonly #options: CampaignOptions<Model>;
  readonly #rig: Rig;
  readonly #watch: InvariantWatch<Model>;
  /** Virtual times, s. */
  readonly #start: number;
  readonly #duration: number;
  readonly #stations: Station[] = [];
  /** As the run without faults left them. */
  #hashes = "";
  #errors = 0;

  private constructor(options: CampaignOptions<Model>, rig: Rig, plant: Model) {
    this.#options = options;
    this.#rig = rig;
    this.#start = rig.time;
    this.#duration = toSeconds(options.duration);
    this.#watch = new InvariantWatch(options.invariants, rig, plant);
    const devices = plant.devices.map(({ name }) => name);
    this.space = new FaultSpace(rig, devices, { kinds: options.kinds, targets: options.targets });
    this.#runWithoutFaults();
  }

  /**
   * Boots the module and brings it to where trials begin.
   * @param module when it has been loaded already.
   * @throws when an invariant is broken without any fault.
   */
  static async prepare<Model extends Plant>(
    options: CampaignOptions<Model>,
    module: string | System = options.config,
  ): Promise<Trials<Model>> {
    const plant = options.plant(1);
    const rig = await Rig.boot(module, { plant, alias: options.alias ?? {} });
    options.prepare?.(rig, plant);
    return new Trials(options, rig, plant);
  }

  run(schedule: Schedule): Verdict {
    const faults = schedule.map((scheduled) => ({ scheduled, time: toSeconds(scheduled.at) }));
    const first = Math.min(this.#duration, ...faults.map(({ time }) => time));
    this.#goBack(this.#stations.findLast(({ time }) => time <= first + HAIR)!);
    const waiting = new Set(faults);
    const failure = this.#play(() => {
      const now = this.#elapsed;
      for (const fault of waiting) {
        if (fault.time > now + HAIR) continue;
        const { for: duration } = fault.scheduled;
        this.#rig.inject(fault.scheduled.fault, duration === undefined ? {} : { for: duration });
        waiting.delete(fault);
      }
    });
    const outcome = failure === null ? this.#outcome() : "failed";
    const fired = schedule.length - waiting.size;
    return {
      outcome,
      fired,
      looks: this.#watch.looks,
      failure: failure === null ? null : this.#tell(failure, schedule),
    };
  }

  /** Of the trial that was run last: all its partitions' hashes. Equal ones were the same run. */
  get trace(): string {
    return JSON.stringify(this.#rig.hashes());
  }

  get #elapsed(): number {
    return this.#rig.time - this.#start;
  }

  #runWithoutFaults(): void {
    const every = this.#duration / CHECKPOINTS;
    const broken = this.#play(() => {
      if (this.#stations.length < CHECKPOINTS && this.#elapsed >= this.#stations.length * every - HAIR)
        this.#stations.push(this.#station());
    });
    if (broken !== null) {
      throw new Error(`${broken} is broken without any fault: ${this.#rig.situation()}`);
    }
    this.#hashes = this.trace;
    this.#errors = this.#errorsSoFar();
  }

  #station(): Station {
    return { checkpoint: this.#rig.checkpoint(), time: this.#elapsed, brokenSince: this.#watch.brokenSince };
  }

  #goBack({ checkpoint, brokenSince }: Station): void {
    this.#rig.restore(checkpoint);
    this.#watch.goBack(brokenSince);
  }

  /** To the end of the trial, `before` each frame. @returns the name of the invariant that is broken before; null: none. */
  #play(before: () => void): string | null {
    while (this.#elapsed < this.#duration - HAIR) {
      before();
      this.#rig.runFrames(1);
      const broken = this.#watch.look(this.#elapsed);
      if (broken !== null) return broken;
    }
    return null;
  }

  #outcome(): Outcome {
    if (this.#errorsSoFar() > this.#errors) return "reported";
    return this.trace === this.#hashes ? "masked" : "tolerated";
  }

  #errorsSoFar(): number {
    return this.#rig.incidents.filter(({ incident }) => incident.kind === "error").length;
  }

  #tell(invariant: string, schedule: Schedule): Failure {
    const { exceptFor } = this.#options.invariants[invariant]!;
    const patience = exceptFor === undefined ? "" : ` for more than ${exceptFor}`;
    const lines = [
      `${invariant}: broken${patience} ${formatTime(this.#elapsed)} into the trial, after`,
      ...schedule.map((scheduled) => `  ${scheduledWords(scheduled)}`),
      this.#rig.situation(),
    ];
    return { invariant, message: lines.join("\n") };
  }
}
