/** Everything in a config that listens for connections, and who has which serial port. */
import { EMBEDDED, embeddedAddress } from "./broker.ts";
import type { MetricsConfig, ModbusServerConfig, ModuleConfig, SerialLineConfig } from "./module-config.generated.ts";
import { isLoopback } from "./networks.ts";
import { named, type Partly } from "./partly.ts";

export interface Listener {
  readonly container: object;
  /** `Modbus server scada` */
  readonly what: string;
  readonly host: string | null;
  readonly port: number | null;
  /** Whether not everybody who reaches it may connect. */
  readonly isProtected: boolean;
}

export const listeners = ({ io }: Partly<ModuleConfig>): readonly Listener[] => [
  ...io.modbusServers
    .filter(({ transport }) => transport !== "rtu")
    .map((server) => {
      const { name, host, port = null } = server;
      return { container: server, what: named("Modbus server", name), host, port, isProtected: isProtected(server) };
    }),
  ...io.mqtt
    .filter(({ broker }) => broker === EMBEDDED)
    .map((link) => {
      const what = named("MQTT broker", link.name);
      return { container: link, what, ...embeddedAddress(link), isProtected: isRestricted(link) };
    }),
  ...(io.metrics === undefined ? [] : [metricsOf(io.metrics)]),
];

const metricsOf = (metrics: Partly<MetricsConfig>): Listener => {
  const { host, port } = metrics;
  return { container: metrics, what: "the server of metrics", host, port, isProtected: isProtectedMetrics(metrics) };
};

export interface SerialUser {
  readonly what: string;
  readonly serial: Partly<SerialLineConfig>;
}

/** Servers and clients with a serial port. */
export const serialUsers = ({ io }: Partly<ModuleConfig>): readonly SerialUser[] =>
  [
    ...io.modbusServers.map(({ name, serial }) => ({ what: named("Modbus server", name), serial })),
    ...io.modbusClients.map(({ name, serial }) => ({ what: named("Modbus client", name), serial })),
  ].flatMap(({ what, serial }) => (serial === undefined ? [] : [{ what, serial }]));

export const isProtected = (server: Partly<ModbusServerConfig>): boolean =>
  server.transport === "tls" || server.transport === null || isRestricted(server);

export const isProtectedMetrics = (metrics: Partly<MetricsConfig>): boolean =>
  metrics.tls !== undefined || isRestricted(metrics);

/** Whether not everybody may connect. */
export const isRestricted = ({ allowFrom, allowFile }: Partly<Pick<ModbusServerConfig, "allowFrom" | "allowFile">>) =>
  allowFrom !== undefined || allowFile !== undefined;

/** Whether a server lets anybody on a network connect, with `insecure: true` or by mistake. */
export const isExposed = ({ host, isProtected }: Pick<Listener, "host" | "isProtected">): boolean =>
  host !== null && !isLoopback(host) && !isProtected;
