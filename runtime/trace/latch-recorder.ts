/** An Outside around another that hands every call on, and records what it latches. Of several harts each has its own. */
import type { Command } from "../hypervisor/commands.ts";
import type { BoardInstant, Outside } from "../hypervisor/outside.ts";
import { PointCells } from "../hypervisor/point-cells.ts";
import type { Schedule, System } from "../system.ts";
import type { Cycles } from "../units.ts";
import type { RecordLog } from "./record-log.ts";

export class LatchRecorder implements Outside {
  readonly #inner: Outside;
  protected readonly log: RecordLog;
  /** What each partition's inputs were when they were last recorded. */
  readonly #recorded: readonly PointCells[];
  /** What they were just before a latch: a restored state, a clone or a rollback may have brought them. */
  readonly #before: readonly PointCells[];

  constructor(system: System, inner: Outside, log: RecordLog) {
    this.#inner = inner;
    this.log = log;
    this.#recorded = system.partitions.map(({ points }) => PointCells.initial(points));
    this.#before = system.partitions.map(({ points }) => new PointCells(points));
  }

  commands(frame: number): readonly Command[] {
    return this.#inner.commands(frame);
  }

  latch(at: BoardInstant, inputs: PointCells): void {
    const [recorded, before] = [this.#recorded[at.partition]!, this.#before[at.partition]!];
    before.copyFrom(inputs);
    this.#inner.latch(at, inputs);
    if (inputs.sameAs(recorded) && inputs.sameAs(before)) return;
    this.log.latch(at, inputs, recorded, before);
    recorded.copyFrom(inputs);
  }

  published(at: BoardInstant, points: PointCells, drives: boolean): void {
    this.#inner.published(at, points, drives);
  }

  uart(at: BoardInstant, byte: number): void {
    this.#inner.uart(at, byte);
  }

  incident(at: BoardInstant, incident: Parameters<Outside["incident"]>[1]): void {
    this.#inner.incident(at, incident);
  }

  scheduleSwitched(frame: number, at: Cycles, to: Schedule): void {
    this.#inner.scheduleSwitched(frame, at, to);
  }

  frameEnded(frame: number, hashes: BigUint64Array): void {
    this.#inner.frameEnded(frame, hashes);
  }
}
