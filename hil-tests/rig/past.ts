/**
 * A rig's past, kept so that any frame of it is near: moments to which it is taken back, from where it runs to the frame that is
 * wanted. Between two calls that let time pass a test may change anything, so each such call begins with a moment that is kept.
 */
import type { Restore } from "../plants/restore.ts";
import { type Duration, formatTime, HAIR, toSeconds } from "./duration.ts";

/** A moment of virtual time, or the frame that begins there. */
export type Moment = Duration | { readonly frame: number };

/** What is taken through time. */
export interface Traveller {
  /** Virtual time, s, and frame. */
  readonly now: () => { readonly time: number; readonly frame: number };
  checkpoint(): Restore;
  runFrame(): void;
}

interface Kept {
  readonly time: number;
  readonly frame: number;
  readonly restore: Restore;
  /** The test was about to let time pass: what it changed before is in it, so that nothing else can take its place. */
  readonly isStart: boolean;
}

/** Of starts; what lies before the oldest is forgotten then. */
const MOST_STARTS = 1000;
/** Of the others; of these every second one is given up then. */
const MOST_BETWEEN = 128;
const SHORTEST_DISTANCE = 64;

export class Past {
  readonly #traveller: Traveller;
  /** In the order of time. */
  #kept: readonly Kept[] = [];
  /** Frames between two that are kept. */
  #distance = SHORTEST_DISTANCE;
  /** The last moment that was reached. */
  #end = { time: 0, frame: 0 };

  constructor(traveller: Traveller) {
    this.#traveller = traveller;
  }

  /** The test lets time pass from here on: what came behind this moment was another future. */
  begin(): void {
    const { frame, time } = this.#traveller.now();
    this.#kept = this.#kept.filter((kept) => kept.frame < frame);
    this.#keep(true);
    const starts = this.#kept.filter(({ isStart }) => isStart);
    if (starts.length > MOST_STARTS) this.#kept = this.#kept.slice(this.#kept.indexOf(starts[1]!));
    this.#end = { frame, time };
  }

  /** The test has let a frame pass. */
  frameEnded(): void {
    const { frame, time } = this.#traveller.now();
    this.#end = { frame, time };
    if (frame - this.#kept.at(-1)!.frame >= this.#distance) this.#keepBetween();
  }

  /** Goes back, or forth again, to the first frame that begins at a moment or behind it. @throws when it was not there, or has forgotten it. */
  goTo(moment: Moment): void {
    const frames = typeof moment === "string" ? null : moment.frame;
    const time = typeof moment === "string" ? toSeconds(moment) - HAIR : 0;
    const isReached = (at: { readonly time: number; readonly frame: number }): boolean =>
      frames === null ? at.time >= time : at.frame >= frames;
    if (!isReached(this.#end)) {
      const { frame, time: end } = this.#end;
      throw new Error(`the rig has not been there yet: it came to frame ${frame}, ${formatTime(end)}`);
    }
    const next = this.#kept.findIndex(isReached);
    const isKept =
      next >= 0 && (frames === null ? this.#kept[next]!.time - time < 2 * HAIR : this.#kept[next]!.frame === frames);
    const from = isKept ? this.#kept[next] : this.#kept.at(next < 0 ? -1 : next - 1);
    if (from === undefined || (next === 0 && !isKept)) {
      throw new Error(`the rig remembers nothing before frame ${this.#kept[0]?.frame ?? this.#traveller.now().frame}`);
    }
    from.restore();
    while (!isReached(this.#traveller.now())) this.#traveller.runFrame();
  }

  /** For a checkpoint: its past belongs to it. */
  checkpoint(): Restore {
    const [kept, distance, end] = [this.#kept, this.#distance, this.#end];
    return () => {
      this.#kept = kept;
      this.#distance = distance;
      this.#end = end;
    };
  }

  #keep(isStart: boolean): void {
    const { time, frame } = this.#traveller.now();
    this.#kept = [...this.#kept, { time, frame, restore: this.#traveller.checkpoint(), isStart }];
  }

  #keepBetween(): void {
    this.#keep(false);
    if (this.#kept.filter(({ isStart }) => !isStart).length < MOST_BETWEEN) return;
    let count = 0;
    this.#kept = this.#kept.filter(({ isStart }) => isStart || count++ % 2 === 0);
    this.#distance *= 2;
  }
}
