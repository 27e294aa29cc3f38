/** The channels of a module that carry messages, and the ends of them that ports are. */
import type { StateReader, StateWriter } from "../state.ts";
import type { Port, PortRef, System } from "../system.ts";
import { DroppingQueue } from "./dropping-queue.ts";
import { Memory } from "./memory.ts";
import { MessageQueue } from "./message-queue.ts";
import { type PortEnd, queueDestination, queueSource, sampleDestination, sampleSource } from "./port-ends.ts";
import { SamplingMessage } from "./sampling-message.ts";

export class Channels {
  readonly #queues: readonly (MessageQueue | DroppingQueue)[];
  /** By queue, further ones that its source fills as well. */
  readonly #copies: readonly (readonly (MessageQueue | DroppingQueue)[])[];
  readonly #healthQueues: readonly number[];
  readonly #samples: readonly SamplingMessage[];
  /** By sampling channel of messages, its destinations. */
  readonly #destinations: readonly (readonly PortRef[])[];

  constructor(
    { queuingChannels, samplingMessageChannels }: Pick<System, "queuingChannels" | "samplingMessageChannels">,
    memory = new Memory(),
  ) {
    this.#queues = queuingChannels.map((channel) =>
      channel.overflow === "refuse" ? new MessageQueue(channel, memory) : new DroppingQueue(channel, memory),
    );
    this.#copies = queuingChannels.map(({ from }, channel) =>
      this.#queues.filter((_, other) => other > channel && isSamePort(queuingChannels[other]!.from, from)),
    );
    this.#healthQueues = queuingChannels.flatMap(({ from }, channel) => (from === null ? [channel] : []));
    this.#samples = samplingMessageChannels.map((channel) => new SamplingMessage(channel, memory));
    this.#destinations = samplingMessageChannels.map(({ to }) => to);
  }

  /** What a port of a partition is an end of. */
  endOf(partition: number, { kind, direction, channel, index }: Port): PortEnd {
    if (kind === "queuing") {
      const queue = this.#queues[channel]!;
      return direction === "source" ? queueSource(queue, this.#copies[channel]) : queueDestination(queue);
    }
    const sample = this.#samples[channel]!;
    if (direction === "source") return sampleSource(sample);
    const place = this.#destinations[channel]!.findIndex((to) => isSamePort(to, { partition, port: index }));
    return sampleDestination(sample, place);
  }

  /** The ends of those queues that bring the health monitor's records. */
  get healthSources(): readonly PortEnd[] {
    return this.#healthQueues.map((channel) => queueSource(this.#queues[channel]!));
  }

  /** Between two frames. */
  save(writer: StateWriter): void {
    for (const channel of [...this.#queues, ...this.#samples]) channel.save(writer);
  }

  restore(reader: StateReader): void {
    for (const channel of [...this.#queues, ...this.#samples]) channel.restore(reader);
  }
}

const isSamePort = (a: PortRef | null, b: PortRef | null): boolean =>
  a !== null && b !== null && a.partition === b.partition && a.port === b.port;
