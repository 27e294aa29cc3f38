/** The operating mode of a partition, and how it starts anew (ARINC 653 P1 §2.3.1.4). */
import { PARTITA_START_CODES } from "../board/index.ts";
import type { StateReader, StateWriter } from "../state.ts";
import type { Start } from "../system.ts";
import { EVENT_KINDS, type EventLog } from "../trace/index.ts";
import { type Outside, PARTITION_MODES, type PartitionMode } from "./outside.ts";
import type { PlaceInTime } from "./place-in-time.ts";

const STARTS: readonly Start[] = ["COLD_START", "WARM_START"];

/** Why it started: what the guest reads of PARTITA_START_CONDITION. */
export type StartCondition = keyof typeof PARTITA_START_CODES;

export class OperatingMode {
  readonly #place: PlaceInTime;
  readonly #log: EventLog;
  readonly #outside: Outside;
  /** The image knows nothing of modes: it is NORMAL from its first instruction. */
  readonly #unaware: boolean;
  #mode: PartitionMode;
  #startCondition: number = PARTITA_START_CODES.POWER_ON;
  #restart: Start | null = null;
  #suspended = false;

  /** `start`: how the partition starts at power-on. */
  constructor(start: Start, unaware: boolean, place: PlaceInTime, log: EventLog, outside: Outside) {
    this.#unaware = unaware;
    this.#place = place;
    this.#log = log;
    this.#outside = outside;
    this.#mode = unaware ? "NORMAL" : start;
  }

  get current(): PartitionMode {
    return this.#mode;
  }

  /** It keeps its mode and its state, and executes nothing. */
  get suspended(): boolean {
    return this.#suspended;
  }

  /** It executes in its slots. */
  get runs(): boolean {
    return this.#mode !== "IDLE" && !this.#suspended;
  }

  /** What it publishes counts; while it does not, its outputs are at their fail-safe values. */
  get drives(): boolean {
    return this.#mode === "NORMAL" && !this.#suspended;
  }

  /** As partita.h codes it. */
  get code(): number {
    return PARTITION_MODES.indexOf(this.#mode);
  }

  /** Why the guest started, as partita.h codes it. */
  get startCondition(): number {
    return this.#startCondition;
  }

  /** How the partition starts anew at its next slot; null when it goes on. */
  get restart(): Start | null {
    return this.#restart;
  }

  /** The guest writes a mode to the partita device. @returns whether that ends its run. */
  request(code: number): boolean {
    const mode = PARTITION_MODES[code];
    if (mode === undefined) return false;
    if (mode === "NORMAL") {
      this.#become(mode);
      return false;
    }
    if (mode === "IDLE") this.stop();
    else this.startAnew(mode, "PARTITION_RESTART");
    return true;
  }

  startAnew(start: Start, condition: StartCondition): void {
    this.#restart = start;
    this.#startCondition = PARTITA_START_CODES[condition];
    this.#suspend(false);
    this.#become(start);
  }

  stop(): void {
    this.#restart = null;
    this.#suspend(false);
    this.#become("IDLE");
  }

  suspend(): void {
    this.#suspend(true);
  }

  resume(): void {
    this.#suspend(false);
  }

  /** The partition has been reloaded, as `restart` asked. */
  restarted(): void {
    this.#restart = null;
    if (this.#unaware) this.#become("NORMAL");
  }

  #suspend(suspended: boolean): void {
    if (this.#suspended === suspended) return;
    this.#suspended = suspended;
    this.#place.hasEffects = true;
    const kind = suspended ? "suspended" : "resumed";
    this.#log.write(this.#place, EVENT_KINDS[kind], NOTHING);
    this.#outside.incident(this.#place, { kind });
  }

  save(writer: StateWriter): void {
    writer.section("mode", 1);
    writer.u8(this.code);
    writer.u8(this.#startCondition);
    writer.u8(this.#restart === null ? 0 : 1 + STARTS.indexOf(this.#restart));
    writer.flag(this.#suspended);
  }

  restore(reader: StateReader): void {
    reader.section("mode", 1);
    this.#mode = PARTITION_MODES[reader.u8()]!;
    this.#startCondition = reader.u8();
    this.#restart = STARTS[reader.u8() - 1] ?? null;
    this.#suspended = reader.flag();
  }

  #become(to: PartitionMode): void {
    const from = this.#mode;
    if (from === to) return;
    this.#mode = to;
    this.#place.hasEffects = true;
    this.#log.writeWords(this.#place, EVENT_KINDS.mode, PARTITION_MODES.indexOf(from), PARTITION_MODES.indexOf(to));
    this.#outside.incident(this.#place, { kind: "modeChanged", from, to });
  }
}

const NOTHING = new Uint8Array(0);
