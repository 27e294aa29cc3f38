/** Starts, drives and stops everything that connects a module to the outside. */
import { BoardFigures, type Clock, type PointExchange, type System } from "../runtime/index.ts";
import type { BridgeCounters } from "./bridge-counters.ts";
import type { Logger } from "./logger.ts";
import { Metrics } from "./metrics/index.ts";
import { Bus } from "./modbus/client/bus.ts";
import { identificationOf } from "./modbus/server/device-identification.ts";
import { type ModbusServer, modbusServer } from "./modbus/server/index.ts";
import { EmbeddedBroker } from "./mqtt/embedded-broker.ts";
import { TelemetryLink } from "./mqtt/telemetry-link.ts";
import { ProcessImage } from "./process-image.ts";
import { EdgeNode } from "./sparkplug/edge-node.ts";

export interface BridgeOptions {
  readonly system: System;
  readonly exchange: PointExchange;
  /** What the board tells of itself, for `io.metrics`; left out: no board does. */
  readonly figures?: BoardFigures;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A socket that the bridge listens on. */
interface Listening {
  /** The config entry's name. */
  readonly name: string;
  readonly kind: "modbus" | "mqtt" | "metrics";
  readonly host: string;
  readonly port: number;
}

export interface Bridge {
  counters(): BridgeCounters;
  listening(): readonly Listening[];
  /** Has all that listens read its certificates and lists anew; clients read theirs at each connection. */
  reload(): Promise<void>;
  /**
   * To be called when the board has published its last outputs: writes them to the field devices, publishes the last
   * telemetry, closes all sockets. Takes two seconds at most, whatever the peers do; never rejects.
   */
  stop(): Promise<void>;
}

/** How often the published image is looked at for outputs to write and points to report. */
const LOOP_MS = 5;
/** How long the last writes and the last telemetry may take together; closing takes milliseconds. */
const FAREWELL_MS = 1500;

interface Parts {
  readonly image: ProcessImage;
  readonly servers: readonly ModbusServer[];
  readonly buses: readonly Bus[];
  readonly brokers: readonly { readonly name: string; readonly broker: EmbeddedBroker }[];
  readonly links: readonly TelemetryLink[];
  readonly nodes: readonly EdgeNode[];
}

const build = ({ system, exchange, clock, log }: BridgeOptions): Parts => {
  const image = new ProcessImage(system, exchange, clock);
  const brokers = system.mqtt
    .filter((config) => config.broker === "embedded")
    .map((config) => ({ name: config.name, broker: new EmbeddedBroker(config, system.name, clock, log) }));
  const embedded = (name: string): EmbeddedBroker | null =>
    brokers.find((entry) => entry.name === name)?.broker ?? null;
  return {
    image,
    servers: system.modbusServers.map((config) =>
      modbusServer(config, image, identificationOf(system.name), clock, log),
    ),
    buses: system.modbusClients.map((config) => new Bus(config, image, clock, log)),
    brokers,
    links: system.mqtt.map((config) => new TelemetryLink(config, embedded(config.name), system, image, clock, log)),
    nodes: system.sparkplug.map((config) => new EdgeNode(config, system, image, clock, log)),
  };
};

const named = <Counters>(entries: readonly { readonly name: string; readonly counters: Counters }[]) =>
  Object.fromEntries(entries.map(({ name, counters }) => [name, counters]));

const countersOf = ({ servers, buses, links, nodes }: Parts): BridgeCounters => ({
  modbusServers: named(servers),
  modbusClients: named(buses),
  mqtt: named(links),
  sparkplug: named(nodes),
});

/** null: the config does not ask for them. */
const metricsOf = (options: BridgeOptions, parts: Parts): Metrics | null => {
  const { system, figures = new BoardFigures(system), clock, log } = options;
  if (system.metrics === null) return null;
  const services = () => [
    ...parts.servers.map(({ name, isListening }) => ({ what: `Modbus server ${name}`, isListening })),
    ...parts.brokers.map(({ name, broker }) => ({ what: `MQTT broker ${name}`, isListening: broker.isListening })),
  ];
  const counters = () => countersOf(parts);
  return new Metrics({ listener: system.metrics, system, figures, counters, services, loopMs: LOOP_MS, clock, log });
};

/**
 * Resolves when all servers listen. Field devices and brokers need not be there: their absence is a quality of points.
 * @throws CannotListen, with everything closed again.
 */
export const startBridge = async (options: BridgeOptions): Promise<Bridge> => {
  const parts = build(options);
  const { image, servers, buses, brokers, links, nodes } = parts;
  const reporters = [...links, ...nodes];
  const metrics = metricsOf(options, parts);
  const listeners = [...(metrics ? [metrics.server] : []), ...servers, ...brokers.map(({ broker }) => broker)];
  try {
    for (const listener of listeners) await listener.start();
  } catch (error) {
    await Promise.all(listeners.map((listener) => listener.stop()));
    throw error;
  }
  for (const starting of [...buses, ...reporters]) starting.start();

  const step = (): void => {
    image.refresh();
    for (const bus of buses) bus.noticeOutputs();
    for (const reporter of reporters) reporter.step();
    metrics?.stepped();
  };
  const timer = setInterval(step, LOOP_MS);

  const stop = async (): Promise<void> => {
    metrics?.stopping();
    clearInterval(timer);
    image.refresh();
    await Promise.all([...buses, ...reporters].map((leaving) => leaving.finish(FAREWELL_MS)));
    await Promise.all(listeners.map((listener) => listener.stop()));
  };
  let stopping: Promise<void> | null = null;

  return {
    counters: () => countersOf(parts),
    listening: () => [
      ...servers.flatMap(({ name, address }) => (address ? [{ name, kind: "modbus" as const, ...address }] : [])),
      ...brokers.map(({ name, broker }) => ({ name, kind: "mqtt" as const, ...broker.address })),
      ...(metrics ? [{ name: "metrics", kind: "metrics" as const, ...metrics.server.address }] : []),
    ],
    reload: async () => {
      await Promise.all(listeners.map((listener) => listener.reload()));
    },
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
};
