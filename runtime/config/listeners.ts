/** Everything in a config that listens for connections. */
import type { ModbusServerConfig, ModuleConfig } from "./module-config.generated.ts";
import { isLoopback } from "./networks.ts";
import { named, type Partly } from "./partly.ts";

export const EMBEDDED_BROKER = { host: "127.0.0.1", port: 1883 } as const;

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
    .filter(({ broker }) => broker === "embedded")
    .map((link) => {
      const { name, host = EMBEDDED_BROKER.host, port = EMBEDDED_BROKER.port } = link;
      return { container: link, what: named("MQTT broker", name), host, port, isProtected: false };
    }),
];

export const isProtected = ({ transport, allowFrom, allowFile }: Partly<ModbusServerConfig>): boolean =>
  transport === "tls" || transport === null || allowFrom !== undefined || allowFile !== undefined;

/** Whether a server lets anybody on a network connect, with `insecure: true` or by mistake. */
export const isExposed = ({ host, isProtected }: Pick<Listener, "host" | "isProtected">): boolean =>
  host !== null && !isLoopback(host) && !isProtected;
