/** What partitions require of the schedules that they have slots in, in ticks. */
import type { Draft, DraftPartition, DraftSchedule } from "./draft.ts";
import { readParts, stretchesOf } from "./draft.ts";
import { jobsOf, type ServedJob } from "./jobs.ts";
import type { RequirementConfig } from "./module-config.generated.ts";
import type { Partly } from "./partly.ts";

/** Times in cycles; see `requirement` in configs/schema/module.schema.json. */
export interface TimeRequirement {
  readonly period: number;
  /** At least this in every period. */
  readonly duration: number;
  /** From the start of the period. */
  readonly deadline: number;
  /** null: any. */
  readonly jitter: number | null;
  /** Names of partitions. */
  readonly after: readonly string[];
  /** null: any. */
  readonly hart: number | null;
}

/** @returns null when it cannot be understood. */
export const requirementOf = (requires: Partly<RequirementConfig>, tickRate: number): TimeRequirement | null => {
  const read = (text: string | null): number | null => readParts(text, "duration", tickRate);
  const period = read(requires.period);
  const duration = read(requires.duration);
  const deadline = requires.deadline === undefined ? period : read(requires.deadline);
  const jitter = requires.jitter === undefined ? null : read(requires.jitter);
  if (!period || !duration || deadline === null || (requires.jitter !== undefined && jitter === null)) return null;
  const after = requires.after?.filter((name) => name !== null) ?? [];
  return { period, duration, deadline, jitter, after, hart: requires.hart ?? null };
};

/** In the order of the partitions, then of the clones; null where one requires nothing. */
export const requirementsOf = ({ partitions, clones, tickRate }: Draft): readonly (TimeRequirement | null)[] =>
  [...partitions.values(), ...clones].map(({ config: { requires } }) =>
    requires === undefined || requires === null ? null : requirementOf(requires, tickRate),
  );

/** A partition with requirements in a schedule that serves it, whose periods fit into the frame. */
export interface Served {
  readonly partition: DraftPartition;
  readonly schedule: DraftSchedule;
  readonly requires: Partly<RequirementConfig>;
  readonly requirement: TimeRequirement;
  readonly jobs: readonly ServedJob[];
}

export function* servedPartitions({ schedules, partitions, clones, tickRate }: Draft): Generator<Served> {
  for (const schedule of schedules) {
    const { majorFrame, isComplete } = schedule;
    if (!isComplete || majorFrame === null) continue;
    for (const partition of [...partitions.values(), ...clones]) {
      const { requires } = partition.config;
      const slots = stretchesOf(schedule, partition.name);
      const requirement = requires ? requirementOf(requires, tickRate) : null;
      if (!requires || requirement === null || !slots?.length) continue;
      if (majorFrame % requirement.period !== 0 && requirement.period % majorFrame !== 0) continue;
      yield { partition, schedule, requires, requirement, jobs: jobsOf(slots, majorFrame, requirement) };
    }
  }
}
