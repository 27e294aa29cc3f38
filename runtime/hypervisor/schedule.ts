/** Schedules as lists of boundaries in the order they happen (design.md "At a boundary"; ARINC 653 P1 §2.3.1, P2 §3.1). */
import type { StateReader, StateWriter } from "../state.ts";
import type { Schedule, Slot } from "../system.ts";
import { type Cycles, cycles } from "../units.ts";

/** Something that happens at an exact moment of every major frame. */
export type Boundary =
  /** A slot's effects are seen by all from now on. */
  | { readonly kind: "slotEnd"; readonly at: Cycles; readonly slot: Slot }
  /** A slot's inputs are fixed and its guest runs. */
  | { readonly kind: "slotStart"; readonly at: Cycles; readonly slot: Slot }
  /** The last boundary of every frame; at the same board time the next frame starts. */
  | { readonly kind: "frameEnd"; readonly at: Cycles };

const RANK = { slotEnd: 0, slotStart: 1, frameEnd: 2 } as const;
const hartOf = (boundary: Boundary): number => (boundary.kind === "frameEnd" ? 0 : boundary.slot.hart);

/** The boundaries of one major frame, with times from its start: at equal times slot ends first, then by hart number. */
export const boundariesOf = ({ slots, majorFrame }: Schedule): readonly Boundary[] => {
  const ends = slots.map((slot): Boundary => ({ kind: "slotEnd", at: cycles(slot.start + slot.duration), slot }));
  const starts = slots.map((slot): Boundary => ({ kind: "slotStart", at: slot.start, slot }));
  const frameEnd: Boundary = { kind: "frameEnd", at: majorFrame };
  return [...ends, ...starts, frameEnd].sort(
    (a, b) => a.at - b.at || RANK[a.kind] - RANK[b.kind] || hartOf(a) - hartOf(b),
  );
};

/** Walks the boundaries of frame after frame; the next frame starts one period after the last one did. */
export class Timeline {
  readonly #schedules: readonly Schedule[];
  /** By schedule. */
  readonly #boundariesOf: readonly (readonly Boundary[])[];
  /** Index of the schedule of the frames after the current one, in one word. */
  readonly #following: Int32Array;
  /** The next boundary, and its board time: only `advance` sets them. Fields, because a slot asks for them several times. */
  next: Boundary;
  nextAt: Cycles;
  #schedule: Schedule;
  #boundaries: readonly Boundary[];
  #position = 0;
  #frame = 0;
  #frameStart = cycles(0);

  /**
   * @param schedules the first is the one to begin with.
   * @param following one word, which all harts share.
   */
  constructor(schedules: readonly Schedule[], following: Int32Array = new Int32Array(1)) {
    this.#following = following;
    this.#schedules = schedules;
    this.#boundariesOf = schedules.map(boundariesOf);
    this.#schedule = schedules[0]!;
    this.#boundaries = this.#boundariesOf[0]!;
    this.next = this.#boundaries[0]!;
    this.nextAt = this.next.at;
  }

  /** The number of the current frame, from 0. */
  get frame(): number {
    return this.#frame;
  }

  /** The current frame's. */
  get schedule(): Schedule {
    return this.#schedule;
  }

  /** The schedule of the frames after the current one: whoever asks for another sets it. */
  get following(): Schedule {
    return this.#schedules[this.#following[0]!]!;
  }

  set following({ index }: Schedule) {
    this.#following[0] = index;
  }

  advance(): void {
    this.#position += 1;
    if (this.#position === this.#boundaries.length) this.#beginFrame();
    this.next = this.#boundaries[this.#position]!;
    this.nextAt = cycles(this.#frameStart + this.next.at);
  }

  /** At the start of a frame. */
  save(writer: StateWriter): void {
    writer.section("timeline", 1);
    for (const { index } of [this.#schedule, this.following]) writer.u32(index);
    writer.u32(this.#frame);
    writer.f64(this.#frameStart);
  }

  restore(reader: StateReader): void {
    reader.section("timeline", 1);
    this.#follow(reader.oneOf(this.#schedules));
    this.following = reader.oneOf(this.#schedules);
    this.#frame = reader.u32();
    this.#frameStart = cycles(reader.f64());
    this.#position = 0;
    this.next = this.#boundaries[0]!;
    this.nextAt = cycles(this.#frameStart + this.next.at);
  }

  #beginFrame(): void {
    this.#position = 0;
    this.#frame += 1;
    this.#frameStart = cycles(this.#frameStart + this.#schedule.majorFrame);
    this.#follow(this.following);
  }

  #follow(schedule: Schedule): void {
    this.#schedule = schedule;
    this.#boundaries = this.#boundariesOf[schedule.index]!;
  }
}
