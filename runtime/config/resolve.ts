/** Makes the System of a draft that no rule has anything against: names become indices, quantities numbers in final units. */
import { dirname, resolve } from "node:path";
import type { ManifestArea, ManifestRetained } from "../image-manifest.ts";
import {
  type Area,
  isText,
  lengthOf,
  type ModbusClient,
  type ModbusClientMapping,
  type ModbusDevice,
  type ModbusMapping,
  type ModbusServer,
  type ModbusServerMapping,
  type MqttLink,
  type MqttPublication,
  type Partition,
  type Point,
  type PointRef,
  type PointValue,
  type Port,
  type PortRef,
  type QueuingChannel,
  type RetainedArea,
  type RetainedStore,
  type SamplingChannel,
  type SamplingMessageChannel,
  type Schedule,
  type SparkplugNode,
  type System,
  zeroOf,
} from "../system.ts";
import { type Cycles, cycles, guestAddress, hertz } from "../units.ts";
import { brokerAddress, diskBuffer, embeddedAddress, parseBrokerUrl } from "./broker.ts";
import { clonesOf, withClones } from "./clones.ts";
import { type Draft, type DraftPartition, type DraftPoint, HEALTH_SOURCE, readParts } from "./draft.ts";
import { HealthResolver } from "./health.ts";
import { canBeWritten } from "./mappings.ts";
import { modbusListener } from "./modbus-listener.ts";
import { modbusTransport } from "./modbus-transport.ts";
import type {
  ClientPointConfig,
  ModbusDeviceConfig,
  ModbusRoleConfig,
  ModuleConfig,
  MqttLinkConfig,
  PublicationConfig,
  ServerPointConfig,
  SparkplugMetricConfig,
  SparkplugNodeConfig,
  Value,
} from "./module-config.generated.ts";
import { mqttListener } from "./mqtt-listener.ts";
import { metricsListener } from "./network-listener.ts";
import { sure } from "./sure.ts";
import { readValue } from "./values.ts";

export const resolveSystem = (config: ModuleConfig, draft: Draft, configPath: string, digest: string): System => {
  const resolver = new Resolver(config, draft);
  const system: System = {
    name: config.module,
    configPath,
    digest,
    clock: hertz(sure(draft.clock)),
    harts: config.board.harts,
    partitions: resolver.partitions(),
    schedules: resolver.schedules(),
    health: resolver.health(),
    samplingChannels: resolver.samplingChannels(),
    queuingChannels: resolver.queuingChannels(),
    samplingMessageChannels: resolver.samplingMessageChannels(),
    modbusServers: resolver.modbusServers(configPath),
    modbusClients: resolver.modbusClients(configPath),
    mqtt: config.io.mqtt.map((link) => resolver.mqttLink(link, configPath)),
    sparkplug: config.io.sparkplug.map((node) => resolver.sparkplugNode(node, configPath)),
    metrics: metricsListener(config.io.metrics, configPath),
    retain: resolver.retain(configPath),
    maxLateness: resolver.cycles(config.pacing.maxLateness),
  };
  return frozen(withClones(system, resolver.clones));
};

const area = (declared: ManifestArea | null): Area | null =>
  declared === null ? null : { base: guestAddress(declared.base), bytes: declared.bytes };

const retainedArea = (declared: ManifestRetained | null): RetainedArea | null =>
  declared === null ? null : { ...declared, base: guestAddress(declared.base) };

const milliseconds = (text: string): number => sure(readParts(text, "duration", 1000));

class Resolver {
  readonly #config: ModuleConfig;
  readonly #draft: Draft;
  readonly #health: HealthResolver;
  readonly clones: ReturnType<typeof clonesOf>;
  readonly #partitions: readonly DraftPartition[];
  /** Connected ports of each partition, in the order in which it declares them. */
  readonly #ports: ReadonlyMap<DraftPartition, readonly string[]>;

  constructor(config: ModuleConfig, draft: Draft) {
    this.#config = config;
    this.#draft = draft;
    this.#health = new HealthResolver(config, (text) => this.cycles(text));
    this.#partitions = [...draft.partitions.values()];
    this.clones = clonesOf(config.clones, [...draft.partitions.keys()]);
    const connected = new Set(draft.portUses.map(({ text }) => text));
    this.#ports = new Map(
      this.#partitions.map((partition) => [
        partition,
        [...partition.ports.keys()].filter((port) => connected.has(`${partition.name}.${port}`)),
      ]),
    );
  }

  health(): System["health"] {
    return this.#health.module();
  }

  cycles(text: string): Cycles {
    return cycles(sure(readParts(text, "duration", sure(this.#draft.clock))));
  }

  partitions(): readonly Partition[] {
    return this.#partitions.map((partition, index): Partition => {
      const { name, config, points } = partition;
      const image = sure(partition.image);
      const { manifest } = image.facts;
      const names = [...points.keys()];
      const areas = manifest?.areas ?? { input: null, output: null, retained: null };
      return {
        index,
        name,
        isSystem: sure(config.system),
        image: image.bytes,
        imagePath: image.path,
        memoryBytes: sure(partition.memoryBytes),
        latch: config.latch ?? (manifest === null ? "auto" : "guest"),
        engine: sure(config.engine),
        bootArguments: sure(config.bootArguments),
        points: [...points.values()].map((point, at) => resolvedPoint(point, at, names)),
        ports: this.#portsOf(partition),
        areas: { input: area(areas.input), output: area(areas.output), retained: retainedArea(areas.retained) },
        tasks: partition.tasks.map((task) => ({ ...task, interval: cycles(task.interval) })),
        health: this.#health.partition(config),
      };
    });
  }

  #portsOf(partition: DraftPartition): readonly Port[] {
    return sure(this.#ports.get(partition)).map((name, index) => {
      const direction = sure(partition.ports.get(name)?.direction);
      const isIts = ({ from, to }: { readonly from: string; readonly to: string | readonly string[] }): boolean =>
        [direction === "source" ? from : to].flat().includes(`${partition.name}.${name}`);
      const queue = this.#queues().findIndex(isIts);
      if (queue >= 0) return { index, name, kind: "queuing", direction, channel: queue };
      return { index, name, kind: "sampling", direction, channel: this.#samplingMessages().findIndex(isIts) };
    });
  }

  #queues() {
    return this.#config.channels.filter((channel) => channel.type === "queuing");
  }

  #samplingMessages() {
    return this.#config.channels.filter((channel) => channel.type === "samplingMessage");
  }

  retain(configPath: string): RetainedStore | null {
    const { retain } = this.#config;
    if (retain === undefined) return null;
    return { folder: resolve(dirname(configPath), retain.folder), periodMs: milliseconds(retain.period) };
  }

  schedules(): readonly Schedule[] {
    return this.#draft.schedules.map(({ name, config, majorFrame, slots }, index) => ({
      index,
      name,
      majorFrame: cycles(sure(majorFrame)),
      slots: slots.map(({ config, start, duration }, index) => ({
        index,
        hart: sure(config.hart),
        partition: this.#partitionIndex(sure(config.partition)),
        start: cycles(sure(start)),
        duration: cycles(sure(duration)),
      })),
      onEntry: [...this.#partitions, ...this.clones].map(({ name }) => config.onEntry?.[name] ?? null),
    }));
  }

  samplingChannels(): readonly SamplingChannel[] {
    return this.#config.channels
      .filter((channel) => channel.type === "sampling")
      .map(({ from, to, refreshPeriod }) => ({
        from: this.#pointRef(from),
        to: to.map((point) => this.#pointRef(point)),
        refreshPeriod: this.cycles(refreshPeriod),
      }));
  }

  queuingChannels(): readonly QueuingChannel[] {
    return this.#queues().map(({ from, to, depth, maxMessageSize, overflow }) => ({
      from: from === HEALTH_SOURCE ? null : this.#portRef(from),
      to: this.#portRef(to),
      depth,
      maxMessageBytes: sure(readParts(maxMessageSize, "size", 1)),
      overflow: sure(overflow),
    }));
  }

  samplingMessageChannels(): readonly SamplingMessageChannel[] {
    return this.#samplingMessages().map(({ from, to, refreshPeriod, maxMessageSize }) => ({
      from: this.#portRef(from),
      to: to.map((end) => this.#portRef(end)),
      refreshPeriod: this.cycles(refreshPeriod),
      maxMessageBytes: sure(readParts(maxMessageSize, "size", 1)),
    }));
  }

  #partitionIndex(name: string): number {
    const clone = this.clones.find((candidate) => candidate.name === name);
    return clone?.index ?? this.#partitions.indexOf(sure(this.#draft.partitions.get(name)));
  }

  #pointRef(text: string): PointRef {
    const [partition = "", point = ""] = text.split(".");
    const index = this.#partitionIndex(partition);
    return { partition: index, point: [...sure(this.#partitions[index]).points.keys()].indexOf(point) };
  }

  #portRef(text: string): PortRef {
    const [partition = "", port = ""] = text.split(".");
    const index = this.#partitionIndex(partition);
    return { partition: index, port: sure(this.#ports.get(sure(this.#partitions[index]))).indexOf(port) };
  }

  #point(text: string): DraftPoint {
    const [partition = "", point = ""] = text.split(".");
    return sure(this.#draft.partitions.get(partition)?.points.get(point));
  }

  #mapping(config: ServerPointConfig | ClientPointConfig, byteOrder: ModbusMapping["byteOrder"]): ModbusMapping {
    const { area, address, scale, offset } = config;
    const point = this.#point(config.point);
    const [pointType, bytes] = [sure(point.type), sure(point.bytes)];
    const length = isText(pointType) ? (config.length ?? lengthOf({ type: pointType, bytes })) : 0;
    return {
      point: this.#pointRef(config.point),
      area,
      address,
      type: config.type ?? pointType,
      bit: config.bit ?? null,
      length,
      byteOrder: config.byteOrder ?? byteOrder,
      scale,
      offset,
    };
  }

  modbusServers(configPath: string): readonly ModbusServer[] {
    const refs = (selection: ModbusRoleConfig["read"]) =>
      selection === "all" ? selection : selection.map((point) => this.#pointRef(point));
    return this.#config.io.modbusServers.map((server) => {
      const { name, unitId, byteOrder, points, units } = server;
      const mappings = (entries: readonly ServerPointConfig[]) =>
        entries.map((point) => this.#serverMapping(point, byteOrder));
      return {
        name,
        listener: modbusListener(server, configPath, refs),
        unitId,
        mappings: mappings(points),
        units: units.map((unit) => ({ unitId: unit.unitId, mappings: mappings(unit.points) })),
      };
    });
  }

  #serverMapping(config: ServerPointConfig, byteOrder: ModbusMapping["byteOrder"]): ModbusServerMapping {
    const point = this.#point(config.point);
    const isWritable = canBeWritten({ config, point, type: null }) === true;
    return { ...this.#mapping(config, byteOrder), access: isWritable ? (config.access ?? "write") : "read" };
  }

  modbusClients(configPath: string): readonly ModbusClient[] {
    return this.#config.io.modbusClients.map((client) => ({
      name: client.name,
      transport: modbusTransport(client, configPath),
      responseTimeoutMs: milliseconds(client.responseTimeout),
      maxRetries: client.maxRetries,
      retryIntervalMs: milliseconds(client.retryInterval),
      interRequestDelayMs: milliseconds(client.interRequestDelay),
      reconnectBackoffMs: {
        min: milliseconds(client.reconnectBackoff.min),
        max: milliseconds(client.reconnectBackoff.max),
      },
      degradeAfter: client.degradeAfter,
      degradeTimeMs: milliseconds(client.degradeTime),
      devices: client.devices.map((device) => this.#modbusDevice(device)),
    }));
  }

  #modbusDevice(device: ModbusDeviceConfig): ModbusDevice {
    const { name, unitId, maxReadRegisters, maxReadBits, maxGap, writeSingle, maskWrite, pollGroups } = device;
    const groups = Object.entries(pollGroups);
    return {
      name,
      unitId,
      maxReadRegisters,
      maxReadBits,
      maxGap,
      writeSingle,
      maskWrite,
      pollGroups: groups.map(([group, { interval }]) => ({ name: group, intervalMs: milliseconds(interval) })),
      mappings: device.points.map((point) => this.#clientMapping(point, device)),
    };
  }

  #clientMapping(
    config: ClientPointConfig,
    { byteOrder, addressBase, pollGroups }: ModbusDeviceConfig,
  ): ModbusClientMapping {
    const { onBad = "hold", writeVerify = "echo" } = config;
    return {
      ...this.#mapping(config, byteOrder),
      address: config.address - addressBase,
      pollGroup: Object.keys(pollGroups).indexOf(config.pollGroup),
      onBad: onBad === "hold" ? "hold" : { substitute: valueFor(this.#point(config.point), onBad.substitute) },
      writeVerify,
    };
  }

  sparkplugNode(config: SparkplugNodeConfig, configPath: string): SparkplugNode {
    const { name, brokers, groupId, edgeNodeId, primaryHostId = null, useAliases, buffer } = config;
    const published = new Set(config.publish.map(({ point }) => point));
    const onlyWritten = config.commands.filter((point) => !published.has(point));
    return {
      ...{ name, groupId, primaryHostId, useAliases },
      edgeNodeId: edgeNodeId ?? this.#config.module,
      servers: brokers.map((url) => brokerAddress(sure(parseBrokerUrl(url)), config, configPath)),
      buffer: buffer === undefined ? null : diskBuffer(buffer, configPath),
      publications: [
        ...config.publish.map((publication) => this.#publication(publication)),
        ...onlyWritten.map((point) => ({ point: this.#pointRef(point), ...ON_ANY_CHANGE })),
      ],
      commands: config.commands.map((command) => this.#pointRef(command)),
    };
  }

  #publication({ point, deadband, minReport, maxReport }: PublicationConfig | SparkplugMetricConfig): MqttPublication {
    return {
      point: this.#pointRef(point),
      deadband,
      minReportMs: milliseconds(minReport),
      maxReportMs: milliseconds(maxReport),
    };
  }

  mqttLink(config: MqttLinkConfig, configPath: string): MqttLink {
    const { name, topicPrefix, qos, buffer, publish, commands } = config;
    const url = parseBrokerUrl(config.broker);
    return {
      name,
      ...(url === null
        ? { broker: "embedded", ...embeddedAddress(config), version: "v3.1.1", tls: null, credentials: null }
        : { broker: "external", ...brokerAddress(url, config, configPath) }),
      listener: url === null ? mqttListener(config, configPath) : null,
      topicPrefix,
      qos,
      buffer: buffer === undefined ? null : diskBuffer(buffer, configPath),
      publications: publish.map((publication) => this.#publication(publication)),
      commands: commands.map((command) => this.#pointRef(command)),
    };
  }
}

/** The limits of a metric that is only named as one to be written. */
const ON_ANY_CHANGE = { deadband: 0, minReportMs: 0, maxReportMs: 0 };

const valueFor = (point: DraftPoint, written: Value | null): PointValue => {
  const read = readValue({ type: sure(point.type), bytes: sure(point.bytes) }, sure(written));
  return sure("value" in read ? read.value : null);
};

const resolvedPoint = (point: DraftPoint, index: number, names: readonly string[]): Point => {
  const { name, type, direction, address, bytes, bit, initial, config } = point;
  const failSafe = config?.failSafe;
  return {
    index,
    name,
    type: sure(type),
    direction: sure(direction),
    address: guestAddress(sure(address)),
    bytes: sure(bytes),
    bit,
    initial: config?.initial === undefined ? initial : valueFor(point, config.initial),
    failSafe: failSafe === undefined ? zeroOf(sure(type)) : failSafe === "hold" ? null : valueFor(point, failSafe),
    validityOf: config?.validityOf === undefined ? null : names.indexOf(sure(config.validityOf)),
  };
};

/** Frozen to the leaves; images stay as they are, their bytes cannot be frozen. */
const frozen = <Value>(value: Value): Value => {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  for (const child of Object.values(value)) frozen(child);
  return Object.freeze(value);
};
