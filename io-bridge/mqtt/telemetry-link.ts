/**
 * The module's link to one MQTT broker: reports points by exception, takes commands, says whether it is there. While the broker
 * is away nothing piles up: when it returns, every point's latest value is published.
 */
import type { IPublishPacket } from "mqtt";
import type { Clock, MqttLink, PointRef, System } from "../../runtime/index.ts";
import type { Logger } from "../logger.ts";
import type { ProcessImage } from "../process-image.ts";
import { Repetition } from "../repetition.ts";
import { BrokerConnection, type ConnectionCounters } from "./broker-connection.ts";
import type { Message, Outcome } from "./broker-session.ts";
import type { EmbeddedBroker } from "./embedded-broker.ts";
import { ReportByException } from "./report-by-exception.ts";
import * as topics from "./topics.ts";

export interface MqttLinkCounters extends ConnectionCounters {
  /** Commands taken. */
  readonly commands: number;
  /** Commands refused. */
  readonly rejected: number;
}

interface Telemetry {
  readonly point: PointRef;
  readonly topic: string;
  readonly report: ReportByException;
}

export class TelemetryLink {
  readonly name: string;
  readonly #module: string;
  readonly #connection: BrokerConnection;
  readonly #image: ProcessImage;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #sparingly: Repetition;
  readonly #telemetry: readonly Telemetry[];
  /** By topic. */
  readonly #commands: ReadonlyMap<string, PointRef>;
  /** Telemetry that is due, in the order in which it became so. What is sent is the value at that time. */
  readonly #due = new Set<Telemetry>();
  readonly #counters = { commands: 0, rejected: 0 };
  /** Called whenever a message has had its outcome. */
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
    this.name = config.name;
    this.#module = topics.moduleTopic(config.topicPrefix, system.name);
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
    this.#connection = new BrokerConnection({
      name: config.name,
      clientId: topics.clientId(system.name, config.name),
      address: () => embedded?.clientAddress ?? config,
      credentials: embedded?.credentials ?? null,
      user: this,
      log,
    });
  }

  get counters(): MqttLinkCounters {
    return { ...this.#connection.counters, ...this.#counters };
  }

  start(): void {
    this.#connection.open();
  }

  /** Reports what is due now. To be called every few milliseconds. */
  step(): void {
    if (!this.#connection.isConnected) return;
    const nowMs = this.#clock.monotonicMs();
    for (const telemetry of this.#telemetry) {
      const { point, report } = telemetry;
      if (!this.#image.hasPublished(point)) continue;
      if (report.isDue(this.#image.value(point), this.#image.quality(point), nowMs)) this.#due.add(telemetry);
    }
    this.#publishDue();
  }

  /** Publishes the last values and "offline", waits for the acknowledgements and leaves; within `timeoutMs`. */
  finish(timeoutMs: number): Promise<void> {
    return this.#connection.close(() => this.#sayGoodbye(), timeoutMs);
  }

  async #sayGoodbye(): Promise<void> {
    for (const telemetry of this.#telemetry) {
      const { point, report } = telemetry;
      if (!this.#image.hasPublished(point)) continue;
      if (report.isOutdated(this.#image.value(point), this.#image.quality(point))) this.#due.add(telemetry);
    }
    const through = new Promise<void>((resolve) => {
      this.#progress = () => {
        if (this.#due.size === 0 && this.#connection.counters.inFlight === 0) resolve();
      };
    });
    this.#publishDue();
    this.#progress();
    await through;
    await new Promise<Outcome>((resolve) => this.#connection.publish(this.#status("offline"), resolve));
  }

  will(): Message {
    return this.#status("offline", null);
  }

  connected(): void {
    this.#connection.publish(this.#status("online"));
    if (this.#commands.size > 0) void this.#connection.subscribe(topics.commandFilter(this.#module));
    for (const { report } of this.#telemetry) report.forget();
    this.step();
  }

  disconnected(): void {
    this.#due.clear();
  }

  hasRoom(): void {
    this.#publishDue();
  }

  #publishDue(): void {
    for (const telemetry of this.#due) {
      if (!this.#connection.hasRoom) return;
      this.#due.delete(telemetry);
      this.#publish(telemetry);
    }
    this.#progress();
  }

  received(packet: IPublishPacket): void {
    const taken = this.#take(packet);
    if (taken !== null) this.#refuse(packet.topic, taken.refused);
  }

  #publish({ point, topic, report }: Telemetry): void {
    const value = this.#image.value(point);
    const quality = this.#image.quality(point);
    report.reported(value, quality, this.#clock.monotonicMs());
    const { type } = this.#image.point(point);
    const payload = topics.telemetryPayload(type, value, quality, this.#image.timeMs(point));
    this.#connection.publish({ topic, payload, qos: 1, retain: true });
  }

  /** @param timestamp left out in a will: nobody knows when it will be. */
  #status(status: "online" | "offline", timestamp: number | null = Math.round(this.#clock.nowMs())): Message {
    const payload = topics.statusPayload(status, timestamp ?? undefined);
    return { topic: topics.statusTopic(this.#module), payload, qos: 1, retain: true };
  }

  /** Hands a command's value in. @returns null, or why it is refused. */
  #take({ topic, payload, retain }: IPublishPacket): { readonly refused: string } | null {
    const point = this.#commands.get(topic);
    if (point === undefined) return { refused: "no point that takes commands" };
    if (retain) return { refused: "a retained command: it would be repeated at every connection" };
    const parsed = topics.parseCommand(Buffer.from(payload), this.#image.point(point));
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
