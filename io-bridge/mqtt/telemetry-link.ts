/**
 * The module's link to one MQTT broker: reports points by exception, takes commands, says whether it is there.
 *
 * While the broker is away nothing piles up in memory. Without a buffer on disk only the latest value of each point is published
 * when it returns; with one, every report follows as history, while live values go on by their own rule, on topics of their own.
 */
import type { IPublishPacket } from "mqtt";
import type { Clock, MqttLink, PointRef, System } from "../../runtime/index.ts";
import type { Logger } from "../logger.ts";
import type { ProcessImage } from "../process-image.ts";
import { Repetition } from "../repetition.ts";
import type { StoreCounters } from "../store/segment-store.ts";
import { BrokerConnection, type ConnectionCounters } from "./broker-connection.ts";
import type { Message, Outcome } from "./broker-session.ts";
import type { EmbeddedBroker } from "./embedded-broker.ts";
import { History } from "./history.ts";
import { ReportByException } from "./report-by-exception.ts";
import * as topics from "./topics.ts";

export interface MqttLinkCounters extends ConnectionCounters {
  /** Reports for which there is no room yet. */
  readonly waiting: number;
  /** Reports that a later one of their point replaced before there was room for them; with a buffer they are history. */
  readonly superseded: number;
  /** Commands taken. */
  readonly commands: number;
  /** Commands refused. */
  readonly rejected: number;
  /** null: there is none. */
  readonly buffer: StoreCounters | null;
}

interface Telemetry {
  readonly point: PointRef;
  readonly topic: string;
  readonly rule: ReportByException;
  /** Published, and neither acknowledged nor history. */
  readonly inFlight: Set<topics.Report>;
}

const JSON_PROPERTIES = { contentType: "application/json", payloadFormatIndicator: true };

export class TelemetryLink {
  readonly name: string;
  readonly #config: MqttLink;
  readonly #module: string;
  readonly #connection: BrokerConnection;
  readonly #history: History | null;
  readonly #image: ProcessImage;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #sparingly: Repetition;
  readonly #telemetry: readonly Telemetry[];
  /** By topic. */
  readonly #commands: ReadonlyMap<string, PointRef>;
  /** Goes before everything else. */
  #announcements: Message[] = [];
  #isLeaving = false;
  /** Reports to be published, in the order in which their points became due. */
  readonly #due = new Map<Telemetry, topics.Report>();
  readonly #counters = { superseded: 0, commands: 0, rejected: 0 };
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
    this.#config = config;
    this.#module = topics.moduleTopic(config.topicPrefix, system.name);
    this.#image = image;
    this.#clock = clock;
    this.#log = log;
    this.#sparingly = new Repetition(clock);
    this.#history = config.buffer === null ? null : new History(config.buffer, config.name, clock, log);
    const topicOf = (ref: PointRef): string =>
      topics.pointTopic(this.#module, system.partitions[ref.partition]!.name, image.point(ref).name);
    this.#telemetry = config.publications.map((publication) => ({
      point: publication.point,
      topic: topicOf(publication.point),
      rule: new ReportByException(publication),
      inFlight: new Set(),
    }));
    this.#commands = new Map(config.commands.map((ref) => [topics.commandTopic(topicOf(ref)), ref]));
    this.#connection = new BrokerConnection({
      name: config.name,
      clientId: topics.clientId(system.name, config.name),
      addresses: () => [embedded?.clientAddress ?? config],
      credentials: embedded?.credentials ?? null,
      user: this,
      log,
    });
  }

  get counters(): MqttLinkCounters {
    const buffer = this.#history?.counters ?? null;
    return { ...this.#connection.counters, waiting: this.#due.size, ...this.#counters, buffer };
  }

  start(): void {
    this.#connection.open();
  }

  /** Reports what is due now. To be called every few milliseconds. */
  step(): void {
    const nowMs = this.#clock.monotonicMs();
    this.#reportThose(({ point, rule }) => rule.isDue(this.#image.value(point), this.#image.quality(point), nowMs));
    this.#publishDue();
    this.#history?.flush();
  }

  /** Publishes the last values and "offline", waits for the acknowledgements and leaves; within `timeoutMs`. */
  async finish(timeoutMs: number): Promise<void> {
    this.#reportThose(({ point, rule }) => rule.isOutdated(this.#image.value(point), this.#image.quality(point)));
    await this.#connection.close(() => this.#sayGoodbye(), timeoutMs);
    this.#history?.close();
  }

  async #sayGoodbye(): Promise<void> {
    this.#isLeaving = true;
    const through = new Promise<void>((resolve) => {
      this.#progress = () => {
        if (this.#due.size === 0 && this.#connection.counters.inFlight === 0) resolve();
      };
    });
    this.#publishDue();
    await through;
    await new Promise<Outcome>((resolve) => this.#connection.publish(this.#status("offline"), resolve));
  }

  will(): Message {
    return this.#status("offline", null);
  }

  connected(): void {
    this.#announcements = [this.#status("online"), topics.schemaMessage(this.#module)];
    if (this.#commands.size > 0) void this.#connection.subscribe(topics.commandFilter(this.#module));
    for (const { rule } of this.#telemetry) rule.forget();
    this.step();
  }

  disconnected(): void {
    for (const [telemetry, report] of this.#due) this.#keep(telemetry, report);
    this.#due.clear();
    this.#history?.disconnected();
  }

  hasRoom(): void {
    this.#publishDue();
  }

  received(packet: IPublishPacket): void {
    const taken = this.#take(packet);
    if (taken !== null) this.#refuse(packet.topic, taken.refused);
  }

  /** Without a connection and a buffer nothing is reported. */
  #reportThose(isWanted: (telemetry: Telemetry) => boolean): void {
    if (!this.#connection.isConnected && this.#history === null) return;
    for (const telemetry of this.#telemetry) {
      if (this.#image.hasPublished(telemetry.point) && isWanted(telemetry)) this.#report(telemetry);
    }
  }

  #report(telemetry: Telemetry): void {
    const { point, rule } = telemetry;
    const value = this.#image.value(point);
    const quality = this.#image.quality(point);
    const sequence = this.#history?.nextSequence() ?? null;
    const report = { value, quality, timestamp: this.#image.timeMs(point), sequence };
    rule.reported(value, quality, this.#clock.monotonicMs());
    const earlier = this.#due.get(telemetry);
    if (earlier !== undefined) this.#supersede(telemetry, earlier);
    if (this.#connection.isConnected) this.#due.set(telemetry, report);
    else this.#keep(telemetry, report);
  }

  /** What is in flight of the point becomes history as well, before it: were it lost, it would come to stand behind. */
  #supersede(telemetry: Telemetry, report: topics.Report): void {
    this.#counters.superseded += 1;
    for (const older of telemetry.inFlight) this.#keep(telemetry, older);
    telemetry.inFlight.clear();
    this.#keep(telemetry, report);
  }

  #keep({ point, topic }: Telemetry, report: topics.Report): void {
    const { type } = this.#image.point(point);
    const payload = topics.telemetryPayload(type, report, true);
    this.#history?.keep({ topic: topics.historyTopic(topic), payload });
  }

  /** Publishes what is due, and then what is history, as far as there is room. */
  #publishDue(): void {
    while (this.#announcements.length > 0 && this.#connection.hasRoom) {
      this.#connection.publish(this.#announcements.shift()!);
    }
    for (const [telemetry, report] of this.#due) {
      if (!this.#connection.hasRoom) return;
      this.#due.delete(telemetry);
      this.#publish(telemetry, report);
    }
    if (!this.#isLeaving) this.#history?.forward(this.#connection, JSON_PROPERTIES);
    this.#progress();
  }

  #publish(telemetry: Telemetry, report: topics.Report): void {
    const { point, topic, inFlight } = telemetry;
    const payload = topics.telemetryPayload(this.#image.point(point).type, report);
    const message = { topic, payload, qos: this.#config.qos, retain: true, properties: JSON_PROPERTIES };
    inFlight.add(report);
    this.#connection.publish(message, (outcome) => {
      if (inFlight.delete(report) && outcome === "lost") this.#keep(telemetry, report);
    });
  }

  /** @param timestamp left out in a will: nobody knows when it will be. */
  #status(status: "online" | "offline", timestamp: number | null = Math.round(this.#clock.nowMs())): Message {
    const payload = topics.statusPayload(status, timestamp ?? undefined);
    return { topic: topics.statusTopic(this.#module), payload, qos: 1, retain: true, properties: JSON_PROPERTIES };
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
