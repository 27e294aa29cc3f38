/**
 * Which partitions share nothing with other harts: the harts' threads need not agree on when their slots start and end, because
 * nobody could tell (design.md §2 law 3). What the config lets reach beyond a hart is what keeps a partition from being free.
 */
import { ACTION_LEVELS, type HealthAction, type PartitionHealth } from "../health-table.ts";
import { hartOf, type System } from "../system.ts";

/** Of a channel, whatever it carries. */
interface PartitionEnd {
  readonly partition: number;
}

/** @returns by partition. */
export const freePartitions = (system: System): readonly boolean[] => {
  const { partitions, queuingChannels, samplingChannels, samplingMessageChannels } = system;
  // A system partition sees and commands all others, and a queue of the health monitor takes everybody's errors.
  const anybodyIsSeen =
    partitions.some(({ isSystem }) => isSystem) || queuingChannels.some(({ from }) => from === null);
  const harts = partitions.map(({ index }) => hartOf(system, index));
  const ends: (readonly PartitionEnd[])[] = [
    ...samplingChannels.map(({ from, to }) => [from, ...to]),
    ...samplingMessageChannels.map(({ from, to }) => [from, ...to]),
    ...queuingChannels.map(({ from, to }) => [from, to].filter((end) => end !== null)),
  ];
  const across = ends.filter((channel) => new Set(channel.map(({ partition }) => harts[partition])).size > 1);
  const bound = new Set(across.flat().map(({ partition }) => partition));
  return partitions.map(({ index, health }) => !anybodyIsSeen && !bound.has(index) && !reachesModule(health));
};

/** An error of the partition may lead to something that all harts do. */
const reachesModule = ({ reactions, restartBudget }: PartitionHealth): boolean => {
  const isOnModule = (action: HealthAction | null): boolean => action === null || ACTION_LEVELS[action] === "module";
  const actions = Object.values(reactions).flatMap((states) => Object.values(states).map(({ action }) => action));
  return actions.some(isOnModule) || (restartBudget !== null && isOnModule(restartBudget.exhausted));
};
