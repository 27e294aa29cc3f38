/** Starts, drives and stops everything that connects a module to the outside. */
import type { Clock } from "../runtime/host/clock.ts";
import type { PointExchange } from "../runtime/host/point-exchange.ts";
import type { System } from "../runtime/system.ts";
import type { Logger } from "./logger.ts";
import { type ModbusServerCounters, ModbusTcpServer } from "./modbus/server/modbus-server.ts";
import { ProcessImage } from "./process-image.ts";

export interface BridgeOptions {
  readonly system: System;
  readonly exchange: PointExchange;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A socket that the bridge listens on. */
export interface Listening {
  /** The config entry's name. */
  readonly name: string;
  readonly kind: "modbus" | "mqtt";
  readonly host: string;
  readonly port: number;
}

export interface BridgeCounters {
  readonly modbusServers: Readonly<Record<string, ModbusServerCounters>>;
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

/**
 * Resolves when all servers listen. Field devices and brokers need not be there: their absence is a quality of points.
 * @throws CannotListen, with everything closed again.
 */
export const startBridge = async ({ system, exchange, clock, log }: BridgeOptions): Promise<Bridge> => {
  const image = new ProcessImage(system, exchange, clock);
  const servers = system.modbusServers.map((config) => new ModbusTcpServer(config, image, clock, log));
  for (const server of servers) await server.start();
  return {
    counters: () => ({ modbusServers: Object.fromEntries(servers.map((server) => [server.name, server.counters])) }),
    listening: () => servers.map((server) => ({ name: server.name, kind: "modbus", ...server.address })),
    stop: async () => {
      for (const server of servers) await server.stop();
    },
  };
};
