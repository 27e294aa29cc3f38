/** Feeds a recording back into a module in place of the outside, and compares what comes of it, frame by frame (law 4). */
import { type Command, NO_COMMANDS } from "../hypervisor/commands.ts";
import type { BoardInstant, Incident, Outside } from "../hypervisor/outside.ts";
import type { PointCells } from "../hypervisor/point-cells.ts";
import type { Schedule, System } from "../system.ts";
import type { Cycles } from "../units.ts";
import { formatHash, type Hasher } from "./hashes.ts";
import { headerOf } from "./recorder.ts";
import type { Recording } from "./recording.ts";
import { CHANGE_BYTES, type RecordingHeader, type RecordingRecord, WORD_BYTES } from "./recording-format.ts";

/** The first thing that was not as recorded. */
export type Divergence =
  | {
      readonly kind: "frameHash" | "stateHash";
      readonly frame: number;
      readonly partition: number;
      readonly recorded: bigint;
      readonly replayed: bigint;
    }
  /** The recording brings inputs where the replay has no such slot. */
  | { readonly kind: "order"; readonly frame: number; readonly partition: number };

/** In words, with the partition's name; frames count from 0. */
export const describeDivergence = (divergence: Divergence, partition: string): string => {
  const place = `frame ${divergence.frame}, partition ${partition}`;
  if (divergence.kind === "order") return `${place}: inputs were recorded at another place than the replay's slots`;
  const what = divergence.kind === "frameHash" ? "trace" : "state after the last frame";
  return `${place}: the ${what} differs, recorded ${formatHash(divergence.recorded)}, replayed ${formatHash(divergence.replayed)}`;
};

/** What of `system` is not what was recorded, in words; empty when the recording can be replayed with it. */
export const differencesOf = (
  header: Pick<RecordingHeader, "partitions" | "digest">,
  system: System,
  hasher: Hasher,
): readonly string[] => {
  const now = headerOf(system, "", hasher);
  const names = (of: Pick<RecordingHeader, "partitions">) => of.partitions.map(({ name }) => name).join(", ");
  if (names(now) !== names(header)) return [`the partitions were ${names(header)}, and are ${names(now)}`];
  const images = header.partitions
    .filter(({ image }, index) => image !== now.partitions[index]!.image)
    .map(({ name }) => `the image of partition ${name} is another one`);
  if (images.length === 0 && now.digest !== header.digest) return ["the config is another one"];
  return images;
};

export class Replayer implements Outside {
  readonly #recording: Recording;
  readonly #watcher: Outside | null;
  #records: Generator<RecordingRecord>;
  #next: RecordingRecord | null = null;
  #framesLeft: number;
  #divergence: Divergence | null = null;

  /** `watcher` is told what the module does, and brings nothing. */
  constructor(recording: Recording, watcher: Outside | null = null) {
    this.#recording = recording;
    this.#watcher = watcher;
    this.#records = recording.records();
    this.#framesLeft = recording.frames;
    this.#advance();
  }

  get divergence(): Divergence | null {
    return this.#divergence;
  }

  /** What the module did next when it was recorded, at the boundary between two frames. */
  get next(): "frame" | "stop" | "end" {
    if (this.#next?.kind === "stop") return "stop";
    return this.#framesLeft > 0 ? "frame" : "end";
  }

  /** Goes back, or forth, to the start of `frame`, with `left` frames to come from there on: the module is to be brought there, too. */
  goTo(frame: number, left: number): void {
    this.#records = this.#recording.records(frame);
    this.#framesLeft = left;
    this.#divergence = null;
    this.#advance();
  }

  commands(frame: number): readonly Command[] {
    let commands = NO_COMMANDS;
    while (this.#next?.kind === "command" && this.#next.frame === frame) {
      commands = [...commands, this.#next.command];
      this.#advance();
    }
    return commands;
  }

  latch(at: BoardInstant, inputs: PointCells): void {
    const record = this.#next;
    if (record?.kind !== "latch" || record.frame !== at.frame || record.slot !== at.slot) return;
    for (let i = 0; i < record.changes.byteLength; i += CHANGE_BYTES) {
      const at = record.changes.getUint16(i, true) * WORD_BYTES;
      inputs.quality[inputs.pointAt(at)] = record.changes.getUint8(i + 2);
      for (let byte = 0; byte < WORD_BYTES; byte++) inputs.values[at + byte] = record.changes.getUint8(i + 3 + byte);
    }
    this.#advance();
  }

  published(at: BoardInstant, points: PointCells, drives: boolean): void {
    this.#watcher?.published(at, points, drives);
  }

  uart(at: BoardInstant, byte: number): void {
    this.#watcher?.uart(at, byte);
  }

  incident(at: BoardInstant, incident: Incident): void {
    this.#watcher?.incident(at, incident);
  }

  scheduleSwitched(frame: number, at: Cycles, to: Schedule): void {
    this.#watcher?.scheduleSwitched(frame, at, to);
  }

  frameEnded(frame: number, hashes: BigUint64Array): void {
    this.#watcher?.frameEnded(frame, hashes);
    this.#framesLeft -= 1;
    const record = this.#next;
    if (record?.kind === "latch") this.#diverge({ kind: "order", frame: record.frame, partition: record.partition });
    if (record?.kind !== "frame") return;
    this.#compare("frameHash", frame, record.hashes, hashes);
    this.#advance();
  }

  /** To be told when every partition was stopped, as `next` asked. */
  stopped(): void {
    if (this.#next?.kind === "stop") this.#advance();
  }

  /** Compares the partitions' states at the end with those recorded, when the recording got so far. */
  end(stateHashes: BigUint64Array): void {
    if (this.#next?.kind === "end") this.#compare("stateHash", this.#next.frame, this.#next.stateHashes, stateHashes);
  }

  #compare(kind: "frameHash" | "stateHash", frame: number, recorded: BigUint64Array, replayed: BigUint64Array): void {
    for (let partition = 0; partition < recorded.length; partition++) {
      const [was, is] = [recorded[partition]!, replayed[partition]!];
      if (was !== is) this.#diverge({ kind, frame, partition, recorded: was, replayed: is });
    }
  }

  #diverge(divergence: Divergence): void {
    this.#divergence ??= divergence;
  }

  #advance(): void {
    const { done, value } = this.#records.next();
    this.#next = done ? null : value;
  }
}
