/**
 * What the outside does to a partition's hart for a test: upsets that wait for their cycle, and time that is taken from it. They
 * belong to the partition's place in its module: a restart cures a stall, and nothing of them comes along with a clone.
 */
import { placeOfUpset, restoreUpset, saveUpset, type Upset, type VirtualBoard } from "../board/index.ts";
import type { StateReader, StateWriter } from "../state.ts";
import { EVENT_KINDS, type EventLog } from "../trace/index.ts";
import { type Cycles, cycles } from "../units.ts";
import type { PlaceInTime } from "./place-in-time.ts";

const NEVER = cycles(Infinity);
/** Nothing takes longer: the mark of a hart that hangs. */
const FOR_EVER = cycles(Number.MAX_SAFE_INTEGER);

interface Coming {
  /** In cycles of the partition's own slots since power-on. */
  readonly at: Cycles;
  readonly upset: Upset;
}

export class HartFaults {
  readonly #log: EventLog;
  readonly #place: PlaceInTime;
  readonly #board: () => VirtualBoard;
  /** By when they strike; of two at once the one that was asked for first. */
  #coming: readonly Coming[] = [];

  constructor(log: EventLog, place: PlaceInTime, board: () => VirtualBoard) {
    this.#log = log;
    this.#place = place;
    this.#board = board;
  }

  /** Before the instruction of own cycle `at`, or, when that is over or nothing runs then, before the next one. */
  expect(at: Cycles, upset: Upset): void {
    this.#coming = [...this.#coming, { at, upset }].sort((a, b) => a.at - b.at);
  }

  /** The guest stands still for so long, in cycles in which it would execute; null: until it starts anew or another stall is ordered. */
  stall(duration: Cycles | null): void {
    this.#board().stalled = duration ?? FOR_EVER;
  }

  /** All upsets up to own cycle `now` strike. @returns how many cycles come before the next one: Infinity when there is none. */
  strike(now: Cycles): Cycles {
    for (;;) {
      const [first] = this.#coming;
      if (first === undefined) return NEVER;
      if (first.at > now) return cycles(first.at - now);
      this.#coming = this.#coming.slice(1);
      this.#board().upset(first.upset);
      this.#log.writeWords(this.#place, EVENT_KINDS.upset, ...placeOfUpset(first.upset));
    }
  }

  save(writer: StateWriter): void {
    writer.section("hart faults", 1);
    writer.f64(this.#board().stalled);
    writer.u32(this.#coming.length);
    for (const { at, upset } of this.#coming) {
      writer.f64(at);
      saveUpset(writer, upset);
    }
  }

  restore(reader: StateReader): void {
    reader.section("hart faults", 1);
    this.#board().stalled = cycles(reader.f64());
    this.#coming = Array.from({ length: reader.u32() }, () => ({
      at: cycles(reader.f64()),
      upset: restoreUpset(reader),
    }));
  }
}
