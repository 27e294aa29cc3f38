/** The outside of a running module as its worker sees it: shared memory for points, messages for the log, never a wait. */
import type { Command } from "../hypervisor/commands.ts";
import type { BoardInstant, Incident, Outside } from "../hypervisor/outside.ts";
import { type PointCells, QUALITY } from "../hypervisor/point-cells.ts";
import type { Schedule, System } from "../system.ts";
import type { Cycles } from "../units.ts";
import type { BoardFigures } from "./board-figures.ts";
import { type BoardMessage, instantOf } from "./board-job.ts";
import type { BoardExchange } from "./point-exchange.ts";

/** A line of a guest's UART is cut here. */
const LONGEST_LINE = 256;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
/** Incidents and lines of one partition that are passed on within a frame; more are only counted. */
const MESSAGES_A_FRAME = 4;

/** A partition's UART line so far, and how much it said in the current frame. */
interface Voice {
  readonly line: Uint8Array;
  length: number;
  frame: number;
  said: number;
  unsaid: number;
}

export class ExchangeOutside implements Outside {
  readonly #exchange: BoardExchange;
  readonly #figures: BoardFigures;
  readonly #frameEnded: Outside["frameEnded"];
  readonly #post: (message: BoardMessage) => void;
  readonly #takeCommands: Outside["commands"];
  readonly #voices: readonly Voice[];
  /** Partitions whose inputs date from before the run fell behind: uncertain until the bridge brings newer ones. */
  readonly #outdated: Uint8Array;
  readonly #decoder = new TextDecoder("latin1");
  /** Partitions that a fault stopped. */
  readonly faulted = new Set<number>();

  constructor(
    system: System,
    exchange: BoardExchange,
    figures: BoardFigures,
    post: (message: BoardMessage) => void,
    { commands, frameEnded }: Pick<Outside, "commands" | "frameEnded">,
  ) {
    this.#exchange = exchange;
    this.#figures = figures;
    this.#frameEnded = frameEnded;
    this.#post = post;
    this.#takeCommands = commands;
    this.#outdated = new Uint8Array(system.partitions.length);
    this.#voices = system.partitions.map(() => ({
      line: new Uint8Array(LONGEST_LINE),
      length: 0,
      frame: 0,
      said: 0,
      unsaid: 0,
    }));
  }

  commands(frame: number): readonly Command[] {
    return this.#takeCommands(frame);
  }

  latch(at: BoardInstant, inputs: PointCells): void {
    if (!this.takeInputs(at.partition, inputs) && this.#outdated[at.partition] === 1) {
      for (let point = 0; point < inputs.count; point++) {
        if (inputs.quality[point] === QUALITY.good) inputs.quality[point] = QUALITY.uncertain;
      }
    }
  }

  /** Brings inputs up to date, at the start of a slot or before. @returns whether there was anything new. */
  takeInputs(partition: number, inputs: PointCells): boolean {
    const hasNew = this.#exchange.takeInputs(partition, inputs);
    if (hasNew) this.#outdated[partition] = 0;
    return hasNew;
  }

  /** The run fell behind by more than it may: what was latched is older than board time says (law 5). */
  inputsAreOutdated(): void {
    this.#outdated.fill(1);
  }

  published(at: BoardInstant, points: PointCells, drives: boolean): void {
    this.#exchange.publish(at.partition, points, drives);
  }

  uart(at: BoardInstant, byte: number): void {
    const voice = this.#voices[at.partition]!;
    if (byte !== NEWLINE && byte !== CARRIAGE_RETURN) voice.line[voice.length++] = byte;
    if (voice.length === 0 || (byte !== NEWLINE && voice.length < LONGEST_LINE)) return;
    if (this.#maySpeak(voice, at.frame)) {
      const text = this.#decoder.decode(voice.line.subarray(0, voice.length));
      this.#post({ kind: "uart", at: instantOf(at), text });
    }
    voice.length = 0;
  }

  incident(at: BoardInstant, incident: Incident): void {
    if (incident.kind === "error") {
      this.#figures.errorOccurred(at.partition, incident.record.error);
      if (incident.record.trap !== null) this.faulted.add(at.partition);
    }
    const voice = this.#voices[at.partition]!;
    const unsaid = voice.unsaid;
    if (!this.#maySpeak(voice, at.frame)) return;
    this.#post({ kind: "incident", at: instantOf(at), incident, unsaid });
    voice.unsaid = 0;
  }

  scheduleSwitched(frame: number, cycle: Cycles, { name }: Schedule): void {
    this.#post({ kind: "scheduleSwitched", at: { cycle, frame, partition: -1 }, schedule: name });
  }

  frameEnded(frame: number, hashes: BigUint64Array): void {
    this.#frameEnded(frame, hashes);
  }

  #maySpeak(voice: Voice, frame: number): boolean {
    if (voice.frame !== frame) {
      voice.frame = frame;
      voice.said = 0;
    }
    if (voice.said >= MESSAGES_A_FRAME) {
      voice.unsaid += 1;
      return false;
    }
    voice.said += 1;
    return true;
  }
}
