/** Records a run as it happens: everything that enters from outside, and each frame's hashes (law 4). */
import { type Command, encodeCommand } from "../hypervisor/commands.ts";
import type { Outside } from "../hypervisor/outside.ts";
import type { System } from "../system.ts";
import { BlockWriter } from "./blocks.ts";
import { formatHash, type Hasher } from "./hashes.ts";
import { LatchRecorder } from "./latch-recorder.ts";
import { RecordLog } from "./record-log.ts";
import { inHex, RECORDING_FORMAT, type RecordingHeader } from "./recording-format.ts";

/** A block is written when it holds this many frames, so that a run that dies loses little. */
const FRAMES_A_BLOCK = 64;

export const headerOf = (
  system: System,
  version: string,
  hasher: Hasher,
  restored: readonly (Uint8Array | null)[] = [],
  start: RecordingHeader["start"] = "powerOn",
): RecordingHeader => ({
  version,
  module: system.name,
  configPath: system.configPath,
  digest: system.digest,
  partitions: system.partitions.map(({ name, image }) => ({ name, image: formatHash(hasher.hash(image)) })),
  start,
  restored: system.partitions.map(({ index }) => inHex(restored[index] ?? null)),
});

export interface RecorderOptions {
  readonly system: System;
  readonly inner: Outside;
  readonly version: string;
  readonly hasher: Hasher;
  /** What the module was given as `ModuleOptions.restored`. */
  readonly restored?: readonly (Uint8Array | null)[];
  /** The file of the snapshot that the run starts from; null, or left out: it starts at power-on. */
  readonly snapshot?: Uint8Array | null;
  /** The one that the recorders of other harts share; left out: there are none. */
  readonly log?: RecordLog;
  /** Gets the file's bytes in order, in a buffer that is reused: it must copy or write them before it returns. */
  readonly sink: (bytes: Uint8Array) => void;
}

/** Of all harts, or of the one that leads: it writes the file, and only at the starts and ends of frames. */
export class Recorder extends LatchRecorder {
  readonly #blocks: BlockWriter;
  #frames = 0;

  constructor(options: RecorderOptions) {
    const { system, inner, version, hasher, restored = [], snapshot = null, log, sink } = options;
    super(system, inner, log ?? new RecordLog(system));
    this.#blocks = new BlockWriter(RECORDING_FORMAT, hasher, sink);
    const header = headerOf(system, version, hasher, restored, snapshot === null ? "powerOn" : "snapshot");
    this.#blocks.writePayload(new TextEncoder().encode(JSON.stringify(header)));
    if (snapshot !== null) this.#blocks.writePayload(snapshot);
  }

  override commands(frame: number): readonly Command[] {
    const commands = super.commands(frame);
    for (const command of commands) this.#command(frame, encodeCommand(command));
    return commands;
  }

  override frameEnded(frame: number, hashes: BigUint64Array): void {
    super.frameEnded(frame, hashes);
    this.log.hashes("frame", frame, hashes);
    this.#frames += 1;
    if (this.#frames >= FRAMES_A_BLOCK || this.log.isFull) this.flush();
  }

  /** To be told when every partition is stopped, at the start of `frame`: `Module.stopAll`. */
  stopped(frame: number): void {
    this.log.stop(frame);
  }

  /** Ends the recording: `frames` were run, and left the partitions in these states (`Module.stateHash`). */
  end(frames: number, stateHashes: BigUint64Array): void {
    this.log.hashes("end", frames, stateHashes);
    this.flush();
  }

  /** Hands over what is not yet written. */
  flush(): void {
    this.log.flush(this.#blocks);
    this.#frames = 0;
  }

  /** A command may be longer than a block: a program's new image is one. */
  #command(frame: number, encoded: Uint8Array): void {
    if (this.log.command(frame, encoded)) return;
    this.flush();
    if (!this.log.command(frame, encoded)) this.#blocks.writePayload(RecordLog.aloneCommand(frame, encoded));
  }
}
