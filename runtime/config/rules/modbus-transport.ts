/** A server on a serial line has no address, and one on a network no serial port. */
import type { ModbusServerConfig } from "../module-config.generated.ts";
import type { Partly } from "../partly.ts";
import type { Rule } from "./rule.ts";

type Server = Partly<ModbusServerConfig>;

const ON_NETWORKS = [
  "host",
  "port",
  "maxConnections",
  "idleTimeout",
  "frameTimeout",
  "allowFrom",
  "allowFile",
  "insecure",
];
const NEEDED = { tcp: ["port"], tls: ["port", "tls"], rtu: ["serial"] } as const;
const OUT_OF_PLACE = {
  tcp: ["serial", "tls", "roles"],
  tls: ["serial"],
  rtu: [...ON_NETWORKS, "tls", "roles"],
} as const;

export const modbusTransport: Rule = {
  code: "modbus-transport",
  description: "A Modbus server has what its transport needs, and nothing that belongs to another.",
  *check({ config, places }) {
    for (const server of config.io.modbusServers) {
      const { transport } = server;
      if (transport === null) continue;
      const written = places.writtenKeys(server);
      for (const key of NEEDED[transport]) {
        if (written.includes(key)) continue;
        const message = `a server with transport: ${transport} needs "${key}"`;
        yield { at: places.of(server), message, hint: `add ${key}: ${example(server, key)}` };
      }
      for (const key of OUT_OF_PLACE[transport]) {
        if (!written.includes(key)) continue;
        const message = `"${key}" means nothing with transport: ${transport}`;
        yield { at: places.ofKey(server, key), message, hint: "remove it, or choose another transport" };
      }
    }
  },
};

const example = ({ transport }: Server, key: "port" | "tls" | "serial"): string => {
  if (key === "serial") return "{ path: /dev/ttyUSB0 }";
  if (key === "tls") return "{ certificate: server.pem, key: server.key, ca: clients.pem }";
  return transport === "tls" ? "802" : "502";
};
