/** Everything in a config that listens for connections. */
import type { ModuleConfig } from "./module-config.generated.ts";
import { named, type Partly } from "./partly.ts";

export const EMBEDDED_BROKER = { host: "127.0.0.1", port: 1883 } as const;

export interface Listener {
  readonly container: object;
  /** `Modbus server scada` */
  readonly what: string;
  readonly host: string | null;
  readonly port: number | null;
}

export const listeners = ({ io }: Partly<ModuleConfig>): readonly Listener[] => [
  ...io.modbusServers.map((server) => {
    const { name, host, port } = server;
    return { container: server, what: named("Modbus server", name), host, port };
  }),
  ...io.mqtt
    .filter(({ broker }) => broker === "embedded")
    .map((link) => {
      const { name, host = EMBEDDED_BROKER.host, port = EMBEDDED_BROKER.port } = link;
      return { container: link, what: named("MQTT broker", name), host, port };
    }),
];
