/**
 * The health monitor of a module: says by the tables of the config what an error leads to, and keeps records of what happened
 * (ARINC 653 P1 §2.4). Whoever reports an error carries the answer out.
 */
import { PARTITA_RETURN_CODES } from "../board/index.ts";
import {
  ACTION_LEVELS,
  HEALTH_RECORD_BYTES,
  type HealthAction,
  type HealthError,
  type HealthReaction,
  type PartitionAction,
  type PartitionState,
} from "../health-table.ts";
import type { StateReader, StateWriter } from "../state.ts";
import type { System } from "../system.ts";
import { encodeHealthRecord, type HealthRecord } from "./health-record.ts";
import type { PortEnd } from "./port-ends.ts";

/** Records that are kept; older ones go. */
const KEPT_RECORDS = 256;

/** What a partition reports. */
export interface Occurrence {
  readonly partition: number;
  readonly error: HealthError;
  readonly state: PartitionState;
  /** The guest can go on behind it as if nothing had happened. */
  readonly ignorable: boolean;
  /** The guest's own handler can be told. */
  readonly propagable: boolean;
  /** Takes a restart out of the partition's budget. @returns whether there was one. */
  readonly takeRestart: () => boolean;
}

/** What is to be done. */
export interface Judgement {
  readonly action: HealthAction;
  /** What becomes of the partition: the action itself, when it is one on a partition; null: its guest goes on. */
  readonly outcome: PartitionAction | null;
  /** Of SWITCH_SCHEDULE. */
  readonly schedule: number | null;
  readonly overBudget: boolean;
  readonly log: boolean;
}

/** A queue by which a system partition gets records, and how many have found no place in it since the last one that did. */
class Listener {
  readonly source: PortEnd;
  readonly #lost: Uint32Array;
  readonly #index: number;

  constructor(source: PortEnd, lost: Uint32Array, index: number) {
    this.source = source;
    this.#lost = lost;
    this.#index = index;
  }

  get lost(): number {
    return this.#lost[this.#index]!;
  }

  set lost(count: number) {
    this.#lost[this.#index] = count;
  }
}

export class HealthMonitor {
  readonly #system: System;
  readonly #listeners: readonly Listener[];
  readonly #records: HealthRecord[] = [];
  readonly #message = new Uint8Array(HEALTH_RECORD_BYTES);
  readonly #messageView = new DataView(this.#message.buffer);
  /** The first major frame since power-on or the latest reset of the module. */
  #firstFrame = 0;

  /**
   * @param sources ends of the queues that take records to system partitions.
   * @param untold by source, records that found no place since the last that did: harts share it.
   */
  constructor(system: System, sources: readonly PortEnd[], untold: Uint32Array = new Uint32Array(sources.length)) {
    this.#system = system;
    this.#listeners = sources.map((source, index) => new Listener(source, untold, index));
  }

  /** The latest records, oldest first. */
  get records(): readonly HealthRecord[] {
    return this.#records;
  }

  /** The module starts anew with this frame. */
  moduleReset(frame: number): void {
    this.#firstFrame = frame;
  }

  judge(occurrence: Occurrence, frame: number): Judgement {
    const { partition, error, state, ignorable, propagable } = occurrence;
    const own = this.#system.partitions[partition]!.health.reactions[error][state];
    const { otherwise, log } = own;
    const { action, schedule } = own.action === null ? this.moduleReaction(error, frame) : own;
    const nothing = { schedule: null, overBudget: false, log };
    if (action === null) throw new Error("the module's table hands an error up to the module");
    if (action === "PROPAGATE" && propagable) return { action, outcome: null, ...nothing };
    if (action === "IGNORE" && ignorable) return { action, outcome: null, ...nothing };
    if (isOnModule(action)) {
      const outcome = ignorable ? null : this.#affordable(occurrence, otherwise).outcome;
      return { action, outcome, schedule, overBudget: false, log };
    }
    const wanted = action === "PROPAGATE" || action === "IGNORE" ? otherwise : (action as PartitionAction);
    return { ...this.#affordable(occurrence, wanted), log };
  }

  /** What the module's own table says. */
  moduleReaction(error: HealthError, frame: number): HealthReaction {
    return this.#system.health[error][frame === this.#firstFrame ? "INIT" : "RUNNING"];
  }

  /**
   * The partition's slot is over: what happened in it is known to others from now on.
   * @param unkept errors behind those of the records, of which there are none.
   */
  publish(records: readonly HealthRecord[], unkept: number): void {
    for (const record of records) {
      this.#records.push(record);
      for (const listener of this.#listeners) this.#tell(listener, record);
    }
    for (const listener of this.#listeners) listener.lost += unkept;
    if (this.#records.length > KEPT_RECORDS) this.#records.splice(0, this.#records.length - KEPT_RECORDS);
  }

  /** A restart, if the budget still has one; else what it says instead. */
  #affordable({ partition, takeRestart }: Occurrence, wanted: PartitionAction): Omit<Judgement, "log"> {
    const isRestart = wanted === "WARM_START" || wanted === "COLD_START";
    if (!isRestart || takeRestart()) {
      return { action: wanted, outcome: wanted, schedule: null, overBudget: false };
    }
    const { exhausted, schedule } = this.#system.partitions[partition]!.health.restartBudget!;
    return { action: exhausted, outcome: isOnModule(exhausted) ? "IDLE" : exhausted, schedule, overBudget: true };
  }

  save(writer: StateWriter): void {
    writer.section("health", 1);
    writer.u32(this.#firstFrame);
    for (const { lost } of this.#listeners) writer.u32(lost);
  }

  restore(reader: StateReader): void {
    reader.section("health", 1);
    this.#firstFrame = reader.u32();
    for (const listener of this.#listeners) listener.lost = reader.u32();
  }

  #tell(listener: Listener, record: HealthRecord): void {
    const { source } = listener;
    source.startSlot();
    encodeHealthRecord(record, listener.lost, this.#messageView);
    if (source.send(this.#message) === PARTITA_RETURN_CODES.NO_ERROR) listener.lost = 0;
    else listener.lost += 1;
    source.endSlot(record.cycle);
  }
}

type ModuleAction = "SWITCH_SCHEDULE" | "MODULE_RESET" | "SHUTDOWN";

export const isOnModule = (action: HealthAction): action is ModuleAction => ACTION_LEVELS[action] === "module";
