/** Starts, drives and stops everything that connects a module to the outside. */
import type { Clock, PointExchange, System } from "../runtime/index.ts";
import type { Logger } from "./logger.ts";
import { Bus, type BusCounters } from "./modbus/client/bus.ts";
import type { ModbusServerCounters } from "./modbus/server/counters.ts";
import { identificationOf } from "./modbus/server/device-identification.ts";
import { type ModbusServer, modbusServer } from "./modbus/server/index.ts";
import { EmbeddedBroker } from "./mqtt/embedded-broker.ts";
import { type MqttLinkCounters, TelemetryLink } from "./mqtt/telemetry-link.ts";
import { ProcessImage } from "./process-image.ts";
import { EdgeNode, type EdgeNodeCounters } from "./sparkplug/edge-node.ts";

export interface BridgeOptions {
  readonly system: System;
  readonly exchange: PointExchange;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A socket that the bridge listens on. */
interface Listening {
  /** The config entry's name. */
  readonly name: string;
  readonly kind: "modbus" | "mqtt";
  readonly host: string;
  readonly port: number;
}

/** Since the start, by the names of the config entries. */
interface BridgeCounters {
  readonly modbusServers: Readonly<Record<string, ModbusServerCounters>>;
  readonly modbusClients: Readonly<Record<string, BusCounters>>;
  readonly mqtt: Readonly<Record<string, MqttLinkCounters>>;
  readonly sparkplug: Readonly<Record<string, EdgeNodeCounters>>;
}

export interface Bridge {
  counters(): BridgeCounters;
  listening(): readonly Listening[];
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

const namedCounters = <Counters>(entries: readonly { readonly name: string; readonly counters: Counters }[]) =>
  Object.fromEntries(entries.map(({ name, counters }) => [name, counters]));

/**
 * Resolves when all servers listen. Field devices and brokers need not be there: their absence is a quality of points.
 * @throws CannotListen, with everything closed again.
 */
export const startBridge = async (options: BridgeOptions): Promise<Bridge> => {
  const { image, servers, buses, brokers, links, nodes } = build(options);
  const reporters = [...links, ...nodes];
  const listeners = [...servers, ...brokers.map(({ broker }) => broker)];
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
  };
  const timer = setInterval(step, LOOP_MS);

  const stop = async (): Promise<void> => {
    clearInterval(timer);
    image.refresh();
    await Promise.all([...buses, ...reporters].map((leaving) => leaving.finish(FAREWELL_MS)));
    await Promise.all(listeners.map((listener) => listener.stop()));
  };
  let stopping: Promise<void> | null = null;

  return {
    counters: () => ({
      modbusServers: namedCounters(servers),
      modbusClients: namedCounters(buses),
      mqtt: namedCounters(links),
      sparkplug: namedCounters(nodes),
    }),
    listening: () => [
      ...servers.flatMap(({ name, address }) => (address ? [{ name, kind: "modbus" as const, ...address }] : [])),
      ...brokers.map(({ name, broker }) => ({ name, kind: "mqtt" as const, ...broker.address })),
    ],
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
};
