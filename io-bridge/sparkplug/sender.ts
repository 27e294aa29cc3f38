/** Publishes an edge node's messages under its one sequence of numbers, 0 to 255 and 0 again (Sparkplug 3.0.0 §6.4.5). */
import type { Clock } from "../../runtime/index.ts";
import type { BrokerConnection } from "../mqtt/broker-connection.ts";
import type { Message } from "../mqtt/broker-session.ts";
import { sessionMetric } from "./node-metrics.ts";
import { encodePayload, type Metric } from "./payload.ts";
import type { NodeTopics } from "./topics.ts";

const NUMBERS = 256;

export class Sender {
  readonly #connection: BrokerConnection;
  readonly #topics: NodeTopics;
  readonly #clock: Clock;
  #bdSeq = NUMBERS - 1;
  #nextSeq = 0;

  constructor(connection: BrokerConnection, topics: NodeTopics, clock: Clock) {
    this.#connection = connection;
    this.#topics = topics;
    this.#clock = clock;
  }

  get hasRoom(): boolean {
    return this.#connection.hasRoom;
  }

  /** Of the connection that there is, or is about to be made. */
  get bdSeq(): number {
    return this.#bdSeq;
  }

  /** The will of a new connection: the death of a session with a number of its own. */
  will(): Message {
    this.#bdSeq = (this.#bdSeq + 1) % NUMBERS;
    return this.#death();
  }

  /** Only when there is room, as everything that follows. */
  nodeBirth(metrics: readonly Metric[]): void {
    this.#nextSeq = 0;
    this.#publish(this.#topics.node("NBIRTH"), metrics, "with types");
  }

  nodeData(metrics: readonly Metric[]): void {
    this.#publish(this.#topics.node("NDATA"), metrics, "without types");
  }

  /** @param settled whether the broker has acknowledged it: then it has read all that came before. */
  nodeDeath(settled: (isRead: boolean) => void): void {
    this.#connection.publish(this.#death(), (outcome) => settled(outcome === "delivered"));
  }

  deviceBirth(id: string, metrics: readonly Metric[]): void {
    this.#publish(this.#topics.device("DBIRTH", id), metrics, "with types");
  }

  deviceData(id: string, metrics: readonly Metric[]): void {
    this.#publish(this.#topics.device("DDATA", id), metrics, "without types");
  }

  deviceDeath(id: string): void {
    this.#publish(this.#topics.device("DDEATH", id), [], "without types");
  }

  #publish(topic: string, metrics: readonly Metric[], types: Parameters<typeof encodePayload>[1]): void {
    const seq = this.#nextSeq;
    this.#nextSeq = (seq + 1) % NUMBERS;
    // Hosts take values in the order in which they stand (§5.16).
    const inOrder = metrics.toSorted((one, other) => (one.timestamp ?? 0) - (other.timestamp ?? 0));
    const payload = encodePayload({ timestamp: this.#now(), seq, metrics: inOrder }, types);
    this.#connection.publish({ topic, payload, qos: 0, retain: false });
  }

  #death(): Message {
    const timestamp = this.#now();
    const payload = encodePayload({ timestamp, metrics: [sessionMetric(this.#bdSeq, timestamp)] });
    return { topic: this.#topics.node("NDEATH"), payload, qos: 1, retain: false };
  }

  #now(): number {
    return Math.round(this.#clock.nowMs());
  }
}
