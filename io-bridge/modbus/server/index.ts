/** Modbus servers, whatever they listen on. */
import type { Clock, ModbusServer as ModbusServerConfig } from "../../../runtime/index.ts";
import type { Logger } from "../../logger.ts";
import type { ProcessImage } from "../../process-image.ts";
import type { ModbusServerCounters } from "./counters.ts";
import { RtuServer } from "./rtu-server.ts";
import { ITSELF, TcpServer } from "./tcp-server.ts";
import { Units } from "./units.ts";

export interface ModbusServer {
  readonly name: string;
  readonly counters: ModbusServerCounters;
  /** null: it is on a serial line. */
  readonly address: { readonly host: string; readonly port: number } | null;
  /** On a serial line: whether it is open. */
  readonly isListening: boolean;
  /** @throws CannotListen */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Reads certificates and lists anew, where it has some. */
  reload(): Promise<void>;
}

export const modbusServer = (
  config: ModbusServerConfig,
  image: ProcessImage,
  identification: ReadonlyMap<number, string>,
  clock: Clock,
  log: Logger,
): ModbusServer => {
  const { listener } = config;
  const units = new Units(config, listener.kind === "tcp" ? ITSELF : [], image, identification);
  return listener.kind === "tcp"
    ? new TcpServer(config, listener, units, clock, log)
    : new RtuServer(config, listener.line, units, clock, log);
};
