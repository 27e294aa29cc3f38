/** Channels as comma-separated values (RFC 4180): a row at the end of each major frame, as a rig's capture has them. */
import type { BoardInstant } from "../../hypervisor/outside.ts";
import { PointCells, QUALITY } from "../../hypervisor/point-cells.ts";
import type { Point, System } from "../../system.ts";
import type { TextSink, TraceWriter } from "./writer.ts";

/** A point of a module. */
export interface ChannelPlace {
  readonly partition: number;
  readonly point: Point;
}

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

export class CsvWriter implements TraceWriter {
  readonly #system: System;
  readonly #channels: readonly ChannelPlace[];
  readonly #sink: TextSink;
  /** By partition. */
  readonly #points: readonly PointCells[];

  constructor(system: System, channels: readonly ChannelPlace[], sink: TextSink) {
    this.#system = system;
    this.#channels = channels;
    this.#sink = sink;
    this.#points = system.partitions.map(({ points }) => new PointCells(points));
    const names = channels.map(({ partition, point }) => `${system.partitions[partition]!.name}.${point.name}`);
    sink(`${["time", ...names].map(quoted).join(",")}\n`);
  }

  published({ partition }: BoardInstant, points: PointCells): void {
    this.#points[partition]!.copyFrom(points);
  }

  /** Time in s. A value of bad quality is left empty. */
  frameEnded(at: number): void {
    const values = this.#channels.map(({ partition, point }) => {
      const cells = this.#points[partition]!;
      return cells.quality[point.index] === QUALITY.bad ? "" : quoted(String(cells.get(point.index)));
    });
    this.#sink(`${[at / this.#system.clock, ...values].join(",")}\n`);
  }

  end(): void {}
}
