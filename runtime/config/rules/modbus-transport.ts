/** Who is on a serial line has no address, and who is on a network no serial port. */
import type { ModbusClientConfig, ModbusServerConfig } from "../module-config.generated.ts";
import type { Partly } from "../partly.ts";
import type { Rule } from "./rule.ts";

type Entry = Partly<ModbusServerConfig> | Partly<ModbusClientConfig>;
type Needed = "host" | "port" | "serial" | "tls";

/** By transport. */
interface Keys {
  readonly needed: Readonly<Record<"tcp" | "tls" | "rtu", readonly Needed[]>>;
  readonly outOfPlace: Readonly<Record<"tcp" | "tls" | "rtu", readonly string[]>>;
}

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

const OF_SERVERS: Keys = {
  needed: { tcp: ["port"], tls: ["port", "tls"], rtu: ["serial"] },
  outOfPlace: { tcp: ["serial", "tls", "roles"], tls: ["serial"], rtu: [...ON_NETWORKS, "tls", "roles"] },
};

const OF_CLIENTS: Keys = {
  needed: { tcp: ["host"], tls: ["host", "tls"], rtu: ["serial"] },
  outOfPlace: { tcp: ["serial", "tls"], tls: ["serial"], rtu: ["host", "port", "tls"] },
};

export const modbusTransport: Rule = {
  code: "modbus-transport",
  description: "A Modbus server or client has what its transport needs, and nothing that belongs to another.",
  *check({ config: { io }, places }) {
    const entries: readonly (readonly [Entry, "server" | "client", Keys])[] = [
      ...io.modbusServers.map((server) => [server, "server", OF_SERVERS] as const),
      ...io.modbusClients.map((client) => [client, "client", OF_CLIENTS] as const),
    ];
    for (const [entry, what, { needed, outOfPlace }] of entries) {
      const { transport } = entry;
      if (transport === null) continue;
      const written = places.writtenKeys(entry);
      for (const key of needed[transport]) {
        if (written.includes(key)) continue;
        const message = `a ${what} with transport: ${transport} needs "${key}"`;
        yield { at: places.of(entry), message, hint: `add ${key}: ${example(transport, what, key)}` };
      }
      for (const key of outOfPlace[transport]) {
        if (!written.includes(key)) continue;
        const message = `"${key}" means nothing with transport: ${transport}`;
        yield { at: places.ofKey(entry, key), message, hint: "remove it, or choose another transport" };
      }
    }
  },
};

const example = (transport: "tcp" | "tls" | "rtu", what: "server" | "client", key: Needed): string => {
  switch (key) {
    case "serial":
      return "{ path: /dev/ttyUSB0 }";
    case "tls":
      return what === "server"
        ? "{ certificate: server.pem, key: server.key, ca: clients.pem }"
        : "{ certificate: client.pem, key: client.key, ca: devices.pem }";
    case "host":
      return "192.168.0.10";
    case "port":
      return transport === "tls" ? "802" : "502";
  }
};
