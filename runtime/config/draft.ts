/**
 * A module as far as its config could be understood: what the rules look at. Whatever is unusable is null here and has been
 * reported already, so no rule meets a wrong type or a quantity that cannot be read.
 */
import { bytesOf, type Direction, isText, type PointType, type PointValue, zeroOf } from "../system.ts";
import { cloneNames } from "./clones.ts";
import type { LoadedImage } from "./images.ts";
import type {
  ClientPointConfig,
  ModuleConfig,
  PartitionConfig,
  PointConfig,
  ScheduleConfig,
  ServerPointConfig,
  SlotConfig,
} from "./module-config.generated.ts";
import type { Partly } from "./partly.ts";
import type { Place, Places } from "./places.ts";
import { inParts, parseQuantity, type QuantityKind } from "./quantities.ts";
import type { Stretch } from "./slot-service.ts";

/** What cannot be known is null. */
export interface DraftPoint {
  readonly name: string;
  readonly type: PointType | null;
  readonly direction: Direction | null;
  readonly address: number | null;
  /** That its value takes in RAM. */
  readonly bytes: number | null;
  readonly bit: number | null;
  /** The image's own initial value. */
  readonly initial: PointValue;
  /** null: the config says nothing of it. */
  readonly config: Partly<PointConfig> | null;
}

interface DraftPort {
  readonly name: string;
  readonly direction: "source" | "destination" | null;
  /** Bytes of the message that the program sends or has room for; null: the image does not say. */
  readonly messageBytes: number | null;
}

export interface DraftPartition {
  readonly name: string;
  readonly config: Partly<PartitionConfig>;
  readonly memoryBytes: number | null;
  readonly image: LoadedImage | null;
  /** Who says which points and ports it has; null: that takes an image that could not be used. */
  readonly declaredBy: "guest" | "config" | null;
  readonly points: ReadonlyMap<string, DraftPoint>;
  readonly ports: ReadonlyMap<string, DraftPort>;
  /** Names that it has or may have; null when that cannot be known. */
  readonly pointNames: ReadonlySet<string> | null;
  readonly portNames: ReadonlySet<string> | null;
  /** The guest's, intervals in ticks, above 0. */
  readonly tasks: readonly { readonly name: string | null; readonly interval: number; readonly event: string | null }[];
}

interface DraftSlot {
  readonly config: Partly<SlotConfig>;
  /** Ticks. */
  readonly start: number | null;
  /** Above 0. */
  readonly duration: number | null;
  readonly end: number | null;
}

export interface DraftSchedule {
  readonly name: string;
  readonly config: Partly<ScheduleConfig>;
  /** Ticks, above 0. */
  readonly majorFrame: number | null;
  /** In order of start, then hart. */
  readonly slots: readonly DraftSlot[];
  /** Whether each slot is known to be of one of the partitions: only then can one be said to have none, or too few. */
  readonly isComplete: boolean;
}

/** A place where the config names a point. */
interface PointUse {
  readonly by: "channelFrom" | "channelTo" | "modbusServer" | "modbusRole" | "modbusClient" | "publication" | "command";
  readonly at: Place;
  /** As written: `intake.level`. */
  readonly text: string | null;
  readonly partition: DraftPartition | null;
  readonly point: DraftPoint | null;
}

/** In place of a source port: the health monitor's records. */
export const HEALTH_SOURCE = "health";

interface PortUse {
  readonly by: "channelFrom" | "channelTo";
  readonly at: Place;
  readonly text: string | null;
  readonly partition: DraftPartition | null;
  readonly port: DraftPort | null;
}

export type MappingConfig = Partly<ServerPointConfig> | Partly<ClientPointConfig>;

export interface Draft {
  readonly config: Partly<ModuleConfig>;
  readonly places: Places;
  /** Hertz, within what the board can do. */
  readonly clock: number | null;
  /** Hertz of the ticks that the schedule is counted in: cycles, or nanoseconds when the clock is not known. */
  readonly tickRate: number;
  readonly partitions: ReadonlyMap<string, DraftPartition>;
  /** Clones of them: the same under names of their own. */
  readonly clones: readonly DraftPartition[];
  /** All names under `partitions:`, also those that are no proper names; null: they are not known. */
  readonly partitionNames: readonly string[] | null;
  /** As written: the first is the one at power-on. */
  readonly schedules: readonly DraftSchedule[];
  readonly pointUses: readonly PointUse[];
  readonly portUses: readonly PortUse[];
}

export const draftModule = (
  config: Partly<ModuleConfig>,
  places: Places,
  images: ReadonlyMap<string, LoadedImage>,
): Draft => {
  const clock = usableClock(config);
  const tickRate = clock ?? 1_000_000_000;
  const partitions = new Map(
    Object.entries(config.partitions ?? {}).map(([name, partition]) => {
      const image = images.get(name) ?? null;
      return [name, draftPartition(name, partition, image, places, tickRate)];
    }),
  );
  const known = new Set([...partitions.keys(), ...config.clones.flatMap(cloneNames)]);
  const lookUp = (text: string | null): { partition: DraftPartition | null; member: string } => {
    const [name = "", member = ""] = text?.split(".") ?? [];
    return { partition: partitions.get(name) ?? null, member };
  };
  return {
    config,
    places,
    clock,
    tickRate,
    partitions,
    clones: config.clones.flatMap((clone) => {
      const original = partitions.get(clone.of ?? "");
      return original === undefined ? [] : cloneNames(clone).map((name) => ({ ...original, name }));
    }),
    partitionNames: namesIn(config.partitions, places),
    schedules: Object.entries(config.schedules ?? {}).map(([name, schedule]) =>
      draftSchedule(name, schedule, known, tickRate),
    ),
    pointUses: [...pointTexts(config)].map(([by, container, key, text]) => {
      const { partition, member } = lookUp(text);
      return { by, at: places.of(container, key), text, partition, point: partition?.points.get(member) ?? null };
    }),
    portUses: [...portTexts(config)].map(([by, container, key, text]) => {
      const { partition, member } = lookUp(text);
      return { by, at: places.of(container, key), text, partition, port: partition?.ports.get(member) ?? null };
    }),
  };
};

/** All names that were written, also those that are no proper names; null: the mapping is unusable. */
export const namesIn = (mapping: object | null, places: Places): readonly string[] | null =>
  mapping === null ? null : [...new Set([...Object.keys(mapping), ...places.writtenKeys(mapping)])];

/** Slowest and fastest board clock, Hz: below, no task makes sense; above, the partita device cannot tell it in 32 bits. */
export const CLOCK = { least: 1000, most: 2 ** 32 - 1 } as const;

const usableClock = ({ board }: Partly<ModuleConfig>): number | null => {
  const clock = readParts(board.clock, "frequency", 1);
  return clock !== null && clock >= CLOCK.least && clock <= CLOCK.most ? clock : null;
};

/** @returns null when the text is no such quantity, or no whole number of parts. */
export const readParts = (text: string | null, kind: QuantityKind, perBase: number): number | null => {
  const quantity = text === null ? null : parseQuantity(text, kind);
  return quantity === null ? null : inParts(quantity, perBase);
};

const draftPartition = (
  name: string,
  config: Partly<PartitionConfig>,
  image: LoadedImage | null,
  places: Places,
  tickRate: number,
): DraftPartition => {
  const manifest = image?.facts.manifest ?? null;
  const declaredBy = declarer(config, image);
  const points = new Map<string, DraftPoint>();
  const ports = new Map<string, DraftPort>();
  for (const point of manifest?.points ?? []) {
    const { name, type, length } = point;
    points.set(name, { ...point, bytes: valueBytes(type, length), config: entryOf(config.points ?? {}, name) });
  }
  for (const port of manifest?.ports ?? []) ports.set(port.name, port);
  if (declaredBy === "config") {
    for (const [point, declared] of Object.entries(config.points ?? {})) {
      points.set(point, declaredPoint(point, declared, image));
    }
    for (const [port, { direction }] of Object.entries(config.ports ?? {})) {
      ports.set(port, { name: port, direction, messageBytes: null });
    }
  }
  const names = (mapping: object | null, known: ReadonlyMap<string, unknown>): ReadonlySet<string> | null => {
    if (manifest !== null) return new Set(known.keys());
    const written = declaredBy === "config" ? namesIn(mapping, places) : null;
    return written === null ? null : new Set(written);
  };
  const tasks = (manifest?.tasks ?? []).flatMap((task) => {
    const interval = inParts({ numerator: BigInt(task.intervalNs), denominator: 1_000_000_000n }, tickRate);
    return interval === null || interval === 0 ? [] : [{ name: task.name, interval, event: task.event }];
  });
  return {
    name,
    config,
    memoryBytes: readParts(config.memory, "size", 1),
    image,
    declaredBy,
    points,
    ports,
    pointNames: names(config.points, points),
    portNames: names(config.ports, ports),
    tasks,
  };
};

/** An image that could not be used has its points in the config if the config names their symbols. */
const declarer = ({ program, points, ports }: Partly<PartitionConfig>, image: LoadedImage | null) => {
  if (program !== undefined || (image !== null && image.facts.manifest !== null)) return "guest";
  const isDeclared = Object.values(points ?? {}).some(({ symbol }) => symbol) || Object.keys(ports ?? {}).length > 0;
  return image !== null || isDeclared ? "config" : null;
};

const entryOf = <Value>(mapping: Readonly<Record<string, Value>>, key: string): Value | null =>
  Object.hasOwn(mapping, key) ? mapping[key]! : null;

const declaredPoint = (name: string, config: Partly<PointConfig>, image: LoadedImage | null): DraftPoint => {
  const { symbol, type = null, direction = null, length } = config;
  const address = image?.facts.symbols.get(symbol ?? "")?.address ?? null;
  const initial = type === null ? 0 : zeroOf(type);
  return { name, type, direction, address, bytes: valueBytes(type, length), bit: null, initial, config };
};

/** Bytes of a value in RAM; null: it is a text of nobody knows how many characters. */
const valueBytes = (type: PointType | null, length: number | null | undefined): number | null =>
  type === null || (isText(type) && length == null) ? null : bytesOf(type, length ?? 0);

const draftSchedule = (
  name: string,
  config: Partly<ScheduleConfig>,
  known: ReadonlySet<string>,
  tickRate: number,
): DraftSchedule => {
  const slots = config.slots.map((slot): DraftSlot => {
    const start = readParts(slot.start, "duration", tickRate);
    const duration = readParts(slot.duration, "duration", tickRate) || null;
    return { config: slot, start, duration, end: start === null || duration === null ? null : start + duration };
  });
  slots.sort((a, b) => (a.start ?? 0) - (b.start ?? 0) || (a.config.hart ?? 0) - (b.config.hart ?? 0));
  return {
    name,
    config,
    majorFrame: readParts(config.majorFrame, "duration", tickRate) || null,
    slots,
    isComplete: slots.every(({ config: { partition } }) => partition !== null && known.has(partition)),
  };
};

/** A partition's slots, in order of start; null when one of them is not known. */
export const stretchesOf = ({ slots }: DraftSchedule, partition: string): readonly Stretch[] | null => {
  const own = slots.filter(({ config }) => config.partition === partition);
  const known = own.flatMap(({ start, end }) => (start === null || end === null ? [] : [{ start, end }]));
  return known.length === own.length ? known : null;
};

type Text<By> = readonly [by: By, container: object, key: string | number, text: string | null];

function* pointTexts({ channels, io }: Partly<ModuleConfig>): Generator<Text<PointUse["by"]>> {
  for (const channel of channels) {
    if (channel.type !== "sampling") continue;
    yield ["channelFrom", channel, "from", channel.from];
    for (const [index, to] of channel.to.entries()) yield ["channelTo", channel.to, index, to];
  }
  for (const { points, units, roles } of io.modbusServers) {
    for (const mapping of [points, ...units.map((unit) => unit.points)].flat()) {
      yield ["modbusServer", mapping, "point", mapping.point];
    }
    for (const selection of Object.values(roles ?? {}).flatMap((role) => [role?.read, role?.write])) {
      if (!Array.isArray(selection)) continue;
      for (const [index, point] of selection.entries()) yield ["modbusRole", selection, index, point];
    }
  }
  for (const { points } of io.modbusClients.flatMap(({ devices }) => devices)) {
    for (const mapping of points) yield ["modbusClient", mapping, "point", mapping.point];
  }
  for (const { publish, commands } of [...io.mqtt, ...io.sparkplug]) {
    for (const publication of publish) yield ["publication", publication, "point", publication.point];
    for (const [index, command] of commands.entries()) yield ["command", commands, index, command];
  }
}

function* portTexts({ channels }: Partly<ModuleConfig>): Generator<Text<PortUse["by"]>> {
  for (const channel of channels) {
    if (channel.type !== "queuing" && channel.type !== "samplingMessage") continue;
    if (channel.from !== HEALTH_SOURCE) yield ["channelFrom", channel, "from", channel.from];
    if (channel.type === "queuing") yield ["channelTo", channel, "to", channel.to];
    if (channel.type !== "samplingMessage") continue;
    for (const [index, to] of channel.to.entries()) yield ["channelTo", channel.to, index, to];
  }
}
