/** What a Modbus server listens on, from the config of one that no rule has anything against. */
import { dirname, resolve } from "node:path";
import type { ModbusRole, ModbusServer, PointRef } from "../system.ts";
import { readParts } from "./draft.ts";
import { isExposed, isProtected } from "./listeners.ts";
import type { ModbusRoleConfig, ModbusServerConfig } from "./module-config.generated.ts";
import { parseNetwork } from "./networks.ts";
import { sure } from "./sure.ts";

type Refs = (selection: ModbusRoleConfig["read"]) => "all" | readonly PointRef[];

export const modbusListener = (
  server: ModbusServerConfig,
  configPath: string,
  refs: Refs,
): ModbusServer["listener"] => {
  const { transport, host, port, serial, maxConnections, idleTimeout, frameTimeout, allowFrom, allowFile } = server;
  if (transport === "rtu") return { kind: "rtu", line: sure(serial) };
  const file = (path: string): string => resolve(dirname(configPath), path);
  const tls = transport === "tls" ? sure(server.tls) : null;
  return {
    kind: "tcp",
    host,
    port: sure(port),
    maxConnections,
    idleTimeoutMs: sure(readParts(idleTimeout, "duration", 1000)),
    frameTimeoutMs: sure(readParts(frameTimeout, "duration", 1000)),
    allowFrom: allowFrom?.map(allowedNetwork) ?? null,
    allowFile: allowFile === undefined ? null : file(allowFile),
    tls: tls && { certificatePath: file(tls.certificate), keyPath: file(tls.key), caPath: file(tls.ca) },
    roles: rolesOf(server, refs),
    isExposed: isExposed({ host, isProtected: isProtected(server) }),
  };
};

export const allowedNetwork = ({
  network,
  access,
}: {
  readonly network: string;
  readonly access: "read" | "write";
}) => ({
  ...sure(parseNetwork(network)),
  access,
});

const rolesOf = ({ roles }: ModbusServerConfig, refs: Refs): readonly ModbusRole[] | null =>
  roles === undefined
    ? null
    : Object.entries(roles).map(([name, { read, write }]) => ({ name, read: refs(read), write: refs(write) }));
