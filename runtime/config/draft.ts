/**
 * A module as far as its config could be understood: what the rules look at. Whatever is unusable is missing here and has been
 * reported already, so no rule meets a wrong type or a quantity that cannot be read.
 */
import type { Direction, PointType, PointValue } from "../system.ts";
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
import type { Place, Places } from "./places.ts";
import { inParts, parseQuantity } from "./quantities.ts";

export interface DraftPoint {
  readonly name: string;
  readonly type: PointType;
  readonly direction: Direction;
  readonly address: number;
  readonly bit: number | null;
  /** The image's own initial value. */
  readonly initial: PointValue;
  /** null: the config says nothing of it. */
  readonly config: PointConfig | null;
}

interface DraftPort {
  readonly name: string;
  readonly direction: "source" | "destination";
  /** Bytes of the message that the program sends or has room for; null: the image does not say. */
  readonly messageBytes: number | null;
}

export interface DraftPartition {
  readonly name: string;
  readonly config: PartitionConfig;
  readonly memoryBytes: number | null;
  readonly image: LoadedImage | null;
  readonly points: ReadonlyMap<string, DraftPoint>;
  readonly ports: ReadonlyMap<string, DraftPort>;
  /** Names that it has or may have; null when its image, which would name them, could not be used. */
  readonly pointNames: ReadonlySet<string> | null;
  readonly portNames: ReadonlySet<string> | null;
  /** Cycles, above 0. */
  readonly taskInterval: number | null;
}

interface DraftSlot {
  readonly config: SlotConfig;
  /** Cycles. */
  readonly start: number;
  readonly duration: number;
  readonly end: number;
}

interface DraftSchedule {
  readonly name: string;
  readonly config: ScheduleConfig;
  /** Cycles, above 0. */
  readonly majorFrame: number;
  /** In order of start, then hart. */
  readonly slots: readonly DraftSlot[];
  /** Whether `slots` is all that was written. */
  readonly complete: boolean;
}

/** A place where the config names a point. */
interface PointUse {
  readonly by: "channelFrom" | "channelTo" | "modbusServer" | "modbusClient" | "publication" | "command";
  readonly at: Place;
  /** As written: `intake.level`. */
  readonly text: string;
  readonly partition: DraftPartition | null;
  readonly point: DraftPoint | null;
}

interface PortUse {
  readonly by: "channelFrom" | "channelTo";
  readonly at: Place;
  readonly text: string;
  readonly partition: DraftPartition | null;
  readonly port: DraftPort | null;
}

export type MappingConfig = ServerPointConfig | ClientPointConfig;

export interface Draft {
  readonly config: ModuleConfig;
  readonly places: Places;
  /** Hertz, within what the board can do. */
  readonly clock: number | null;
  readonly partitions: ReadonlyMap<string, DraftPartition>;
  /** All names under `partitions:`, also of those that could not be used. */
  readonly partitionNames: readonly string[];
  /** The schedule, when there is exactly one and its frame can be read. */
  readonly schedule: DraftSchedule | null;
  readonly pointUses: readonly PointUse[];
  readonly portUses: readonly PortUse[];
}

export const draftModule = (config: ModuleConfig, places: Places, images: ReadonlyMap<string, LoadedImage>): Draft => {
  const clock = usableClock(config);
  const partitions = new Map(
    Object.entries(config.partitions).map(([name, partition]) => {
      const image = images.get(name) ?? null;
      return [name, draftPartition(name, partition, image, places, clock)];
    }),
  );
  const lookUp = (text: string): { partition: DraftPartition | null; member: string } => {
    const [name = "", member = ""] = text.split(".");
    return { partition: partitions.get(name) ?? null, member };
  };
  return {
    config,
    places,
    clock,
    partitions,
    partitionNames: [...new Set([...partitions.keys(), ...places.writtenKeys(config.partitions)])],
    schedule: draftSchedule(config, places, clock),
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

/** Slowest and fastest board clock, Hz: below, no task makes sense; above, the partita device cannot tell it in 32 bits. */
export const CLOCK = { least: 1000, most: 2 ** 32 - 1 } as const;

const usableClock = ({ board }: ModuleConfig): number | null => {
  const clock = readParts(board.clock, "frequency", 1);
  return clock !== null && clock >= CLOCK.least && clock <= CLOCK.most ? clock : null;
};

/** @returns null when the text is no such quantity, or no whole number of parts. */
export const readParts = (text: string, kind: "duration" | "frequency" | "size", perBase: number): number | null => {
  const quantity = parseQuantity(text, kind);
  return quantity === null ? null : inParts(quantity, perBase);
};

const draftPartition = (
  name: string,
  config: PartitionConfig,
  image: LoadedImage | null,
  places: Places,
  clock: number | null,
): DraftPartition => {
  const manifest = image?.facts.manifest ?? null;
  const namesItself = config.program !== undefined || manifest !== null;
  const points = new Map<string, DraftPoint>();
  const ports = new Map<string, DraftPort>();
  for (const point of manifest?.points ?? []) {
    points.set(point.name, { ...point, config: entryOf(config.points, point.name) });
  }
  for (const port of manifest?.ports ?? []) ports.set(port.name, port);
  if (!namesItself) {
    for (const [point, declared] of Object.entries(config.points)) {
      const drafted = declaredPoint(point, declared, image);
      if (drafted !== null) points.set(point, drafted);
    }
    for (const [port, { direction }] of Object.entries(config.ports)) {
      ports.set(port, { name: port, direction, messageBytes: null });
    }
  }
  const written = (container: object, known: ReadonlyMap<string, unknown>): ReadonlySet<string> | null => {
    if (namesItself) return manifest === null ? null : new Set(known.keys());
    return new Set([...known.keys(), ...places.writtenKeys(container)]);
  };
  const interval =
    manifest === null ? null : { numerator: BigInt(manifest.taskIntervalNs), denominator: 1_000_000_000n };
  return {
    name,
    config,
    memoryBytes: readParts(config.memory, "size", 1),
    image,
    points,
    ports,
    pointNames: written(config.points, points),
    portNames: written(config.ports, ports),
    taskInterval: interval === null || clock === null ? null : inParts(interval, clock) || null,
  };
};

const entryOf = <Value>(mapping: Readonly<Record<string, Value>>, key: string): Value | null =>
  Object.hasOwn(mapping, key) ? mapping[key]! : null;

/** A point of an image; null when it is not declared in full. One whose symbol is missing has the address 0. */
const declaredPoint = (name: string, config: PointConfig, image: LoadedImage | null): DraftPoint | null => {
  const { symbol, type, direction } = config;
  if (symbol === undefined || type === undefined || direction === undefined) return null;
  const address = image?.facts.symbols.get(symbol)?.address ?? 0;
  return { name, type, direction, address, bit: null, initial: type === "BOOL" ? false : 0, config };
};

const draftSchedule = (config: ModuleConfig, places: Places, clock: number | null): DraftSchedule | null => {
  const [first, ...others] = Object.entries(config.schedules);
  if (first === undefined || others.length > 0 || clock === null) return null;
  const [name, schedule] = first;
  const majorFrame = readParts(schedule.majorFrame, "duration", clock);
  if (majorFrame === null || majorFrame === 0) return null;
  const slots: DraftSlot[] = [];
  for (const slot of schedule.slots) {
    const start = readParts(slot.start, "duration", clock);
    const duration = readParts(slot.duration, "duration", clock);
    if (start !== null && duration) slots.push({ config: slot, start, duration, end: start + duration });
  }
  const complete = places.isWhole(schedule.slots) && slots.length === schedule.slots.length;
  slots.sort((a, b) => a.start - b.start || a.config.hart - b.config.hart);
  return { name, config: schedule, majorFrame, slots, complete };
};

type Text<By> = readonly [by: By, container: object, key: string | number, text: string];

function* pointTexts({ channels, io }: ModuleConfig): Generator<Text<PointUse["by"]>> {
  for (const channel of channels) {
    if (channel.type !== "sampling") continue;
    yield ["channelFrom", channel, "from", channel.from];
    for (const [index, to] of channel.to.entries()) yield ["channelTo", channel.to, index, to];
  }
  for (const { points } of io.modbusServers) {
    for (const mapping of points) yield ["modbusServer", mapping, "point", mapping.point];
  }
  for (const { points } of io.modbusClients.flatMap(({ devices }) => devices)) {
    for (const mapping of points) yield ["modbusClient", mapping, "point", mapping.point];
  }
  for (const { publish, commands } of io.mqtt) {
    for (const publication of publish) yield ["publication", publication, "point", publication.point];
    for (const [index, command] of commands.entries()) yield ["command", commands, index, command];
  }
}

function* portTexts({ channels }: ModuleConfig): Generator<Text<PortUse["by"]>> {
  for (const channel of channels) {
    if (channel.type !== "queuing") continue;
    yield ["channelFrom", channel, "from", channel.from];
    yield ["channelTo", channel, "to", channel.to];
  }
}
