/** Points as an MCAP file (mcap.dev/spec), which Foxglove opens: a topic a partition, a JSON message whenever one of its points changed. */
import { McapWriter as FileWriter } from "@mcap/core";
import type { BoardInstant } from "../../hypervisor/outside.ts";
import { PointCells } from "../../hypervisor/point-cells.ts";
import { isText, isWide, type Partition, POINT_TYPES, type Point, type PointValue, type System } from "../../system.ts";
import { nanosecondsAt, type TraceWriter } from "./writer.ts";

interface Topic {
  /** The file's number for it. */
  readonly channel: number;
  /** As it was written last. */
  readonly points: PointCells;
  messages: number;
}

interface Change {
  readonly topic: Topic;
  readonly time: bigint;
  readonly text: string;
}

/** Integers of 64 bits travel as their digits: JSON has no room for them. */
const schemaTypeOf = ({ type }: Point): string =>
  type === "BOOL"
    ? "boolean"
    : isText(type) || isWide(type)
      ? "string"
      : POINT_TYPES[type].kind === "float"
        ? "number"
        : "integer";

const schemaOf = ({ name, points }: Partition): string =>
  JSON.stringify({
    title: name,
    type: "object",
    properties: Object.fromEntries([
      ...points.map((point) => [point.name, { type: schemaTypeOf(point) }]),
      ["quality", { type: "object", additionalProperties: { type: "string" } }],
    ]),
  });

const shown = (value: PointValue): PointValue => (typeof value === "bigint" ? String(value) : value);

export class McapWriter implements TraceWriter {
  readonly #system: System;
  readonly #file: FileWriter;
  readonly #topics: Topic[] = [];
  #changes: Change[] = [];

  private constructor(system: System, file: FileWriter) {
    this.#system = system;
    this.#file = file;
  }

  /** @param sink gets the file's bytes in order; must copy or write them before it returns. */
  static async open(system: System, sink: (bytes: Uint8Array) => void): Promise<McapWriter> {
    let position = 0n;
    const writable = {
      position: () => position,
      write: async (bytes: Uint8Array) => {
        sink(bytes);
        position += BigInt(bytes.length);
      },
    };
    const writer = new McapWriter(system, new FileWriter({ writable }));
    await writer.#begin();
    return writer;
  }

  published({ cycle, partition }: BoardInstant, points: PointCells): void {
    const topic = this.#topics[partition]!;
    if (topic.messages > 0 && points.sameAs(topic.points)) return;
    topic.points.copyFrom(points);
    topic.messages += 1;
    const time = BigInt(nanosecondsAt(cycle, this.#system.clock));
    this.#changes.push({ topic, time, text: this.#messageOf(this.#system.partitions[partition]!, points) });
  }

  async frameEnded(): Promise<void> {
    const changes = this.#changes;
    this.#changes = [];
    for (const { topic, time, text } of changes) {
      const data = new TextEncoder().encode(text);
      const [logTime, publishTime] = [time, time];
      await this.#file.addMessage({ channelId: topic.channel, sequence: topic.messages, logTime, publishTime, data });
    }
  }

  async end(): Promise<void> {
    await this.frameEnded();
    await this.#file.end();
  }

  /** What is not of good quality is named. */
  #messageOf({ points }: Partition, cells: PointCells): string {
    const values = points.map(({ name, index }) => [name, shown(cells.get(index))]);
    const doubtful = points.filter(({ index }) => cells.qualityOf(index) !== "good");
    const quality = Object.fromEntries(doubtful.map(({ name, index }) => [name, cells.qualityOf(index)]));
    return JSON.stringify({ ...Object.fromEntries(values), quality });
  }

  async #begin(): Promise<void> {
    const { partitions, name: module, digest } = this.#system;
    await this.#file.start({ profile: "", library: "partita" });
    await this.#file.addMetadata({
      name: "module",
      metadata: new Map([
        ["name", module],
        ["digest", digest],
      ]),
    });
    for (const partition of partitions) {
      const data = new TextEncoder().encode(schemaOf(partition));
      const schemaId = await this.#file.registerSchema({ name: partition.name, encoding: "jsonschema", data });
      const topic = `/${partition.name}`;
      const channel = await this.#file.registerChannel({
        topic,
        schemaId,
        messageEncoding: "json",
        metadata: new Map(),
      });
      this.#topics.push({ channel, points: new PointCells(partition.points), messages: 0 });
    }
  }
}
