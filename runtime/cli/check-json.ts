/** What `partita check --json` says of a module without problems; times in nanoseconds. */
import { type LoadedSystem, scheduleFigures } from "../config/index.ts";
import { latenciesOf } from "../planning/index.ts";
import { problemAsJson } from "../problem.ts";
import type { Schedule } from "../system.ts";
import { cycles, toNanoseconds } from "../units.ts";
import { healthAsJson } from "./health-report.ts";

type Loaded = LoadedSystem & { readonly ok: true };

export const figuresAsJson = (loaded: Loaded): object => {
  const { system, warnings } = loaded;
  return {
    ok: true,
    warnings: warnings.map(problemAsJson),
    module: system.name,
    digest: system.digest,
    clockHz: system.clock,
    schedules: system.schedules.map((schedule) => scheduleAsJson(loaded, schedule)),
    tasks: system.partitions.flatMap(({ name: partition, tasks }) =>
      tasks.map(({ name, interval, event }) => ({
        ...{ partition, name, intervalNs: toNanoseconds(interval, system.clock), event },
      })),
    ),
    health: healthAsJson(system),
    channels: { sampling: system.samplingChannels.length, queuing: system.queuingChannels.length },
    io: {
      modbusServers: system.modbusServers.length,
      modbusClients: system.modbusClients.length,
      mqtt: system.mqtt.length,
      sparkplug: system.sparkplug.length,
    },
  };
};

const scheduleAsJson = ({ system, requirements }: Loaded, schedule: Schedule): object => {
  const ns = (time: number): number => toNanoseconds(cycles(time), system.clock);
  const nameOfPartition = (index: number) => system.partitions[index]?.name;
  const { partitions, harts } = scheduleFigures(system, schedule, requirements);
  const actions = schedule.onEntry.map((action, index) => ({ partition: nameOfPartition(index), action }));
  return {
    name: schedule.name,
    majorFrameNs: ns(schedule.majorFrame),
    onEntry: actions.filter(({ action }) => action !== null),
    slots: schedule.slots.map(({ hart, partition, start, duration }) => ({
      hart,
      partition: nameOfPartition(partition),
      startNs: ns(start),
      durationNs: ns(duration),
    })),
    partitions: partitions.map(({ name, hart, slots, time, utilisation: share, longestGap, required }) => ({
      name,
      hart,
      slots,
      timeNs: ns(time),
      utilisation: share,
      longestGapNs: ns(longestGap),
      required: required && {
        periodNs: ns(required.period),
        durationNs: ns(required.duration),
        givenNs: ns(required.given),
        slackNs: ns(required.slack),
        deadlineNs: ns(required.deadline),
        completionNs: ns(required.completion),
        jitterNs: required.jitter === null ? null : ns(required.jitter),
        startJitterNs: ns(required.startJitter),
        after: required.after,
      },
    })),
    harts: harts.map(({ hart, utilisation: share, idle }) => ({ hart, utilisation: share, idleNs: ns(idle) })),
    worstAges: latenciesOf(system, schedule).map(({ chain, worst }) => ({
      partitions: chain.partitions.map(nameOfPartition),
      channels: chain.channels,
      ageNs: worst === null ? null : ns(worst),
    })),
  };
};
