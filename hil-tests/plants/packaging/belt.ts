/** A conveyor belt: bottles ride on it, stand behind one another, and wait before a stop. Positions in m from the belt's begin. */
import { lagged } from "../waterworks/instruments.ts";

export interface Bottle {
  readonly number: number;
  /** g, filled in. */
  product: number;
  capped: boolean;
  labelled: boolean;
}

/** A bottle's diameter with the room that its neighbour leaves, m. */
const PITCH = 0.1;
/** What an eye sees of a bottle, m. */
const EYE = 0.06;

interface Rider {
  readonly bottle: Bottle;
  position: number;
}

export class Belt {
  /** The command at the contactor, and the drive's reference, m/s. */
  command = false;
  reference = 0;
  /** Hard-wired: the safety relay gives power. */
  powered = true;
  /** Fault: the contactor does not pull in. */
  contactorOpen = false;
  /** m/s. */
  speed = 0;
  #pulledIn = 0;
  /** The first is the furthest. */
  readonly #riders: Rider[] = [];

  /** The contactor's auxiliary contact, a tenth of a second after the command. */
  get running(): boolean {
    return this.#pulledIn >= 0.1;
  }

  get count(): number {
    return this.#riders.length;
  }

  /** Room for one more at the begin. */
  get hasRoom(): boolean {
    const last = this.#riders.at(-1);
    return last === undefined || last.position >= PITCH;
  }

  put(bottle: Bottle): void {
    this.#riders.push({ bottle, position: 0 });
  }

  /** Moves everything; `stops` are places that nothing passes which has not passed them already. */
  step(seconds: number, stops: readonly number[]): void {
    const closed = this.command && this.powered && !this.contactorOpen;
    this.#pulledIn = closed ? this.#pulledIn + seconds : 0;
    this.speed = lagged(this.speed, this.running ? this.reference : 0, 0.1, seconds);
    let ahead = Number.POSITIVE_INFINITY;
    for (const rider of this.#riders) {
      const stop = stops.find((place) => place >= rider.position) ?? Number.POSITIVE_INFINITY;
      const wanted = rider.position + this.speed * seconds;
      rider.position = Math.max(rider.position, Math.min(wanted, stop, ahead - PITCH));
      ahead = rider.position;
    }
  }

  /** The bottle that an eye at `place` sees. */
  seenAt(place: number): Bottle | null {
    return this.#riders.find(({ position }) => position >= place && position < place + EYE)?.bottle ?? null;
  }

  /** Takes the bottle at `place` off the belt; null: there is none. */
  takeAt(place: number): Bottle | null {
    const index = this.#riders.findIndex(({ position }) => position >= place && position < place + EYE);
    return index < 0 ? null : this.#riders.splice(index, 1)[0]!.bottle;
  }

  /** Takes the furthest bottle, when it has come beyond `place`. */
  takeBeyond(place: number): Bottle | null {
    const first = this.#riders[0];
    return first !== undefined && first.position >= place ? this.#riders.shift()!.bottle : null;
  }

  /** An operator clears the belt by hand. */
  clear(): readonly Bottle[] {
    return this.#riders.splice(0).map(({ bottle }) => bottle);
  }
}
