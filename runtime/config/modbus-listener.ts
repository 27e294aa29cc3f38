/** What a Modbus server listens on, from the config of one that no rule has anything against. */
import type { ModbusRole, ModbusServer, PointRef } from "../system.ts";
import { readParts } from "./draft.ts";
import { isProtected } from "./listeners.ts";
import type { ModbusRoleConfig, ModbusServerConfig } from "./module-config.generated.ts";
import { networkListener } from "./network-listener.ts";
import { sure } from "./sure.ts";

type Refs = (selection: ModbusRoleConfig["read"]) => "all" | readonly PointRef[];

export const modbusListener = (
  server: ModbusServerConfig,
  configPath: string,
  refs: Refs,
): ModbusServer["listener"] => {
  const { transport, serial, maxConnections, idleTimeout, frameTimeout } = server;
  if (transport === "rtu") return { kind: "rtu", line: sure(serial) };
  const { port, tls, ...more } = server;
  const config = { ...more, port: sure(port), ...(transport === "tls" && { tls: sure(tls) }) };
  return {
    kind: "tcp",
    ...networkListener(config, isProtected(server), configPath),
    maxConnections,
    idleTimeoutMs: sure(readParts(idleTimeout, "duration", 1000)),
    frameTimeoutMs: sure(readParts(frameTimeout, "duration", 1000)),
    roles: rolesOf(server, refs),
  };
};

const rolesOf = ({ roles }: ModbusServerConfig, refs: Refs): readonly ModbusRole[] | null =>
  roles === undefined
    ? null
    : Object.entries(roles).map(([name, { read, write }]) => ({ name, read: refs(read), write: refs(write) }));
