/** What `partita check` says of a module without problems: schedules, channels and io, as text. */
import { type LoadedSystem, type ScheduleFigures, scheduleFigures, showDuration } from "../config/index.ts";
import { latenciesOf, MOST_CHAINS } from "../planning/index.ts";
import type { ModbusServer, ModbusTransport, Overflow, PointRef, PortRef, Schedule, System } from "../system.ts";
import type { Hertz } from "../units.ts";
import { counted } from "./counted.ts";
import { healthReport } from "./health-report.ts";
import { slotPicture } from "./slot-picture.ts";

type Loaded = LoadedSystem & { readonly ok: true };

export const report = (loaded: Loaded): string => {
  const { system } = loaded;
  return [
    ...system.schedules.flatMap((schedule) => scheduleParts(loaded, schedule)),
    section("tasks", tasks(system)),
    section("channels", channels(system)),
    healthReport(system),
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
    ages(system, schedule),
  ];
};

const entry = ({ partitions }: System, { onEntry }: Schedule): string => {
  const actions = partitions.flatMap(({ name, index }) => (onEntry[index] ? [`${name} ${onEntry[index]}`] : []));
  return actions.length === 0 ? "" : `, on entry ${actions.join(", ")}`;
};

const megahertz = (clock: number): string => `${clock / 1e6} MHz`;

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

const COLUMNS = ["partition", "hart", "slots", "time", "share", "longest gap"];
const REQUIRED_COLUMNS = ["requires", "given", "slack", "had by", "jitter"];

const partitionTable = ({ partitions }: ScheduleFigures, clock: Hertz): string => {
  const show = (time: number): string => showDuration(time, clock);
  const rows = partitions.map(({ name, hart, slots, time, utilisation: share, longestGap, required }) => {
    if (hart === null) return [name, ...Array<string>(COLUMNS.length + REQUIRED_COLUMNS.length - 1).fill("–")];
    const own = [name, String(hart), String(slots), show(time), percent(share), show(longestGap)];
    if (required === null) return [...own, ...REQUIRED_COLUMNS.map(() => "–")];
    const { duration, period, deadline, given, slack, completion, startJitter } = required;
    const asked = `${show(duration)} in ${show(period)}${deadline < period ? `, by ${show(deadline)}` : ""}`;
    return [...own, asked, ...[given, slack, completion, startJitter].map(show)];
  });
  return table([[...COLUMNS, ...REQUIRED_COLUMNS], ...rows]);
};

/** How old the data behind outputs can become: from the slot that latches an input to the end of what rests on it. */
const ages = (system: System, schedule: Schedule): string => {
  const latencies = latenciesOf(system, schedule);
  const rows = latencies.map(({ chain, worst }) => [
    chain.partitions.map((partition) => system.partitions[partition]!.name).join(" → "),
    worst === null ? "cannot be told" : showDuration(worst, system.clock),
    chain.channels.map((channel) => nameOf(system, system.samplingChannels[channel]!.from)).join(", "),
  ]);
  const more = latencies.length >= MOST_CHAINS ? [["and more"]] : [];
  return section("worst age of data, from inputs to outputs", [...rows, ...more]);
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

const tasks = ({ partitions, clock }: System): readonly (readonly string[])[] =>
  partitions.flatMap(({ name: partition, tasks: own }) =>
    own.map(({ name, interval, event }) => {
      const every = `every ${showDuration(interval, clock)}`;
      return [partition, name ?? "–", event === null ? every : `when ${event} rises, looked for ${every}`];
    }),
  );

const channels = (system: System): readonly (readonly string[])[] => [
  ...system.samplingChannels.map(({ from, to, refreshPeriod }) => [
    "sampling",
    `${nameOf(system, from)} → ${to.map((point) => nameOf(system, point)).join(", ")}`,
    `fresh for ${showDuration(refreshPeriod, system.clock)}`,
  ]),
  ...system.queuingChannels.map(({ from, to, depth, maxMessageBytes, overflow }) => [
    "queuing",
    `${portName(system, from)} → ${receivers(system, to === null ? [] : [to])}`,
    `${counted(depth, "message")} of ${counted(maxMessageBytes, "byte")}${OVERFLOW_WORDS[overflow]}`,
  ]),
  ...system.samplingMessageChannels.map(({ from, to, refreshPeriod, maxMessageBytes }) => [
    "sampling",
    `${portName(system, from)} → ${receivers(system, to)}`,
    `a message of ${counted(maxMessageBytes, "byte")}, valid for ${showDuration(refreshPeriod, system.clock)}`,
  ]),
];

/** What a clone sends reaches nobody. */
const receivers = (system: System, to: readonly PortRef[]): string =>
  to.length === 0 ? "nobody" : to.map((port) => portName(system, port)).join(", ");

const OVERFLOW_WORDS: Readonly<Record<Overflow, string>> = {
  refuse: "",
  dropOldest: ", drops the oldest",
  dropNewest: ", drops the newest",
};

const portName = ({ partitions }: System, end: PortRef | null): string => {
  if (end === null) return "health monitor";
  const { partition, port } = end;
  return `${partitions[partition]?.name}.${partitions[partition]?.ports[port]?.name}`;
};

const placeOf = (transport: ModbusTransport | ModbusServer["listener"]): string =>
  transport.kind === "rtu" ? transport.line.path : `${transport.host}:${transport.port}`;

const connections = (system: System): readonly (readonly string[])[] => [
  ...system.modbusServers.map(({ name, listener, mappings, units }) => {
    const all = [mappings, ...units.map((unit) => unit.mappings)].flat();
    const writable = all.filter(({ access }) => access === "write");
    const kind = listener.kind === "tcp" && listener.tls !== null ? "Modbus TLS server" : "Modbus server";
    return [kind, name, placeOf(listener), `${counted(all.length, "point")}, ${writable.length} of them writable`];
  }),
  ...system.modbusClients.map(({ name, transport, devices }) => {
    const points = devices.reduce((sum, { mappings }) => sum + mappings.length, 0);
    const kind = transport.kind === "tcp" && transport.tls !== null ? "Modbus TLS client" : "Modbus client";
    const names = devices.map((device) => device.name).join(", ");
    return [kind, name, placeOf(transport), `${counted(points, "point")} of ${names}`];
  }),
  ...system.mqtt.map(({ name, broker, host, port, publications, commands }) => [
    broker === "embedded" ? "MQTT broker" : "MQTT client",
    name,
    `${host}:${port}`,
    `${counted(publications.length, "point")} published, ${counted(commands.length, "command")}`,
  ]),
  ...system.sparkplug.map(({ name, servers, groupId, edgeNodeId, publications, commands }) => [
    "Sparkplug node",
    name,
    servers.map(({ host, port }) => `${host}:${port}`).join(", "),
    `${groupId}/${edgeNodeId}: ${counted(publications.length, "metric")}, ${commands.length} of them writable`,
  ]),
];
