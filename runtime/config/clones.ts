/**
 * Clones: partitions that are copies of another one but for their name. What feeds the original's inputs, channels and field
 * devices, feeds theirs, and messages for the original's ports come to theirs as well; their outputs drive nothing, and what they send
 * reaches nobody. Over MQTT they have topics, or are devices, and on Modbus servers a unit, of their own.
 */
import type {
  ModbusServer,
  MqttLink,
  Partition,
  PointRef,
  Port,
  QueuingChannel,
  SamplingChannel,
  SamplingMessageChannel,
  System,
} from "../system.ts";
import type { CloneConfig } from "./module-config.generated.ts";
import type { Partly } from "./partly.ts";

/** The partitions that an entry stands for: `shadow`, or `variant1`, `variant2` … */
export const cloneNames = ({ name, count }: Partly<CloneConfig>): readonly string[] => {
  if (name === null || count === null) return [];
  return count === undefined ? [name] : Array.from({ length: count }, (_, index) => `${name}${index + 1}`);
};

interface Clone {
  /** Index of the original. */
  readonly of: number;
  readonly index: number;
  readonly name: string;
  /** null: it is on no Modbus server. */
  readonly unitId: number | null;
}

/** By name, where clones stand behind the originals. */
export const clonesOf = (configs: readonly CloneConfig[], originals: readonly string[]): readonly Clone[] =>
  configs
    .flatMap((config) =>
      cloneNames(config).map((name, nth) => ({
        of: originals.indexOf(config.of),
        name,
        unitId: config.unitId === undefined ? null : config.unitId + nth,
      })),
    )
    .map((clone, nth) => ({ ...clone, index: originals.length + nth }));

/** @param system without its clones, but with their slots. */
export const withClones = (system: System, clones: readonly Clone[]): System => {
  if (clones.length === 0) return system;
  const { partitions, samplingChannels, modbusClients, modbusServers, mqtt, sparkplug } = system;
  const channels = new CloneChannels(system);
  const copies = clones.map(({ of, index, name }): Partition => {
    const original = partitions[of]!;
    return { ...original, index, name, ports: original.ports.map((port) => channels.connect(port, index)) };
  });
  return {
    ...system,
    partitions: [...partitions, ...copies],
    queuingChannels: channels.queuing,
    samplingMessageChannels: channels.sampling,
    samplingChannels: samplingChannels.map((channel) => fedToo(channel, clones)),
    modbusClients: modbusClients.map((client) => ({
      ...client,
      devices: client.devices.map((device) => ({
        ...device,
        mappings: device.mappings.flatMap((mapping) =>
          isInput(mapping.point, partitions) ? [mapping, ...forClones(mapping, clones)] : [mapping],
        ),
      })),
    })),
    modbusServers: modbusServers.map((server) => withUnits(server, clones)),
    mqtt: mqtt.map((link) => withTopics(link, clones)),
    sparkplug: sparkplug.map((node) => withTopics(node, clones)),
  };
};

/** A module's channels of messages, with those that clones' ports need. */
class CloneChannels {
  readonly queuing: QueuingChannel[];
  readonly sampling: SamplingMessageChannel[];

  constructor({ queuingChannels, samplingMessageChannels }: System) {
    this.queuing = [...queuingChannels];
    this.sampling = [...samplingMessageChannels];
  }

  /** The port of the clone at `partition` that is a copy of the original's `port`. */
  connect(port: Port, partition: number): Port {
    const end = { partition, port: port.index };
    const isSource = port.direction === "source";
    if (port.kind === "queuing") {
      const queue = this.queuing[port.channel]!;
      // A queue that refuses would have the clone reach the sender.
      const overflow = queue.overflow === "refuse" ? "dropNewest" : queue.overflow;
      const ends = isSource ? { from: end, to: null } : { from: queue.from, to: end };
      return { ...port, channel: this.queuing.push({ ...queue, ...ends, overflow }) - 1 };
    }
    const sample = this.sampling[port.channel]!;
    if (isSource) return { ...port, channel: this.sampling.push({ ...sample, from: end, to: [] }) - 1 };
    this.sampling[port.channel] = { ...sample, to: [...sample.to, end] };
    return port;
  }
}

const isInput = ({ partition, point }: PointRef, partitions: readonly Partition[]): boolean =>
  partitions[partition]!.points[point]!.direction === "input";

const forClones = <Mapped extends { readonly point: PointRef }>(mapped: Mapped, clones: readonly Clone[]): Mapped[] =>
  clones
    .filter(({ of }) => of === mapped.point.partition)
    .map(({ index }) => ({ ...mapped, point: { ...mapped.point, partition: index } }));

const fedToo = (channel: SamplingChannel, clones: readonly Clone[]): SamplingChannel => ({
  ...channel,
  to: channel.to.flatMap((point) => [point, ...forClones({ point }, clones).map((fed) => fed.point)]),
});

/** Of several units that show the original the clone's shows what the first does: the addresses of two might be the same. */
const withUnits = (server: ModbusServer, clones: readonly Clone[]): ModbusServer => ({
  ...server,
  units: [
    ...server.units,
    ...clones.flatMap((clone) => {
      const shown = [server, ...server.units].map(({ mappings }) =>
        mappings.flatMap((each) => forClones(each, [clone])),
      );
      const own = shown.find(({ length }) => length > 0);
      return clone.unitId === null || own === undefined ? [] : [{ unitId: clone.unitId, mappings: own }];
    }),
  ],
});

const withTopics = <Link extends Pick<MqttLink, "publications" | "commands">>(
  link: Link,
  clones: readonly Clone[],
): Link => ({
  ...link,
  publications: link.publications.flatMap((publication) => [publication, ...forClones(publication, clones)]),
  commands: link.commands.flatMap((point) => [point, ...forClones({ point }, clones).map((own) => own.point)]),
});
