/**
 * The module's link to one MQTT broker: reports points by exception, takes commands, says whether it is there. While the broker
 * is away nothing piles up: when it returns, every point's latest value is published.
 *
 * Each connection is a new mqtt.js client: its own reconnecting would send what an earlier connection left unacknowledged after
 * the newer values, and retained messages would go back in time.
 */
import mqtt, { type IPublishPacket, type MqttClient } from "mqtt";
import type { Clock, MqttLink, PointRef, System } from "../../runtime/index.ts";
import { Backoff } from "../backoff.ts";
import type { Logger } from "../logger.ts";
import type { ProcessImage } from "../process-image.ts";
import { Repetition } from "../repetition.ts";
import type { EmbeddedBroker } from "./embedded-broker.ts";
import { ReportByException } from "./report-by-exception.ts";
import * as topics from "./topics.ts";

export interface MqttLinkCounters {
  readonly connected: boolean;
  /** Connections made, the first included. */
  readonly connections: number;
  /** Telemetry messages that the broker acknowledged. */
  readonly published: number;
  /** Messages whose connection was lost before the broker acknowledged them. */
  readonly unacknowledged: number;
  /** Commands taken. */
  readonly commands: number;
  /** Commands refused. */
  readonly rejected: number;
}

/** mqtt.js does not heed the broker's limit; mosquitto takes 20 unless told otherwise. */
const MAX_IN_FLIGHT = 10;
const RECONNECT_BACKOFF_MS = { min: 250, max: 5000 };
const CONNECT_TIMEOUT_MS = 5000;
/** A broker that hangs is noticed after one and a half of these. */
const KEEPALIVE_S = 5;

interface Telemetry {
  readonly point: PointRef;
  readonly topic: string;
  readonly report: ReportByException;
}

export class TelemetryLink {
  readonly #config: MqttLink;
  readonly #embedded: EmbeddedBroker | null;
  readonly #module: string;
  readonly #clientId: string;
  readonly #image: ProcessImage;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #sparingly: Repetition;
  readonly #telemetry: readonly Telemetry[];
  /** By topic. */
  readonly #commands: ReadonlyMap<string, PointRef>;
  /** Telemetry that is due, in the order in which it became so. What is sent is the value at that time. */
  readonly #due = new Set<Telemetry>();
  readonly #backoff = new Backoff(RECONNECT_BACKOFF_MS);
  readonly #counters = { connections: 0, published: 0, unacknowledged: 0, commands: 0, rejected: 0 };
  #client: MqttClient | null = null;
  /** null: not known yet. */
  #isConnected: boolean | null = null;
  #inFlight = 0;
  #retry: NodeJS.Timeout | null = null;
  #isStopping = false;
  /** Called whenever a message is acknowledged or the connection is lost. */
  #progress: () => void = () => undefined;

  /** @param embedded the broker, when it is one of our own; started before this. */
  constructor(
    config: MqttLink,
    embedded: EmbeddedBroker | null,
    system: System,
    image: ProcessImage,
    clock: Clock,
    log: Logger,
  ) {
    this.#config = config;
    this.#embedded = embedded;
    this.#module = topics.moduleTopic(config.topicPrefix, system.name);
    this.#clientId = topics.clientId(system.name, config.name);
    this.#image = image;
    this.#clock = clock;
    this.#log = log;
    this.#sparingly = new Repetition(clock);
    const topicOf = (ref: PointRef): string =>
      topics.pointTopic(this.#module, system.partitions[ref.partition]!.name, image.point(ref).name);
    this.#telemetry = config.publications.map((publication) => ({
      point: publication.point,
      topic: topicOf(publication.point),
      report: new ReportByException(publication),
    }));
    this.#commands = new Map(config.commands.map((ref) => [topics.commandTopic(topicOf(ref)), ref]));
  }

  get name(): string {
    return this.#config.name;
  }

  get counters(): MqttLinkCounters {
    return { connected: this.#isConnected === true, ...this.#counters };
  }

  /** An embedded broker may have chosen it. */
  get #port(): number {
    return this.#embedded?.address.port ?? this.#config.port;
  }

  start(): void {
    this.#connect();
  }

  /** Reports what is due now. To be called every few milliseconds. */
  step(): void {
    if (this.#isConnected !== true) return;
    const nowMs = this.#clock.monotonicMs();
    for (const telemetry of this.#telemetry) {
      const { point, report } = telemetry;
      if (!this.#image.hasPublished(point)) continue;
      if (report.isDue(this.#image.value(point), this.#image.quality(point), nowMs)) this.#due.add(telemetry);
    }
    this.#publishDue();
  }

  /** Publishes the last values and "offline", waits for the acknowledgements and leaves; within `timeoutMs`. */
  async finish(timeoutMs: number): Promise<void> {
    this.#isStopping = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    const client = this.#client;
    if (client === null) return;
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    const lost = (error: Error): void =>
      this.#log.warn(
        { link: this.name, reason: error.message },
        "MQTT link lost before the last telemetry was through",
      );
    if (this.#isConnected === true) await Promise.race([this.#leave(client).catch(lost), timedOut]);
    clearTimeout(timer);
    client.end(true);
  }

  async #leave(client: MqttClient): Promise<void> {
    for (const telemetry of this.#telemetry) {
      const { point, report } = telemetry;
      if (!this.#image.hasPublished(point)) continue;
      if (report.isOutdated(this.#image.value(point), this.#image.quality(point))) this.#due.add(telemetry);
    }
    const drained = new Promise<void>((resolve) => {
      this.#progress = () => {
        if ((this.#due.size === 0 && this.#inFlight === 0) || this.#isConnected !== true) resolve();
      };
    });
    this.#publishDue();
    this.#progress();
    await drained;
    if (this.#isConnected !== true) return;
    const payload = topics.statusPayload("offline", Math.round(this.#clock.nowMs()));
    await client.publishAsync(topics.statusTopic(this.#module), payload, { qos: 1, retain: true });
    await client.endAsync();
  }

  #connect(): void {
    const { host } = this.#config;
    const client = mqtt.connect({
      protocol: "mqtt",
      // An embedded broker that listens everywhere is reached here.
      host: this.#config.broker === "embedded" && (host === "0.0.0.0" || host === "::") ? "127.0.0.1" : host,
      port: this.#port,
      // The same for every connection: a broker then ends our last one, and publishes its will, before it accepts this one.
      clientId: this.#clientId,
      ...this.#embedded?.credentials,
      clean: true,
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepalive: KEEPALIVE_S,
      will: {
        topic: topics.statusTopic(this.#module),
        payload: Buffer.from(topics.statusPayload("offline")),
        qos: 1,
        retain: true,
      },
    });
    this.#client = client;
    let reason = "connection closed";
    client.on("error", (error) => {
      reason = error.message === "" && "code" in error ? String(error.code) : error.message;
    });
    client.on("connect", () => this.#connected(client));
    client.on("message", (topic, payload, packet) => this.#command(topic, payload, packet));
    client.once("close", () => this.#disconnected(client, reason));
  }

  #connected(client: MqttClient): void {
    const { name, host } = this.#config;
    this.#log.info({ link: name, host, port: this.#port }, "MQTT link connected");
    this.#isConnected = true;
    this.#counters.connections += 1;
    this.#backoff.reset();
    const online = topics.statusPayload("online", Math.round(this.#clock.nowMs()));
    client.publish(topics.statusTopic(this.#module), online, { qos: 1, retain: true });
    if (this.#commands.size > 0) this.#subscribe(client);
    for (const { report } of this.#telemetry) report.forget();
    this.step();
  }

  #subscribe(client: MqttClient): void {
    const filter = topics.commandFilter(this.#module);
    client.subscribe(filter, { qos: 1 }, (error, granted) => {
      const isRefused = granted?.some(({ qos }) => qos === 128) ?? false;
      if (this.#client === client && (error !== null || isRefused)) {
        const reason = error?.message ?? "refused by the broker";
        this.#log.warn({ link: this.name, topic: filter, reason }, "MQTT link takes no commands");
      }
    });
  }

  #disconnected(client: MqttClient, reason: string): void {
    client.end(true);
    if (this.#client !== client) return;
    this.#client = null;
    if (this.#isConnected !== false && !this.#isStopping) {
      const { name, host } = this.#config;
      this.#log.warn({ link: name, host, port: this.#port, reason }, "MQTT link not connected");
    }
    this.#isConnected = false;
    this.#counters.unacknowledged += this.#inFlight;
    this.#inFlight = 0;
    this.#due.clear();
    this.#progress();
    if (!this.#isStopping) this.#retry = setTimeout(() => this.#connect(), this.#backoff.next());
  }

  #publishDue(): void {
    const client = this.#client;
    if (client === null || this.#isConnected !== true) return;
    for (const telemetry of this.#due) {
      if (this.#inFlight >= MAX_IN_FLIGHT) return;
      this.#due.delete(telemetry);
      this.#publish(client, telemetry);
    }
  }

  #publish(client: MqttClient, { point, topic, report }: Telemetry): void {
    const value = this.#image.value(point);
    const quality = this.#image.quality(point);
    report.reported(value, quality, this.#clock.monotonicMs());
    const { type } = this.#image.point(point);
    this.#inFlight += 1;
    client.publish(
      topic,
      topics.telemetryPayload(type, value, quality, this.#image.timeMs(point)),
      { qos: 1, retain: true },
      (error) => {
        if (this.#client !== client) return; // counted when the connection was lost
        this.#inFlight -= 1;
        if (error) report.forget();
        else this.#counters.published += 1;
        this.#publishDue();
        this.#progress();
      },
    );
  }

  #command(topic: string, payload: Buffer, packet: IPublishPacket): void {
    const taken = this.#take(topic, payload, packet);
    if (taken !== null) this.#refuse(topic, taken.refused);
  }

  /** Hands a command's value in. @returns null, or why it is refused. */
  #take(topic: string, payload: Buffer, packet: IPublishPacket): { readonly refused: string } | null {
    const point = this.#commands.get(topic);
    if (point === undefined) return { refused: "no point that takes commands" };
    if (packet.retain) return { refused: "a retained command: it would be repeated at every connection" };
    const parsed = topics.parseCommand(payload, this.#image.point(point).type);
    if ("refused" in parsed) return parsed;
    this.#counters.commands += 1;
    this.#image.accept(point, parsed.value);
    this.#image.handOver();
    return null;
  }

  #refuse(topic: string, reason: string): void {
    this.#counters.rejected += 1;
    this.#sparingly.sparingly(`${this.#commands.has(topic) ? topic : ""} ${reason}`, (leftOut) =>
      this.#log.warn({ link: this.name, topic, reason, ...(leftOut > 0 && { leftOut }) }, "MQTT command refused"),
    );
  }
}
