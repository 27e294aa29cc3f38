/** Plays a recording once, and writes what it shows to files of several formats. */
import { closeSync, openSync, writeSync } from "node:fs";
import { Playback, type PlaybackOptions } from "../hypervisor/index.ts";
import type { BoardInstant, Outside } from "../hypervisor/outside.ts";
import type { PointCells } from "../hypervisor/point-cells.ts";
import type { System } from "../system.ts";
import {
  type ChannelPlace,
  ChromeTraceWriter,
  CsvWriter,
  McapWriter,
  type TraceWriter,
  VcdWriter,
} from "../trace/export/index.ts";
import { type Divergence, decodeEvents, type Hasher, type Recording } from "../trace/index.ts";

/** By the names that their programs have for them. */
export const TRACE_FORMATS = ["perfetto", "vcd", "csv", "mcap"] as const;
export type TraceFormat = (typeof TRACE_FORMATS)[number];

export interface TraceOutput {
  readonly format: TraceFormat;
  readonly path: string;
}

export interface ExportOptions {
  readonly system: System;
  readonly recording: Recording;
  readonly hasher: Hasher;
  readonly playback: Pick<PlaybackOptions, "engineOf" | "from">;
  readonly outputs: readonly TraceOutput[];
  /** Board cycles: frames that begin in between are written. */
  readonly begin: number;
  readonly end: number;
  /** Of the CSV, in order. */
  readonly channels: readonly ChannelPlace[];
}

/** @returns frames written, and where the playback was not as recorded. @throws when a file cannot be written. */
export const exportTrace = async (
  options: ExportOptions,
): Promise<{ readonly frames: number; readonly divergence: Divergence | null }> => {
  const { system, recording, hasher, outputs, begin, end } = options;
  const writers: TraceWriter[] = [];
  let isWriting = false;
  const watcher = watching((at, points) => {
    if (isWriting) for (const writer of writers) writer.published?.(at, points);
  });
  const events = {
    events: (_: number, bytes: Uint8Array) => {
      if (!isWriting) return;
      for (const event of decodeEvents(bytes)) for (const writer of writers) writer.event?.(event);
    },
  };
  const playback = new Playback(system, recording, hasher, { ...options.playback, watcher, events });
  const { module } = playback;
  while (module.boardTime < begin && playback.step());
  const first = module.frame;
  const files = outputs.map(({ path }) => new OutputFile(path));
  try {
    for (const [index, { format }] of outputs.entries()) {
      writers.push(await writerOf(format, files[index]!, options, module));
    }
    isWriting = true;
    for (let frame = first; module.boardTime < end && playback.step(); ) {
      if (module.frame === frame) continue;
      frame = module.frame;
      for (const writer of writers) await writer.frameEnded?.(module.boardTime);
    }
    for (const writer of writers) await writer.end(module.boardTime);
  } finally {
    for (const file of files) file.close();
  }
  return { frames: module.frame - first, divergence: playback.divergence };
};

const writerOf = async (
  format: TraceFormat,
  file: OutputFile,
  { system, channels }: ExportOptions,
  { schedule }: Pick<Playback["module"], "schedule">,
): Promise<TraceWriter> => {
  const text = (part: string): void => file.write(Buffer.from(part));
  switch (format) {
    case "perfetto":
      return new ChromeTraceWriter(system, schedule, text);
    case "vcd":
      return new VcdWriter(system, text);
    case "csv":
      return new CsvWriter(system, channels, text);
    case "mcap":
      return McapWriter.open(system, (bytes) => file.write(bytes));
  }
};

const watching = (published: (at: BoardInstant, points: PointCells) => void): Outside => ({
  commands: () => [],
  latch: () => {},
  published,
  uart: () => {},
  incident: () => {},
  scheduleSwitched: () => {},
  frameEnded: () => {},
});

const BUFFER_BYTES = 1 << 16;

/** Written in large pieces. */
class OutputFile {
  readonly #file: number;
  readonly #buffer = Buffer.alloc(BUFFER_BYTES);
  #used = 0;

  constructor(path: string) {
    this.#file = openSync(path, "w");
  }

  write(bytes: Uint8Array): void {
    if (this.#used + bytes.length > BUFFER_BYTES) this.#flush();
    if (bytes.length > BUFFER_BYTES) {
      this.#writeAll(bytes);
      return;
    }
    this.#buffer.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    this.#writeAll(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }

  #writeAll(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
  }
}
