/** Every quantity of a config, with what it is counted in and how small and large it may be. */
import { CLOCK } from "./draft.ts";
import type { ModuleConfig } from "./module-config.generated.ts";
import type { Partly } from "./partly.ts";
import type { Place, Places } from "./places.ts";
import type { QuantityKind } from "./quantities.ts";

export interface QuantityEntry {
  readonly at: Place;
  readonly text: string;
  readonly kind: QuantityKind;
  /** What must come out whole. */
  readonly countedIn: "cycles" | "milliseconds" | "bytes" | "hertz";
  /** Of those in the base unit; null: the clock is not known. */
  readonly perBase: number | null;
  readonly least: 0 | 1;
  readonly most: number;
}

/** The longest that a timer of the host waits (setTimeout), ms: 24 days. */
const LONGEST_TIMER = 2 ** 31 - 1;
const LARGEST_QUEUED_MESSAGE = 2 ** 16;
const LARGEST_SAMPLED_MESSAGE = 2 ** 20;

type Entry = readonly [container: object, key: string, text: string | null, least?: 0 | 1];

export function* quantitiesOf(config: Partly<ModuleConfig>, places: Places, clock: number | null) {
  for (const entry of entriesOf(config, places, clock)) {
    if (entry.text !== null) yield { ...entry, text: entry.text };
  }
}

type PossibleEntry = Omit<QuantityEntry, "text"> & { readonly text: string | null };

function* entriesOf(config: Partly<ModuleConfig>, places: Places, clock: number | null): Generator<PossibleEntry> {
  const entry = ([container, key, text, least = 1]: Entry) => ({ at: places.of(container, key), text, least });
  const { board, partitions, channels } = config;
  const one = { least: 1, perBase: 1 } as const;
  yield { ...entry([board, "clock", board.clock]), ...one, kind: "frequency", countedIn: "hertz", most: CLOCK.most };
  for (const partition of Object.values(partitions ?? {})) {
    const memory = entry([partition, "memory", partition.memory]);
    yield { ...memory, ...one, kind: "size", countedIn: "bytes", most: 2 ** 30 };
  }
  for (const channel of channels) {
    if (channel.type !== "queuing" && channel.type !== "samplingMessage") continue;
    const size = entry([channel, "maxMessageSize", channel.maxMessageSize]);
    const most = channel.type === "queuing" ? LARGEST_QUEUED_MESSAGE : LARGEST_SAMPLED_MESSAGE;
    yield { ...size, ...one, kind: "size", countedIn: "bytes", most };
  }
  for (const { buffer } of [...config.io.mqtt, ...config.io.sparkplug]) {
    if (buffer === undefined) continue;
    yield { ...entry([buffer, "maxBytes", buffer.maxBytes]), ...one, kind: "size", countedIn: "bytes", most: 2 ** 40 };
  }
  for (const time of hostTimes(config)) {
    yield { ...entry(time), kind: "duration", countedIn: "milliseconds", perBase: 1000, most: LONGEST_TIMER };
  }
  for (const time of boardTimes(config)) {
    yield { ...entry(time), kind: "duration", countedIn: "cycles", perBase: clock, most: Number.MAX_SAFE_INTEGER };
  }
}

function* boardTimes({ partitions, schedules, channels, health, pacing }: Partly<ModuleConfig>): Generator<Entry> {
  for (const { restartBudget } of Object.values(health ?? {})) {
    if (restartBudget !== undefined) yield [restartBudget, "window", restartBudget.window];
  }
  for (const partition of Object.values(partitions ?? {})) {
    const { requires, watchdog } = partition;
    if (watchdog !== undefined) yield [partition, "watchdog", watchdog];
    if (requires === undefined) continue;
    yield [requires, "period", requires.period];
    yield [requires, "duration", requires.duration];
    if (requires.deadline !== undefined) yield [requires, "deadline", requires.deadline];
    if (requires.jitter !== undefined) yield [requires, "jitter", requires.jitter, 0];
  }
  for (const schedule of Object.values(schedules ?? {})) {
    yield [schedule, "majorFrame", schedule.majorFrame];
    for (const slot of schedule.slots) {
      yield [slot, "start", slot.start, 0];
      yield [slot, "duration", slot.duration];
    }
  }
  for (const channel of channels) {
    if (channel.type === "sampling" || channel.type === "samplingMessage") {
      yield [channel, "refreshPeriod", channel.refreshPeriod];
    }
  }
  yield [pacing, "maxLateness", pacing.maxLateness];
}

function* hostTimes({ io, retain }: Partly<ModuleConfig>): Generator<Entry> {
  if (retain !== undefined) yield [retain, "period", retain.period];
  for (const server of io.modbusServers) {
    yield [server, "idleTimeout", server.idleTimeout];
    yield [server, "frameTimeout", server.frameTimeout];
  }
  for (const client of io.modbusClients) {
    yield [client, "responseTimeout", client.responseTimeout];
    yield [client, "retryInterval", client.retryInterval, 0];
    yield [client, "interRequestDelay", client.interRequestDelay, 0];
    yield [client, "degradeTime", client.degradeTime];
    yield [client.reconnectBackoff, "min", client.reconnectBackoff.min];
    yield [client.reconnectBackoff, "max", client.reconnectBackoff.max];
    for (const { pollGroups } of client.devices) {
      for (const group of Object.values(pollGroups ?? {})) yield [group, "interval", group.interval];
    }
  }
  for (const publication of [...io.mqtt, ...io.sparkplug].flatMap(({ publish }) => publish)) {
    yield [publication, "minReport", publication.minReport, 0];
    yield [publication, "maxReport", publication.maxReport, 0];
  }
}
