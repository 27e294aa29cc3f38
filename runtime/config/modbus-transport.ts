/** How a Modbus client reaches its devices, from the config of one that no rule has anything against. */
import { dirname, resolve } from "node:path";
import type { ModbusTransport } from "../system.ts";
import type { ModbusClientConfig } from "./module-config.generated.ts";
import { sure } from "./sure.ts";

/** IANA's ports of Modbus and of Modbus/TCP Security. */
const PORT = { tcp: 502, tls: 802 } as const;

export const modbusTransport = (client: ModbusClientConfig, configPath: string): ModbusTransport => {
  const { transport } = client;
  if (transport === "rtu") return { kind: "rtu", line: sure(client.serial) };
  const address = { host: sure(client.host), port: client.port ?? PORT[transport] };
  if (transport === "tcp") return { kind: "tcp", ...address, tls: null };
  const { ca, certificate, key, serverName = null } = sure(client.tls);
  const file = (path: string): string => resolve(dirname(configPath), path);
  const tls = { certificatePath: file(certificate), keyPath: file(key), caPath: file(ca), serverName };
  return { kind: "tcp", ...address, tls };
};
