/** Systems for tests, built directly from images: what config would make of a file that names them. */

import {
  defaultHealth,
  defaultModuleHealth,
  type ModuleState,
  type PartitionHealth,
  type Reactions,
} from "../../runtime/health-table.ts";
import type {
  Overflow,
  Partition,
  Point,
  PointType,
  PointValue,
  Port,
  QueuingChannel,
  SamplingChannel,
  SamplingMessageChannel,
  Schedule,
  Slot,
  Start,
  System,
} from "../../runtime/system.ts";
import { cycles, guestAddress, hertz } from "../../runtime/units.ts";
import { DATA } from "./guests.ts";

export interface PartitionSketch {
  readonly image: Uint8Array;
  readonly isSystem?: boolean;
  readonly latch?: "guest" | "auto";
  readonly memoryBytes?: number;
  readonly health?: Partial<PartitionHealth>;
  /** Bytes from `DATA.scratch` on that a warm start keeps. */
  readonly retained?: number;
  /** Words from the start of the areas in `DATA`, or whole points. */
  readonly inputs?: number | readonly Partial<Point>[];
  readonly outputs?: number | readonly Partial<Point>[];
}

export interface ScheduleSketch {
  readonly majorFrame: number;
  /** [partition, start, duration, hart = 0] */
  readonly slots: readonly (readonly [string, number, number, number?])[];
  readonly onEntry?: Readonly<Record<string, Start>>;
}

/** A channel between ports that it makes: a partition's ports are numbered in the order of the channels. */
export interface MessageSketch {
  /** null: the health monitor; then it is a queue. */
  readonly from: string | null;
  readonly to: string;
  /** Places of a queue; left out: it is a sampling channel. */
  readonly depth?: number;
  readonly bytes?: number;
  /** Of a queue. */
  readonly overflow?: Overflow;
}

/** It holds the first schedule itself. */
export interface SystemSketch extends ScheduleSketch {
  readonly partitions: Readonly<Record<string, PartitionSketch>>;
  readonly otherSchedules?: readonly ScheduleSketch[];
  /** From one point to others, `partition.point`. */
  readonly sampling?: readonly { readonly from: string; readonly to: readonly string[]; readonly refresh?: number }[];
  readonly messages?: readonly MessageSketch[];
  readonly health?: Reactions<ModuleState>;
  /** Board cycles a second; at 10 MHz a cycle is a tick of mtime. */
  readonly clock?: number;
}

/** Inputs are named i0, i1 …, outputs o0, o1 …; they are DWORDs that hold 0 when nothing else is said. */
export const systemOf = (sketch: SystemSketch): System => {
  const names = Object.keys(sketch.partitions);
  const messages = sketch.messages ?? [];
  const ports = names.map((name) => portsOf(name, messages));
  const partitions = names.map((name, index) => partitionOf(name, index, sketch.partitions[name]!, ports[index]!));
  const ref = (text: string) => {
    const [partition, point] = text.split(".") as [string, string];
    const index = names.indexOf(partition);
    return { partition: index, point: partitions[index]!.points.findIndex(({ name }) => name === point) };
  };
  const portRef = (name: string, kind: Port["kind"], channel: number, direction: Port["direction"]) => {
    const partition = names.indexOf(name);
    const isIt = (port: Port) => port.kind === kind && port.channel === channel && port.direction === direction;
    return { partition, port: ports[partition]!.findIndex(isIt) };
  };
  const schedules = [sketch, ...(sketch.otherSchedules ?? [])];
  return {
    name: "test",
    configPath: "/test.yaml",
    digest: "",
    clock: hertz(sketch.clock ?? 10_000_000),
    harts: 1 + Math.max(0, ...schedules.flatMap(({ slots }) => slots.map(([, , , hart]) => hart ?? 0))),
    partitions,
    schedules: schedules.map(
      ({ majorFrame, slots, onEntry }, index): Schedule => ({
        index,
        name: `schedule${index}`,
        majorFrame: cycles(majorFrame),
        slots: slotsOf(slots, names),
        onEntry: names.map((name) => onEntry?.[name] ?? null),
      }),
    ),
    retain: null,
    health: sketch.health ?? defaultModuleHealth,
    samplingChannels: (sketch.sampling ?? []).map(
      ({ from, to, refresh }): SamplingChannel => ({
        from: ref(from),
        to: to.map(ref),
        refreshPeriod: cycles(refresh ?? 2 * sketch.majorFrame),
      }),
    ),
    queuingChannels: messages.filter(isQueue).map(
      ({ from, to, depth, bytes, overflow }, channel): QueuingChannel => ({
        from: from === null ? null : portRef(from, "queuing", channel, "source"),
        to: portRef(to, "queuing", channel, "destination"),
        depth: depth!,
        maxMessageBytes: bytes ?? 8,
        overflow: overflow ?? "refuse",
      }),
    ),
    samplingMessageChannels: messages
      .filter((channel) => !isQueue(channel))
      .map(
        ({ from, to, bytes }, channel): SamplingMessageChannel => ({
          from: portRef(from!, "sampling", channel, "source"),
          to: [portRef(to, "sampling", channel, "destination")],
          refreshPeriod: cycles(2 * sketch.majorFrame),
          maxMessageBytes: bytes ?? 8,
        }),
      ),
    modbusServers: [],
    modbusClients: [],
    mqtt: [],
    sparkplug: [],
    metrics: null,
    maxLateness: cycles(sketch.majorFrame),
  };
};

const slotsOf = (slots: ScheduleSketch["slots"], names: readonly string[]): Slot[] =>
  slots
    .map(([name, start, duration, hart = 0]) => ({ name, start, duration, hart }))
    .sort((a, b) => a.start - b.start || a.hart - b.hart)
    .map(({ name, start, duration, hart }, index) => ({
      index,
      hart,
      partition: names.indexOf(name),
      start: cycles(start),
      duration: cycles(duration),
    }));

const isQueue = ({ depth }: MessageSketch): boolean => depth !== undefined;

const portsOf = (name: string, messages: readonly MessageSketch[]): Port[] =>
  messages
    .flatMap((message, at) => {
      const kind: Port["kind"] = isQueue(message) ? "queuing" : "sampling";
      const channel = messages.slice(0, at).filter((other) => isQueue(other) === isQueue(message)).length;
      return [
        ...(message.from === name ? [{ kind, direction: "source" as const, channel }] : []),
        ...(message.to === name ? [{ kind, direction: "destination" as const, channel }] : []),
      ];
    })
    .map((port, index) => ({ ...port, index, name: `port${index}` }));

const partitionOf = (
  name: string,
  index: number,
  {
    image,
    isSystem = false,
    latch = "guest",
    memoryBytes = 16384,
    retained = 0,
    health = {},
    inputs = 0,
    outputs = 0,
  }: PartitionSketch,
  ports: readonly Port[],
): Partition => {
  const ends = [...pointsOf("input", inputs), ...pointsOf("output", outputs)];
  const points = ends.map((point, at): Point => ({ ...point, index: at }));
  const kept = { base: guestAddress(DATA.scratch), bytes: retained, variables: [], ofThisImage: true };
  const areas = { input: null, output: null, retained: retained === 0 ? null : kept };
  return {
    index,
    name,
    isSystem,
    image,
    imagePath: `/${name}.elf`,
    memoryBytes,
    latch,
    engine: "translator",
    health: { ...defaultHealth, ...health },
    bootArguments: "",
    points,
    ports,
    areas,
    tasks: [],
  };
};

const pointsOf = (
  direction: Point["direction"],
  wanted: number | readonly Partial<Point>[],
): Omit<Point, "index">[] => {
  const sketches = typeof wanted === "number" ? Array.from({ length: wanted }, () => ({})) : wanted;
  const base = direction === "input" ? DATA.inputs : DATA.outputs;
  return sketches.map((sketch, i) => ({
    name: `${direction === "input" ? "i" : "o"}${i}`,
    type: "DWORD" as PointType,
    direction,
    address: guestAddress(base + 4 * i),
    bytes: 4,
    bit: null,
    initial: 0 as PointValue,
    failSafe: null,
    validityOf: null,
    ...sketch,
  }));
};
