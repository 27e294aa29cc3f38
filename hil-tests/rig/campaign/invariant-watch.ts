/** Looks at a campaign's invariants frame after frame, and knows for how long each has been broken. */
import type { Plant } from "../../plants/plant.ts";
import { HAIR, toSeconds } from "../duration.ts";
import type { Rig } from "../rig.ts";
import type { Invariant } from "./campaign.ts";

export class InvariantWatch<Model extends Plant> {
  /** How often one was looked at since the last `goBack`. */
  looks = 0;
  readonly #rig: Rig;
  readonly #plant: Model;
  readonly #watched: readonly {
    readonly name: string;
    readonly invariant: Invariant<Model>;
    readonly patience: number;
  }[];
  /** In their order; null: it holds. s since the trial began. */
  #brokenSince: (number | null)[];

  constructor(invariants: Readonly<Record<string, Invariant<Model>>>, rig: Rig, plant: Model) {
    this.#rig = rig;
    this.#plant = plant;
    this.#watched = Object.entries(invariants).map(([name, invariant]) => ({
      ...{ name, invariant },
      patience: toSeconds(invariant.exceptFor ?? "0 s"),
    }));
    this.#brokenSince = this.#watched.map(() => null);
  }

  get brokenSince(): readonly (number | null)[] {
    return [...this.#brokenSince];
  }

  goBack(brokenSince: readonly (number | null)[]): void {
    this.#brokenSince = [...brokenSince];
    this.looks = 0;
  }

  /** At a frame's end, so many s into the trial. @returns the name of the first that is broken for too long; null: none. */
  look(elapsed: number): string | null {
    for (const [index, { name, invariant, patience }] of this.#watched.entries()) {
      this.looks += 1;
      if (invariant.holds(this.#rig, this.#plant)) {
        this.#brokenSince[index] = null;
        continue;
      }
      this.#brokenSince[index] ??= elapsed;
      const since = this.#brokenSince[index];
      if (patience === 0 || elapsed - since > patience + HAIR) return name;
    }
    return null;
  }
}
