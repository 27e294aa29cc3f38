/** What `partita check` says of a module without problems: schedules, channels and io, as text or as JSON. */
import { type LoadedSystem, type ScheduleFigures, scheduleFigures, showDuration } from "../config/index.ts";
import { problemAsJson } from "../problem.ts";
import type { PointRef, Schedule, System } from "../system.ts";
import { type Cycles, type Hertz, toNanoseconds } from "../units.ts";
import { counted } from "./counted.ts";
import { slotPicture } from "./slot-picture.ts";

type Loaded = LoadedSystem & { readonly ok: true };

export const report = (loaded: Loaded): string => {
  const { system } = loaded;
  return [
    ...system.schedules.flatMap((schedule) => scheduleParts(loaded, schedule)),
    section("channels", channels(system)),
    section("io", connections(system)),
  ]
    .filter((part) => part !== "")
    .join("\n");
};

const scheduleParts = ({ system, requirements }: Loaded, schedule: Schedule): readonly string[] => {
  const { clock, harts, partitions } = system;
  const figures = scheduleFigures(system, schedule, requirements);
  const module = schedule.index === 0 ? `module ${system.name} · ${megahertz(clock)} · ` : "";
  return [
    `${module}schedule ${schedule.name}, major frame ${showDuration(schedule.majorFrame, clock)}${entry(system, schedule)}\n`,
    slotPicture({ clock, harts, partitions, schedule }),
    partitionTable(figures, clock),
    utilisation(figures, schedule, clock),
  ];
};

const entry = ({ partitions }: System, { onEntry }: Schedule): string => {
  const actions = partitions.flatMap(({ name, index }) => (onEntry[index] ? [`${name} ${onEntry[index]}`] : []));
  return actions.length === 0 ? "" : `, on entry ${actions.join(", ")}`;
};

const megahertz = (clock: number): string => `${clock / 1e6} MHz`;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const partitionTable = ({ partitions }: ScheduleFigures, clock: Hertz): string => {
  const show = (time: Cycles): string => showDuration(time, clock);
  const rows = partitions.map(({ name, hart, slots, time, utilisation: share, longestGap, required }) => {
    if (hart === null) return [name, ...Array<string>(8).fill("–")];
    const asked = required === null ? "–" : `${show(required.duration)} in ${show(required.period)}`;
    const given = required === null ? ["–", "–"] : [show(required.given), show(required.slack)];
    return [name, String(hart), String(slots), show(time), percent(share), show(longestGap), asked, ...given];
  });
  return table([["partition", "hart", "slots", "time", "share", "longest gap", "requires", "given", "slack"], ...rows]);
};

/** Columns as wide as their widest cell, two spaces apart. */
const table = (rows: readonly (readonly string[])[]): string => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lineOf = (row: readonly string[]): string => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  ");
  return rows.map((row) => `${lineOf(row).trimEnd()}\n`).join("");
};

const utilisation = ({ harts }: ScheduleFigures, { majorFrame }: Schedule, clock: Hertz): string =>
  harts
    .map(({ hart, utilisation: share, idle }) => {
      const left = showDuration(idle, clock);
      return `hart ${hart}: ${percent(share)} used, ${left} of ${showDuration(majorFrame, clock)} idle\n`;
    })
    .join("");

const section = (title: string, rows: readonly (readonly string[])[]): string =>
  rows.length === 0 ? "" : `${title}\n${table(rows.map((row) => ["", ...row]))}`;

const nameOf = ({ partitions }: System, { partition, point }: PointRef): string =>
  `${partitions[partition]?.name}.${partitions[partition]?.points[point]?.name}`;

const channels = (system: System): readonly (readonly string[])[] => [
  ...system.samplingChannels.map(({ from, to, refreshPeriod }) => [
    "sampling",
    `${nameOf(system, from)} → ${to.map((point) => nameOf(system, point)).join(", ")}`,
    `fresh for ${showDuration(refreshPeriod, system.clock)}`,
  ]),
  ...system.queuingChannels.map(({ from, to, depth, maxMessageBytes }) => {
    const [source, destination] = [from, to].map(({ partition, port }) => {
      const owner = system.partitions[partition];
      return `${owner?.name}.${owner?.ports[port]?.name}`;
    });
    return [
      "queuing",
      `${source} → ${destination}`,
      `${counted(depth, "message")} of ${counted(maxMessageBytes, "byte")}`,
    ];
  }),
];

const connections = (system: System): readonly (readonly string[])[] => [
  ...system.modbusServers.map(({ name, host, port, mappings }) => {
    const writable = mappings.filter(
      ({ point, area }) =>
        (area === "coil" || area === "holdingRegister") &&
        system.partitions[point.partition]?.points[point.point]?.direction === "input",
    );
    const points = counted(mappings.length, "point");
    return ["Modbus server", name, `${host}:${port}`, `${points}, ${writable.length} of them writable`];
  }),
  ...system.modbusClients.map(({ name, host, port, devices }) => {
    const points = devices.reduce((sum, { mappings }) => sum + mappings.length, 0);
    return [
      "Modbus client",
      name,
      `${host}:${port}`,
      `${counted(points, "point")} of ${devices.map((device) => device.name).join(", ")}`,
    ];
  }),
  ...system.mqtt.map(({ name, broker, host, port, publications, commands }) => [
    broker === "embedded" ? "MQTT broker" : "MQTT client",
    name,
    `${host}:${port}`,
    `${counted(publications.length, "point")} published, ${counted(commands.length, "command")}`,
  ]),
];

/** The same as numbers; times in nanoseconds. */
export const figuresAsJson = (loaded: Loaded): object => {
  const { system, warnings } = loaded;
  return {
    ok: true,
    warnings: warnings.map(problemAsJson),
    module: system.name,
    digest: system.digest,
    clockHz: system.clock,
    schedules: system.schedules.map((schedule) => scheduleAsJson(loaded, schedule)),
    channels: { sampling: system.samplingChannels.length, queuing: system.queuingChannels.length },
    io: {
      modbusServers: system.modbusServers.length,
      modbusClients: system.modbusClients.length,
      mqtt: system.mqtt.length,
    },
  };
};

const scheduleAsJson = ({ system, requirements }: Loaded, schedule: Schedule): object => {
  const ns = (time: Cycles): number => toNanoseconds(time, system.clock);
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
      },
    })),
    harts: harts.map(({ hart, utilisation: share, idle }) => ({ hart, utilisation: share, idleNs: ns(idle) })),
  };
};
