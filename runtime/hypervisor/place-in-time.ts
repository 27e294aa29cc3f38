/** Where a partition is in board time: one object for all that it logs and tells, so that none is allocated in a slot. */
import type { StateReader, StateWriter } from "../state.ts";
import { initialSchedule, type Schedule, type Slot, type System } from "../system.ts";
import { type Cycles, cycles } from "../units.ts";
import type { BoardInstant } from "./outside.ts";

export class PlaceInTime implements BoardInstant {
  readonly partition: number;
  readonly #schedules: readonly Schedule[];
  cycle = cycles(0);
  frame = 0;
  /** The one that the module follows. */
  schedule: Schedule;
  /** The slot that it is in, or was in last; at power-on its first. */
  slot: number;
  slotStart = cycles(0);
  /** Of the frame that its slot lies in. */
  frameStart = cycles(0);
  slotDuration = cycles(0);
  /** In the slot something was asked for, went wrong or changed the mode: others hear of it at its end. */
  hasEffects = false;

  constructor(partition: number, system: System) {
    this.partition = partition;
    this.#schedules = system.schedules;
    this.schedule = initialSchedule(system);
    this.slot = this.schedule.slots.find((slot) => slot.partition === partition)?.index ?? 0;
  }

  startSlot(frame: number, slot: Slot, at: Cycles): void {
    this.frame = frame;
    this.slot = slot.index;
    this.slotStart = at;
    this.frameStart = cycles(at - slot.start);
    this.slotDuration = slot.duration;
    this.cycle = at;
  }

  betweenFrames(frame: number, at: Cycles): void {
    this.frame = frame;
    this.cycle = at;
  }

  save(writer: StateWriter): void {
    writer.section("place", 1);
    for (const value of [this.cycle, this.slotStart, this.slotDuration]) writer.f64(value);
    for (const value of [this.frame, this.slot, this.schedule.index]) writer.u32(value);
  }

  restore(reader: StateReader): void {
    reader.section("place", 1);
    this.cycle = cycles(reader.f64());
    this.slotStart = cycles(reader.f64());
    this.slotDuration = cycles(reader.f64());
    this.frame = reader.u32();
    this.slot = reader.u32();
    this.schedule = reader.oneOf(this.#schedules);
  }
}
