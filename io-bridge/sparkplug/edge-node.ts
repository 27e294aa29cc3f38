/**
 * The module as an edge node of Sparkplug B (specification 3.0.0 §5, §6): partitions are devices, their points metrics. It tells
 * births and deaths, reports by exception, and takes commands; while no host can hear, reports wait on disk.
 */
import type { IPublishPacket } from "mqtt";
import type { Clock, MqttPublication, PointRef, SparkplugNode, System } from "../../runtime/index.ts";
import { Backoff } from "../backoff.ts";
import type { Logger } from "../logger.ts";
import { BrokerConnection, type ConnectionCounters } from "../mqtt/broker-connection.ts";
import type { Message } from "../mqtt/broker-session.ts";
import type { ProcessImage } from "../process-image.ts";
import { Repetition } from "../repetition.ts";
import type { StoreCounters } from "../store/segment-store.ts";
import { Device, type DeviceMetric } from "./device.ts";
import { History } from "./history.ts";
import { PrimaryHost } from "./host-state.ts";
import { NodeMetrics, REBIRTH } from "./node-metrics.ts";
import { decodePayload, type ReceivedMetric } from "./received.ts";
import { Sender } from "./sender.ts";
import { NodeTopics, stateTopic } from "./topics.ts";

/**
 * "away": not connected; "subscribing"; "waiting" for the primary host; "present": it may tell everything; "leaving".
 */
type Phase = "away" | "subscribing" | "waiting" | "present" | "leaving";

export interface EdgeNodeCounters extends ConnectionCounters {
  readonly phase: Phase;
  /** NBIRTH sent, rebirths included. */
  readonly births: number;
  /** Metrics taken from commands. */
  readonly commands: number;
  /** Refused. */
  readonly rejected: number;
  /** null: there is none. */
  readonly buffer: StoreCounters | null;
}

/** Between two attempts to find the primary host. */
const SEARCH_BACKOFF_MS = { min: 500, max: 15_000 };
/** How long its state may take to arrive before it is looked for at the next server. */
const STATE_PATIENCE_MS = 5000;
const LEAVE_TIMEOUT_MS = 2000;
/** Between a birth and another one that a host has asked for; until then nothing is told. */
const LEAST_LIFE_MS = 500;
/** History that is told at once: a long one must hold up neither the bridge nor the broker. */
const BATCH_METRICS = 250;
const BATCHES_A_STEP = 4;

export class EdgeNode {
  readonly name: string;
  readonly #config: SparkplugNode;
  readonly #topics: NodeTopics;
  readonly #connection: BrokerConnection;
  readonly #sender: Sender;
  readonly #history: History | null;
  readonly #devices: readonly Device[];
  readonly #node: NodeMetrics;
  readonly #image: ProcessImage;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #sparingly: Repetition;
  readonly #search = new Backoff(SEARCH_BACKOFF_MS);
  readonly #counters = { births: 0, commands: 0, rejected: 0 };
  #phase: Phase = "away";
  /** As this connection's broker knows it; null: none is waited for. */
  #host: PrimaryHost | null = null;
  #connectedAtMs = 0;
  /** NBIRTH has been sent, and every device of which there is a birth is known by it. */
  #isBorn = false;
  #bornAtMs = 0;
  /** Not before: a host that asks for births without end gets some. */
  #rebirthAtMs = Number.NEGATIVE_INFINITY;
  /** Called when there is room for another message. */
  #roomy: () => void = () => undefined;

  constructor(config: SparkplugNode, system: System, image: ProcessImage, clock: Clock, log: Logger) {
    this.name = config.name;
    this.#config = config;
    this.#topics = new NodeTopics(config);
    this.#image = image;
    this.#clock = clock;
    this.#log = log;
    this.#sparingly = new Repetition(clock);
    this.#history = config.buffer === null ? null : new History(config.buffer, config.name, clock, log);
    let aliases = 0;
    const nextAlias = config.useAliases ? () => ++aliases : null;
    this.#node = new NodeMetrics(system, () => this.#counts(), nextAlias);
    this.#devices = devicesOf(config, system, image, nextAlias);
    this.#connection = new BrokerConnection({
      name: config.name,
      clientId: `partita-${config.groupId}-${config.edgeNodeId}`,
      addresses: () => config.servers,
      credentials: null,
      user: this,
      log,
    });
    this.#sender = new Sender(this.#connection, this.#topics, clock);
  }

  get counters(): EdgeNodeCounters {
    const buffer = this.#history?.counters ?? null;
    return { ...this.#connection.counters, phase: this.#phase, ...this.#counters, buffer };
  }

  start(): void {
    this.#connection.open();
  }

  /** Tells what is due now. To be called every few milliseconds. */
  step(): void {
    const nowMs = this.#clock.monotonicMs();
    if (this.#phase === "present") this.#tell(nowMs);
    else this.#keepDue(nowMs);
    const patience = this.#connectedAtMs + STATE_PATIENCE_MS;
    if (this.#phase === "waiting" && this.#host?.state === "unknown" && nowMs >= patience) this.#seekHost();
    this.#history?.flush();
  }

  /** Tells the deaths of the devices and its own, and leaves; within `timeoutMs`. */
  async finish(timeoutMs: number): Promise<void> {
    this.step();
    await this.#connection.close(() => this.#die(), timeoutMs);
    this.#history?.close();
  }

  will(): Message {
    return this.#sender.will();
  }

  connected(): void {
    const { primaryHostId, commands } = this.#config;
    this.#phase = "subscribing";
    this.#connectedAtMs = this.#clock.monotonicMs();
    const host = primaryHostId === null ? null : new PrimaryHost();
    this.#host = host;
    const { connections } = this.#connection.counters;
    const filters = [
      this.#topics.node("NCMD"),
      ...(commands.length > 0 ? [this.#topics.device("DCMD", "+")] : []),
      ...(primaryHostId === null ? [] : [stateTopic(primaryHostId)]),
    ];
    void Promise.all(filters.map((filter) => this.#connection.subscribe(filter))).then(() => {
      if (this.#phase !== "subscribing" || connections !== this.#connection.counters.connections) return;
      this.#phase = host === null ? "present" : "waiting";
      this.#followHost();
      this.step();
    });
  }

  disconnected(): void {
    this.#phase = "away";
    this.#beUnborn();
    this.#rebirthAtMs = Number.NEGATIVE_INFINITY;
    this.#history?.disconnected();
  }

  hasRoom(): void {
    this.#roomy();
  }

  received({ topic, payload, retain }: IPublishPacket): void {
    const bytes = Buffer.from(payload);
    const { primaryHostId } = this.#config;
    if (primaryHostId !== null && topic === stateTopic(primaryHostId)) {
      if (this.#host?.take(bytes) === false) this.#refuse(topic, "no state of a host");
      this.#followHost();
      return;
    }
    const command = retain ? null : decodePayload(bytes);
    if (command === null) {
      this.#refuse(topic, retain ? "retained: it would be repeated at every connection" : "no payload");
      return;
    }
    for (const metric of command.metrics) {
      const taken =
        topic === this.#topics.node("NCMD") ? this.#commandNode(metric) : this.#commandDevice(topic, metric);
      if (taken === null) this.#counters.commands += 1;
      else this.#refuse(topic, taken.refused);
    }
    this.#image.handOver();
  }

  #commandNode(metric: ReceivedMetric): { readonly refused: string } | null {
    if (metric.name !== REBIRTH) return { refused: "the node takes no such command" };
    if (metric.as("Boolean") !== true) return { refused: `${REBIRTH} takes true` };
    this.#beUnborn();
    this.#rebirthAtMs = this.#bornAtMs + LEAST_LIFE_MS;
    return null;
  }

  #commandDevice(topic: string, metric: ReceivedMetric): { readonly refused: string } | null {
    const id = this.#topics.commanded(topic);
    const device = this.#devices.find((candidate) => candidate.id === id);
    if (device?.isAlive !== true) return { refused: "no device that is alive" };
    return device.command(metric);
  }

  #refuse(topic: string, reason: string): void {
    this.#counters.rejected += 1;
    this.#sparingly.sparingly(reason, (leftOut) =>
      this.#log.warn(
        { node: this.name, topic, reason, ...(leftOut > 0 && { leftOut }) },
        "Sparkplug node: message refused",
      ),
    );
  }

  /** Does as the primary host's state asks. */
  #followHost(): void {
    const state = this.#host?.state;
    if (state === "online" && this.#phase === "waiting") {
      this.#phase = "present";
      this.step();
    }
    if (state !== "offline") return;
    const hasElsewhere = this.#phase === "waiting" && this.#config.servers.length > 1;
    if (this.#phase === "present" || hasElsewhere) this.#seekHost();
  }

  /** Leaves this server, for the next one if there is one, to wait for the host there. */
  #seekHost(): void {
    if (this.#host?.state === "unknown" && this.#config.servers.length === 1) return;
    const { host: server, port } = this.#connection.address;
    this.#log.info({ node: this.name, server, port, host: this.#config.primaryHostId }, "Sparkplug node: no host here");
    this.#phase = "leaving";
    this.#connection.moveOn(() => this.#die(), this.#search.next(), LEAVE_TIMEOUT_MS);
  }

  async #die(): Promise<void> {
    this.#phase = "leaving";
    if (!this.#sender.hasRoom) {
      await new Promise<void>((resolve) => {
        this.#roomy = resolve;
      });
    }
    await new Promise<void>((resolve) => {
      this.#sender.nodeDeath((isRead) => {
        if (isRead) this.#history?.allRead();
        resolve();
      });
    });
  }

  #beUnborn(): void {
    this.#isBorn = false;
    for (const device of this.#devices) {
      device.isAlive = false;
      device.hasHistory = false;
    }
  }

  #tell(nowMs: number): void {
    this.#tellLives(nowMs);
    for (const device of this.#devices) {
      if (device.isNormal || device.isAlive) this.#tellData(device, device.due(nowMs), nowMs);
    }
    if (this.#isBorn && this.#sender.hasRoom) this.#tellNode(nowMs);
    if (this.#isBorn) this.#tellHistory(nowMs);
    this.#history?.confirm(() => this.#connection.confirm());
  }

  /** Births and deaths, as far as there is room: before anything else. */
  #tellLives(nowMs: number): void {
    if (!this.#isBorn) {
      if (!this.#sender.hasRoom || nowMs < this.#rebirthAtMs) return;
      this.#sender.nodeBirth(this.#node.birth(this.#sender.bdSeq, this.#now(), nowMs));
      this.#isBorn = true;
      this.#bornAtMs = nowMs;
      this.#counters.births += 1;
      this.#search.reset();
    }
    for (const device of this.#devices) {
      const lives = device.isNormal || device.hasHistory;
      if (lives === device.isAlive || !this.#sender.hasRoom) continue;
      if (lives) this.#tellBirth(device, nowMs);
      else this.#sender.deviceDeath(device.id);
      device.isAlive = lives;
    }
  }

  /** What is told by the birth first is history, too, when the birth is lost. */
  #tellBirth(device: Device, nowMs: number): void {
    const news = device.metrics.filter((metric) => device.isChanged(metric, nowMs));
    const reports = news.map((metric) => device.report(metric, nowMs));
    this.#sender.deviceBirth(device.id, device.birth(nowMs));
    this.#history?.sentLive(device.id, reports);
  }

  #tellData(device: Device, due: readonly DeviceMetric[], nowMs: number): void {
    if (due.length === 0) return;
    if (!device.isAlive || !this.#sender.hasRoom) {
      this.#keep(device, due, nowMs);
      return;
    }
    const reports = due.map((metric) => device.report(metric, nowMs));
    const metrics = due.map((metric, index) => device.data(metric, reports[index]!));
    this.#sender.deviceData(device.id, metrics);
    this.#history?.sentLive(device.id, reports);
  }

  #tellNode(nowMs: number): void {
    const metrics = this.#node.data(this.#now(), nowMs);
    if (metrics.length > 0) this.#sender.nodeData(metrics);
  }

  #keepDue(nowMs: number): void {
    for (const device of this.#devices) this.#keep(device, device.due(nowMs), nowMs);
  }

  /** Becomes history; without a buffer it stays due. */
  #keep(device: Device, due: readonly DeviceMetric[], nowMs: number): void {
    if (this.#history === null) return;
    for (const metric of due) {
      if (!device.isChanged(metric, nowMs)) continue; // it is owed only
      this.#history.keep(device.id, device.report(metric, nowMs));
      metric.isOwed = true;
    }
  }

  /** The oldest that waits, some at a time; a device that has any lives until it is told. */
  #tellHistory(nowMs: number): void {
    const history = this.#history;
    if (history === null) return;
    for (let told = 0; told < BATCHES_A_STEP && this.#sender.hasRoom; told += 1) {
      const device = this.#deviceOfHistory(history.nextDevice());
      if (device === null) return;
      this.#tellLives(nowMs);
      if (device !== undefined && !(device.isAlive && this.#sender.hasRoom)) return;
      const batch = history.take(BATCH_METRICS);
      const metrics = batch.reports.flatMap((report) => device?.historical(report) ?? []);
      if (device !== undefined && metrics.length > 0) this.#sender.deviceData(device.id, metrics);
      history.sentBatch(batch);
    }
  }

  /** @returns null: there is no history; undefined: it is of none that the config still has. */
  #deviceOfHistory(id: string | null): Device | null | undefined {
    for (const device of this.#devices) device.hasHistory &&= id !== null;
    if (id === null) return null;
    const device = this.#devices.find((candidate) => candidate.id === id);
    if (device !== undefined) device.hasHistory = true;
    return device;
  }

  #counts() {
    const { commands, rejected } = this.#counters;
    const { stored = 0, dropped = 0 } = this.#history?.counters ?? {};
    return { commandsTaken: commands, commandsRefused: rejected, reportsStored: stored, reportsDropped: dropped };
  }

  #now(): number {
    return Math.round(this.#clock.nowMs());
  }
}

/** One for each partition that has metrics. */
const devicesOf = (
  { publications, commands }: SparkplugNode,
  { partitions }: System,
  image: ProcessImage,
  nextAlias: (() => number) | null,
): readonly Device[] => {
  const isWritable = ({ partition, point }: PointRef): boolean =>
    commands.some((command) => command.partition === partition && command.point === point);
  return partitions.flatMap(({ name, index }) => {
    const own: readonly MqttPublication[] = publications.filter(({ point }) => point.partition === index);
    return own.length === 0 ? [] : [new Device(name, index, own, isWritable, nextAlias, image)];
  });
};
