/** Metrics of the links to MQTT brokers, of Sparkplug edge nodes, and of their buffers on disk. */
import type { BridgeCounters } from "../bridge-counters.ts";
import type { ConnectionCounters } from "../mqtt/broker-connection.ts";
import type { MqttLinkCounters } from "../mqtt/telemetry-link.ts";
import type { EdgeNodeCounters } from "../sparkplug/edge-node.ts";
import type { StoreCounters } from "../store/segment-store.ts";
import { type CounterTable, counter, familiesOf, gauge, type Labelled } from "./counter-table.ts";
import type { Family } from "./exposition.ts";

type Prefix = "partita_mqtt" | "partita_sparkplug";

const connectionTable = (prefix: Prefix): CounterTable<ConnectionCounters> => ({
  connections: counter(`${prefix}_connections`, "Connections made."),
  failures: counter(`${prefix}_connection_failures`, "Attempts to connect that came to nothing."),
  published: counter(`${prefix}_published_messages`, "Messages published."),
  acknowledged: counter(`${prefix}_acknowledged_messages`, "Messages published at QoS 1 and acknowledged."),
  dropped: counter(`${prefix}_dropped_messages`, "Messages refused by the broker, or lost with the connection."),
  inFlight: gauge(`${prefix}_in_flight_messages`, "Messages published, and without an outcome yet."),
});

const bufferTable = (prefix: Prefix): CounterTable<StoreCounters> => ({
  bytes: gauge(`${prefix}_buffer_bytes`, "What waits on disk."),
  stored: counter(`${prefix}_buffer_stored_records`, "Records written to disk."),
  delivered: counter(`${prefix}_buffer_delivered_records`, "Records that the broker has taken."),
  dropped: counter(`${prefix}_buffer_dropped_records`, "Records that found no room, or that the disk did not take."),
  damaged: counter(`${prefix}_buffer_damaged_records`, "Places on disk that hold no whole record."),
  failures: counter(`${prefix}_buffer_failures`, "Operations on its files that failed."),
});

const LINK: CounterTable<MqttLinkCounters> = {
  ...connectionTable("partita_mqtt"),
  waiting: gauge("partita_mqtt_waiting_reports", "Reports for which there is no room yet."),
  superseded: counter("partita_mqtt_superseded_reports", "Reports that a later one replaced before there was room."),
  commands: counter("partita_mqtt_commands", "Commands taken."),
  rejected: counter("partita_mqtt_rejected_commands", "Commands refused."),
};

const NODE: CounterTable<EdgeNodeCounters> = {
  ...connectionTable("partita_sparkplug"),
  births: counter("partita_sparkplug_births", "Births of the edge node, rebirths included."),
  commands: counter("partita_sparkplug_commands", "Metrics taken from commands."),
  rejected: counter("partita_sparkplug_rejected_commands", "Commands refused."),
};

export const mqttMetrics = ({ mqtt, sparkplug }: BridgeCounters): readonly Family[] => [
  ...metricsOf(
    "partita_mqtt",
    LINK,
    Object.entries(mqtt).map(([link, counters]) => ({ labels: { link }, counters })),
  ),
  ...metricsOf(
    "partita_sparkplug",
    NODE,
    Object.entries(sparkplug).map(([node, counters]) => ({ labels: { node }, counters })),
  ),
];

const metricsOf = <Counters extends ConnectionCounters & { readonly buffer: StoreCounters | null }>(
  prefix: Prefix,
  table: CounterTable<Counters>,
  of: readonly Labelled<Counters>[],
): readonly Family[] => [
  {
    ...gauge(`${prefix}_connected`, "1 while connected to the broker."),
    samples: of.map(({ labels, counters }) => ({ labels, value: counters.state === "connected" ? 1 : 0 })),
  },
  ...familiesOf(table, of),
  ...familiesOf(
    bufferTable(prefix),
    of.flatMap(({ labels, counters: { buffer } }) => (buffer === null ? [] : [{ labels, counters: buffer }])),
  ),
];
