/**
 * States kept along a run, at distances that grow with its length: never more than a few of them, and none ever far from the next.
 */

/** Of these every second one is given up. */
const MOST = 128;
const SHORTEST_DISTANCE = 64;

export class Waypoints<State> {
  /** By frame, in ascending order; the first stays. */
  #kept: (readonly [frame: number, state: State])[];
  /** Frames. */
  #distance = SHORTEST_DISTANCE;

  constructor(frame: number, state: State) {
    this.#kept = [[frame, state]];
  }

  /** The run has come so far that its state is to be kept. */
  wants(frame: number): boolean {
    return frame - this.#kept.at(-1)![0] >= this.#distance;
  }

  /** @param frame behind all that are kept. */
  add(frame: number, state: State): void {
    this.#kept.push([frame, state]);
    if (this.#kept.length < MOST) return;
    this.#kept = this.#kept.filter((_, index) => index % 2 === 0);
    this.#distance *= 2;
  }

  /** The last one that is not behind `frame`, which is not before the first. */
  before(frame: number): readonly [frame: number, state: State] {
    return this.#kept.findLast(([at]) => at <= frame)!;
  }
}
