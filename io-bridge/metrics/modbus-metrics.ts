/** Metrics of Modbus servers, of the client's connections and serial lines, and of the field devices behind them. */
import type { BridgeCounters } from "../bridge-counters.ts";
import type { BusCounters } from "../modbus/client/bus.ts";
import type { FieldDeviceCounters } from "../modbus/client/device-counters.ts";
import type { ModbusServerCounters } from "../modbus/server/counters.ts";
import { type CounterTable, counter, familiesOf, gauge, type Labelled } from "./counter-table.ts";
import type { Family } from "./exposition.ts";

const SERVER: CounterTable<ModbusServerCounters> = {
  connections: gauge("partita_modbus_server_connections", "Clients connected now."),
  requests: counter("partita_modbus_server_requests", "Requests answered."),
  exceptions: counter("partita_modbus_server_exceptions", "Requests answered with an exception."),
  refused: counter("partita_modbus_server_refused_connections", "Connections that were not let in."),
  cutOff: counter(
    "partita_modbus_server_cut_off_connections",
    "Connections closed for what the client did or did not do.",
  ),
  garbled: counter("partita_modbus_server_garbled_frames", "Bytes on a serial line that were no frame."),
};

const CLIENT: CounterTable<BusCounters> = {
  connections: counter("partita_modbus_client_connections", "Connections made, or openings of the serial port."),
};

const DEVICE: CounterTable<Omit<FieldDeviceCounters, "lastAnswerMs">> = {
  requests: counter("partita_modbus_device_requests", "Requests sent to the field device."),
  answers: counter("partita_modbus_device_answers", "Requests that it answered well."),
  retries: counter("partita_modbus_device_retries", "Requests made again."),
  timeouts: counter("partita_modbus_device_timeouts", "Requests without any answer in time."),
  lost: counter("partita_modbus_device_lost_requests", "Requests cut short by a lost connection."),
  differing: counter("partita_modbus_device_differing_writes", "Writes that were read back as something else."),
  rejected: counter(
    "partita_modbus_device_rejected_values",
    "Values dropped because point or device cannot hold them.",
  ),
  missedPolls: counter("partita_modbus_device_missed_polls", "Polls left out because the one before took too long."),
};

export const modbusMetrics = ({ modbusServers, modbusClients }: BridgeCounters): readonly Family[] => {
  const servers = Object.entries(modbusServers).map(([server, counters]) => ({ labels: { server }, counters }));
  const clients = Object.entries(modbusClients).map(([client, counters]) => ({ labels: { client }, counters }));
  const devices = clients.flatMap(({ labels, counters }) =>
    Object.entries(counters.devices).map(([device, each]) => ({ labels: { ...labels, device }, counters: each })),
  );
  return [
    ...familiesOf(SERVER, servers),
    {
      ...gauge("partita_modbus_client_connected", "1 while devices can be reached by it."),
      samples: clients.map(({ labels, counters }) => ({ labels, value: counters.connected ? 1 : 0 })),
    },
    ...familiesOf(CLIENT, clients),
    ...deviceFamilies(devices),
  ];
};

/** One that has never answered does not, though it was not given up yet. */
const isAnswering = ({ state, lastAnswerMs }: FieldDeviceCounters): boolean =>
  state === "answering" && lastAnswerMs > 0;

const deviceFamilies = (devices: readonly Labelled<FieldDeviceCounters>[]): readonly Family[] => [
  {
    ...gauge(
      "partita_modbus_device_answering",
      "1 while it answers, 0 while its points are bad and it is asked less often.",
    ),
    samples: devices.map(({ labels, counters }) => ({ labels, value: isAnswering(counters) ? 1 : 0 })),
  },
  {
    ...gauge("partita_modbus_device_last_answer_timestamp_seconds", "When it last answered well; 0: never."),
    samples: devices.map(({ labels, counters }) => ({ labels, value: counters.lastAnswerMs / 1000 })),
  },
  ...familiesOf(DEVICE, devices),
  {
    ...counter("partita_modbus_device_exceptions", "Requests that it answered with an exception."),
    samples: devices.flatMap(({ labels, counters }) =>
      Object.entries(counters.exceptions).map(([code, value]) => ({ labels: { ...labels, code }, value })),
    ),
  },
  {
    ...counter("partita_modbus_device_refused_answers", "Answers of it that could not be trusted."),
    samples: devices.flatMap(({ labels, counters }) =>
      Object.entries(counters.refused).map(([flaw, value]) => ({ labels: { ...labels, flaw }, value })),
    ),
  },
];
