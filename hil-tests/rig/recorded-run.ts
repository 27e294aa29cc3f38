/** What a rig records of its run: everything that entered the module since power-on, or since the rig was last taken elsewhere in time. */
import { writeFileSync } from "node:fs";
import type { Module, ModuleState, Outside } from "../../runtime/hypervisor/index.ts";
import { encodeSnapshot, engineOf, exportTrace, type TraceFormat } from "../../runtime/index.ts";
import type { System } from "../../runtime/system.ts";
import {
  decodeRecording,
  type Hasher,
  headerOf,
  RECORDING_FORMAT,
  Recorder,
  readBlocks,
  startingFrom,
} from "../../runtime/trace/index.ts";
import type { NamedPoint } from "./point-names.ts";

/** By the file's ending. */
const FORMATS: Readonly<Record<string, TraceFormat>> = { json: "perfetto", vcd: "vcd", csv: "csv", mcap: "mcap" };
const ENDINGS = [".recording", ...Object.keys(FORMATS).map((ending) => `.${ending}`)];

/** Where a recording starts that does not at power-on. */
interface Start {
  readonly frame: number;
  readonly state: ModuleState;
}

export class RecordedRun {
  /** What the module is to be given: the rig, and what records it. */
  readonly outside: Outside;
  readonly #system: System;
  readonly #hasher: Hasher;
  readonly #inner: Outside;
  /** null: power-on. */
  #start: Start | null = null;
  #parts: Uint8Array[] = [];
  #recorder: Recorder;

  constructor(system: System, hasher: Hasher, inner: Outside) {
    this.#system = system;
    this.#hasher = hasher;
    this.#inner = inner;
    this.#recorder = this.#begin(null);
    this.outside = {
      commands: (frame) => this.#recorder.commands(frame),
      latch: (at, inputs) => this.#recorder.latch(at, inputs),
      published: (at, points, drives) => this.#recorder.published(at, points, drives),
      uart: (at, byte) => this.#recorder.uart(at, byte),
      incident: (at, incident) => this.#recorder.incident(at, incident),
      scheduleSwitched: (frame, at, to) => this.#recorder.scheduleSwitched(frame, at, to),
      frameEnded: (frame, hashes) => this.#recorder.frameEnded(frame, hashes),
    };
  }

  /** The module goes on from another moment: what is recorded begins there. */
  startAnew(module: Module): void {
    this.#recorder = this.#begin({ frame: module.frame, state: module.save() });
  }

  /** A recording for `partita replay`; of a run that goes on, without its end. */
  async file(): Promise<Uint8Array> {
    this.#recorder.flush();
    const file = Buffer.concat(this.#parts);
    if (this.#start === null) return file;
    const snapshot = { ...this.#start, hashes: new BigUint64Array(this.#system.partitions.length) };
    const start = await encodeSnapshot(snapshot, this.#system, "rig", this.#hasher);
    const parts: Uint8Array[] = [];
    const blocks = readBlocks(file, RECORDING_FORMAT, this.#hasher);
    if (blocks.kind === "damaged") throw new Error(blocks.message);
    const header = headerOf(this.#system, "rig", this.#hasher);
    const writer = startingFrom(header, start, this.#hasher, (bytes) => void parts.push(bytes.slice()));
    for (const { bytes } of blocks.payloads.slice(1)) writer.writePayload(bytes);
    return Buffer.concat(parts);
  }

  /**
   * Writes it as the name's ending says: `.recording` as it is; `.json` for Perfetto, `.vcd`, `.csv` or `.mcap` what it shows.
   * @param channels of a CSV.
   */
  async save(path: string, channels: readonly NamedPoint[]): Promise<void> {
    const file = await this.file();
    if (path.endsWith(".recording")) {
      writeFileSync(path, file);
      return;
    }
    const format = FORMATS[path.slice(path.lastIndexOf(".") + 1)];
    if (format === undefined) throw new Error(`${path}: a trace is saved as ${ENDINGS.join(", ")}`);
    const recording = decodeRecording(file, this.#hasher);
    if (recording.kind === "damaged") throw new Error(recording.message);
    await exportTrace({
      ...{ system: this.#system, recording, hasher: this.#hasher, begin: 0, end: Infinity },
      playback: { engineOf, ...(this.#start === null ? {} : { from: this.#start.state }) },
      outputs: [{ format, path }],
      channels: channels.map(({ partition, point }) => ({ partition: partition.index, point })),
    });
  }

  #begin(start: Start | null): Recorder {
    this.#start = start;
    this.#parts = [];
    return new Recorder({
      ...{ system: this.#system, inner: this.#inner, version: "rig", hasher: this.#hasher },
      sink: (bytes) => void this.#parts.push(bytes.slice()),
    });
  }
}
