/** What the parts of the bridge have counted since the start, by the names of the config entries. */
import type { BusCounters } from "./modbus/client/bus.ts";
import type { ModbusServerCounters } from "./modbus/server/counters.ts";
import type { MqttLinkCounters } from "./mqtt/telemetry-link.ts";
import type { EdgeNodeCounters } from "./sparkplug/edge-node.ts";

export interface BridgeCounters {
  readonly modbusServers: Readonly<Record<string, ModbusServerCounters>>;
  readonly modbusClients: Readonly<Record<string, BusCounters>>;
  readonly mqtt: Readonly<Record<string, MqttLinkCounters>>;
  readonly sparkplug: Readonly<Record<string, EdgeNodeCounters>>;
}
